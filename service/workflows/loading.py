"""Loads the lines of an export into a ledger: entries chained, facts, details and leaves held against their digests."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.core import canonical
from service.core.calculation import EDITIONS
from service.core.canonical import Document
from service.core.errors import InvalidInput
from service.core.events import fact_from_bytes
from service.core.notes import BadNote, read_key
from service.core.proofs import origin_of, signed_checkpoint
from service.core.statement.detail import detail_digest, salt_of
from service.storage.contract_files import read_file
from service.storage.rows import (
    ChainEnd,
    CheckpointKeyRow,
    CheckpointRow,
    DetailItemRow,
    FactRow,
    Head,
    KeptRow,
    LogEntry,
)
from service.storage.store import Store
from service.storage.store_log import FACT
from service.workflows.derived import statement_row
from service.workflows.journal import broken_link, entry_from
from service.workflows.reading_events import admitted
from service.workflows.rebuild import restore_look_ups
from service.workflows.sorting_in import committed, fact_row
from service.workflows.tree import Leaf, grow_tree, leaf_bytes_of, tree_hashes

_Place = tuple[str, int]  # contract, sequence


def refused(what: str) -> InvalidInput:
    """The refusal of an export; nothing of it is stored."""
    return InvalidInput(f"{what} Nothing was stored.", ())


@dataclass(slots=True)
class _Issued:
    """What an issued statement has to find: its leaf, and the commitments of its detail in order."""

    number: str
    leaf: bytes
    detail_digest: str | None
    commitments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Loading:
    """The lines taken so far in a unit of work that holds an empty ledger of that name."""

    store: Store
    ledger: str
    _heads: dict[str, Head] = field(default_factory=dict)
    _keys: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _issued: dict[_Place, _Issued] = field(default_factory=dict)
    _leafless: dict[_Place, None] = field(default_factory=dict)
    _kept: dict[_Place, str] = field(default_factory=dict)
    _vkeys: list[str] = field(default_factory=list)
    _checkpoints: int = 0
    _line: int = 0

    async def take(self, documents: Sequence[Document]) -> None:
        """Load some lines; InvalidInput for the first that is damaged, unknown, or contradicts what came before it."""
        batch: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            batch[str(document.get("line"))].append(document)
        unknown = batch.keys() - {"header", *_TAKING}
        if unknown:
            raise refused("The export holds a line of an unknown kind; install the version that wrote it.")
        for kind, take in _TAKING.items():
            try:
                if batch[kind]:
                    await take(self, batch[kind])
            except BadNote as error:
                raise refused(f"What is signed in the export cannot be believed: {error}.") from None
            except (KeyError, TypeError, ValueError, OverflowError):
                between = f"lines {self._line + 1} to {self._line + len(documents)}"
                raise refused(f"The export holds a line of kind {kind} that cannot be read ({between}).") from None
        self._line += len(documents)

    async def end(self) -> None:
        """After the last line: InvalidInput where something that has to be there is missing."""
        if self._leafless:
            raise refused("A statement of the export has no leaf in its tree.")
        if self._kept:
            raise refused("What is kept of an erased participant is missing from the export.")
        for (contract, sequence), one in self._issued.items():
            if one.detail_digest is not None and detail_digest(one.commitments) != one.detail_digest:
                raise refused(f"The detail of statement {sequence} of {contract} is not the one it was issued with.")

    async def take_keys(self, documents: Sequence[Document]) -> None:
        """Keys behind salts."""
        keys = {(one["contract"], one["participant"]): bytes.fromhex(one["key"]) for one in documents}
        if len(keys) < len(documents) or keys.keys() & self._keys.keys():
            raise refused("A key of the export is there twice.")
        await self.store.add_participant_keys(keys)
        self._keys |= keys

    async def take_entries(self, documents: Sequence[Document]) -> None:
        """Entries of the log with the facts they commit to, chained to those before."""
        by_contract: dict[str, list[LogEntry]] = defaultdict(list)
        facts: list[FactRow] = []
        for document in documents:
            entry = entry_from(document["bytes"].encode())
            by_contract[entry.contract].append(entry)
            self._refuse_foreign(entry)
            if "payload" in document:
                facts.append(self._fact(entry, document["payload"].encode()))
        for contract, entries in by_contract.items():
            await self._append(contract, entries)
        await self.store.append_facts(facts)
        for entries in by_contract.values():
            await restore_look_ups(self.store, entries)

    def _refuse_foreign(self, entry: LogEntry) -> None:
        told = canonical.from_bytes(entry.entry_bytes)
        if canonical.to_bytes(told) != entry.entry_bytes:
            raise refused(f"Entry {entry.sequence} of {entry.contract} is not in canonical JSON.")
        if told["ledger"] != self.ledger:
            raise refused(f"Entry {entry.sequence} of {entry.contract} is that of another ledger.")
        body, place = told["body"], (entry.contract, entry.sequence)
        if entry.kind == "terms" and _edition(body) not in EDITIONS:
            raise refused(
                f"Version {body['version']} of contract {entry.contract} is calculated by an edition that this program "
                "does not have; install a version that has it."
            )
        if entry.kind == "statement":
            row = statement_row(entry, body)
            self._issued[place] = _Issued(
                body["document"]["number"],
                leaf_bytes_of(self.ledger, row, entry),
                body["document"].get("detail_digest"),
            )
            self._leafless[place] = None
        if entry.kind == "erasure" and body["is_kept"]:
            self._kept[place] = body["kept_sha256"]

    def _fact(self, entry: LogEntry, payload: bytes) -> FactRow:
        one = admitted(0, fact_from_bytes(payload))
        body = canonical.from_bytes(entry.entry_bytes)["body"]
        key = self._keys.get((entry.contract, one.participant or ""))
        bound = entry.kind == FACT and one.contract == entry.contract and one.stored == payload
        if not bound or key is None or committed(one.source, one.id, one.stored, key) != body:
            raise refused(f"The fact at {entry.sequence} of {entry.contract} is not the one that the log commits to.")
        return fact_row(one, entry.sequence)

    async def _append(self, contract: str, entries: Sequence[LogEntry]) -> None:
        before = self._heads.get(contract) or await self.store.create_head(contract)
        broken = broken_link(entries, before)
        if broken is not None:
            raise refused(f"The chain of {contract} is broken at sequence {broken}.")
        last = entries[-1]
        await self.store.append(entries)
        await self.store.move_heads([ChainEnd(contract, last.sequence, last.digest)])
        self._heads[contract] = Head(last.sequence, last.digest)

    async def take_details(self, documents: Sequence[Document]) -> None:
        """Entries of details, in order, each of which its commitment binds."""
        rows = [self._detail(DetailItemRow(**_without_kind(document))) for document in documents]
        await self.store.add_detail_items(rows)

    def _detail(self, told: DetailItemRow) -> DetailItemRow:
        row = told._replace(commitment=bytes.fromhex(str(told.commitment)), item=str(told.item).encode())
        one = self._issued[row.contract, row.sequence]
        one.commitments.append(row.commitment.hex())
        if row.participant is None:
            return row
        salt = salt_of(self._keys[row.contract, row.participant], f"{one.number}#{row.position}")
        if canonical.commitment(salt, row.item) != row.commitment.hex():
            raise refused(f"Entry {row.position} of the detail of {one.number} is not the one it commits to.")
        return row

    async def take_kept(self, documents: Sequence[Document]) -> None:
        """What is kept of erased participants, which their erasures commit to."""
        for document in documents:
            row = KeptRow(**_without_kind(document) | {"kept": document["kept"].encode()})
            if self._kept.pop((row.contract, row.sequence)) != canonical.sha256_hex(row.kept):
                raise refused(f"What is kept at {row.sequence} of {row.contract} is not what its erasure says.")
            await self.store.add_kept(row)

    async def take_leaves(self, documents: Sequence[Document]) -> None:
        """Leaves of the tree of statements, in the order of issue."""
        leaves = [Leaf(one["contract"], one["sequence"], one["bytes"].encode()) for one in documents]
        for leaf in leaves:
            place = (leaf.contract, leaf.sequence)
            del self._leafless[place]
            if self._issued[place].leaf != leaf.stored:
                raise refused(f"The leaf of statement {leaf.sequence} of {leaf.contract} is not that of the statement.")
        await grow_tree(self.store, leaves)

    async def take_checkpoint_keys(self, documents: Sequence[Document]) -> None:
        """Public keys, in the order in which they came into use."""
        for document in documents:
            read_key(document["vkey"])
            self._vkeys.append(document["vkey"])
            moment = datetime.fromisoformat(document["made_at"])
            await self.store.add_checkpoint_key(CheckpointKeyRow(len(self._vkeys), document["vkey"], moment))

    async def take_checkpoints(self, documents: Sequence[Document]) -> None:
        """Signed checkpoints, each of this ledger's tree as it was."""
        keys = [read_key(vkey) for vkey in self._vkeys]
        for document in documents:
            note = document["note"].encode()
            signed = signed_checkpoint(note, keys, origin_of(self.ledger))
            (root,) = await tree_hashes(self.store, [(0, signed.size)])
            if root != signed.root:
                raise refused(f"A checkpoint of {signed.size} leaves was signed of another tree.")
            self._checkpoints += 1
            moment = datetime.fromisoformat(document["made_at"])
            await self.store.add_checkpoint(CheckpointRow(self._checkpoints, signed.size, root, note, moment))


def _without_kind(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "line"}


def _edition(terms: Document) -> object:
    return read_file(terms["file"].encode(), terms["media_type"]).get("edition")


# in the order in which rows of one need those of another
_TAKING: dict[str, Callable[[Loading, Sequence[Document]], Awaitable[None]]] = {
    "key": Loading.take_keys,
    "entry": Loading.take_entries,
    "detail": Loading.take_details,
    "kept": Loading.take_kept,
    "leaf": Loading.take_leaves,
    "checkpoint_key": Loading.take_checkpoint_keys,
    "checkpoint": Loading.take_checkpoints,
}
