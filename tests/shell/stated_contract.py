"""A contract in the ledger beside its plain model: what is known of it and stated, and that both always agree."""

import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from service.core.life.acts import Act
from service.core.life.positions import BUDGET_EFFECT, position_of
from service.core.life.requests import NewDrawdown
from service.storage.tables import ActTable, PostingTable
from service.workflows import drawdowns, reopening, rounds
from service.workflows.acting import Done
from service.workflows.contracts import amend_contract, create_contract
from service.workflows.ingest import post_events
from service.workflows.issuing import issue_round
from service.workflows.known import terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known
from service.workflows.rebuild import rebuild
from service.workflows.verification import verify_statement
from tests.balances import out_of_balance
from tests.builders import correction, retraction
from tests.lived import FAR
from tests.shell.calling import sent
from tests.shell.living import exam, two_people
from tests.shell.plain_life import CAP_MINOR, INVESTORS, LAST, PlainLife
from tests.shell.tampering import rows_of

PEOPLE = ("ann", "bob")  # ann prepares and proposes, bob approves
DAYS = [f"{year}-{month}" for year in (2022, 2023, 2024) for month in ("01-15", "06-30", "12-31")]
PARTICIPANTS = [f"P{place}" for place in range(8)]
_names = itertools.count(1)


def text(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


class StatedContract(RuleBasedStateMachine):
    """Facts, terms and rounds of one contract; every step is done in the ledger and in the model."""

    ledger: Ledger
    run: Callable[[Awaitable[Any]], Any]

    def __init__(self) -> None:
        super().__init__()
        self.contract = f"w{next(_names)}"
        self.corrected: dict[str, str] = {}  # the id of the fact that stands, by participant

    def path(self, statement: str) -> str:
        return f"{self.contract}.{statement}"

    @initialize(
        floor=st.sampled_from([None, 0]),
        days=st.lists(st.sampled_from(DAYS), max_size=5),
        past=st.integers(0, 4),
        lost=st.booleans(),
    )
    def begins(self, floor: int | None, days: list[str], past: int, lost: bool) -> None:
        """Signed and, so that every life comes to its end, some exams passed and periods issued; four: settled too."""
        self.signed(floor)
        for participant, day in zip(PARTICIPANTS, days, strict=False):
            self.passes_on(participant, day)
        for investor in INVESTORS[: past // 2]:
            self.draws_capital(investor, 2_000_000, DAYS[0])
        for place in range(min(past, 3)):
            self.drafted(final=past == 4 and place == 2)
            self.go_on(whole=True)
            if lost and place == 0 and self.standing:
                self.tell(self.mended(self.standing[0], None))

    def draws_capital(self, investor: str, minor: int, day: str) -> None:
        told = NewDrawdown(
            investor=investor, amount=text(minor), currency="DKK", value_date=day, bank_reference="transfer"
        )
        act = self.act(drawdowns.draw(self.ledger, self.contract, told, "ann"))
        self.plain.drawdowns[act.sequence] = (investor, minor, day)

    def signed(self, floor: int | None) -> None:
        guarantee = {"party": "fund", "amount": text(CAP_MINOR)}
        self.document = two_people(contract=self.contract, guarantee=guarantee, payment_days=30)
        self.document["parties"]["fund"] = {"name": "The fund", "roles": ["guarantor"]}
        if floor == 0:
            self.document["floor"] = 0
        self.plain = PlainLife(floor)
        file = json.dumps(self.document).encode()
        self.run(create_contract(self.ledger, file, "application/json", "ann"))

    def tell(self, document: dict[str, Any]) -> None:
        (verdict,) = self.run(post_events(self.ledger, [{**document, "contract": self.contract}], "ann"))
        assert verdict.verdict == "accepted", verdict

    def act(self, doing: Awaitable[Done]) -> Act:
        done: Done = self.run(doing)
        (act,) = done.acts
        return act

    @rule(participant=st.sampled_from(PARTICIPANTS), day=st.sampled_from(DAYS))
    def passes(self, participant: str, day: str) -> None:
        if participant not in self.plain.exams:
            self.passes_on(participant, day)

    def passes_on(self, participant: str, day: str) -> None:
        for fact in exam(participant, day):
            self.tell(sent(fact))
        self.plain.exams[participant] = day
        self.corrected[participant] = f"exam-{participant}"

    def mended(self, participant: str, day: str | None) -> dict[str, Any]:
        """The correction to another day, or the retraction, of a participant's exam."""
        standing = exam(participant, "2022-01-15")[1].model_copy(update={"id": self.corrected[participant]})
        fact = retraction(standing) if day is None else correction(standing, on=day)
        if day is not None:
            self.corrected[participant] = fact.id
        self.plain.exams[participant] = day
        return {**sent(fact), "contract": self.contract}

    @property
    def standing(self) -> list[str]:
        return [name for name, day in self.plain.exams.items() if day is not None]

    @precondition(lambda self: self.standing)
    @rule(day=st.sampled_from([None, None, None, *DAYS]), data=st.data())
    def is_corrected(self, day: str | None, data: st.DataObject) -> None:
        self.tell(self.mended(data.draw(st.sampled_from(self.standing)), day))

    @rule(day=st.sampled_from(["2022-06-01", "2023-01-01", "2023-09-01", "2024-02-01"]), price=st.integers(1, 30))
    def is_amended(self, day: str, price: int) -> None:
        if day in self.plain.prices:
            return
        self.document["version"] += 1
        changes = {"effective_from": day, "reason": "agreed", "payment_days": price}
        self.document = {**self.document, **changes}
        (metric,) = self.document["metrics"]
        self.document["metrics"] = [{**metric, "tariff": {"kind": "flat", "price": text(price * 100_000)}}]
        file = json.dumps(self.document).encode()
        self.run(amend_contract(self.ledger, self.contract, file, "application/json", "ann"))
        self.plain.prices[day] = price * 100_000

    @precondition(lambda self: self.plain.may_draft)
    @rule(final=st.booleans(), whole=st.booleans())
    def is_drafted(self, final: bool, whole: bool) -> None:
        self.drafted(final=final)
        if whole:
            self.go_on(whole=True)

    def drafted(self, *, final: bool) -> None:
        period = self.plain.following
        final = period > LAST or (final and period == LAST)
        doing = (
            rounds.draft_final(self.ledger, self.contract, "ann")
            if final
            else rounds.draft_round(self.ledger, self.contract, period, "ann")
        )
        self.act(doing)
        self.plain.begin(is_final=final)

    @precondition(lambda self: self.plain.draft is not None)
    @rule(whole=st.booleans())
    def goes_on(self, whole: bool) -> None:
        self.go_on(whole=whole)

    def go_on(self, *, whole: bool) -> None:
        """One step further, or all that are left."""
        draft = self.plain.draft
        assert draft is not None
        found = self.read()[0].rounds[-1]
        ask = (self.ledger, self.contract, draft.period)
        while self.plain.draft is not None:
            if draft.state == "draft":
                self.act(rounds.submit_round(*ask, "ann"))
                draft.state = "submitted"
            elif draft.state == "submitted":
                self.act(rounds.approve_round(*ask, {found.digest}, "bob"))
                draft.state = "approved"
            else:
                self.run(issue_round(*ask, {found.digest}, "bob"))
                self.plain.issue()
            if not whole:
                return

    @precondition(lambda self: self.plain.draft is not None)
    @rule()
    def is_discarded(self) -> None:
        assert self.plain.draft is not None
        self.act(rounds.discard_round(self.ledger, self.contract, self.plain.draft.period, "again", "ann"))
        self.plain.draft = None

    @precondition(lambda self: self.plain.is_closed)
    @rule()
    def is_reopened(self) -> None:
        self.act(reopening.ask_to_reopen(self.ledger, self.contract, "a register was incomplete", "ann"))
        self.act(reopening.approve_reopening(self.ledger, self.contract, "bob"))
        self.plain.is_closed = False
        self.plain.reopened += 1

    def read(self) -> Any:
        async def reading() -> Any:
            async with self.ledger.database.reading() as store:
                life = await life_known(store, self.contract, await terms_known(store, self.contract))
                return life, await store.balances(self.contract)

        return self.run(reading())

    @invariant()
    def everything_adds_up(self) -> None:
        life, balances = self.read()
        assert sum(one.amount_minor for one in balances) == 0
        assert {one.account: one.amount_minor for one in balances if one.amount_minor} == self.plain.balances()
        held = {one.account: one.amount_minor for one in balances}
        assert out_of_balance(position_of(life, FAR, BUDGET_EFFECT), life, held) == ()
        assert set(life.statements) == {self.path(name) for name in self.plain.statements}
        for name, plain in self.plain.statements.items():
            one = life.statements[self.path(name)]
            assert {party: minor for party, minor in one.payable.items() if minor} == plain.payable
            assert {party: minor for party, minor in one.settled.items() if minor} == {
                party: minor for party, minor in plain.paid.items() if minor
            }
            assert one.settled_minor + one.outstanding_minor + one.carried_forward_minor == (
                one.lines_minor + one.carried_in_minor
            )
            assert (one.lines_minor, one.carried_forward_minor, one.state) == (plain.lines, plain.carried, plain.state)
            plain.due_on = plain.due_on or str(one.due_on)
            assert str(one.due_on) == plain.due_on
        assert life.is_closed == self.plain.is_closed

    def teardown(self) -> None:
        """In the end every statement is made again to the byte, and the look-ups come back from the log."""
        if not hasattr(self, "plain"):
            return
        for name in self.plain.statements:
            assert self.run(verify_statement(self.ledger, self.path(name))).holds, name
        before = [self.run(rows_of(self.ledger.database, model)) for model in (ActTable, PostingTable)]
        self.run(rebuild(self.ledger, self.contract))
        assert [self.run(rows_of(self.ledger.database, model)) for model in (ActTable, PostingTable)] == before
