"""The bundle of a statement: one zip with what it takes to check it without the ledger, equal whenever it is equal."""

import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from service.core import canonical
from service.core.notes import read_key, read_note
from service.core.proofs import LogProof
from service.core.statement.detail import salt_of
from service.storage.rows import DetailItemRow, StatementRow
from service.storage.store import Store
from service.workflows.ledger import Ledger
from service.workflows.proving import Consistency, consistency_in, proof_in
from service.workflows.statements import statement_in
from service.workflows.tree import broken_tree

_IN_MEMORY_BYTES = 4_000_000
_PAGE = 1_000
_README, _PROGRAM = (
    resources.files("service.render").joinpath(name).read_bytes() for name in ("bundle_readme.txt", "verify.py")
)
Keys = Mapping[str, bytes]


def manifest_of(statement: str, files: Mapping[str, tuple[int, str]]) -> bytes:
    """The manifest: every other file, in order, with its length in bytes and its SHA-256."""
    told = [{"name": name, "bytes": size, "sha256": digest} for name, (size, digest) in files.items()]
    return canonical.to_bytes({"bundle": statement, "format": 1, "files": told})


def member_info(name: str) -> zipfile.ZipInfo:
    """How a file stands in the zip: uncompressed and with a fixed date, so that equal contents are equal zips."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


@dataclass(slots=True)
class _Bundle:
    """A zip that is being written: of each file the length and SHA-256 are kept, of none the content."""

    archive: zipfile.ZipFile
    files: dict[str, tuple[int, str]]
    rows: int = 0  # about participants

    def add(self, name: str, parts: bytes | Iterable[bytes]) -> None:
        with self._entered(name) as write:
            for part in [parts] if isinstance(parts, bytes) else parts:
                write(part)

    async def add_pages(self, name: str, pages: AsyncIterator[bytes]) -> None:
        with self._entered(name) as write:
            async for page in pages:
                write(page)

    @contextmanager
    def _entered(self, name: str) -> Iterator[Callable[[bytes], None]]:
        size, digest = 0, sha256()

        def write(part: bytes) -> None:
            nonlocal size
            member.write(part)
            size += len(part)
            digest.update(part)

        with self.archive.open(member_info(name), "w") as member:
            yield write
        self.files[name] = size, digest.hexdigest()


class Bundled(NamedTuple):
    """A bundle to read from its beginning, the contract it is of, and how many rows about participants are in it."""

    stream: IO[bytes]
    contract: str
    rows: int


async def bundle_of(ledger: Ledger, id: str, *, is_whole: bool, since: int | None = None) -> Bundled:
    """The zip as a file to read from its beginning, on disk where it is large; it is gone when it is closed.

    `is_whole` adds what is about participants; `since` is the size of an earlier tree that a checkpoint told.
    NotFound for an unknown statement or one that no checkpoint covers, InvalidInput for a size that was never signed.
    """
    into = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115  whoever reads it closes it
    try:
        async with ledger.database.reading() as store:
            row = await statement_in(store, id)
            proof = await proof_in(store, row)
            consistency = None if since is None else await consistency_in(store, since)
            with zipfile.ZipFile(into, "w") as archive:
                bundle = _Bundle(archive, {})
                await _write(bundle, store, row, proof, consistency, is_whole)
        into.seek(0)
    except BaseException:
        into.close()
        raise
    return Bundled(into, row.contract, bundle.rows)


async def _write(
    bundle: _Bundle, store: Store, row: StatementRow, proof: LogProof, consistency: Consistency | None, is_whole: bool
) -> None:
    document = canonical.from_bytes(row.document)
    files = {one.version: one.file for one in await store.terms(row.contract, row.through_sequence)}
    bundle.add("README.txt", _README)
    bundle.add("verify.py", _PROGRAM)
    bundle.add("statement.json", row.document)
    for one in document["terms"]:
        bundle.add(f"terms/{one['version']}.txt", files[one["version"]])
    bundle.add("edition.txt", f"{document['edition']}\n".encode())
    bundle.add("proof.tlog-proof", proof.stored)
    bundle.add("checkpoint.txt", proof.checkpoint)
    bundle.add("keys.txt", _signers(proof.checkpoint, [one.vkey for one in await store.checkpoint_keys()]))
    if consistency is not None:
        bundle.add("consistency.json", canonical.to_bytes(consistency.document))
    await bundle.add_pages("log.ndjson", _log(store, row, 0 if is_whole else row.sequence - 1))
    if is_whole:
        await _write_people(bundle, store, row)
    bundle.add("manifest.json", manifest_of(row.id, bundle.files))


def _signers(checkpoint: bytes, published: Iterable[str]) -> bytes:
    """The published keys that signed, a line each, in the order of their signatures; BrokenInvariant where one is
    unknown."""
    by_id = {(key.name, key.id): key for key in map(read_key, published)}
    signatures = read_note(checkpoint).signatures
    unknown = [one.name for one in signatures if (one.name, one.key_id) not in by_id]
    if unknown:
        raise broken_tree(f"a key of {unknown[0]} that signed the last checkpoint was not published")
    return "".join(f"{by_id[one.name, one.key_id].text}\n" for one in signatures).encode()


async def _log(store: Store, row: StatementRow, after: int) -> AsyncIterator[bytes]:
    while entries := await store.entries(row.contract, after, row.sequence, limit=_PAGE):
        yield b"".join(entry.entry_bytes + b"\n" for entry in entries)
        after = entries[-1].sequence


async def _write_people(bundle: _Bundle, store: Store, row: StatementRow) -> None:
    """What is about participants: the detail, the events, and the statements before with their details."""
    keys = await store.keys_of_contract(row.contract)
    details, facts = (
        await store.details(row.contract, row.sequence),
        await store.fact_rows(row.contract, row.through_sequence),
    )
    bundle.add("detail.ndjson", _detail(row, details, keys))
    bundle.add("facts.ndjson", _facts(facts, keys))
    bundle.rows += len(details) + len(facts)
    for earlier in sorted(await store.statements(contract=row.contract), key=lambda one: one.sequence):
        if earlier.sequence <= row.through_sequence:
            entries = await store.details(earlier.contract, earlier.sequence)
            bundle.rows += len(entries)
            bundle.add(f"earlier/{earlier.id}.json", earlier.document)
            bundle.add(f"earlier/{earlier.id}.detail.ndjson", _detail(earlier, entries, keys))


def _detail(row: StatementRow, entries: Iterable[DetailItemRow], keys: Keys) -> Iterator[bytes]:
    """Each entry with its salt; of an erased one the commitment is all there is."""
    number = canonical.from_bytes(row.document)["number"]
    for entry in entries:
        told: canonical.Document = {"commitment": entry.commitment.hex()}
        if entry.participant is not None:
            told["item"] = canonical.from_bytes(entry.item)
            told["salt"] = salt_of(keys[entry.participant], f"{number}#{entry.position}").hex()
        yield canonical.to_bytes(told) + b"\n"


def _facts(rows: Iterable[tuple[int, bytes]], keys: Keys) -> Iterator[bytes]:
    for sequence, payload in rows:
        fact = canonical.from_bytes(payload)
        salt = salt_of(keys[fact.get("participant") or ""], f"fact/{fact['source']}/{fact['id']}")
        yield canonical.to_bytes({"sequence": sequence, "salt": salt.hex(), "fact": fact}) + b"\n"
