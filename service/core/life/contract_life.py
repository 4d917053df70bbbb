"""The life of a contract's statements and money, as its acts tell it in order: the one reader of acts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from service.core.books import Adjustment, Books, RecordedDrawdown
from service.core.life.acts import Act, ActKind, postings_of
from service.core.life.recorded import Drawdown, Erasure, Following, Proposed, Reopening
from service.core.life.rounds import DraftedStatement, Round
from service.core.life.statements import Dispute, Settlement, StatementLife
from service.core.money import from_text
from service.core.period import period_named
from service.core.pipeline import Occasion
from service.core.terms import TermsTimeline


@dataclass
class ContractLife:
    """Everything that was done, by its number; read in the order of the log, it says where everything stands."""

    terms: TermsTimeline
    rounds: list[Round] = field(default_factory=list)
    statements: dict[str, StatementLife] = field(default_factory=dict)
    adjustments: dict[int, Proposed] = field(default_factory=dict)
    drawdowns: dict[int, Drawdown] = field(default_factory=dict)
    reopenings: list[Reopening] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    reversed_on: dict[int, date] = field(default_factory=dict)  # by number of what is reversed: the value date
    is_closed: bool = False
    _books: list[RecordedDrawdown | Adjustment] = field(default_factory=list)

    @property
    def currency(self) -> str:
        """What every amount of the contract is in."""
        return self.terms.latest.currency

    @property
    def open_round(self) -> Round | None:
        """The round that is neither issued nor discarded: there is one at most."""
        last = self.rounds[-1] if self.rounds else None
        return last if last is not None and last.state not in ("issued", "discarded") else None

    @property
    def settled_through(self) -> int | None:
        """The sequence number that the final settlement is closed at, while nothing more is stated of the contract."""
        closing = [one.through for one in self.rounds if one.is_final and one.state == "issued"]
        return closing[-1] if self.is_closed and closing else None

    @property
    def following(self) -> Following:
        """What is to be stated next: the period after the last one; once a settled contract was reopened, a further
        revision of its last statements, with which it is settled again."""
        last = max(self.statements.values(), key=lambda one: one.sequence, default=None)
        if last is not None and last.is_final and not self.is_closed:
            return Following(
                period_named(last.period, self.terms.latest.periods), Occasion(last.revision + 1, is_final=True)
            )
        return Following(self.terms.period_after(last.period if last else None), Occasion())

    def may_be_drafted(self, period: str) -> bool:
        """Whether a period, by its label, is the one that comes next, of a contract that is not settled for good."""
        return not self.is_closed and self.open_round is None and self.following.period.label == period

    @property
    def open_reopening(self) -> Reopening | None:
        """The reopening that waits for a second person."""
        last = self.reopenings[-1] if self.reopenings else None
        return last if last is not None and last.approved_by is None else None

    def books(self, through: int) -> Books:
        """What was recorded by a sequence number, as inputs of a statement."""
        known = [entry for entry in self._books if entry.sequence <= through]
        return Books(
            tuple(entry for entry in known if isinstance(entry, RecordedDrawdown)),
            tuple(entry for entry in known if isinstance(entry, Adjustment)),
        )

    def settlement(self, number: int) -> Settlement | None:
        """A settlement by its number."""
        return next((one for s in self.statements.values() for one in s.settlements if one.number == number), None)

    def add(self, act: Act) -> None:
        """Take one more act in; what it may do was decided before it was written."""
        _TAKES[act.kind](self, act)

    def _draft(self, act: Act) -> None:
        self.rounds.append(_round(act))

    def _submit(self, act: Act) -> None:
        self.rounds[-1] = replace(self.rounds[-1], state="submitted", submitted_by=act.actor)

    def _approve(self, act: Act) -> None:
        self.rounds[-1] = replace(self.rounds[-1], state="approved", approved_by=act.actor)

    def _discard(self, act: Act) -> None:
        self.rounds[-1] = replace(self.rounds[-1], state="discarded")

    def _statement(self, act: Act) -> StatementLife:
        return self.statements[act.body["statement"]]

    def _issue(self, act: Act) -> None:
        # As the statement knew the terms: an amendment that comes later never moves the day it is due.
        known = self.terms.known_at(act.body["through_sequence"])
        issued = _issued(act, known.in_force(date.fromisoformat(act.body["through"])).payment_days)
        self.statements[issued.id] = issued
        if self.open_round is not None:
            self.rounds[-1] = replace(self.rounds[-1], state="issued", issued_by=act.actor)
        self.is_closed = self.is_closed or issued.is_final

    def _dispute(self, act: Act) -> None:
        self.statements[act.body["statement"]] = self._statement(act).with_dispute(_dispute(act))

    def _resolve(self, act: Act) -> None:
        body = act.body
        resolved = self._statement(act).with_resolution(body["dispute"], body["outcome"], act.sequence)
        self.statements[body["statement"]] = resolved

    def _settle(self, act: Act) -> None:
        body = act.body
        settlement = Settlement(
            act.sequence,
            body["statement"],
            body["payer"],
            body["investor"],
            from_text(body["amount"], self.currency),
            date.fromisoformat(body["value_date"]),
            body["bank_reference"],
            postings_of(body, self.currency),
        )
        self.statements[body["statement"]] = self._statement(act).with_settlement(settlement)

    def _draw(self, act: Act) -> None:
        body, minor = act.body, from_text(act.body["amount"], self.currency)
        on = date.fromisoformat(body["value_date"])
        self.drawdowns[act.sequence] = Drawdown(
            act.sequence, body["investor"], minor, on, body["bank_reference"], postings_of(body, self.currency)
        )
        self._books.append(RecordedDrawdown(body["investor"], on, minor, act.sequence))

    def _reverse(self, act: Act) -> None:
        number: int = act.body["reverses"]
        self.reversed_on[number] = date.fromisoformat(act.body["value_date"])
        if number in self.drawdowns:
            taken_back = self.drawdowns[number]
            self.drawdowns[number] = taken_back._replace(reversed_by=act.sequence)
            entry = RecordedDrawdown(taken_back.investor, taken_back.value_date, -taken_back.minor, act.sequence)
            self._books.append(entry)
            return
        settlement = self.settlement(number)
        if settlement is not None:
            life = self.statements[settlement.statement]
            self.statements[settlement.statement] = life.with_reversal(number, act.sequence)

    def _propose(self, act: Act) -> None:
        body = act.body
        self.adjustments[act.sequence] = Proposed(
            act.sequence,
            body["investor"],
            body["payer"],
            from_text(body["amount"], self.currency),
            act.reason or "",
            body["evidence"],
            act.actor,
            act.on,
            body["reverses"],
        )

    def _approve_adjustment(self, act: Act) -> None:
        number: int = act.body["adjustment"]
        proposed = self.adjustments[number]._replace(approved=act.sequence, decided_by=act.actor)
        self.adjustments[number] = proposed
        self._books.append(
            Adjustment(
                number,
                proposed.investor,
                proposed.payer,
                proposed.minor,
                proposed.reason,
                act.sequence,
                proposed.reverses,
            )
        )

    def _refuse_adjustment(self, act: Act) -> None:
        number: int = act.body["adjustment"]
        self.adjustments[number] = self.adjustments[number]._replace(refused=act.sequence, decided_by=act.actor)

    def _reopen(self, act: Act) -> None:
        self.reopenings.append(Reopening(act.sequence, act.reason or "", act.actor))

    def _approve_reopening(self, act: Act) -> None:
        self.reopenings[-1] = self.reopenings[-1]._replace(approved_by=act.actor)
        self.is_closed = False

    def _erase(self, act: Act) -> None:
        body = act.body
        told = (body["legal_basis"], body["events"], body["entries"], body["is_kept"])
        self.erasures.append(Erasure(act.sequence, act.on, act.actor, act.reason or "", *told))


_TAKES: Mapping[ActKind, Callable[[ContractLife, Act], None]] = {
    "draft": ContractLife._draft,
    "submission": ContractLife._submit,
    "approval": ContractLife._approve,
    "discard": ContractLife._discard,
    "statement": ContractLife._issue,
    "dispute": ContractLife._dispute,
    "resolution": ContractLife._resolve,
    "settlement": ContractLife._settle,
    "drawdown": ContractLife._draw,
    "reversal": ContractLife._reverse,
    "adjustment": ContractLife._propose,
    "adjustment_approval": ContractLife._approve_adjustment,
    "adjustment_refusal": ContractLife._refuse_adjustment,
    "reopening": ContractLife._reopen,
    "reopening_approval": ContractLife._approve_reopening,
    "erasure": ContractLife._erase,
}


def life_of(acts: Iterable[Act], terms: TermsTimeline) -> ContractLife:
    """The life that these acts tell, in their order, under the terms that are known."""
    life = ContractLife(terms)
    for act in acts:
        life.add(act)
    return life


def _round(act: Act) -> Round:
    body = act.body
    statements = tuple(DraftedStatement(**one) for one in body["statements"])
    return Round(
        act.sequence,
        body["period"],
        body["revision"],
        body["is_final"],
        body["through"],
        body["digest"],
        statements,
        "draft",
        act.actor,
    )


def _issued(act: Act, payment_days: int) -> StatementLife:
    body, currency, totals = act.body, act.body["currency"], act.body["totals"]
    return StatementLife(
        id=body["statement"],
        number=body["number"],
        sequence=act.sequence,
        contract=body["contract"],
        period=body["period"],
        through=date.fromisoformat(body["through"]),
        investor=body["investor"],
        revision=body["revision"],
        currency=currency,
        sha256=body["sha256"],
        issued_on=act.on,
        issued_by=act.actor,
        payment_days=payment_days,
        lines_minor=from_text(totals["lines"], currency),
        carried_in_minor=from_text(totals["carried_in"], currency),
        carried_forward_minor=from_text(totals["carried_forward"], currency),
        due={row["party"]: from_text(row["amount"], currency) for row in body["due_from"]},
        payable={row["party"]: from_text(row["amount"], currency) for row in body["payable_from"]},
        is_final=body["is_final"],
        limit_used_minor=None if body["limit_used"] is None else from_text(body["limit_used"], currency),
        guaranteed_minor=0 if body["guaranteed"] is None else from_text(body["guaranteed"], currency),
    )


def _dispute(act: Act) -> Dispute:
    body = act.body
    return Dispute(
        act.sequence,
        body["statement"],
        body["line"],
        body["metric"],
        act.actor,
        act.on,
        act.reason or "",
        body["evidence"],
    )
