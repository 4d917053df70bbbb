"""Civil registration numbers are found wherever they stand, and the quick look at a whole document misses none."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.workflows.personal_data import _faults_in, personal_data_faults

PIECES = [
    "010190-1234",
    "0101901234",
    "010190",
    "1234",
    "-",
    " ",
    "9",
    "x",
    "é",
    '"',
    "\\",
    "\n",
    "\0",
    "\ud800",
    "０１０１９０",
    "٠١٠١٩٠",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
DOCUMENT = st.dictionaries(
    st.sampled_from(["participant", "id", "evidence"]) | TEXT,
    st.recursive(
        TEXT | st.none() | st.integers() | st.decimals(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


@given(DOCUMENT)
def test_the_quick_look_finds_all_that_a_look_at_each_text_finds(document: dict[str, Any]) -> None:
    assert personal_data_faults(document) == tuple(dict.fromkeys(_faults_in(document, "")))


@pytest.mark.parametrize("number", ["010190-1234", "010190 1234", "0101901234"])
@pytest.mark.parametrize("beside", [{}, {"value": Decimal("73.2")}, {"value": 10**40}, {"value": "\ud800"}])
def test_a_number_is_found_beside_what_the_quick_look_cannot_read(number: str, beside: dict[str, Any]) -> None:
    (fault,) = personal_data_faults({**beside, "participant": number})
    assert (fault.pointer, fault.code) == ("/participant", "personal-data-suspected")
    assert number not in fault.detail
    assert personal_data_faults({**beside, "participant": "P-000123", "on": "2022-03-01"}) == ()
