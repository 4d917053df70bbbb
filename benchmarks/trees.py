"""The root of the tree of issued statements, beside nothing but SHA-256 of the same leaves in the same process."""

from collections.abc import Iterator
from hashlib import sha256
from math import log2

from benchmarks.load import Measured, Moment
from benchmarks.places import Place
from service.core.canonical import leaf_digest
from service.core.merkle import consistency_spans, inclusion_spans, subtrees, tree_root
from service.core.proofs import leaf_bytes

_EVERY = 997  # a prime, so that leaves of every kind of place are asked for


def rounds(place: Place, leaves: int) -> Iterator[tuple[str, Measured]]:
    """Timings of the root and of the bare digests in turn, for ever. RuntimeError where a proof reads too much."""
    stored = [_leaf(number) for number in range(leaves)]
    _refuse_long_proofs(leaves)
    while True:
        first = Moment.now()
        tree_root(map(leaf_digest, stored))
        yield "service", Measured.between(first, Moment.now())
        first = Moment.now()
        for leaf in stored:
            sha256(leaf).digest()
        yield "limit", Measured.between(first, Moment.now())


def most_nodes_read(leaves: int) -> int:
    """The most stored hashes that a proof in a tree of so many leaves reads, over every kind of place in it."""
    places = [0, leaves // 2, leaves - 1, *range(1, leaves, _EVERY)]
    proofs = [spans for place in places for spans in (inclusion_spans(place, leaves), consistency_spans(place, leaves))]
    return max(sum(len(subtrees(span)) for span in spans) for spans in proofs)


def _refuse_long_proofs(leaves: int) -> None:
    read, allowed = most_nodes_read(leaves), 2 * log2(leaves)
    if read > allowed:
        raise RuntimeError(f"a proof reads {read} nodes of a tree of {leaves} leaves, and {allowed:.1f} are allowed")


def _leaf(number: int) -> bytes:
    digest = sha256(b"%d" % number).digest()
    return leaf_bytes("outcomes-ledger", f"job-and-health.{number}.council.1", digest, "job-and-health", number, digest)
