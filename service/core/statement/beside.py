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
    """How final settlement leaves one investor, in minor units, with what an earlier one gave and let go; `owes_minor`
    is due from the investor."""

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


class Account(NamedTuple):
    """How one investor stands at final settlement before anything is let go, in minor units.

    `balances` by payer: what would be payable or carried by this statement; `stated_minor` to date with this
    statement; where the contract was settled before and reopened, what was guaranteed and let go by payer then.
    """

    balances: Mapping[str, int]
    stated_minor: int
    drawn_minor: int
    guaranteed_before_minor: int = 0
    let_go_before: Mapping[str, int] = {}


def closed(
    terms: Terms, beside: Mapping[str, Beside], accounts: Mapping[str, Account], guarantee_minor: int
) -> dict[str, Beside]:
    """What is stated beside outcomes once the contract is settled for good; `guarantee_minor` is the guarantor's cap.

    Settled again after a reopening, the difference to what was guaranteed and let go before.
    """
    let_go = {investor: written_off(terms, accounts[investor]) for investor in beside}
    outcomes = [_outcome(investor, accounts[investor], let_go[investor]) for investor in beside]
    settled = {one.investor: one for one in final_settlement(outcomes, guarantee_minor, terms.floor)}
    return {
        investor: Beside(
            (
                *one.lines,
                *_write_offs(let_go[investor]),
                *_guaranteed(terms, settled[investor].guaranteed_minor, accounts[investor].guaranteed_before_minor),
            ),
            Closing(
                settled[investor].shortfall_minor,
                settled[investor].guaranteed_minor,
                sum(accounts[investor].let_go_before.values()) + sum(let_go[investor].values()),
                settled[investor].owes_minor,
            ),
        )
        for investor, one in beside.items()
    }


def _outcome(investor: str, account: Account, let_go: Mapping[str, int]) -> Outcome:
    outcomes_minor = account.stated_minor - account.guaranteed_before_minor + sum(let_go.values())
    return Outcome(investor, account.drawn_minor, outcomes_minor, min(sum(account.balances.values()), 0))


def written_off(terms: Terms, account: Account) -> dict[str, int]:
    """Where the terms say `floor = 0`, what each payer lets go of a negative balance, by what it is owed; less what it
    let go before, so that what is earned after a reopening is set off first."""
    if terms.floor != 0:
        return {}
    before = account.let_go_before
    standing = {
        party: account.balances.get(party, 0) - before.get(party, 0) for party in {**account.balances, **before}
    }
    total = sum(standing.values())
    owed = {party: -minor for party, minor in standing.items() if minor < 0} if total < 0 else {}
    now = dict(zip(owed, split(-total, list(owed.values())), strict=True)) if owed else {}
    return {party: now.get(party, 0) - before.get(party, 0) for party in {**now, **before}}


def _write_offs(let_go: Mapping[str, int]) -> Iterator[BesideLine]:
    told = "owed back by the investor at final settlement and not collected: the terms say floor = 0"
    return (BesideLine("write-off", party, minor, told) for party, minor in let_go.items() if minor)


def _guaranteed(terms: Terms, minor: int, before_minor: int) -> Iterator[BesideLine]:
    if terms.guarantee is not None and minor != before_minor:
        told = "the guarantor's part of the capital that was drawn and never stated"
        if before_minor:
            told += ", less what an earlier final settlement stated of it"
        yield BesideLine("guarantee", terms.guarantee.party, minor - before_minor, told)


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
