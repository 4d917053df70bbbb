"""The tree is that of RFC 9162, it grows leaf by leaf, its proofs are few nodes, and no altered proof is believed."""

from collections.abc import Iterator
from functools import cache
from math import log2
from random import Random

import pytest

from service.core.canonical import leaf_digest
from service.core.merkle import (
    EMPTY_ROOT,
    Subtree,
    completed,
    consistency_spans,
    includes,
    inclusion_spans,
    is_consistent,
    joined,
    proof_of,
    subtrees,
    tree_root,
)
from tests.core import rfc_tree

# The reference leaves of Certificate Transparency and the roots of the first 0 to 8 of them.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = ["e3b0c442", "6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4", "5dc9da79"]
CT_ROOT_OF_ONE = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
CT_ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
LARGEST = 130


def leaves_of(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


@cache
def tree_of(size: int) -> dict[Subtree, bytes]:
    """Every perfect subtree of a tree that grew to this size leaf by leaf."""
    nodes: dict[Subtree, bytes] = {}
    for index, leaf in enumerate(leaves_of(size)):
        before = [nodes[subtree] for subtree in subtrees((0, index))]
        for level, node in enumerate(completed(index, leaf_digest(leaf), before)):
            nodes[Subtree(level, index >> level)] = node
    return nodes


@cache
def root(size: int) -> bytes:
    return tree_root(map(leaf_digest, leaves_of(size)))


def inclusion(index: int, size: int) -> list[bytes]:
    return proof_of(inclusion_spans(index, size), tree_of(max(LARGEST, size)))


def consistency(old: int, new: int) -> list[bytes]:
    return proof_of(consistency_spans(old, new), tree_of(max(LARGEST, new)))


def test_the_roots_of_the_reference_leaves_are_those_of_certificate_transparency() -> None:
    roots = [tree_root(map(leaf_digest, CT_LEAVES[:size])).hex() for size in range(9)]
    assert [one[:8] for one in roots] == CT_ROOTS
    assert (roots[1], roots[8]) == (CT_ROOT_OF_ONE, CT_ROOT_OF_EIGHT)


def test_a_lonely_leaf_is_not_doubled() -> None:
    assert tree_root([leaf_digest(b"a"), leaf_digest(b"b"), leaf_digest(b"c")]) != tree_root(
        [leaf_digest(leaf) for leaf in (b"a", b"b", b"c", b"c")]
    )


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = leaf_digest(b"a"), leaf_digest(b"b")
    assert leaf_digest(left + right) != tree_root([left, right])


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_the_root_of_every_small_tree_is_what_the_rfc_defines_however_it_was_made(size: int) -> None:
    leaves = leaves_of(size)
    assert tree_root(map(leaf_digest, leaves)) == rfc_tree.mth(leaves)
    assert joined([tree_of(LARGEST)[subtree] for subtree in subtrees((0, size))]) == rfc_tree.mth(leaves)


def test_the_proofs_of_every_small_tree_are_those_of_the_rfc() -> None:
    for size in range(1, LARGEST + 1):
        leaves = leaves_of(size)
        for place in range(0, size, 1 if size < 40 else 7):
            assert inclusion(place, size) == rfc_tree.path(place, leaves)
            assert consistency(place + 1, size) == rfc_tree.proof(place + 1, leaves)


def test_every_proof_of_every_small_tree_holds() -> None:
    for size in range(1, LARGEST + 1):
        for index, leaf in enumerate(leaves_of(size)):
            assert includes(root(size), size, index, leaf_digest(leaf), inclusion(index, size)), (index, size)
        for old in range(size + 1):
            assert is_consistent(old, size, root(old), root(size), consistency(old, size)), (old, size)


def test_a_thousand_trees_of_random_sizes_agree_with_the_definition_of_the_rfc() -> None:
    chance = Random(9162)
    for _ in range(1000):
        size = chance.randint(1, 700)
        index, old, leaves = chance.randrange(size), chance.randint(1, size), leaves_of(size)
        tree = tree_of(700)
        assert tree_root(map(leaf_digest, leaves)) == rfc_tree.mth(leaves)
        assert proof_of(inclusion_spans(index, size), tree) == rfc_tree.path(index, leaves)
        assert proof_of(consistency_spans(old, size), tree) == rfc_tree.proof(old, leaves)


def test_a_proof_reads_at_most_twice_the_logarithm_of_the_size_in_nodes() -> None:
    chance = Random(1)
    sizes = [*range(2, 300), *(chance.randint(300, 2**40) for _ in range(300)), 2**30 - 1, 2**30, 2**30 + 1]
    for size in sizes:
        for place in {0, size - 1, size // 2, *(chance.randrange(size) for _ in range(20))}:
            for spans in (inclusion_spans(place, size), consistency_spans(place, size)):
                assert sum(len(subtrees(span)) for span in spans) <= 2 * log2(size), (place, size)


def test_a_root_is_joined_from_at_most_the_logarithm_of_the_size_in_nodes() -> None:
    for size in [*range(1, 300), 2**40 - 1]:
        assert len(subtrees((0, size))) == size.bit_count()


def test_what_a_leaf_completes_ends_with_that_leaf() -> None:
    assert {subtree.last_leaf for subtree in tree_of(64)} == set(range(64))
    assert [subtree for subtree in tree_of(64) if subtree.last_leaf == 7] == [
        Subtree(0, 7),
        Subtree(1, 3),
        Subtree(2, 1),
        Subtree(3, 0),
    ]


def altered(proof: list[bytes], chance: Random) -> Iterator[list[bytes]]:
    """The proof with each byte changed, with hashes left out, doubled, added and in every other order of two."""
    for place, one in enumerate(proof):
        for byte in range(len(one)):
            flipped = one[:byte] + bytes([one[byte] ^ (1 << chance.randrange(8))]) + one[byte + 1 :]
            yield [*proof[:place], flipped, *proof[place + 1 :]]
        yield [*proof[:place], *proof[place + 1 :]]
        yield [*proof[: place + 1], *proof[place:]]
        yield [*proof[:place], one[:-1], *proof[place + 1 :]]
        yield [*proof[:place], one + b"\0", *proof[place + 1 :]]
        for other in range(place):
            swapped = [*proof]
            swapped[place], swapped[other] = swapped[other], swapped[place]
            yield swapped
    yield [*proof, bytes(32)]
    yield [*proof, EMPTY_ROOT]
    yield [bytes(32), *proof]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 21, 64, 65, 127, 130])
