"""The detail beside a statement: read it whole, and explain one entry down to the events it rests on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import NotFound
from service.core.pipeline import Draft
from service.core.statement.detail import salt_of
from service.core.statement.explain import explain
from service.core.statement.lines import refs_from_document
from service.storage.rows import DetailItemRow, StatementRow
from service.storage.store import Store
from service.workflows.known import keys_of, terms_known
from service.workflows.ledger import Ledger
from service.workflows.statements import statement_in


@dataclass(frozen=True, slots=True)
class DetailRead:
    """The whole detail of a statement in JSON, the contract it is of, and how many entries it has."""

    document: bytes
    contract: str
    entries: int


async def read_detail(ledger: Ledger, id: str) -> DetailRead:
    """The whole detail of a statement: every line and pending finding, with salt and commitment; NotFound."""
    async with ledger.database.reading() as store:
        row = await statement_in(store, id)
        entries = await store.details(row.contract, row.sequence)
        participants = sorted({entry.participant for entry in entries if entry.participant is not None})
        keys = await keys_of(store, row.contract, participants)
    statement = canonical.from_bytes(row.document)
    number: str = statement["number"]
    items = (_shown(entry, number, keys) for entry in entries)
    document = b"".join(_detail(number, statement["detail_digest"], items))
    return DetailRead(document, row.contract, len(entries))


def _shown(entry: DetailItemRow, number: str, keys: Mapping[str, bytes]) -> bytes:
    """An entry with its salt and commitment; of an erased one the commitment is all there is."""
    if entry.participant is None:
        erased = {"item": "erased", "position": entry.position, "commitment": entry.commitment.hex()}
        return canonical.to_bytes(erased)
    salt = salt_of(keys[entry.participant], f"{number}#{entry.position}")
    return _bound(entry.item, salt.hex(), entry.commitment.hex())


def detail_of_draft(draft: Draft) -> bytes:
    """The detail that issuing a draft would store beside it, in JSON."""
    return b"".join(_detail_of_draft(draft))


def preview_of(drafts: Iterable[Draft]) -> bytes:
    """Drafts with the details behind them, in JSON; put together at once, because a detail can be long."""
    pieces = [b'{"data":[']
    for place, draft in enumerate(drafts):
        pieces += (b',{"statement":' if place else b'{"statement":', draft.stored, b',"detail":')
        pieces += _detail_of_draft(draft)
        pieces.append(b"}")
    return b"".join([*pieces, b"]}"])


def _detail_of_draft(draft: Draft) -> Iterator[bytes]:
    items = (_bound(item.stored, item.salt, item.commitment) for item in draft.items)
    return _detail(draft.number, draft.detail_digest, items)


def _detail(number: str, digest: str | None, items: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a detail piece by piece, its items as they are stored: it can be long, and reading each is slow."""
    yield canonical.to_bytes({"statement": number, "detail_digest": digest})[:-1]
    separator = b',"items":['
    for item in items:
        yield separator
        yield item
        separator = b","
    yield b"]}" if separator == b"," else b',"items":[]}'


def _bound(stored: bytes, salt: str | None, commitment: str | None) -> bytes:
    """An item with what its commitment was made of; as it is where there are no keys."""
    if salt is None:
        return stored
    return b'{"commitment":"%b","salt":"%b",%b' % ((commitment or "").encode(), salt.encode(), stored[1:])


@dataclass(frozen=True, slots=True)
class Explained:
    """One entry of a detail in sentences, with the events it rests on as they were posted."""

    contract: str
    item: Document
    explanation: Document
    events: tuple[Document, ...]


async def explain_entry(ledger: Ledger, id: str, position: int) -> Explained:
    """Explain the entry of a statement's detail at that position; NotFound."""
    async with ledger.database.reading() as store:
        row = await statement_in(store, id)
        entry = await store.detail_item(row.contract, row.sequence, position)
        if entry is None:
            raise NotFound("The statement's detail has no entry of that number.", "line-not-found")
        if entry.participant is None:
            raise NotFound("The participant of that entry was erased; only its commitment is left.", "line-erased")
        return await _explained(store, row, entry)


async def _explained(store: Store, row: StatementRow, entry: DetailItemRow) -> Explained:
    item, statement = canonical.from_bytes(entry.item), canonical.from_bytes(row.document)
    terms = await terms_known(store, row.contract, row.through_sequence)
    cited = [*item["facts"], *item.get("cause", {}).get("facts", ())]
    identities = [(row.contract, *ref) for ref in dict.fromkeys(refs_from_document(cited))]
    known = await store.known_facts(identities)
    payloads = (known[identity].payload for identity in identities if identity in known)
    events = tuple(canonical.from_bytes(payload) for payload in payloads if payload is not None)
    return Explained(row.contract, item, explain(item, terms, statement), events)
