"""The one way a document becomes bytes, and its digests: a restricted profile of RFC 8785 (JCS).

A document holds objects with keys `[a-z0-9_]+`, arrays, strings, whole numbers within +-(2^53 - 1), true, false and
null. There are no floats: amounts and quantities are decimal strings. On this profile sorted compact JSON in UTF-8
is byte-equal to RFC 8785.
"""

import hashlib
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

import orjson

_KEY = re.compile(r"[a-z0-9_]+\Z")
_LARGEST = 2**53 - 1
_TEXT, _SIMPLE = frozenset({str}), frozenset({str, bool, type(None)})

Document = dict[str, Any]


@lru_cache(maxsize=4096)
def _is_key(key: str) -> bool:
    return _KEY.match(key) is not None


def _check(value: Any) -> None:
    kind = type(value)
    if kind is dict:
        # Sets and maps, because this runs for every object of every document: they loop without the interpreter.
        if not _TEXT.issuperset(map(type, value)) or not all(map(_is_key, value)):
            raise ValueError("a key of a canonical document is made of a-z, 0-9 and _")
        _check_members(value.values())
    elif kind is list:
        _check_members(value)
    elif kind not in _SIMPLE and (kind is not int or abs(value) > _LARGEST):
        raise ValueError(f"a canonical document cannot hold a {kind.__name__} of this size or kind")


def _check_members(members: Collection[Any]) -> None:
    if not _SIMPLE.issuperset(map(type, members)):
        for member in members:
            if type(member) is not str:
                _check(member)


def to_bytes(document: Document) -> bytes:
    """The document's canonical bytes, without a final newline; ValueError outside the profile."""
    _check(document)
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a lone surrogate has no bytes in UTF-8
        raise ValueError("a canonical document cannot hold text that is not Unicode") from None


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
