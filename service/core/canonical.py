"""The one way a document becomes bytes, and its digests: a restricted profile of RFC 8785 (JCS).

A document holds objects with keys `[a-z0-9_]+`, arrays, strings, whole numbers within +-(2^53 - 1), true, false and
null. There are no floats: amounts and quantities are decimal strings. On this profile sorted compact JSON in UTF-8
is byte-equal to RFC 8785.
"""

import hashlib
import re
from functools import lru_cache
from typing import Any

import orjson

_KEY = re.compile(r"[a-z0-9_]+\Z")
Written = orjson.Fragment  # a part of a document in its canonical bytes; only this module makes one
_SIMPLE = frozenset({str, int, bool, type(None), Written})
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER  # strict: within +-(2^53 - 1)

Document = dict[str, Any]


@lru_cache(maxsize=4096)
def _are_keys(keys: tuple[Any, ...]) -> bool:
    """Remembered by the whole of an object's keys, because documents of one kind share them."""
    return all(type(key) is str and _KEY.match(key) for key in keys)


def _check(value: Any) -> None:
    kind = type(value)
    if kind is dict:
        if not _are_keys(tuple(value)):
            raise ValueError("a key of a canonical document is made of a-z, 0-9 and _")
        value = value.values()
    elif kind is not list:
        raise ValueError(f"a canonical document cannot hold a {kind.__name__}")
    for member in value:
        if type(member) not in _SIMPLE:
            _check(member)


def to_bytes(document: Document) -> bytes:
    """The document's canonical bytes, without a final newline; ValueError outside the profile."""
    _check(document)
    # A copy, because what was written keeps a kilobyte or more for itself as long as it lives: with thousands of
    # documents, asking the system for that memory takes four times as long as writing.
    return bytes(memoryview(_bytes_of(document)))


def written(part: Document) -> Written:
    """A part that many documents hold alike, written once for all of them; ValueError outside the profile."""
    _check(part)
    return Written(_bytes_of(part))


def written_texts(objects: list[dict[str, str]]) -> Written:
    """A list of objects whose names the code spells and whose values are texts: there is nothing to look for in it."""
    return Written(_bytes_of(objects))


def _bytes_of(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:  # a lone surrogate has no bytes in UTF-8
        raise ValueError(
            "a canonical document cannot hold text that is not Unicode, or a number beyond 2^53 - 1"
        ) from None


def from_bytes(stored: bytes) -> Document:
    """Read canonical bytes back."""
    document: Document = orjson.loads(stored)
    return document


def sha256_hex(stored: bytes) -> str:
    """SHA-256 of the bytes as 64 hexadecimal digits."""
    return hashlib.sha256(stored).hexdigest()


def leaf_digest(stored: bytes) -> bytes:
    """SHA-256(0x00 || bytes): the leaf hash of RFC 9162, used for every entry of the log."""
    return hashlib.sha256(b"\x00" + stored).digest()


def commitment(salt: bytes, stored: bytes) -> str:
    """SHA-256(salt || bytes) in hexadecimal: binds the bytes, reveals nothing once the salt is gone."""
    return hashlib.sha256(salt + stored).hexdigest()
