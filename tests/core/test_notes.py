"""Signed notes are read as strictly as C2SP has them, and believed only where a known key has signed every byte."""

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.core.notes import (
    MOST_SIGNATURES,
    BadNote,
    VerifierKey,
    ed25519_key,
    is_key_name,
    read_key,
    read_note,
    signed_note,
    signers_of,
)

# The example of c2sp.org/signed-note, and the one of Go's package note, which it took the format from.
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
GO_KEYS = (
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
)
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = ed25519_key("ledger.example/statements", SECRET.public_key().public_bytes_raw())
OTHER_SECRET = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER = ed25519_key("ledger.example/statements", OTHER_SECRET.public_key().public_bytes_raw())
TEXT = "ledger.example/statements\n3\nAAAA\n"
NOTE = signed_note(TEXT, [(KEY, SECRET.sign)])


def refused(stored: bytes | str, keys: list[VerifierKey] | None = None) -> str:
    """Why a note is not believed."""
    with pytest.raises(BadNote) as found:
        signers_of(read_note(stored.encode() if isinstance(stored, str) else stored), [KEY] if keys is None else keys)
    return str(found.value)


@pytest.mark.parametrize(
    ("keys", "note"), [((C2SP_KEY,), C2SP_NOTE), (GO_KEYS, GO_NOTE), (GO_KEYS[:1], GO_NOTE), (GO_KEYS[1:], GO_NOTE)]
)
def test_the_published_examples_are_believed_and_written_back_as_they_are(keys: tuple[str, ...], note: str) -> None:
    known = [read_key(key) for key in keys]
    assert [key.text for key in known] == list(keys)
    assert signers_of(read_note(note.encode()), known) == tuple(known)
    assert read_note(note.encode()).stored == note.encode()


def test_a_note_that_is_made_here_is_believed() -> None:
    assert signers_of(NOTE, [OTHER, KEY]) == (KEY,)
    assert read_note(NOTE.stored) == NOTE
    assert NOTE.stored.decode().startswith(f"{TEXT}\n— ledger.example/statements ")


def test_no_note_with_a_byte_or_a_letter_changed_is_believed() -> None:
    for place in range(len(NOTE.stored)):
        for bit in range(8):
            changed = bytearray(NOTE.stored)
            changed[place] ^= 1 << bit
            refused(bytes(changed))


@pytest.mark.parametrize("count", [1, 16, MOST_SIGNATURES])
def test_lines_of_unknown_keys_are_passed_over(count: int) -> None:
    others = [(ed25519_key(f"witness{number}", bytes(32)), lambda _: b"0" * 64) for number in range(count - 1)]
    note = signed_note(TEXT, [*others, (KEY, SECRET.sign)])
    assert len(note.signatures) == count
    assert signers_of(read_note(note.stored), [KEY]) == (KEY,)
    assert "known here" in refused(note.stored, [OTHER])
    assert "known here" in refused(note.stored, [])


def test_a_note_with_more_signatures_than_anybody_needs_is_refused() -> None:
    line = NOTE.signatures[0].line
    assert "more than" in refused(f"{TEXT}\n{line * (MOST_SIGNATURES + 1)}")


def test_one_known_key_whose_signature_does_not_hold_is_enough_to_refuse() -> None:
    both = signed_note(TEXT, [(KEY, SECRET.sign), (OTHER, OTHER_SECRET.sign)])
    assert signers_of(both, [KEY, OTHER]) == (KEY, OTHER)
    wrong = signed_note(TEXT, [(KEY, SECRET.sign), (OTHER, SECRET.sign)])
    assert "does not hold" in refused(wrong.stored, [KEY, OTHER])
    assert signers_of(wrong, [KEY]) == (KEY,)


def test_a_key_is_known_by_its_name_and_its_id_together() -> None:
    renamed = VerifierKey("another.example/statements", 1, KEY.public)
    assert "known here" in refused(NOTE.stored, [renamed, OTHER])


