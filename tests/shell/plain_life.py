"""What a contract's life comes to, told plainly: dicts of whole minor units, and nothing of the service's own code."""

from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

Key = TypeVar("Key")
Part = tuple[str, str]  # investor, payer
INVESTORS = ("a", "b")
PAYERS = ("city", "region")
TENTHS = {"city": 3, "region": 2}  # of a price, to each investor
CAP_MINOR = 1_500_000
LAST = "2024"


def share_out(total: int, weights: dict[str, int]) -> dict[str, int]:
    """The total by weight, exactly: whole units first, the rest one by one to the largest remainders."""
    whole = sum(weights.values())
    if not whole:
        return {}
    sign, size = (1 if total >= 0 else -1), abs(total)
    parts = {name: size * weight // whole for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: -(size * weights[name] % whole))
    for name in by_remainder[: size - sum(parts.values())]:
        parts[name] += 1
    return {name: sign * part for name, part in parts.items()}


@dataclass
class PlainStatement:
    """A statement: its sum, what each party pays on it and has paid, and its disputes (True: open)."""

    investor: str
    lines: int
    carried: int
    payable: dict[str, int]
    paid: dict[str, int] = field(default_factory=dict)
    disputes: dict[int, bool] = field(default_factory=dict)
    due_on: str = ""

    def left(self, party: str) -> int:
        return self.payable.get(party, 0) - self.paid.get(party, 0)

    @property
    def parties(self) -> set[str]:
        return {*self.payable, *self.paid}

    @property
    def state(self) -> str:
        if any(self.disputes.values()):
            return "disputed"
        if not any(self.left(party) for party in self.parties):
            return "settled"
        return "resolved" if self.disputes else "issued"


@dataclass
class PlainDraft:
    """What issuing a period would state: by part the outcomes, the adjustments taken in, what is guaranteed and let
    go, and the statements."""

    period: str
    revision: int
    is_final: bool
    outcomes: dict[Part, int]
    adjustments: set[int]
    guaranteed: dict[str, int]
    let_go: dict[Part, int]
    statements: dict[str, PlainStatement]
    carried: dict[str, dict[str, int]]
    state: str = "draft"


@dataclass
class PlainLife:
    """Everything that was done, by number, and what was stated of it."""

    floor: int | None
    prices: dict[str, int] = field(default_factory=lambda: {"2022-01-01": 1_000_000})
    exams: dict[str, str | None] = field(default_factory=dict)  # the day, None once retracted
    drawdowns: dict[int, tuple[str, int, str] | None] = field(default_factory=dict)  # None once reversed
    proposed: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    approved: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)
    adjustments_stated: set[int] = field(default_factory=set)
    outcomes_stated: dict[Part, int] = field(default_factory=dict)
    guaranteed: dict[str, int] = field(default_factory=dict)
    let_go: dict[Part, int] = field(default_factory=dict)
    carried: dict[str, dict[str, int]] = field(default_factory=dict)
    statements: dict[str, PlainStatement] = field(default_factory=dict)
    payments: dict[int, tuple[str, str, int] | None] = field(default_factory=dict)  # None once reversed
    issued: list[tuple[str, bool]] = field(default_factory=list)
    draft: PlainDraft | None = None
    is_closed: bool = False
    reopened: int = 0

    @property
    def following(self) -> str:
        if not self.issued:
            return "2022"
        last, is_final = self.issued[-1]
        return last if is_final else str(int(last) + 1)

    @property
    def may_draft(self) -> bool:
        return self.draft is None and not self.is_closed

    def entitled(self, end: str) -> dict[Part, int]:
        """What every exam before a day pays, at the price in force on its own day."""
        found = {(investor, payer): 0 for investor in INVESTORS for payer in PAYERS}
        for day in self.exams.values():
            if day is not None and day < end:
                price = self.prices[max(start for start in self.prices if start <= day)]
                for investor, payer in found:
                    found[investor, payer] += price * TENTHS[payer] // 10
        return found

    def begin(self, *, is_final: bool) -> None:
        """Draft the period that comes next from what is known now."""
        period = self.following
        revision = 1 + self.reopened if self.issued and self.issued[-1][1] else 1
        is_final = is_final or revision > 1
        end = f"{int(period) + 1}-01-01"
        due = self.entitled(end)
        outcomes = {part: minor - self.outcomes_stated.get(part, 0) for part, minor in due.items()}
        taken_in = set(self.approved) - self.adjustments_stated
        moved = dict(outcomes)
        for number in taken_in:
            investor, payer, minor = self.approved[number]
            moved[investor, payer] += minor
        let_go = self._let_go(moved) if is_final else {}
        for part, minor in let_go.items():
            moved[part] += minor
        guaranteed = self._guaranteed(moved, end) if is_final else {}
        self.draft = PlainDraft(period, revision, is_final, outcomes, taken_in, guaranteed, let_go, {}, {})
        for investor in INVESTORS:
            self._state(self.draft, investor, moved)

    def _balance(self, investor: str, moved: dict[Part, int]) -> dict[str, int]:
        before = self.carried.get(investor, {})
        return {payer: before.get(payer, 0) + moved[investor, payer] for payer in PAYERS}

    def _let_go(self, moved: dict[Part, int]) -> dict[Part, int]:
        """Settled for good once more, what was let go before is taken up again first."""
        found: dict[Part, int] = {}
        for investor in INVESTORS if self.floor == 0 else ():
            before = {payer: self.let_go.get((investor, payer), 0) for payer in PAYERS}
            standing = {payer: minor - before[payer] for payer, minor in self._balance(investor, moved).items()}
            total = sum(standing.values())
            owed = {payer: -minor for payer, minor in standing.items() if minor < 0}
            now = share_out(-total, owed) if total < 0 else {}
            for payer in PAYERS:
                found[investor, payer] = now.get(payer, 0) - before[payer]
        return found

    def _guaranteed(self, moved: dict[Part, int], end: str) -> dict[str, int]:
        shortfalls = {}
        for investor in INVESTORS:
            stated = sum(one.lines for one in self.statements.values() if one.investor == investor)
            stated -= self.guaranteed.get(investor, 0)
            stated += sum(moved[investor, payer] for payer in PAYERS)
            shortfalls[investor] = max(self.drawn(investor, end) - stated, 0)
        covered = share_out(min(CAP_MINOR, sum(shortfalls.values())), shortfalls)
        return {investor: covered.get(investor, 0) - self.guaranteed.get(investor, 0) for investor in INVESTORS}

    def drawn(self, investor: str, end: str = "9999") -> int:
        standing = (one for one in self.drawdowns.values() if one is not None)
        return sum(minor for who, minor, on in standing if who == investor and on < end)

    def _state(self, draft: PlainDraft, investor: str, moved: dict[Part, int]) -> None:
        balance = {payer: minor for payer, minor in self._balance(investor, moved).items() if minor}
        total, guaranteed = sum(balance.values()), draft.guaranteed.get(investor, 0)
        payable: dict[str, int] = {}
        if total < 0 and not draft.is_final:
            draft.carried[investor] = balance
        elif total:
            sign = 1 if total > 0 else -1
            payable = share_out(total, {payer: sign * minor for payer, minor in balance.items() if sign * minor > 0})
        if guaranteed:
            payable["fund"] = guaranteed
        lines = sum(moved[investor, payer] for payer in PAYERS) + guaranteed
        carried = sum(draft.carried.get(investor, {}).values())
        draft.statements[investor] = PlainStatement(investor, lines, carried, payable)

    def issue(self) -> None:
        draft = self.draft
        assert draft is not None
        self.adjustments_stated |= draft.adjustments
        self.outcomes_stated = _sum(self.outcomes_stated, draft.outcomes)
        self.let_go = _sum(self.let_go, draft.let_go)
        self.guaranteed = _sum(self.guaranteed, draft.guaranteed)
        self.carried = draft.carried
        self.issued.append((draft.period, draft.is_final))
        self.is_closed = draft.is_final
        for investor, statement in draft.statements.items():
            self.statements[f"{draft.period}.{investor}.{draft.revision}"] = statement
        self.draft = None

    def balances(self) -> dict[str, int]:
        """What every account holds."""
        adjusted: dict[Part, int] = {}
        for number in self.adjustments_stated:
            investor, payer, minor = self.approved[number]
            adjusted = _sum(adjusted, {(investor, payer): minor})
        stated = _sum(_sum(self.outcomes_stated, adjusted), self.let_go)
        found: dict[str, int] = {}
        for (_, payer), minor in stated.items():
            found = _sum(found, {f"payer:{payer}:due": -minor})
        found = _sum(found, {"guarantor:fund:due": -sum(self.guaranteed.values())})
        for investor in INVESTORS:
            lines = sum(one.lines for one in self.statements.values() if one.investor == investor)
            capital = self.drawn(investor)
            found = _sum(found, {f"investor:{investor}:receivable": lines, f"investor:{investor}:capital": capital})
            found = _sum(found, {f"cash:{investor}": -capital})
        for payment in self.payments.values():
            if payment is not None:
                statement, payer, minor = payment
                investor = self.statements[statement].investor
                owing = "guarantor:fund:due" if payer == "fund" else f"payer:{payer}:due"
                moved = {owing: minor, f"cash:{payer}": -minor}
                moved |= {f"cash:{investor}": minor, f"investor:{investor}:receivable": -minor}
                found = _sum(found, moved)
        return {account: minor for account, minor in found.items() if minor}


def _sum(one: dict[Key, int], other: dict[Key, int]) -> dict[Key, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in dict.fromkeys(chain(one, other))}
