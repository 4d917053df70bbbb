"""A contract's statements and money in the core alone: issue, pay, draw, take back, and every posting that makes."""

from dataclasses import dataclass, field, replace
from datetime import date

from service.core import canonical
from service.core.canonical import Document
from service.core.life.acts import Act, ActKind, issue_body, postings_document, postings_of
from service.core.life.contract_life import ContractLife, life_of
from service.core.life.positions import BUDGET_EFFECT, ContractPosition, PartyPosition, position_of
from service.core.life.rounds import draft_body
from service.core.money import from_text, to_text
from service.core.pipeline import Occasion, draft_statements
from service.core.post import Posting, Transaction, post_drawdown, post_payment, reversal_of
from service.core.statement import History
from tests.balances import out_of_balance
from tests.book import AnyKey, Book, day

FAR = date(2199, 12, 31)


@dataclass
class Lived:
    """What was done to the statements and money of a book's contract; every act has the next sequence number."""

    book: Book
    acts: list[Act] = field(default_factory=list)
    posted: list[tuple[int, date, Posting]] = field(default_factory=list)

    def life(self, known_at: int = 2**62) -> ContractLife:
        """The life as the log tells it at a sequence number."""
        return life_of([act for act in self.acts if act.sequence <= known_at], self.book.terms.known_at(known_at))

    def do(self, kind: ActKind, body: Document, on: str, reason: str | None = None) -> int:
        """Append an act; its sequence number."""
        self.book.sequence += 1
        act = Act(self.book.sequence, kind, "finance", day(on), reason, body)
        self.acts.append(act)
        self._post(act.sequence, body.get("value_date"), postings_of(body, self.book.terms.latest.currency))
        return act.sequence

    def _post(self, sequence: int, on: str | None, postings: tuple[Posting, ...]) -> None:
        self.posted += [(sequence, day(on or ""), posting) for posting in postings]

    def issue(self, label: str, on: str, *, is_final: bool = False) -> dict[str, Document]:
        """Issue the period on a day; the statements by investor."""
        period, life = self.book.period(label), self.life()
        inputs = replace(self.book.inputs(), books=life.books(self.book.sequence))
        occasion = Occasion(life.following.occasion.revision, is_final or life.following.occasion.is_final)
        drafts = draft_statements(inputs, period, self.book.histories, AnyKey(), occasion)
        self.do("draft", draft_body(label, occasion.revision, occasion.is_final, inputs.sequence, ()), on)
        told = {}
        for draft in drafts:
            document = canonical.from_bytes(draft.stored)
            self.do("statement", issue_body(document), on)
            self._post(self.book.sequence, document["period"]["through"], draft.transaction.postings)
            history = self.book.histories.get(draft.investor, History())
            self.book.histories[draft.investor] = history.told(draft.stored, draft.built_on)
            told[draft.investor] = document
        return told

    def pay(self, statement: str, payer: str, amount: str, on: str) -> int:
        """A payment on a statement; negative: paid back."""
        investor, terms = self.life().statements[statement].investor, self.book.terms
        minor = from_text(amount, terms.latest.currency)
        transaction = post_payment("payment", terms, payer, investor, minor)
        body = {"statement": statement, "payer": payer, "investor": investor, "bank_reference": "bank"}
        return self._move("settlement", body | {"amount": amount}, transaction, on)

    def draw(self, investor: str, amount: str, on: str) -> int:
        """Capital paid out."""
        currency = self.book.terms.latest.currency
        transaction = post_drawdown("drawdown", currency, investor, from_text(amount, currency))
        return self._move(
            "drawdown", {"investor": investor, "amount": amount, "bank_reference": "bank"}, transaction, on
        )

    def take_back(self, number: int, on: str) -> int:
        """A payment or a drawdown reversed."""
        currency = self.book.terms.latest.currency
        moved = next(act for act in self.acts if act.sequence == number)
        mirrored = reversal_of("reversal", Transaction("payment", currency, postings_of(moved.body, currency)))
        return self._move("reversal", {"reverses": number, "of": moved.kind}, mirrored, on, "the bank sent it back")

    def _move(self, kind: ActKind, body: Document, transaction: Transaction, on: str, reason: str | None = None) -> int:
        moved = {"value_date": on, "postings": postings_document(transaction)}
        return self.do(kind, body | moved, on, reason)

    def balances(self, as_of: date = FAR, known_at: int = 2**62) -> dict[str, int]:
        """The sums of postings by account."""
        held: dict[str, int] = {}
        for sequence, on, posting in self.posted:
            if on <= as_of and sequence <= known_at:
                held[posting.account] = held.get(posting.account, 0) + posting.amount_minor
        return held

    def position(self, as_of: str = str(FAR), known_at: int = 2**62) -> ContractPosition:
        """The position, which is what the postings sum to."""
        life, on = self.life(known_at), day(as_of)
        found = position_of(life, on, BUDGET_EFFECT)
        assert out_of_balance(found, life, self.balances(on, known_at)) == ()
        return found

    def investor(self, party: str, as_of: str = str(FAR), known_at: int = 2**62) -> PartyPosition:
        """One investor's position."""
        return next(one for one in self.position(as_of, known_at).investors if one.party == party)

    def payer(self, party: str, as_of: str = str(FAR), known_at: int = 2**62) -> PartyPosition:
        """One payer's position."""
        return next(one for one in self.position(as_of, known_at).payers if one.party == party)


def owed(position: PartyPosition, currency: str = "DKK") -> tuple[str, str, str, str]:
    """What was stated, paid, is outstanding and is carried, in major units."""
    one = position.owed
    amounts = (one.stated_minor, one.paid_minor, one.outstanding_minor, one.carried_minor)
    stated, paid, outstanding, carried = (to_text(minor, currency) for minor in amounts)
    return stated, paid, outstanding, carried
