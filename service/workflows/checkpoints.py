"""Checkpoints of the tree of issued statements: signed at every issue and on demand, never against an earlier one."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from service.core.errors import BrokenInvariant, NotFound
from service.core.merkle import EMPTY_ROOT, consistency_spans, is_consistent
from service.core.notes import BadNote, VerifierKey, read_key, read_note, signed_note, signers_of
from service.core.proofs import Checkpoint, origin_of, read_checkpoint, signed_checkpoint
from service.storage.rows import CheckpointKeyRow, CheckpointRow
from service.storage.signing_keys import SEED_BYTES, SigningKey, key_from_seed
from service.storage.store import Store
from service.telemetry.log_lines import LIFE
from service.workflows.ledger import Ledger
from service.workflows.tree import broken_tree, tree_hashes


@dataclass(frozen=True, slots=True)
class Rotated:
    """The key that signed so far, the one that signs from now on, and the checkpoint that both have signed."""

    before: VerifierKey
    after: VerifierKey
    checkpoint: CheckpointRow


async def make_checkpoint(ledger: Ledger) -> CheckpointRow:
    """Sign the tree as it stands; where the last checkpoint is that already, signed by the present key, that one.

    BrokenInvariant where the tree does not continue what was signed before; Unavailable without a usable key.
    """
    async with ledger.database.begin() as store:
        return await sign_tree(ledger, store, await store.lock_tree())


async def sign_tree(ledger: Ledger, store: Store, size: int) -> CheckpointRow:
    """The same within a unit of work that holds the tree's lock; `size` is the tree's."""
    signer = await _signing_key(ledger, await tree_name(store))
    return await _sign(ledger, store, size, [signer])


async def rotate_signing_key(ledger: Ledger) -> Rotated:
    """Put a new key in the place of the present one. One checkpoint is signed by both, both keys stay published.

    The new key is kept before the unit is committed: a new key that was not announced signs as a fresh one does.
    """
    async with ledger.database.begin() as store:
        size = await store.lock_tree()
        name = await tree_name(store)
        before = await _signing_key(ledger, name)
        after = key_from_seed(name, ledger.random_bytes(SEED_BYTES))
        checkpoint = await _sign(ledger, store, size, [before, after])
        await asyncio.to_thread(ledger.key_ring.replace, after)
    return Rotated(before.public, after.public, checkpoint)


async def accept_restore(ledger: Ledger) -> tuple[int | None, int]:
    """Go on from the last checkpoint in the database, whatever was signed after it: for a restore that is meant, or a
    ledger that is begun anew with its key.

    Gives the size that the note beside the key told of, None without one, and the size that stands there now.
    BrokenInvariant where the database does not hold together by itself.
    """
    async with ledger.database.begin() as store:
        size, name, last = await store.lock_tree(), await tree_name(store), await store.last_checkpoint()
        keys = [read_key(row.vkey) for row in await store.checkpoint_keys()]
        await _continued(store, size, None if last is None else last.note, keys, name)
        kept = await asyncio.to_thread(ledger.key_ring.last_note, name)
        await asyncio.to_thread(ledger.key_ring.keep_note, name, None if last is None else last.note)
    return (None if kept is None else _size_told(kept)), size


def _size_told(note: bytes) -> int | None:
    try:
        return read_checkpoint(read_note(note).text).size
    except BadNote:
        return None


async def begin_signing(ledger: Ledger) -> None:
    """Make the signing key of a ledger at its first start. Unavailable where it cannot be kept.

    A note that another ledger of this name left beside the key is given up: what begins empty continues nothing.
    """
    async with ledger.database.reading() as store:
        name = await tree_name(store)
    await _signing_key(ledger, name)
    if await asyncio.to_thread(ledger.key_ring.last_note, name) is not None:
        logging.getLogger(LIFE).warning("a new ledger begins with the signing key of another one of its name")
        await asyncio.to_thread(ledger.key_ring.keep_note, name, None)


async def signing_key_in_use(ledger: Ledger) -> tuple[VerifierKey | None, bool]:
    """The key that signs, None before it is made, and whether any key has signed. Unavailable where there is one that
    cannot be used, which a service should know when it starts."""
    async with ledger.database.reading() as store:
        name, has_signed = await tree_name(store), bool(await store.checkpoint_keys())
    found = await asyncio.to_thread(ledger.key_ring.current, name)
    return (None if found is None else found.public), has_signed


async def last_checkpoint(ledger: Ledger) -> CheckpointRow:
    """The checkpoint that was signed last; NotFound before the first."""
    async with ledger.database.glance() as store:
        return checkpoint_in(await store.last_checkpoint())


def checkpoint_in(found: CheckpointRow | None) -> CheckpointRow:
    """The checkpoint; NotFound where there is none."""
    if found is None:
        raise NotFound(
            "Nothing is signed yet; POST /v1/checkpoints signs the tree as it stands.", "checkpoint-not-found"
        )
    return found


async def checkpoint_keys(ledger: Ledger) -> list[CheckpointKeyRow]:
    """Every key that signs or has signed checkpoints, in the order in which they came into use."""
    async with ledger.database.glance() as store:
        return await store.checkpoint_keys()


async def tree_name(store: Store) -> str:
    """The name of the ledger's tree and of its keys."""
    return origin_of(await store.ledger_name() or "")


