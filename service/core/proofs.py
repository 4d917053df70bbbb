"""What is proved of issued statements: the leaf of one, checkpoints of the tree, and a proof that fits in a file.

Checkpoints are those of c2sp.org/tlog-checkpoint, proofs those of c2sp.org/tlog-proof; a proof carries the bytes of its
leaf as the `extra` that the format leaves room for, so that a statement and a key are all that is needed beside it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.core import canonical
from service.core.canonical import Document
from service.core.merkle import HASH_BYTES, includes
from service.core.notes import BadNote, VerifierKey, from_base64, read_note, signers_of, to_base64

LEAF_FORMAT = 1
FIRST_LINE = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,18})\Z")
_MOST_HASHES = 64  # a tree of 2^64 leaves
_UNFIT = re.compile(r"[\s+]+")


def origin_of(ledger_name: str) -> str:
    """The name under which the tree of a ledger is known, and its keys: without spaces and plus signs."""
    return f"{_UNFIT.sub('-', ledger_name)}/statements"


def leaf_bytes(ledger: str, statement: str, sha256: bytes, contract: str, sequence: int, digest: bytes) -> bytes:
    """What the tree holds of an issued statement: its id and SHA-256, and its entry in its contract's log.

    `digest` is that of the log entry, which names the one before it: the leaf binds the contract's chain up to there.
    """
    return canonical.to_bytes(
        {
            "v": LEAF_FORMAT,
            "ledger": ledger,
            "statement": statement,
            "sha256": sha256.hex(),
            "contract": contract,
            "sequence": sequence,
            "digest": digest.hex(),
        }
    )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed of a tree: whose it is, how many leaves it has, and its root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text of the note."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that the text of a note says; BadNote."""
    *lines, end = text.split("\n")
    if end or len(lines) < 3 or not all(lines):
        raise BadNote("a checkpoint is three lines or more, none of them empty: origin, size, root")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, _whole(size, "the size of the tree"), _hash(root), tuple(extensions))


def signed_checkpoint(stored: bytes, keys: Sequence[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint of a note that a known key has signed; BadNote for another origin too."""
    note = read_note(stored)
    signers_of(note, keys)
    checkpoint = read_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise BadNote("the checkpoint is that of another ledger")
    return checkpoint


@dataclass(frozen=True, slots=True)
class LogProof:
    """That a leaf stands in the tree of a checkpoint: its index, the hashes from its sibling up to below the root, the
    checkpoint as a signed note, and the bytes of the leaf."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    leaf: bytes

    @property
    def stored(self) -> bytes:
        """The bytes of the `.tlog-proof` file."""
        head = [FIRST_LINE, f"extra {to_base64(self.leaf)}", f"index {self.index}", *map(to_base64, self.hashes)]
        return "".join(f"{line}\n" for line in [*head, ""]).encode() + self.checkpoint


def read_proof(stored: bytes) -> LogProof:
    """Take a proof apart, nothing is verified; BadNote where it breaks a rule of the format or carries no leaf."""
    head, gap, checkpoint = stored.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise BadNote("the proof holds more than ASCII before its checkpoint") from None
    if first != FIRST_LINE or not gap:
        raise BadNote(f"a proof begins with {FIRST_LINE} and has its checkpoint behind an empty line")
    extra = _behind("extra", lines)
    index = _behind("index", lines[1:])
    hashes = lines[2:]
    if len(hashes) > _MOST_HASHES:
        raise BadNote("the proof has more hashes than any tree is high")
    return LogProof(_whole(index, "the index"), tuple(map(_hash, hashes)), checkpoint, from_base64(extra))


def proved_leaf(proof: LogProof, keys: Sequence[VerifierKey], origin: str) -> tuple[Document, Checkpoint]:
    """The leaf that stands in the tree of the proof's signed checkpoint; BadNote where anything of it does not hold."""
    checkpoint = signed_checkpoint(proof.checkpoint, keys, origin)
    leaf_hash = canonical.leaf_digest(proof.leaf)
    if not includes(checkpoint.root, checkpoint.size, proof.index, leaf_hash, proof.hashes):
        raise BadNote("the hashes do not lead from the leaf to the root of the checkpoint")
    return _leaf(proof.leaf), checkpoint


def prove_statement(document: bytes, proof: LogProof, keys: Sequence[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint under which exactly these bytes were issued as a statement; BadNote where that is not proved."""
    leaf, checkpoint = proved_leaf(proof, keys, origin)
    if leaf.get("sha256") != canonical.sha256_hex(document):
        raise BadNote("the proof is of another statement, or the statement was changed")
    return checkpoint


def _leaf(stored: bytes) -> Document:
    try:
        document = canonical.from_bytes(stored)
        is_canonical = isinstance(document, dict) and canonical.to_bytes(document) == stored
    except ValueError:
        is_canonical = False
    if not is_canonical:
        raise BadNote("the leaf is not a document in canonical JSON")
    return document


def _behind(word: str, lines: Sequence[str]) -> str:
    name, gap, rest = (lines[0] if lines else "").partition(" ")
    if name != word or not gap:
        raise BadNote(f"the proof has no line '{word}' where it belongs")
    return rest


def _whole(text: str, what: str) -> int:
    if not _NUMBER.match(text):
        raise BadNote(f"{what} is not a decimal number without leading zeros")
    return int(text)


def _hash(text: str) -> bytes:
    value = from_base64(text)
    if len(value) != HASH_BYTES:
        raise BadNote("a hash has 32 bytes")
    return value
