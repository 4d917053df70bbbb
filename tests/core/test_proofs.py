"""A statement is proved by its file, a proof and a key, and by nothing that was changed or belongs elsewhere."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.core import canonical
from service.core.merkle import Subtree, completed, inclusion_spans, proof_of, subtrees, tree_root
from service.core.notes import BadNote, ed25519_key, read_key, signed_note, to_base64
from service.core.proofs import (
    Checkpoint,
    LogProof,
    leaf_bytes,
    origin_of,
    prove_statement,
    proved_leaf,
    read_checkpoint,
    read_proof,
    signed_checkpoint,
)

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = origin_of("ledger.example")
KEY = ed25519_key(ORIGIN, SECRET.public_key().public_bytes_raw())
ROOT = bytes(range(32))
DOCUMENT = b'{"number":"w/2023/a/1"}'


def leaf(number: int, document: bytes = DOCUMENT) -> bytes:
    sha256 = bytes.fromhex(canonical.sha256_hex(document))
    return leaf_bytes("ledger.example", f"w.2023.a.{number}", sha256, "w", number, bytes([number]) * 32)


def tree(size: int) -> tuple[list[bytes], dict[Subtree, bytes]]:
    nodes: dict[Subtree, bytes] = {}
    leaves = [leaf(number) for number in range(size)]
    for index, one in enumerate(leaves):
        before = [nodes[subtree] for subtree in subtrees((0, index))]
        for level, node in enumerate(completed(index, canonical.leaf_digest(one), before)):
            nodes[Subtree(level, index >> level)] = node
    return leaves, nodes


def proof(index: int = 2, size: int = 5, origin: str = ORIGIN) -> LogProof:
    leaves, nodes = tree(size)
    checkpoint = Checkpoint(origin, size, tree_root(map(canonical.leaf_digest, leaves)))
    note = signed_note(checkpoint.text, [(KEY, SECRET.sign)])
    return LogProof(index, tuple(proof_of(inclusion_spans(index, size), nodes)), note.stored, leaves[index])


def refused(stored: bytes, document: bytes = DOCUMENT) -> str:
    with pytest.raises(BadNote) as found:
        prove_statement(document, read_proof(stored), [KEY], ORIGIN)
    return str(found.value)


@pytest.mark.parametrize("size", [1, 2, 5, 8, 21])
def test_a_statement_is_proved_by_its_own_bytes_a_proof_and_a_key(size: int) -> None:
    for index in range(size):
        made = proof(index, size)
        assert read_proof(made.stored) == made
        assert prove_statement(DOCUMENT, made, [KEY], ORIGIN).size == size
        document, _ = proved_leaf(made, [KEY], ORIGIN)
        assert (document["statement"], document["sequence"]) == (f"w.2023.a.{index}", index)


def test_the_leaf_binds_the_statement_and_the_end_of_its_contracts_log() -> None:
    assert canonical.from_bytes(leaf(7)) == {
        "v": 1,
        "ledger": "ledger.example",
        "statement": "w.2023.a.7",
        "sha256": canonical.sha256_hex(DOCUMENT),
        "contract": "w",
        "sequence": 7,
        "digest": "07" * 32,
    }


def test_no_proof_with_a_letter_changed_is_believed() -> None:
    stored = proof().stored
    for place in range(len(stored)):
        for bit in range(8):
            changed = bytearray(stored)
            changed[place] ^= 1 << bit
            refused(bytes(changed))


def test_a_proof_is_of_one_statement_only() -> None:
    assert "another statement" in refused(proof().stored, DOCUMENT + b" ")
    assert "do not lead" in refused(LogProof(3, proof(2).hashes, proof(2).checkpoint, proof(2).leaf).stored)
    assert "do not lead" in refused(LogProof(2, proof(2).hashes, proof(2).checkpoint, proof(3).leaf).stored)
    assert "do not lead" in refused(LogProof(2, proof(2).hashes, proof(2, 8).checkpoint, proof(2).leaf).stored)
    assert "do not lead" in refused(LogProof(5, proof(2).hashes, proof(2).checkpoint, proof(2).leaf).stored)


def test_a_checkpoint_of_another_ledger_or_of_an_unknown_key_proves_nothing() -> None:
    assert "another ledger" in refused(proof(origin="other.example/statements").stored)
    with pytest.raises(BadNote, match="known here"):
        prove_statement(DOCUMENT, proof(), [ed25519_key(ORIGIN, bytes(32))], ORIGIN)


def test_a_leaf_that_is_no_canonical_document_is_refused() -> None:
    for unfit in (b"[]", b"{", b'{"b":1,"a":2}', b'"text"'):
        root = tree_root([canonical.leaf_digest(unfit)])
        note = signed_note(Checkpoint(ORIGIN, 1, root).text, [(KEY, SECRET.sign)])
        assert "canonical" in refused(LogProof(0, (), note.stored, unfit).stored)


def test_a_checkpoint_is_written_as_three_lines_and_read_back() -> None:
    checkpoint = Checkpoint(ORIGIN, 100_000, ROOT)
    assert checkpoint.text == f"ledger.example/statements\n100000\n{to_base64(ROOT)}\n"
    assert read_checkpoint(checkpoint.text) == checkpoint
    extended = Checkpoint(ORIGIN, 0, ROOT, ("more", "and more"))
    assert read_checkpoint(extended.text) == extended


def test_the_published_checkpoint_is_read() -> None:
    published = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    read = read_checkpoint(published)
    assert (read.origin, read.size, read.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")
    assert read.text == published


R = to_base64(ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"o\n1\n{R}",
        "o\n1\n",
        f"\n1\n{R}\n",
        f"o\n\n{R}\n",
        f"o\n1\n{R}\n\n",
        f"o\n01\n{R}\n",
        f"o\n+1\n{R}\n",
        f"o\n-1\n{R}\n",
        f"o\n1.0\n{R}\n",
        f"o\n 1\n{R}\n",
        f"o\n1 \n{R}\n",
        f"o\n\u0663\n{R}\n",
        f"o\n{'9' * 20}\n{R}\n",
        f"o\n1\n{R[:-1]}\n",
        f"o\n1\n{R[:-4]}\n",
        f"o\n1\n{R} \n",
        f"o\n1\n{to_base64(ROOT + ROOT)}\n",
        f"o\n1\n{ROOT.hex()}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        read_checkpoint(text)


def test_a_signed_note_that_is_no_checkpoint_is_no_checkpoint() -> None:
    note = signed_note("nothing of the kind\n", [(KEY, SECRET.sign)])
    with pytest.raises(BadNote, match="three lines"):
        signed_checkpoint(note.stored, [KEY], ORIGIN)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("index 2", "index 02"),
        ("index 2", "index -2"),
        ("index 2", "index  2"),
        ("index 2", "index"),
        ("index 2\n", ""),
        ("extra ", "Extra "),
        ("extra ", "extra\t"),
        ("\n\n", "\n"),
        ("index 2\n", "index 2\n\n"),
        ("index 2\n", f"index 2\n{R[:-4]}\n"),
        ("index 2\n", f"index 2\n{f'{R}{chr(10)}' * 65}"),
        ("index 2\n", "index 2\nærø\n"),
        ("\n", "\r\n"),
    ],
)
def test_what_is_no_proof_is_refused(was: str, now: str) -> None:
    text = proof().stored.decode()
    assert was in text
    refused(text.replace(was, now, 1).encode())


def test_the_origin_of_a_ledger_has_no_space_and_no_plus() -> None:
    assert origin_of("Aarhus + Viborg\u00a0ledger") == "Aarhus-Viborg-ledger/statements"
    assert read_key(ed25519_key(origin_of("a b"), KEY.public).text).name == "a-b/statements"
