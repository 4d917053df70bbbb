"""The detail beside a statement: every line and every pending finding in full, each bound by a salted commitment."""

import hmac
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from service.core import canonical, money
from service.core.allocate import Allocation
from service.core.canonical import Document, Written
from service.core.evaluate import Finding
from service.core.evaluate.erased import is_erased, label_of
from service.core.price import Clip
from service.core.statement.beside import BesideLine, beside_document
from service.core.statement.lines import StatementLine, refs_to_document
from service.core.statement.shares import share_document
from service.core.terms import TermsTimeline
from service.core.units import to_four_decimals

Keys = Mapping[str, bytes]  # a random key a participant, "" for the contract's own


class DetailItem(Struct, frozen=True, gc=False):
    """One entry of a detail: whom it is about, its canonical bytes, and its salted commitment where keys are known."""

    kind: str
    participant: str
    stored: bytes
    salt: str | None
    commitment: str | None


class PendingShare(NamedTuple):
    """A pending finding and what of its price, before limits, each payer would owe the investor, in minor units; None:
    not known yet."""

    finding: Finding
    parts: tuple[tuple[str, int | None], ...]

    @property
    def due_minor(self) -> int | None:
        """What would be due to the investor from all payers; None where a part is not known yet."""
        known = [minor for _, minor in self.parts if minor is not None]
        return sum(known) if len(known) == len(self.parts) else None


class Wording:
    """Puts the lines and pending findings of one investor's detail into words, as finance and auditors read them."""

    def __init__(self, terms: TermsTimeline, investor: str) -> None:
        self._currency, self._investor = terms.latest.currency, investor
        versions = [version.terms for version in terms.versions]
        self._clauses = {(one.version, metric.id): metric.clause for one in versions for metric in one.metrics}
        self._shares: dict[tuple[int, str, str], Written] = {}
        self._prices: dict[Hashable, Written] = {}

    def line(self, line: StatementLine) -> Document:
        """A line in full."""
        currency, (outcome, payer), cause = self._currency, line.key, line.cause
        document: Document = {
            "item": "line",
            "kind": line.kind,
            "cause": {"code": cause.code, "sentence": cause.sentence, "facts": refs_to_document(cause.facts)},
            "metric": outcome.metric,
            "step": outcome.step,
            "participant": label_of(outcome.participant),
            "version": outcome.version,
            "achieved_on": outcome.achieved_on.isoformat(),
            "outcome_period": line.outcome_period,
            "payer": payer,
            "investor": self._investor,
            "clause": self._clauses[outcome.version, outcome.metric],
            "amount": money.to_text(line.amount_minor, currency),
            "stated_before": money.to_text(line.stated_minor, currency),
            "due": money.to_text(line.due_minor, currency),
            "sentence": line.sentence,
            "facts": refs_to_document(line.facts),
        }
        if not outcome.participant:
            document["people"] = line.people
        if line.allocation is not None:
            document["price"] = self._price(line.allocation)
            document["share"] = self._share(line.allocation)
        return document

    def _price(self, allocation: Allocation) -> Written:
        """Thousands of lines share few prices."""
        priced, quantity = allocation.line, allocation.line.finding.quantity
        key = (
            *(priced.metric.tariff.kind, priced.price_label, quantity.numerator, quantity.denominator),
            *(priced.finding.value, priced.gross_minor, priced.net_minor, allocation.payer_minor),
            *(priced.clips, priced.steps, priced.taken_over),
        )
        if key not in self._prices:
            self._prices[key] = canonical.written(_price_document(allocation, self._currency))
        return self._prices[key]

    def _share(self, allocation: Allocation) -> Document | Written:
        if allocation.pieces:
            return share_document(allocation, self._currency)
        outcome, payer = allocation.key
        key = (outcome.version, outcome.metric, payer)
        if key not in self._shares:
            self._shares[key] = canonical.written(share_document(allocation, self._currency))
        return self._shares[key]

    def deferred(self, line: StatementLine) -> Document:
        """A line in full that waits for larger groups: what it would state, and no part of what is stated."""
        return {**self.line(line), "item": "deferred"}

    def deferral(self, metric: str, sentence: str, lines: Sequence[StatementLine]) -> Document:
        """Why nothing of a metric is stated, which is about nobody; and the sum of its lines that wait."""
        amount = sum(line.amount_minor for line in lines if line.key.outcome.metric == metric)
        return {
            "item": "deferral",
            "metric": metric,
            "participant": "",
            "sentence": sentence,
            "facts": [],
            "amount": money.to_text(amount, self._currency),
        }

    def beside(self, line: BesideLine) -> Document:
        """A line beside outcomes, which is about nobody."""
        return {"item": "beside", "participant": "", "facts": [], **beside_document(line, self._currency)}

    def pending(self, pending: PendingShare) -> Document:
        """A pending finding in full: what it waits for, and what of its price would be due."""
        finding = pending.finding
        return {
            "item": "pending",
            "metric": finding.metric,
            "step": finding.step,
            "participant": label_of(finding.participant),
            "version": finding.version,
            "clause": self._clauses[finding.version, finding.metric],
            "why": str(finding.why),
            "sentence": finding.sentence,
            "facts": refs_to_document(finding.facts),
            "would_be_due": self._amount(pending.due_minor),
            "would_be_due_from": [{"payer": payer, "amount": self._amount(minor)} for payer, minor in pending.parts],
        }

    def _amount(self, minor: int | None) -> str | None:
        return None if minor is None else money.to_text(minor, self._currency)


