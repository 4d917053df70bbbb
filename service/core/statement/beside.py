"""What is stated beside outcomes: adjustments by hand, and at final settlement the guarantee and what is let go."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from service.core.books import Adjustment
from service.core.canonical import Document
from service.core.money import split, to_text
from service.core.settlement import Outcome, final_settlement
from service.core.terms import Terms

BesideKind = Literal["adjustment", "guarantee", "write-off"]


class BesideLine(NamedTuple):
    """A line with a key of its own: whoever owes it, or is owed it back, and its amount in minor units."""

    kind: BesideKind
    party: str
    minor: int
    sentence: str
    adjustment: Adjustment | None = None


class Closing(NamedTuple):
    """How final settlement leaves one investor, in minor units; `owes_minor` is due from the investor."""

    shortfall_minor: int
    guaranteed_minor: int
    written_off_minor: int
    owes_minor: int


class Beside(NamedTuple):
    """What one investor is stated beside outcomes; `closing` where the statement is the final one."""

    lines: tuple[BesideLine, ...] = ()
    closing: Closing | None = None

    @property
    def total_minor(self) -> int:
        """The sum of the lines in minor units."""
        return sum(line.minor for line in self.lines)


def adjustment_line(adjustment: Adjustment) -> BesideLine:
    """An approved adjustment as a line."""
    takes_back = "" if adjustment.reverses is None else f"takes back adjustment {adjustment.reverses}: "
    sentence = f"adjustment {adjustment.number}, {takes_back}{adjustment.reason}"
    return BesideLine("adjustment", adjustment.payer, adjustment.minor, sentence, adjustment)


def closed(
    terms: Terms,
    beside: Mapping[str, Beside],
    balances: Mapping[str, Mapping[str, int]],
    stated_minor: Mapping[str, int],
    drawn_minor: Mapping[str, int],
    guarantee_minor: int,
) -> dict[str, Beside]:
    """What is stated beside outcomes once the contract is settled for good.

    `balances` are by investor and party what would be payable or carried by this statement, `stated_minor` what is
    stated to date with this statement before anything is let go, `guarantee_minor` the guarantor's cap.
    """
    let_go = {investor: written_off(terms, balances[investor]) for investor in beside}
    outcomes = [
        Outcome(
            investor,
            drawn_minor.get(investor, 0),
            stated_minor[investor] + sum(let_go[investor].values()),
            min(sum(balances[investor].values()), 0),
        )
        for investor in beside
    ]
    settled = {one.investor: one for one in final_settlement(outcomes, guarantee_minor, terms.floor)}
    return {
        investor: Beside(
            (*one.lines, *_write_offs(let_go[investor]), *_guaranteed(terms, settled[investor].guaranteed_minor)),
            Closing(
                settled[investor].shortfall_minor,
                settled[investor].guaranteed_minor,
                sum(let_go[investor].values()),
                settled[investor].owes_minor,
            ),
        )
        for investor, one in beside.items()
    }


def written_off(terms: Terms, balances: Mapping[str, int]) -> dict[str, int]:
    """Where the terms say `floor = 0`, what each payer lets go of a negative balance, by what it is owed."""
    total = sum(balances.values())
    owed = {party: -minor for party, minor in balances.items() if minor < 0}
    if terms.floor != 0 or total >= 0:
        return {}
    return dict(zip(owed, split(-total, list(owed.values())), strict=True))


def _write_offs(let_go: Mapping[str, int]) -> Iterator[BesideLine]:
    told = "owed back by the investor at final settlement and not collected: the terms say floor = 0"
    return (BesideLine("write-off", party, minor, told) for party, minor in let_go.items() if minor)


def _guaranteed(terms: Terms, minor: int) -> Iterator[BesideLine]:
    if terms.guarantee is not None and minor:
        told = "the guarantor's part of the capital that was drawn and never stated"
        yield BesideLine("guarantee", terms.guarantee.party, minor, told)


def beside_document(line: BesideLine, currency: str) -> Document:
    """A line beside outcomes as the statement shows it and the detail holds it."""
    document: Document = {
        "kind": line.kind,
        "party": line.party,
        "amount": to_text(line.minor, currency),
        "sentence": line.sentence,
    }
    if line.adjustment is not None:
        document["adjustment"] = line.adjustment.number
        if line.adjustment.reverses is not None:
            document["reverses"] = line.adjustment.reverses
    return document


def closing_document(closing: Closing, currency: str) -> Document:
    """The section on final settlement."""
    amounts = {
        "shortfall": closing.shortfall_minor,
        "guaranteed": closing.guaranteed_minor,
        "written_off": closing.written_off_minor,
        "due_from_investor": closing.owes_minor,
    }
    return {name: to_text(minor, currency) for name, minor in amounts.items()}
