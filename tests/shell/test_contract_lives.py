"""A contract lives through anything that may happen to it, in any order, beside a plain model of what it comes to.

LIFE_RUNS says how many lives of LIFE_STEPS steps are lived on each database.
"""

import asyncio
import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.core.life.requests import NewAdjustment, NewDispute, NewResolution, NewReversal, NewSettlement
from service.storage.database import Database
from service.storage.scope import EVERYTHING
from service.workflows import adjustments, disputes, settlements
from service.workflows.ledger import Ledger
from tests.shell.calling import ledger_on
from tests.shell.living import LETTER
from tests.shell.plain_life import INVESTORS, PAYERS
from tests.shell.stated_contract import DAYS, StatedContract, text

RUNS = int(os.environ.get("LIFE_RUNS", "25"))
STEPS = int(os.environ.get("LIFE_STEPS", "50"))
AMOUNTS = st.sampled_from([1, 33, 1_250_00, 7_777_77, -1, -5_000_00, -9_999_99, -20_000_00])


class ContractLives(StatedContract):
    """With money that is paid, drawn and adjusted, and statements that are disputed."""

    @precondition(lambda self: self.plain.statements)
    @rule(how=st.sampled_from(["whole", "part", "over"]), data=st.data())
    def is_paid(self, how: str, data: st.DataObject) -> None:
        """What is left, in whole or in part or with a credit above it; where it is negative, it is paid back."""
        owing = [
            (name, party)
            for name, one in self.plain.statements.items()
            for party in sorted(one.parties)
            if one.left(party) and one.state != "settled"
        ]
        if not owing:
            return
        name, party = data.draw(st.sampled_from(owing))
        one = self.plain.statements[name]
        left = one.left(party)
        minor = {"whole": left, "part": (abs(left) + 2) // 3 * (1 if left > 0 else -1), "over": abs(left) + 700}[how]
        told = NewSettlement(
            payer=party,
            amount=text(minor),
            currency="DKK",
            value_date="2026-01-15",
            bank_reference="transfer",
            allow_credit=how == "over",
        )
        act = self.act(settlements.settle(self.ledger, self.path(name), told, "ann"))
        one.paid[party] = one.paid.get(party, 0) + minor
        self.plain.payments[act.sequence] = (name, party, minor)

    @precondition(lambda self: self.plain.payments)
    @rule(data=st.data())
    def payment_comes_back(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.plain.payments)))
        payment = self.plain.payments[number]
        if payment is None:
            return
        self.reverse("settlement", number)
        name, party, minor = payment
        left = self.plain.statements[name].paid
        left[party] -= minor
        self.plain.payments[number] = None
        if not any(p is not None and p[:2] == (name, party) for p in self.plain.payments.values()):
            del left[party]

    def reverse(self, kind: str, number: int) -> None:
        told = NewReversal(reason="a mistake", value_date="2026-02-01")
        self.act(settlements.reverse_payment(self.ledger, self.contract, kind, number, told, "ann"))

    @rule(
        investor=st.sampled_from(INVESTORS), minor=st.sampled_from([1, 400_001, 2_000_000]), day=st.sampled_from(DAYS)
    )
    def draws(self, investor: str, minor: int, day: str) -> None:
        self.draws_capital(investor, minor, day)

    @precondition(lambda self: any(self.plain.drawdowns.values()))
    @rule(data=st.data())
    def drawdown_is_taken_back(self, data: st.DataObject) -> None:
        standing = [number for number, one in self.plain.drawdowns.items() if one is not None]
        number = data.draw(st.sampled_from(standing))
        self.reverse("drawdown", number)
        self.plain.drawdowns[number] = None

    @precondition(lambda self: not self.plain.is_closed)
    @rule(investor=st.sampled_from(INVESTORS), payer=st.sampled_from(PAYERS), minor=AMOUNTS)
    def is_adjusted(self, investor: str, payer: str, minor: int) -> None:
        evidence = {"evidence": LETTER, "reason": "agreed", "currency": "DKK"}
        told = NewAdjustment(investor=investor, payer=payer, amount=text(minor), **evidence)
        act = self.act(adjustments.propose(self.ledger, self.contract, told, "ann"))
        self.plain.proposed[act.sequence] = (investor, payer, minor)

    @precondition(lambda self: self.plain.proposed and not self.plain.is_closed)
    @rule(approved=st.sampled_from([True, True, False]), data=st.data())
    def adjustment_is_decided(self, approved: bool, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.plain.proposed)))
        why = None if approved else "not agreed"
        ask = (self.ledger, self.contract, number)
        self.act(adjustments.decide_on(*ask, approved=approved, actor="bob", reason=why))
        one = self.plain.proposed.pop(number)
        if approved:
            self.plain.approved[number] = one

    @precondition(lambda self: set(self.plain.approved) - self.plain.taken_back and not self.plain.is_closed)
    @rule(data=st.data())
    def adjustment_is_taken_back(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(set(self.plain.approved) - self.plain.taken_back)))
        act = self.act(adjustments.take_back(self.ledger, self.contract, number, "a mistake", "ann"))
        investor, payer, minor = self.plain.approved[number]
        self.plain.taken_back.add(number)
        self.act(
            adjustments.decide_on(self.ledger, self.contract, act.sequence, approved=True, actor="bob", reason=None)
        )
        self.plain.approved[act.sequence] = (investor, payer, -minor)

    @precondition(lambda self: self.plain.statements)
    @rule(data=st.data())
    def is_disputed(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.plain.statements)))
        told = NewDispute(metric="exam", reason="one is missing", evidence=LETTER)
        act = self.act(disputes.dispute(self.ledger, self.path(name), told, "ann"))
        self.plain.statements[name].disputes[act.sequence] = True

    @precondition(lambda self: any(any(one.disputes.values()) for one in self.plain.statements.values()))
    @rule(upheld=st.booleans(), day=st.sampled_from([None, None, None, *DAYS]), data=st.data())
    def is_resolved(self, upheld: bool, day: str | None, data: st.DataObject) -> None:
        waiting = [
            (name, number)
            for name, one in self.plain.statements.items()
            for number, is_open in one.disputes.items()
            if is_open
        ]
        name, number = data.draw(st.sampled_from(waiting))
        upheld = upheld and bool(self.standing)
        event = self.mended(data.draw(st.sampled_from(self.standing)), day) if upheld else None
        told = NewResolution(outcome="upheld" if upheld else "rejected", reason="looked at again", event=event)
        self.act(disputes.resolve(self.ledger, self.path(name), number, told, "bob"))
        self.plain.statements[name].disputes[number] = False


def test_a_contract_lives_through_anything_and_adds_up_at_every_step(database_url: str) -> None:
    with asyncio.Runner() as runner:

        def run(doing: Any) -> Any:
            return runner.run(doing)

        database = Database.at(database_url, EVERYTHING)
        ledger = ledger_on(database)
        run(begun(ledger))
        run_state_machine_as_test(
            type("Lives", (ContractLives,), {"ledger": ledger, "run": staticmethod(run)}),
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink),
            ),
        )
        run(database.dispose())


async def begun(ledger: Ledger) -> None:
    async with ledger.database.begin() as store:
        await store.set_ledger_name("ledger-under-test")
