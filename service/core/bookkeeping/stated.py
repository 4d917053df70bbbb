"""One statement as its payers see it: what each owes by it, and what of what is pending each would owe."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.core.life.statements import StatementLife
from service.core.money import from_text

Owed = tuple[str, str | None]  # a payer and a metric; None: outcomes of participants who were erased since


class Waiting(NamedTuple):
    """A pending outcome and what of it a payer would owe the investor, in minor units; None: not known yet."""

    payer: str
    metric: str
    step: str
    why: str
    minor: int | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement, issued or only drafted (`life` is None), by who owes what in it; amounts in minor units.

    `owed` is by payer and metric, `carried_in` by payer what the statement before it carried forward.
    """

    document: Document
    owed: Mapping[Owed, int]
    pending: tuple[Waiting, ...]
    carried_in: Mapping[str, int]
    life: StatementLife | None = None

    @property
    def beside(self) -> list[Document]:
        """Its lines that no outcome stands behind."""
        lines: list[Document] = self.document.get("beside", [])
        return lines

    @property
    def due(self) -> dict[str, int]:
        """What each party owes by its lines."""
        return amounts_in(self.document, "due_from")

    @property
    def payable(self) -> dict[str, int]:
        """What each party pays by it, once negative balances are netted."""
        return amounts_in(self.document, "payable_from" if "payable_from" in self.document else "due_from")

    @property
    def carried_forward(self) -> dict[str, int]:
        """What each party's balance takes into the next statement, negative where it is owed back."""
        return amounts_in(self.document, "carried_from")


def amounts_in(document: Document, section: str) -> dict[str, int]:
    """The amounts of a section of a statement by party, in minor units; none where it has no such section."""
    return {row["party"]: from_text(row["amount"], document["currency"]) for row in document.get(section, [])}


def stated_by(
    statement: bytes, items: Iterable[bytes], prior: bytes | None = None, life: StatementLife | None = None
) -> Stated:
    """Read a statement from its bytes, the stored entries of its detail, and the bytes of the one before it."""
    document = canonical.from_bytes(statement)
    currency, owed, pending = document["currency"], dict[Owed, int](), list[Waiting]()
    for item in map(canonical.from_bytes, items):
        if item["item"] == "line":
            pair = (item["payer"], item["metric"])
            owed[pair] = owed.get(pair, 0) + from_text(item["amount"], currency)
        elif item["item"] == "pending":
            pending += _waiting(item, currency)
    owed |= _erased(document, owed)
    carried = amounts_in(canonical.from_bytes(prior), "carried_from") if prior is not None else {}
    return Stated(document, owed, tuple(pending), carried, life)


def _waiting(item: Document, currency: str) -> Iterator[Waiting]:
    told = (item["metric"], item["step"], item["why"])
    for part in item["would_be_due_from"]:
        yield Waiting(part["payer"], *told, None if part["amount"] is None else from_text(part["amount"], currency))


def _erased(document: Document, owed: Mapping[Owed, int]) -> dict[Owed, int]:
    """What the statement says each payer owes beyond the lines that its detail still holds."""
    left = amounts_in(document, "due_from")
    for line in document.get("beside", []):
        left[line["party"]] -= from_text(line["amount"], document["currency"])
    for (payer, _), minor in owed.items():
        left[payer] -= minor
    return {(payer, None): minor for payer, minor in left.items() if minor}
