"""A document has one form in bytes; what could be read in two ways is refused."""

from decimal import Decimal
from typing import Any

import pytest

from service.core import canonical


def test_keys_are_sorted_and_nothing_is_added() -> None:
    document = {"b": [1, "æ\n", None], "a": {"y": True, "x": -1}}
    assert canonical.to_bytes(document) == '{"a":{"x":-1,"y":true},"b":[1,"æ\\n",null]}'.encode()
    assert canonical.from_bytes(canonical.to_bytes(document)) == document


@pytest.mark.parametrize(
    "value",
    [1.5, 1.0, Decimal(1), 2**53, -(2**53), (1,), {"A": 1}, {"a b": 1}, {"": 1}, {1: 2}, {"a\n": 1}, b"x", "\ud800"],
)
def test_what_is_outside_the_profile_is_refused_however_deep(value: Any) -> None:
    for document in ({"a": value}, {"a": [value]}, {"a": {"b": [value]}}):
        with pytest.raises(ValueError, match="canonical document"):
            canonical.to_bytes(document)


def test_a_key_that_only_equals_a_good_one_is_refused_after_that_one() -> None:
    class Like(str):
        __slots__ = ()

    assert canonical.to_bytes({"a": 1}) == b'{"a":1}'
    with pytest.raises(ValueError, match="canonical document"):
        canonical.to_bytes({Like("a"): 1})


def test_the_largest_whole_numbers_are_allowed() -> None:
    assert canonical.to_bytes({"a": 2**53 - 1, "b": 1 - 2**53}) == b'{"a":9007199254740991,"b":-9007199254740991}'


def test_digests_are_bound_to_their_use() -> None:
    assert canonical.leaf_digest(b"x").hex() == canonical.sha256_hex(b"\x00x")
    assert canonical.commitment(b"salt", b"x") == canonical.sha256_hex(b"saltx")
    assert canonical.commitment(b"other", b"x") != canonical.commitment(b"salt", b"x")


def test_a_part_written_before_is_written_into_the_whole_as_it_would_have_been() -> None:
    part = {"b": ["x", {"a": 1}], "a": None}
    texts = [{"source": "é", "id": '"'}, {"source": "s", "id": ""}]
    whole = {"z": part, "facts": texts, "a": [part, 2]}
    parts = {"z": canonical.written(part), "facts": canonical.written_texts(texts), "a": [canonical.written(part), 2]}
    assert canonical.to_bytes(parts) == canonical.to_bytes(whole)


@pytest.mark.parametrize("part", [{"a": 1.5}, {"A": 1}, {"a": [{"é": 1}]}, {"a": 2**53}, {"a": "\ud800"}])
def test_a_part_outside_the_profile_is_not_written(part: Any) -> None:
    with pytest.raises(ValueError, match="canonical document"):
        canonical.written(part)
