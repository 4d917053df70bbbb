"""Signed notes as C2SP has them (c2sp.org/signed-note): text, signature lines, and the keys that verify them.

Only Ed25519 is verified. To verify is a pure function of bytes and so has its place here; to sign needs a secret, which
the core never holds.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = 1  # the type of a signature that this ledger makes and verifies
LARGEST_NOTE_BYTES = 1_000_000
MOST_SIGNATURES = 100  # a verifier has to take 16 at least
_KEY_BYTES = {ED25519: 32}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}\Z")


class BadNote(ValueError):
    """A text that is no signed note, checkpoint, key or proof, or that no known key has signed; says why."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name; `kind` is the type of its signatures, `public` the key's own bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The 4 bytes that stand in front of its signatures."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is published: name+id+base64."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether the signature (without the key's id) is this key's, over the text in UTF-8."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: the name and the id (4 bytes) of the key, and what it made of the text."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line, with its end."""
        return f"— {self.name} {to_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: its text, with the final newline, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def stored(self) -> bytes:
        """The bytes of the whole note."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}".encode()


def is_key_name(name: str) -> bool:
    """Whether a key can have this name: not empty, without spaces of any script, plus signs and control characters."""
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name) and not _CONTROL.search(name)


def ed25519_key(name: str, public: bytes) -> VerifierKey:
    """The verifier of an Ed25519 key (32 bytes); ValueError for a name that a key cannot have."""
    if not is_key_name(name):
        raise BadNote("the name of a key is empty, or holds a space, a plus sign or a control character")
    if len(public) != _KEY_BYTES[ED25519]:
        raise BadNote("an Ed25519 key has 32 bytes")
    return VerifierKey(name, ED25519, public)


def read_key(text: str) -> VerifierKey:
    """The key behind its published text; BadNote where a part is missing or the id is not that of the key."""
    name, first, rest = text.partition("+")
    key_id, second, material = rest.partition("+")
    if not (first and second and _KEY_ID.match(key_id)):
        raise BadNote("a key is its name, its id in 8 hexadecimal digits and its bytes in base64, with + between them")
    decoded = from_base64(material)
    if decoded[0] != ED25519:
        raise BadNote("the key is not an Ed25519 key")
    key = ed25519_key(name, decoded[1:])
    if key.id.hex() != key_id:
        raise BadNote("the id of the key is not the one that its name and bytes give")
    return key


def read_note(stored: bytes) -> Note:
    """Take a note apart; nothing is verified. BadNote where it breaks a rule of the format."""
    text, lines = _halves(_checked_text(stored))
    if len(lines) > MOST_SIGNATURES:
        raise BadNote(f"the note has more than {MOST_SIGNATURES} signatures")
    return Note(text, tuple(map(_signature, lines)))


def signed_note(text: str, signers: Iterable[tuple[VerifierKey, Callable[[bytes], bytes]]]) -> Note:
    """The text under a signature of each signer: its public key, and what signs bytes with the secret of it.

    BadNote for a text that a note cannot hold, or without a signer.
    """
    signatures = tuple(Signature(key.name, key.id, sign(text.encode())) for key, sign in signers)
    note = Note(text, signatures)
    if read_note(note.stored) != note:
        raise BadNote("the text cannot be told from the signatures under it")
    return note


def signers_of(note: Note, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The known keys that have signed, in the order of their lines; other keys' lines are passed over.

    BadNote where the signature of a known key does not hold, or where none of the signatures is of a known key.
    """
    known = {(key.name, key.id): key for key in keys}
    found = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            if not key.has_signed(note.text, signature.signature):
                raise BadNote(f"the signature of {key.name} does not hold")
            found.append(key)
    if not found:
        raise BadNote("the note is signed by no key that is known here")
    return tuple(dict.fromkeys(found))


def to_base64(value: bytes) -> str:
    """Standard base64 (RFC 4648, section 4)."""
    return base64.b64encode(value).decode()


def from_base64(text: str) -> bytes:
    """What the base64 stands for; BadNote unless it is not empty and the one way to write it."""
    try:
        value = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("what should be base64 is not") from None
    if not value or to_base64(value) != text:
        raise BadNote("base64 is empty or written in another than the standard way")
    return value


def _checked_text(stored: bytes) -> str:
    if len(stored) > LARGEST_NOTE_BYTES:
        raise BadNote(f"the note is larger than {LARGEST_NOTE_BYTES} bytes")
    try:
        whole = stored.decode("utf-8")
    except UnicodeDecodeError:
        raise BadNote("the note is not UTF-8") from None
    if _CONTROL.search(whole):
        raise BadNote("the note holds a control character other than the newline")
    return whole


def _halves(whole: str) -> tuple[str, list[str]]:
    """The text with its final newline, and the lines behind the last empty line."""
    before, gap, after = whole.rpartition("\n\n")
    if not gap or not after.endswith("\n"):
        raise BadNote("a note is a text, an empty line, and signature lines with their newlines")
    return before + "\n", after[:-1].split("\n")


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—" or not is_key_name(name):
        raise BadNote("a signature line is an em dash, the name of a key and base64, with one space between them")
    decoded = from_base64(encoded)
    if len(decoded) <= 4:
        raise BadNote("a signature line holds no signature behind the id of its key")
    return Signature(name, decoded[:4], decoded[4:])
