"""The lines of a statement: what is due now, what was stated before, and the difference with its cause."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from service.core import canonical, money
from service.core.allocate import Allocation, LineKey
from service.core.canonical import Written
from service.core.events import FactRef
from service.core.issued import IssuedLine
from service.core.price import Clip, OutcomeKey
from service.core.statement.shares import pieces_of
from service.core.terms import TermsTimeline

LineKind = Literal["new", "late", "change", "reversal", "amendment", "displaced"]
CauseCode = Literal[
    "outcome",
    "first-statement",
    "late-fact",
    "later-fact",
    "correction",
    "retraction",
    "terms-version",
    "limit-filled",
    "limit-freed",
    "count-moved",
    "outcome-stated",
    "period-ended",
    "waited",
]


_NONE = canonical.written_texts([])


class Cause(NamedTuple):
    """Why a line is on this statement: a code without names, a sentence, and the facts that brought it about."""

    code: CauseCode
    sentence: str
    facts: tuple[FactRef, ...] = ()


class StatedLine(NamedTuple):
    """What earlier statements said under one key: the sum of its lines, and how it was last priced."""

    key: LineKey
    total_minor: int
    gross_minor: int
    net_minor: int
    clips: tuple[Clip, ...]
    sentence: str
    facts: tuple[FactRef, ...]
    people: int = 1
    part_minor: int = 0  # what the payer's part was when it was last stated


class StatementLine(Struct, frozen=True, gc=False):
    """One line of a statement to an investor; `amount_minor` is the difference of due now and stated before."""

    kind: LineKind
    cause: Cause
    key: LineKey
    outcome_period: str
    amount_minor: int
    stated_minor: int
    due_minor: int
    allocation: Allocation | None  # None: reversed, nothing is due under this key any more
    was: StatedLine | None
    sentence: str
    facts: tuple[FactRef, ...]

    @property
    def people(self) -> int:
        """How many participants it stands for: one, or a group's; of what is taken back, as it was stated."""
        if self.allocation is not None:
            return self.allocation.line.finding.people
        return self.was.people if self.was is not None else 1


def refs_to_document(facts: Sequence[FactRef]) -> Written:
    """Facts as they are cited in documents."""
    return canonical.written_texts([{"source": source, "id": id} for source, id in facts]) if facts else _NONE


def refs_from_document(facts: Iterable[Mapping[str, str]]) -> tuple[FactRef, ...]:
    """The inverse of `refs_to_document`."""
    return tuple(FactRef(fact["source"], fact["id"]) for fact in facts)


def stated_lines(items: Iterable[Mapping[str, Any]], currency: str) -> dict[LineKey, StatedLine]:
    """What the line items of earlier details add up to, oldest first."""
    stated: dict[LineKey, StatedLine] = {}
    for item in items:
        if item["item"] == "line":
            key, amount = key_of(item), money.from_text(item["amount"], currency)
            known = stated.get(key) or StatedLine(key, 0, 0, 0, (), "", ())
            stated[key] = _add(known, item, amount, currency)
    return stated


def key_of(item: Mapping[str, Any]) -> LineKey:
    """The key of a line item."""
    outcome = OutcomeKey(
        item["metric"],
        item["step"],
        item["participant"],
        item["version"],
        date.fromisoformat(item["achieved_on"]),
    )
    return LineKey(outcome, item["payer"])


def issued_line(item: Mapping[str, Any], period: str, currency: str) -> IssuedLine:
    """A line item of a detail as an input of later calculations; `period` is the one it was stated in."""
    price = item.get("price")
    return IssuedLine(
        *key_of(item).outcome,
        item["payer"],
        item["investor"],
        period,
        money.from_text(item["amount"], currency),
        0 if price is None else money.from_text(price["payer_part"], currency),
        pieces_of(item.get("share"), currency),
        price is None,
    )


def _add(known: StatedLine, item: Mapping[str, Any], amount_minor: int, currency: str) -> StatedLine:
    total = known.total_minor + amount_minor
    price = item.get("price")
    if price is None:  # taken back: what it paid is no longer what it pays
        return known._replace(total_minor=total, gross_minor=0, net_minor=0, clips=(), part_minor=0)
    return StatedLine(
        known.key,
        total,
        money.from_text(price["gross"], currency),
        money.from_text(price["net"], currency),
        tuple(_clip_from(clip, currency) for clip in price["clipped"]),
        item["sentence"],
        refs_from_document(item["facts"]),
        item.get("people", 1),
        money.from_text(price["payer_part"], currency),
    )


def _clip_from(clip: Mapping[str, Any], currency: str) -> Clip:
    return Clip(clip["limit"], money.from_text(clip["amount"], currency), clip.get("payer"))


def party_name(terms: TermsTimeline, party: str) -> str:
    """A party's name by the newest version that names it, whatever version governs the line."""
    named = (
        version.terms.parties[party].name for version in reversed(terms.versions) if party in version.terms.parties
    )
    return next(named, party)
