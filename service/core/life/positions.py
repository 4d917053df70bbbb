"""Where the parties of a contract stand as of a date: capital, what is owed and paid, what is planned and expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from service.core.allocate import recipients_of
from service.core.life.contract_life import ContractLife
from service.core.life.expectations import Awaited, Expectation
from service.core.life.owed import Owed, counted, drawn, in_all, owed_between
from service.core.money import to_minor
from service.core.statement.capital import committed_by
from service.core.terms import Terms, TermsTimeline

BUDGET_EFFECT = Fraction(4, 5)  # budgets count result payments at 80 % of full effect


class Room(NamedTuple):
    """The most that something may come to, and how much of it is used, in minor units."""

    limit_minor: int
    used_minor: int

    @property
    def left_minor(self) -> int:
        """What is left; a limit that was lowered below what is used leaves nothing."""
        return max(self.limit_minor - self.used_minor, 0)


@dataclass(frozen=True, slots=True)
class Capital:
    """An investor's capital in minor units: committed and agreed by the terms, drawn by what was recorded."""

    committed_minor: int | None
    agreed_minor: int
    drawn_minor: int


@dataclass(frozen=True, slots=True)
class PartyPosition:
    """One party's position, in minor units; `by_party` is what it owes or is owed by whom, `capital` an investor's.

    `planned_minor` is all that the plan in force expects, as it says it; `expected_minor` what is stated, and what the
    plan expects of periods that are not stated yet; None: not known.
    """

    party: str
    by_party: Mapping[str, Owed]
    planned_minor: int | None
    expected_minor: int | None
    capital: Capital | None = None
    return_cap: Room | None = None

    @property
    def owed(self) -> Owed:
        """With all others together."""
        return in_all(self.by_party.values())


@dataclass(frozen=True, slots=True)
class ContractPosition:
    """A contract as of a day: every investor and every payer, the contract's limit and the guarantee."""

    terms: TermsTimeline
    on: date
    investors: tuple[PartyPosition, ...]
    payers: tuple[PartyPosition, ...]
    cap: Room | None
    guarantee: Room | None


def payers_of(terms: TermsTimeline) -> tuple[str, ...]:
    """Every party that owes by any version, the guarantor last, in the order in which they first appear."""
    payers = dict.fromkeys(party for version in terms.versions for party in _owing(version.terms))
    guarantors = (version.terms.guarantee.party for version in terms.versions if version.terms.guarantee)
    return tuple(payers | dict.fromkeys(guarantors))


def _owing(terms: Terms) -> Iterator[str]:
    yield from (share.party for share in terms.shares.payers)
    yield from (share.party for metric in terms.metrics for share in metric.payers or ())
    yield from (limit.then for limit in terms.limits.payers if limit.then is not None)


def investors_of(terms: TermsTimeline) -> tuple[str, ...]:
    """Everybody who can be due anything, and every other investor by any version, in the order of the terms."""
    named = [party for version in terms.versions for party in version.terms.parties.items()]
    investors = (party for party, told in named if "investor" in told.roles)
    return tuple(dict.fromkeys([*recipients_of(terms), *investors]))


def position_of(life: ContractLife, on: date, effect: Fraction = BUDGET_EFFECT) -> ContractPosition:
    """The position from transactions dated up to `on`, under the terms and the plan in force on that day."""
    owed = owed_between(life, on)
    outlook = _Outlook(life, on, effect)
    investors = (
        _investor(life, party, on, {payer: one for (payer, due), one in owed.items() if due == party}, outlook)
        for party in investors_of(life.terms)
    )
    payers = (
        _payer(party, {due: one for (payer, due), one in owed.items() if payer == party}, outlook)
        for party in dict.fromkeys([*payers_of(life.terms), *(payer for payer, _ in owed)])
    )
    return ContractPosition(life.terms, on, tuple(investors), tuple(payers), cap_of(life, on), guarantee_of(life, on))


class _Outlook:
    """What the plan expects in all and of periods to come, at a share of full effect."""

    def __init__(self, life: ContractLife, on: date, effect: Fraction) -> None:
        self.expectation, self.effect = Expectation(life, on), effect
        first = coming_from(life, on)
        self.is_over = first > last_awaited(life, on)
        self.coming: list[Awaited] = [one for one in self.expectation.awaited if one.period.start >= first]

    def expected(self, stated_minor: int, coming_minor: int | None) -> int | None:
        """With what is stated; once all is over nothing more is expected."""
        if self.is_over:
            return stated_minor
        return None if coming_minor is None else stated_minor + coming_minor


def is_settled(life: ContractLife, on: date) -> bool:
    """Whether the contract is settled for good by a statement of a period that ended by the day."""
    return life.is_closed and any(statement.is_final for statement in counted(life, on))


def last_awaited(life: ContractLife, on: date) -> date:
    """The last day of which anything may still be stated: that on which evidence is taken; none once it is settled."""
    return date.min if is_settled(life, on) else life.terms.latest.evidence_until


def coming_from(life: ContractLife, on: date) -> date:
    """The first day that no statement of a period ended by the day is about."""
    last = max(counted(life, on), key=lambda statement: statement.sequence, default=None)
    return life.terms.period_after(last.period if last else None).start


def _investor(
    life: ContractLife, party: str, on: date, by_payer: Mapping[str, Owed], outlook: _Outlook
) -> PartyPosition:
    terms, told = life.terms.in_force(on), outlook.expectation
    stated = in_all(by_payer.values()).stated_minor
    cap = next((one for one in terms.shares.return_caps if one.party == party), None)
    return PartyPosition(
        party,
        by_payer,
        told.of_investor(party, told.awaited),
        outlook.expected(stated, told.of_investor(party, outlook.coming, outlook.effect)),
        Capital(committed_by(terms, party), agreed_by(life.terms.latest, party, on), drawn(life, party, on)),
        None if cap is None else Room(to_minor(cap.amount, terms.currency), stated),
    )


def _payer(party: str, by_investor: Mapping[str, Owed], outlook: _Outlook) -> PartyPosition:
    told, stated = outlook.expectation, in_all(by_investor.values()).stated_minor
    coming = told.of_payer(party, outlook.coming, outlook.effect)
    return PartyPosition(party, by_investor, told.of_payer(party, told.awaited), outlook.expected(stated, coming))


def agreed_by(terms: Terms, investor: str, on: date) -> int:
    """The capital that the terms list as drawn by the day, in minor units."""
    own = (one.amount for one in terms.drawdowns if one.party == investor and one.on <= on)
    return sum(to_minor(amount, terms.currency) for amount in own)


def cap_of(life: ContractLife, on: date) -> Room | None:
    """The contract's limit in force on the day, and its use by the last statement; None without a limit in money."""
    terms = life.terms.in_force(on)
    limit = terms.limits.contract
    if limit is None or limit.amount is None:
        return None
    last = max(counted(life, on), key=lambda statement: statement.sequence, default=None)
    return Room(to_minor(limit.amount, terms.currency), (last.limit_used_minor if last else None) or 0)


def guarantee_of(life: ContractLife, on: date) -> Room | None:
    """The guarantor's cap, and what it was stated to pay; None without a guarantee."""
    terms = life.terms.in_force(on)
    if terms.guarantee is None:
        return None
    used = sum(statement.guaranteed_minor for statement in counted(life, on))
    return Room(to_minor(terms.guarantee.amount, terms.currency), used)
