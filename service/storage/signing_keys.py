"""The private keys that checkpoints are signed with, and the last note that each signed: files outside the database.

A file holds one key in a line, as Go's note package writes it: PRIVATE+KEY+name+id+base64 of type and seed. The note
beside it is what the next tree has to continue, whoever has written to the database meanwhile.
"""

import os
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.core.errors import Unavailable
from service.core.notes import ED25519, BadNote, VerifierKey, ed25519_key, from_base64, to_base64

SEED_BYTES = 32
_PREFIX = "PRIVATE+KEY+"
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key: its public half, what signs bytes with it, and the line that it is kept as."""

    public: VerifierKey
    sign: Callable[[bytes], bytes]
    line: str

    def __repr__(self) -> str:
        return f"SigningKey({self.public.text})"


class KeyRing(Protocol):
    """Where a ledger has its signing key; a key has the name of its ledger's tree."""

    def current(self, name: str) -> SigningKey | None:
        """The key of that name, or None where there is none yet; Unavailable where it cannot be used."""

    def begin(self, key: SigningKey) -> SigningKey:
        """Keep a first key; where another process was first, the key that it has kept."""

    def replace(self, key: SigningKey) -> None:
        """Keep a key in the place of the one of the same name."""

    def last_note(self, name: str) -> bytes | None:
        """The signed note that is kept beside the key of that name, or None; Unavailable where it cannot be read."""

    def keep_note(self, name: str, note: bytes | None) -> None:
        """Keep a signed note beside the key, or none, in the place of the one before; Unavailable."""


def key_from_seed(name: str, seed: bytes) -> SigningKey:
    """The Ed25519 key of a seed (32 bytes); BadNote for a name that a key cannot have."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = ed25519_key(name, private.public_key().public_bytes_raw())
    material = to_base64(bytes([ED25519]) + seed)
    return SigningKey(public, private.sign, f"{_PREFIX}{name}+{public.id.hex()}+{material}\n")


def read_signing_key(line: str) -> SigningKey:
    """The key of a line; BadNote where it is none."""
    name, _, rest = line.removeprefix(_PREFIX).partition("+")
    material = from_base64(rest.partition("+")[2].removesuffix("\n"))
    if len(material) != 1 + SEED_BYTES:
        raise BadNote("a private key is its type and a seed of 32 bytes")
    key = key_from_seed(name, material[1:])
    if key.line != line:
        raise BadNote("the line is not the one that this key is kept as")
    return key


class NoKeys:
    """The ring of a ledger that was opened without one: it signs nothing."""

    def current(self, name: str) -> SigningKey | None:
        """As `KeyRing` has it."""
        raise _unusable("The ledger was opened without its signing keys")

    def begin(self, key: SigningKey) -> SigningKey:
        """As `KeyRing` has it."""
        raise _unusable("The ledger was opened without its signing keys")

    def replace(self, key: SigningKey) -> None:
        """As `KeyRing` has it."""
        raise _unusable("The ledger was opened without its signing keys")

    def last_note(self, name: str) -> bytes | None:
        """As `KeyRing` has it."""
        return None

    def keep_note(self, name: str, note: bytes | None) -> None:
        """As `KeyRing` has it."""
        raise _unusable("The ledger was opened without its signing keys")


class KeyFolder:
    """A folder with a file for each ledger's key, read anew for each signature so that a rotation needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self, name: str) -> SigningKey | None:
        """As `KeyRing` has it."""
        try:
            line = self._read(self._file(name))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise _unusable("The file with the signing key cannot be read") from None
        try:
            key = read_signing_key(line)
        except BadNote:
            raise _unusable("The file with the signing key holds something else") from None
        if key.public.name != name:
            raise _unusable("The file with the signing key holds that of another ledger")
        return key

    def begin(self, key: SigningKey) -> SigningKey:
        """As `KeyRing` has it."""
        try:
            written = self._written(key.line.encode())
            try:
                # Unlike a rename, a link does not take the place of what another process has put there.
                os.link(written, self._file(key.public.name))
            except FileExistsError:
                pass
            finally:
                written.unlink()
        except OSError:
            raise _unusable("The file with the signing key cannot be written") from None
        return self.current(key.public.name) or key

    def replace(self, key: SigningKey) -> None:
        """As `KeyRing` has it."""
        try:
            os.replace(self._written(key.line.encode()), self._file(key.public.name))
        except OSError:
            raise _unusable("The file with the signing key cannot be written") from None

    def last_note(self, name: str) -> bytes | None:
        """As `KeyRing` has it."""
        try:
            return self._file(name, "note").read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            raise _unusable("The note beside the signing key cannot be read") from None

    def keep_note(self, name: str, note: bytes | None) -> None:
        """As `KeyRing` has it."""
        try:
            if note is None:
                self._file(name, "note").unlink(missing_ok=True)
            else:
                os.replace(self._written(note), self._file(name, "note"))
        except OSError:
            raise _unusable("The note beside the signing key cannot be written") from None

    def _read(self, file: Path) -> str:
        with file.open("rb") as opened:
            # Windows has no such bits; there the folder's own rights decide.
            if os.name == "posix" and stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & _FOR_OTHERS:
                raise _unusable("The file with the signing key is open to others than its owner (chmod 600)")
            return opened.read(4096).decode()

    def _written(self, content: bytes) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f".{secrets.token_hex(8)}.new"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        return file

    def _file(self, name: str, ending: str = "key") -> Path:
        return self._folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.{ending}"


def _unusable(what: str) -> Unavailable:
    return Unavailable(f"{what}; nothing is signed until the operator has seen to it.", "signing-key-unusable")
