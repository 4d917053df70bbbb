"""Exports the whole log, line by line, from one snapshot, each chain checked on the way."""

from collections.abc import AsyncIterator, Callable, Sequence

from service.core.errors import BrokenInvariant
from service.storage.rows import LogEntry
from service.storage.store import Store
from service.storage.store_log import FACT
from service.workflows import export_lines as lines
from service.workflows.journal import entry_from, pages
from service.workflows.ledger import Ledger
from service.workflows.whole import Ends, ends_in

_PAGE = 5_000


async def export_ledger(ledger: Ledger, write: Callable[[bytes], object]) -> Ends:
    """Write every line of the ledger, the trailer last, and give where it ends.

    What is not part of the log is left out: credentials, answers under Idempotency-Keys, and private keys.
    BrokenInvariant where the log does not hold together; what was written by then is no export.
    """
    tally = lines.Tally()
    async with ledger.database.reading() as store:
        ends = await ends_in(store)
        write(tally.take(lines.HEADER, lines.header_line(ends.ledger)))
        for contract in ends.heads:
            async for kind, line in _of_contract(store, contract):
                write(tally.take(kind, line))
        async for kind, line in _of_tree(store):
            write(tally.take(kind, line))
    write(tally.trailer(ends))
    return ends


async def _of_contract(store: Store, contract: str) -> AsyncIterator[tuple[str, bytes]]:
    for participant, key in sorted((await store.keys_of_contract(contract)).items()):
        yield "key", lines.key_line(contract, participant, key)
    async for page in pages(store, contract):
        payloads = await _payloads(store, contract, page)
        for entry in page:
            yield "entry", lines.entry_line(entry, payloads.get(entry.sequence))
    after = (0, 0)
    while details := await store.details_behind(contract, after, _PAGE):
        for item in details:
            yield "detail", lines.detail_line(item)
        after = (details[-1].sequence, details[-1].position)
    for kept in await store.kept(contract):
        yield "kept", lines.kept_line(kept)


async def _payloads(store: Store, contract: str, page: Sequence[LogEntry]) -> dict[int, bytes]:
    for entry in page:
        # An import has nothing but the bytes: what stands beside them has to say the same.
        if entry_from(entry.entry_bytes) != entry:
            raise BrokenInvariant(
                f"The log of {contract} was altered beside its bytes at {entry.sequence}.", "log-broken"
            )
    payloads = await store.payloads(contract, page[0].sequence - 1, page[-1].sequence)
    strays = payloads.keys() - {entry.sequence for entry in page if entry.kind == FACT}
    if strays:
        raise BrokenInvariant(f"There is a fact of {contract} without an entry of the log.", "log-broken")
    return payloads


async def _of_tree(store: Store) -> AsyncIterator[tuple[str, bytes]]:
    after = -1
    while leaves := await store.leaves(after):
        for leaf in leaves:
            yield "leaf", lines.leaf_line(leaf)
        after = leaves[-1].leaf_index
    for key in await store.checkpoint_keys():
        yield "checkpoint_key", lines.checkpoint_key_line(key)
    number = 0
    while checkpoints := await store.checkpoints(number):
        for checkpoint in checkpoints:
            yield "checkpoint", lines.checkpoint_line(checkpoint)
        number = checkpoints[-1].number
