"""The coverage table of the guide: every mechanism of the field has one line, and every test it names exists."""

import ast
import re
from collections import Counter
from itertools import chain

import pytest

from tests.sources import ROOT, modules

LAST = {"P": 29, "A": 19, "L": 11, "M": 10, "E": 14}
NUMBERS = [f"{group}{number}" for group, last in LAST.items() for number in range(1, last + 1)]
ROW = re.compile(r"\| ([A-Z]\d+) \| (.+) \| (.+) \| (.*) ?\|")
TEST = re.compile(r"`(test_\w+)`")


def _rows() -> list[tuple[str, str, str]]:
    """Each line of the table as (number, how it is said, the tests)."""
    text = (ROOT / "contracts" / "README.md").read_text("utf-8")
    table = text.split("## Coverage of the field", 1)[1]
    return [(row[1], row[3], row[4]) for row in map(ROW.fullmatch, table.splitlines()) if row]


def test_every_mechanism_has_exactly_one_line() -> None:
    assert Counter(number for number, _, _ in _rows()) == Counter(NUMBERS)


def test_every_test_that_the_table_names_exists() -> None:
    functions = chain.from_iterable(ast.walk(tree) for _, tree in modules("tests"))
    written = {node.name for node in functions if isinstance(node, ast.FunctionDef)}
    named = {test for _, _, tests in _rows() for test in TEST.findall(tests)}
    assert sorted(named - written) == []


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_a_line_names_a_test_of_its_number_or_says_that_it_cannot_be_said(row: tuple[str, str, str]) -> None:
    number, said, tests = row
    if not TEST.findall(tests):
        assert "**not**" in said
    else:
        assert any(test.startswith(f"test_{number.lower()}_") for test in TEST.findall(tests))