async def _signing_key(ledger: Ledger, name: str) -> SigningKey:
    found = await asyncio.to_thread(ledger.key_ring.current, name)
    if found is not None:
        return found
    return await asyncio.to_thread(ledger.key_ring.begin, key_from_seed(name, ledger.random_bytes(SEED_BYTES)))


async def _sign(ledger: Ledger, store: Store, size: int, signers: Sequence[SigningKey]) -> CheckpointRow:
    name, known = signers[0].public.name, await store.checkpoint_keys()
    keys = [read_key(row.vkey) for row in known]
    last = await store.last_checkpoint()
    root = await _continued(store, size, None if last is None else last.note, keys, name)
    await _hold_to_kept(ledger, store, size, last, keys, name)
    if last is not None and last.tree_size == size and _is_by(last, keys, signers):
        return last
    await _publish(ledger, store, known, signers)
    text = Checkpoint(name, size, root).text
    note = signed_note(text, [(signer.public, signer.sign) for signer in signers])
    number = 1 if last is None else last.number + 1
    row = CheckpointRow(number, size, root, note.stored, ledger.now())
    await store.add_checkpoint(row)
    return row


async def _hold_to_kept(
    ledger: Ledger, store: Store, size: int, last: CheckpointRow | None, keys: Sequence[VerifierKey], name: str
) -> None:
    """BrokenInvariant where the tree does not continue the note beside the key, which nobody reaches who writes to the
    database alone. The last committed note takes its place before the next one is signed."""
    kept = await asyncio.to_thread(ledger.key_ring.last_note, name)
    if kept is not None and (last is None or kept != last.note):
        try:
            await _continued(store, size, kept, keys, name)
        except BrokenInvariant as error:
            raise broken_tree(
                f"it was rolled back or forked behind the note beside the signing key ({error})"
            ) from None
    if last is not None and kept != last.note:
        await asyncio.to_thread(ledger.key_ring.keep_note, name, last.note)


async def continued_root(store: Store, size: int, last: CheckpointRow | None) -> bytes:
    """The root of the tree of that size, proved to continue the checkpoint that was signed last; BrokenInvariant."""
    keys = [read_key(row.vkey) for row in await store.checkpoint_keys()]
    return await _continued(store, size, None if last is None else last.note, keys, await tree_name(store))


async def _continued(store: Store, size: int, note: bytes | None, keys: Sequence[VerifierKey], name: str) -> bytes:
    """The root of the tree, which is proved to continue the one that a note has signed; BrokenInvariant.

    What was signed is read from the note under its verified signature: the columns beside it are not believed.
    """
    try:
        was = Checkpoint(name, 0, EMPTY_ROOT) if note is None else signed_checkpoint(note, keys, name)
    except BadNote as error:
        raise broken_tree(f"the last checkpoint cannot be believed, {error}") from None
    if was.size > size:
        raise broken_tree(f"{was.size} leaves were signed and {size} are there")
    root, *proof = await tree_hashes(store, [(0, size), *consistency_spans(was.size, size)])
    if not is_consistent(was.size, size, was.root, root, proof):
        raise broken_tree(f"it does not continue the checkpoint of {was.size} leaves that was signed last")
    return root


def _is_by(checkpoint: CheckpointRow, keys: Sequence[VerifierKey], signers: Sequence[SigningKey]) -> bool:
    return {signer.public for signer in signers} <= {*signers_of(read_note(checkpoint.note), keys)}


async def _publish(
    ledger: Ledger, store: Store, known: Sequence[CheckpointKeyRow], signers: Sequence[SigningKey]
) -> None:
    published = {row.vkey for row in known}
    fresh = [signer.public.text for signer in signers if signer.public.text not in published]
    for number, vkey in enumerate(fresh, start=len(known) + 1):
        if number > 1:
            logging.getLogger(LIFE).warning("a new key signs checkpoints from now on; tell whoever verifies them")
        await store.add_checkpoint_key(CheckpointKeyRow(number, vkey, ledger.now()))