def test_no_altered_proof_of_inclusion_is_believed(size: int) -> None:
    chance = Random(size)
    for index in {0, size - 1, size // 2, chance.randrange(size)}:
        leaf, proof = leaf_digest(leaves_of(size)[index]), inclusion(index, size)
        for wrong in altered(proof, chance):
            assert not includes(root(size), size, index, leaf, wrong)
        assert not includes(root(size), size, index, leaf_digest(b"another leaf"), proof)
        assert not includes(leaf_digest(b"another root"), size, index, leaf, proof)
        for other in range(-1, size + 1):
            assert other == index or not includes(root(size), size, other, leaf, proof)
        # A size is signed together with its root: of another size it is the root of that size that counts.
        for other in {index + 1, size - 1, size + 1, 2 * size} - {size, 0, index}:
            assert not includes(root(other), other, index, leaf, proof)
        assert not includes(root(size), 2**62, index, leaf, proof)


def test_a_proof_for_another_size_is_not_believed_with_the_root_of_this_one_unless_it_is_the_same_path() -> None:
    for size in range(1, 40):
        for index in range(size):
            proof, leaf = inclusion(index, size), leaf_digest(leaves_of(size)[index])
            for other in range(index + 1, 40):
                wrong = [] if other == size else inclusion(index, other)
                assert other == size or wrong == proof or not includes(root(size), size, index, leaf, wrong)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7, 8, 9, 21, 64, 65, 127, 130])
def test_no_altered_proof_of_consistency_is_believed(size: int) -> None:
    chance = Random(size)
    for old in {1, size - 1, size // 2, chance.randint(1, size - 1), 1 << (size - 1).bit_length() - 1}:
        proof = consistency(old, size)
        for wrong in altered(proof, chance):
            assert not is_consistent(old, size, root(old), root(size), wrong)
        for was, now in ((leaf_digest(b"x"), root(size)), (root(old), leaf_digest(b"x")), (root(size), root(old))):
            assert not is_consistent(old, size, was, now, proof)
        assert not is_consistent(old, 2**62, root(old), root(size), proof)
        for other in {1, old - 1, old + 1, size - 1} - {old, 0}:
            assert not is_consistent(other, size, root(other), root(size), proof) or consistency(other, size) == proof


def test_equal_trees_and_the_empty_tree_need_no_proof_and_take_none() -> None:
    assert is_consistent(5, 5, root(5), root(5), [])
    assert not is_consistent(5, 5, root(5), root(6), [])
    assert not is_consistent(5, 5, root(5), root(5), [root(5)])
    assert is_consistent(0, 5, EMPTY_ROOT, root(5), []) and is_consistent(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not is_consistent(0, 5, root(1), root(5), [])
    assert not is_consistent(0, 5, EMPTY_ROOT, root(5), [root(5)])
    assert not is_consistent(3, 5, root(3), root(5), [])
    assert not is_consistent(6, 5, root(6), root(5), [])


def test_there_is_no_proof_of_what_is_not_in_the_tree() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5), (9, 5)):
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion_spans(index, size)
    for old, new in ((6, 5), (-1, 5)):
        with pytest.raises(ValueError, match="does not shrink"):
            consistency_spans(old, new)
