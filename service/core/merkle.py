"""The Merkle tree of RFC 9162, section 2.1: its root, how it grows, and proofs made of few nodes and checked by few.

A tree is kept as its perfect subtrees. The leaf that completes one is its last leaf; so each leaf comes with the hashes
of the subtrees that it completes, 1 more per leaf on average, and whatever a root or a proof needs is found at the
last leaves of at most 2 log2(n) of them. Leaves are given as their hashes, `canonical.leaf_digest` of their bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32
Span = tuple[int, int]  # the leaves first <= index < end


class Subtree(NamedTuple):
    """The perfect subtree over the 2^level leaves from place * 2^level on; at level 0 it is a leaf."""

    level: int
    place: int

    @property
    def last_leaf(self) -> int:
        """The index of the leaf that completes it."""
        return ((self.place + 1) << self.level) - 1

    @property
    def span(self) -> Span:
        """Its leaves."""
        return self.place << self.level, (self.place + 1) << self.level


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right): the hash of a node above two others."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root of a whole tree, all of it hashed anew; of no leaves, SHA-256 of nothing."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    sha = sha256
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        # The lonely last node goes up as it is: doubling it would give two lists of leaves one root.
        level = [sha(b"\x01" + left + right).digest() for left, right in pairs] + level[len(level) & ~1 :]
    return level[0]


def subtrees(span: Span) -> list[Subtree]:
    """The fewest perfect subtrees that hold exactly these leaves, from left to right."""
    first, end = span
    found = []
    while first < end:
        largest = (end - first).bit_length() - 1
        level = min(largest, (first & -first).bit_length() - 1) if first else largest
        found.append(Subtree(level, first >> level))
        first += 1 << level
    return found


def joined(hashes: Sequence[bytes]) -> bytes:
    """The hash over the perfect subtrees that `subtrees` gives of a span of a tree, from left to right."""
    if not hashes:
        return EMPTY_ROOT
    above = hashes[-1]
    for left in hashes[-2::-1]:
        above = node_hash(left, above)
    return above


def completed(index: int, leaf_hash: bytes, before: Sequence[bytes]) -> list[bytes]:
    """The hashes of the subtrees that the leaf at `index` completes, from level 0, the leaf itself, upwards.

    `before` are the hashes of `subtrees((0, index))`.
    """
    grown, left = [leaf_hash], list(before)
    while index & 1:
        grown.append(node_hash(left.pop(), grown[-1]))
        index >>= 1
    return grown


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What each hash of an inclusion proof stands for, PATH(m, D[n]), from the leaf's sibling up to below the root.

    ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError("there is no such leaf in a tree of that size")
    spans, (first, end) = [], (0, size)
    while end - first > 1:
        middle = first + _split(end - first)
        inner, outer = ((first, middle), (middle, end)) if index < middle else ((middle, end), (first, middle))
        spans.append(outer)
        first, end = inner
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """What each hash of a consistency proof stands for, PROOF(m, D[n]); none where there is nothing to prove.

    ValueError unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError("a tree does not shrink")
    spans: list[Span] = []
    if old in (0, new):
        return spans
    first, end, is_whole = 0, new, True
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first, is_whole = middle, False
    return ([] if is_whole else [(first, end)]) + spans[::-1]


def proof_of(spans: Iterable[Span], hash_of: Mapping[Subtree, bytes]) -> list[bytes]:
    """The hashes of a proof, from those of the perfect subtrees of its spans."""
    return [joined([hash_of[subtree] for subtree in subtrees(span)]) for span in spans]


def includes(root: bytes, size: int, index: int, leaf_hash: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the leaf at this index of the tree of this size and root (RFC 9162, 2.1.3.2).

    Size and root have to come from one signed checkpoint: trees of some other sizes have proofs of the same shape.
    """
    if not 0 <= index < size or not _are_hashes(root, leaf_hash, *proof):
        return False
    place, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the tree of the old size and root to begin the one of the new (RFC 9162, 2.1.4.2).

    The RFC leaves out two cases without a proof: equal sizes have equal roots, and anything continues the empty tree.
    """
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old in (0, new):
        return not proof and old_root == (new_root if old == new else EMPTY_ROOT)
    return bool(proof) and _climbs(old, new, old_root, new_root, proof)


def _climbs(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    start, *others = proof if old & (old - 1) else (old_root, *proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = start
    for sibling in others:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


def _split(leaves: int) -> int:
    """The largest power of two below the number of leaves, which is at least 2."""
    return 1 << (leaves - 1).bit_length() - 1


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
