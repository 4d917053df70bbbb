"""The detail beside a statement: every line and every pending finding in full, each bound by a salted commitment."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from service.core import canonical, money
from service.core.canonical import Document
from service.core.evaluate import Finding
from service.core.price.tariffs import unit_price
from service.core.statement.lines import StatementLine, refs_to_document
from service.core.terms.contract import whole_weights
from service.core.units import to_four_decimals

Keys = Mapping[str, bytes]  # a random key a participant, "" for the contract's own


@dataclass(frozen=True, slots=True)
class DetailItem:
    """One entry of a detail: whom it is about, its canonical bytes, and its salted commitment where keys are known."""

    kind: str
    participant: str
    stored: bytes
    salt: str | None
    commitment: str | None


@dataclass(frozen=True, slots=True)
class PendingShare:
    """A pending finding and what of its price, before limits, would be due to the investor; None: not known yet."""

    finding: Finding
    due_minor: int | None


def line_document(line: StatementLine, currency: str, clause: str, investor: str) -> Document:
    """A line in full, as finance and auditors read it."""
    outcome = line.key.outcome
    document: Document = {
        "item": "line",
        "kind": line.kind,
        "cause": {
            "code": line.cause.code,
            "sentence": line.cause.sentence,
            "facts": refs_to_document(line.cause.facts),
        },
        "metric": outcome.metric,
        "step": outcome.step,
        "participant": outcome.participant,
        "version": outcome.version,
        "achieved_on": outcome.achieved_on.isoformat(),
        "outcome_period": line.outcome_period,
        "payer": line.key.payer,
        "investor": investor,
        "clause": clause,
        "amount": money.to_text(line.amount_minor, currency),
        "stated_before": money.to_text(line.stated_minor, currency),
        "due": money.to_text(line.due_minor, currency),
        "sentence": line.sentence,
        "facts": refs_to_document(line.facts),
    }
    if line.allocation is not None:
        document["price"] = _price_document(line, currency)
        document["share"] = _share_document(line, investor)
    return document


def _price_document(line: StatementLine, currency: str) -> Document:
    allocation = line.allocation
    if allocation is None:
        raise ValueError("a reversed line has no price")
    priced = allocation.line
    return {
        "tariff": priced.metric.tariff.kind,
        "unit_price": format(unit_price(priced.metric, priced.finding), "f"),
        "quantity": to_four_decimals(priced.finding.quantity),
        "value": priced.finding.value,
        "gross": money.to_text(priced.gross_minor, currency),
        "clipped": [{"limit": clip.limit, "amount": money.to_text(clip.minor, currency)} for clip in priced.clips],
        "net": money.to_text(priced.net_minor, currency),
        "payer_part": money.to_text(allocation.payer_minor, currency),
    }


def _share_document(line: StatementLine, investor: str) -> Document:
    if line.allocation is None:
        raise ValueError("a reversed line has no share")
    priced = line.allocation.line
    payers, investors = priced.terms.payers_of(priced.metric), priced.terms.shares.investors
    return {
        "payer": _fraction_of([share.party for share in payers], whole_weights(payers), line.key.payer),
        "investor": _fraction_of([share.party for share in investors], whole_weights(investors), investor),
    }


def _fraction_of(parties: Sequence[str], weights: Sequence[int], party: str) -> str:
    """A party's share in lowest terms, as "1/2"; the whole of it is "1"."""
    weight, whole = weights[parties.index(party)], sum(weights)
    common = gcd(weight, whole)
    return f"{weight // common}/{whole // common}" if weight != whole else "1"


def pending_document(pending: PendingShare, currency: str, clause: str) -> Document:
    """A pending finding in full: what it waits for, and what of its price would be due."""
    finding = pending.finding
    return {
        "item": "pending",
        "metric": finding.metric,
        "step": finding.step,
        "participant": finding.participant,
        "version": finding.version,
        "clause": clause,
        "why": str(finding.why),
        "sentence": finding.sentence,
        "facts": refs_to_document(finding.facts),
        "would_be_due": None if pending.due_minor is None else money.to_text(pending.due_minor, currency),
    }


def detail_items(documents: Sequence[Document], number: str, keys: Keys | None) -> tuple[DetailItem, ...]:
    """The entries with their commitments; without keys (a preview from files alone) there are none."""
    items = []
    for position, document in enumerate(documents, start=1):
        stored = canonical.to_bytes({**document, "position": position})
        salt = salt_of(keys, document["participant"], f"{number}#{position}") if keys is not None else None
        commitment = canonical.commitment(salt, stored) if salt is not None else None
        items.append(
            DetailItem(document["item"], document["participant"], stored, salt.hex() if salt else None, commitment)
        )
    return tuple(items)


def salt_of(keys: Keys, participant: str, label: str) -> bytes:
    """The salt of an entry: an HMAC of the participant's random key, so that deleting the key deletes every salt."""
    return hmac.digest(keys[participant], label.encode(), "sha256")


def detail_digest(commitments: Iterable[str]) -> str:
    """One SHA-256 over the commitments in order, each on a line of its own."""
    return canonical.sha256_hex("".join(f"{commitment}\n" for commitment in commitments).encode())