LINE = NOTE.signatures[0].line
SIGNED = LINE.split(" ")[2].strip()


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}{LINE}",
        f"{TEXT}\n{LINE}"[:-1],
        f"{TEXT}\n{LINE}\n",
        f"{TEXT}\n\n",
        f"{TEXT}\n{LINE}{LINE[2:]}",
        f"{TEXT}\n-{LINE[1:]}",
        f"{TEXT}\n–{LINE[1:]}",
        f"{TEXT}\n {LINE}",
        f"{TEXT}\n{LINE.strip()} \n",
        f"{TEXT}\n—\u00a0{LINE[2:]}",
        f"{TEXT}\n— {SIGNED}\n",
        f"{TEXT}\n—  {SIGNED}\n",
        f"{TEXT}\n— a+b {SIGNED}\n",
        f"{TEXT}\n— a\u2003b {SIGNED}\n",
        f"{TEXT}\n— a\n",
        f"{TEXT}\n— a \n",
        f"{TEXT}\n— a AAAA\n",
        f"{TEXT}\n— a AAAAAA==\n",
        f"{TEXT}\n— a AAAAAAA\n",
        f"{TEXT}\n— a AAAAAAE=\u00e9\n",
        f"{TEXT}\n— a AAAAA-_=\n",
        f"{TEXT}\n— a AAAAAAF=\n",
        f"{TEXT}\n— a AAAA AAA=\n",
        f"{TEXT}\r\n\r\n{LINE}",
        f"a\tb\n\n{LINE}",
        f"a\0b\n\n{LINE}",
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(BadNote):
        read_note(note.encode())


def test_a_note_that_is_not_text_or_is_too_large_is_refused() -> None:
    assert "UTF-8" in refused(b"\xff\n\n" + LINE.encode())
    assert "larger" in refused("a" * 1_000_000 + f"\n\n{LINE}")


def test_a_text_may_hold_empty_lines_but_not_what_would_be_taken_for_its_signatures() -> None:
    text = "one\n\ntwo\n"
    note = signed_note(text, [(KEY, SECRET.sign)])
    assert read_note(note.stored).text == text and signers_of(note, [KEY]) == (KEY,)
    for unfit in ("without an end", "a control\x07 character\n"):
        with pytest.raises(BadNote):
            signed_note(unfit, [(KEY, SECRET.sign)])
    with pytest.raises(BadNote):
        signed_note(TEXT, [])


def test_the_id_of_a_key_is_made_of_its_name_its_type_and_its_bytes() -> None:
    assert KEY.id == sha256(KEY.name.encode() + b"\n\x01" + KEY.public).digest()[:4]
    assert read_key(KEY.text) == KEY
    assert read_key(C2SP_KEY).id.hex() == "530d903a"


NAME, ID, MATERIAL = C2SP_KEY.split("+", 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        f"{NAME}+{ID}",
        f"{NAME}+{ID}+",
        f"+{ID}+{MATERIAL}",
        f"another+{ID}+{MATERIAL}",
        f"{NAME}+{ID.upper()}+{MATERIAL}",
        f"{NAME}+{ID[:7]}+{MATERIAL}",
        f"{NAME}+530d903b+{MATERIAL}",
        f"{NAME}+{ID}+{MATERIAL[:-4]}",
        f"{NAME}+{ID}+{MATERIAL}\n",
        f"{NAME}+{ID}+{base64.b64encode(bytes([2, *bytes(32)])).decode()}",
        f"a b+{sha256(b'a b' + bytes([10, 1]) + bytes(32)).hexdigest()[:8]}+{base64.b64encode(bytes([1, *bytes(32)])).decode()}",  # noqa: E501
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        read_key(text)


def test_a_key_needs_a_name_that_a_line_can_hold_and_all_its_bytes() -> None:
    assert is_key_name("ledger.example/2026/statements") and is_key_name("ærø")
    assert not any(map(is_key_name, ("", "a b", "a+b", "a\u2028b", "a\x01b", "a\n")))
    with pytest.raises(BadNote, match="name of a key"):
        ed25519_key("a b", bytes(32))
    with pytest.raises(BadNote, match="32 bytes"):
        ed25519_key("a", bytes(31))