def _price_document(allocation: Allocation, currency: str) -> Document:
    """From the price of one to what the payer owes, each step with its amount, so that it can be added up by hand."""
    priced = allocation.line
    document: Document = {
        "tariff": priced.metric.tariff.kind,
        "unit_price": None if priced.unit_price is None else format(priced.unit_price, "f"),
        "quantity": to_four_decimals(priced.finding.quantity),
        "value": priced.finding.value,
        "gross": money.to_text(priced.gross_minor, currency),
        "clipped": [_clip_document(clip, currency) for clip in priced.clips],
        "net": money.to_text(priced.net_minor, currency),
        "payer_part": money.to_text(allocation.payer_minor, currency),
    }
    if priced.steps:
        document["steps"] = [{"step": step.name, "told": step.told, "amount": step.amount} for step in priced.steps]
    if priced.taken_over:
        document["taken_over"] = [
            {"from": one.payer, "by": one.by, "amount": money.to_text(one.minor, currency)} for one in priced.taken_over
        ]
    return document


def _clip_document(clip: Clip, currency: str) -> Document:
    document: Document = {"limit": clip.limit, "amount": money.to_text(clip.minor, currency)}
    return document if clip.payer is None else {**document, "payer": clip.payer}


def detail_items(
    documents: Iterable[Document], number: str, keys: Keys | None, sealed: Mapping[int, str]
) -> tuple[DetailItem, ...]:
    """The entries with their commitments; without keys (a preview from files alone) there are none.

    `sealed` are the commitments, by position, of entries that were erased: nothing else is left of what they were made
    of. What is said of an erased participant later is about nobody any more, and salted with the contract's own key.

    The documents, which are given their positions here, are best made one by one as they are taken: a detail may have
    very many.
    """
    items = []
    for position, document in enumerate(documents, start=1):
        document["position"] = position
        stored, kind, participant = canonical.to_bytes(document), document["item"], document["participant"]
        erased = is_erased(participant)
        if erased and position in sealed:
            items.append(DetailItem(kind, participant, stored, None, sealed[position]))
            continue
        about = "" if erased else participant
        salt = salt_of(keys[about], f"{number}#{position}") if keys is not None else None
        commitment = canonical.commitment(salt, stored) if salt is not None else None
        items.append(DetailItem(kind, about, stored, salt.hex() if salt else None, commitment))
    return tuple(items)


def salt_of(key: bytes, label: str) -> bytes:
    """The salt of an entry: an HMAC of the participant's random key, so that deleting the key deletes every salt."""
    return hmac.digest(key, label.encode(), "sha256")


def detail_digest(commitments: Iterable[str]) -> str:
    """One SHA-256 over the commitments in order, each on a line of its own."""
    return canonical.sha256_hex("".join(f"{commitment}\n" for commitment in commitments).encode())
