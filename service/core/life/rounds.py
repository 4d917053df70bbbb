"""The statements of one period on their way to being issued, to all investors together: prepared, approved, issued."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.core.life.statements import ACTIONS, Action, State

RoundState = Literal["draft", "submitted", "approved", "issued", "discarded"]


class DraftedStatement(NamedTuple):
    """One statement of a round: to whom, its number, and the SHA-256 of its bytes in hex."""

    investor: str
    number: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Round:
    """The statements of a period from their draft on; `number` is the draft's sequence, `through` their n.

    `digest` binds the bytes of all of them: it is what an approval approves.
    """

    number: int
    period: str
    revision: int
    is_final: bool
    through: int
    digest: str
    statements: tuple[DraftedStatement, ...]
    state: RoundState
    prepared_by: str
    submitted_by: str | None = None
    approved_by: str | None = None
    issued_by: str | None = None

    @property
    def available_actions(self) -> tuple[Action, ...]:
        """What can be done with it now; once issued, each of its statements has actions of its own."""
        state: State = self.state
        return () if state == "issued" else ACTIONS[state]


def round_digest(digests: Iterable[str]) -> str:
    """One SHA-256 over the digests of a round's statements in order, each on a line of its own."""
    return canonical.sha256_hex("".join(f"{digest}\n" for digest in digests).encode())


def draft_body(
    period: str, revision: int, is_final: bool, through: int, statements: Iterable[DraftedStatement]
) -> Document:
    """What the log says of a draft."""
    told = tuple(statements)
    return {
        "about": f"period {period}" + (f", revision {revision}" if revision > 1 else ""),
        "period": period,
        "revision": revision,
        "is_final": is_final,
        "through": through,
        "digest": round_digest(one.sha256 for one in told),
        "statements": [one._asdict() for one in told],
    }
