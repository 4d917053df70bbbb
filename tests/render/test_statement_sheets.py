"""Statements and details as workbooks: every amount, count, date and word of the document stands in the file."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.core import canonical
from service.render import Workbook, to_csv, to_xlsx
from service.render.detail_sheets import detail_workbook
from service.render.statement_sheets import statement_workbook, statements_workbook
from service.workflows.details import detail_of_draft
from tests.book import Book
from tests.builders import a_contract
from tests.builders_prices import exam_priced, exams, flat
from tests.builders_shares import JOB, PARTIES, a_shared_contract, in_job, tranche, weights
from tests.render.reading import as_date, plain, rows_in, sheets_in, values_of, without_formulas
from tests.write_statements import CONTRACTS, folders, periods_of

STATEMENTS = sorted(CONTRACTS.glob("*/statements/*.json"))
COUNCIL = (CONTRACTS / "housing-first-aarhus" / "statements" / "2023.council.json").read_bytes()
# What stands in the JSON to prove it, and the words that tell its parts apart.
AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
NOT_IN_A_DETAIL = {"salt", "commitment", "item"}


def in_tranches() -> Book:
    tranches = [tranche("senior", "a", cap="50.00"), tranche("junior", "b")]
    return Book(a_shared_contract(JOB, by="tranches", tranches=tranches)).learn(*in_job("P1", "ordinary"))


def with_a_payer_in_anothers_place() -> Book:
    limits = {"payers": [{"party": "region", "amount": "20.00", "then": "city"}, {"party": "city", "amount": "70.00"}]}
    shares = {"payers": weights("city", "region"), "investors": weights("a")}
    parties = {name: PARTIES[name] for name in ("a", "city", "region")}
    metric = exam_priced(flat("100.00"))
    return Book(a_contract(metric, shares=shares, parties=parties, limits=limits)).learn(*exams(1))


def with_deadweight() -> Book:
    metric = exam_priced(flat("100.00"), deadweight={"expected_rate": "0.5"})
    return Book(a_contract(metric)).learn(*exams(3))


@cache
def details() -> tuple[bytes, ...]:
    """Details of shipped contracts and of contracts W, with everything in them that a line can be made of."""
    wanted = ("housing-first-aarhus", "innovation-fund-round-1")
    shipped = [
        stated.drafts for folder in folders() if folder.path.name in wanted for stated in periods_of(folder)[-1:]
    ]
    waiting = Book(a_contract(exam_priced(flat("100.00")), small_groups="carry")).learn(*exams(1))
    books = (
        *(Book().adjust("a", "city", 500), in_tranches(), with_a_payer_in_anothers_place(), with_deadweight()),
        waiting,
    )
    drafts = [*shipped, *(tuple(book.preview("2022").values()) for book in books)]
    return tuple(detail_of_draft(draft) for period in drafts for draft in period)


def told_in_json(document: Any, leave_out: frozenset[str] | set[str] = frozenset()) -> Counter[Any]:
    """Every value of a document, in the kind that a spreadsheet has for it."""
    return Counter(
        _as_told(value)
        for name, value in values_of(document)
        if value is not None and name not in leave_out and name not in ("source", "id", "illustrative")
    )


def _as_told(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return Decimal(value)
    return as_date(value) or value


def told_in_xlsx(workbook: Workbook) -> Counter[Any]:
    """Every value of every cell; a number also by its text, because an amount is text in JSON."""
    cells = (cell for table in sheets_in(to_xlsx(workbook)).values() for row in table[1:] for cell in row)
    return Counter(cell for cell in cells if cell is not None)


def missing(wanted: Counter[Any], found: Counter[Any]) -> list[Any]:
    """What of the document does not stand in the file as often: an amount of JSON is a number there, a label is not."""
    return [value for value, times in wanted.items() if found[value] + _as_number(value, found) < times]


def _as_number(value: Any, found: Counter[Any]) -> int:
    return found[Decimal(value)] if isinstance(value, str) and AMOUNT.match(value) else 0


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_every_value_of_a_shipped_statement_stands_in_its_workbook(path: Any) -> None:
    stored = path.read_bytes()
    content = statement_workbook(stored)
    assert missing(told_in_json(canonical.from_bytes(stored)), told_in_xlsx(content)) == []
    assert without_formulas(to_xlsx(content))


def test_every_value_of_a_detail_stands_in_its_workbook() -> None:
    lists = set()
    for stored in details():
        document = canonical.from_bytes(stored)
        content = detail_workbook(stored)
        lists |= {sheet.title for sheet in content.sheets}
        assert missing(told_in_json(document, NOT_IN_A_DETAIL), told_in_xlsx(content)) == []
    assert lists == {
        *(
            "Lines",
            "Pending",
            "Beside outcomes",
            "Metrics that wait",
            "Lines that wait",
            "Would be due from",
            "Clipped",
            "Price steps",
            "Taken over",
            "Pieces",
        ),
        "Detail",
    }


def test_an_amount_is_a_number_a_date_a_date_and_a_count_a_number() -> None:
    pages = sheets_in(to_xlsx(statement_workbook(COUNCIL)))
    head = {(part, what): value for part, what, value in pages["Statement"][1:]}
    assert head["Totals", "Payable"] == Decimal("1313000")
    assert head["Period", "From"] == date(2023, 1, 1)
    assert head["Period", "Period"] == "2023"
    assert head["Capital", "Stated to date less drawn"] == Decimal("-7825000")
    assert head["Statement", "SHA-256"] == canonical.sha256_hex(COUNCIL)
    assert pages["Terms"][2][:2] == [2, date(2023, 3, 1)]
    (_, first, *_) = pages["Lines"]
    assert dict(zip(pages["Lines"][0], first, strict=True)) == {
        "Metric": "stable-housing-hjem-job-og-helhed",
        "Metric in words": "Stable housing, Hjem, Job og Helhed",
        "Clause": "result 1, Hjem, Job og Helhed",
        "Step": "6 months",
        "Kind": "new",
        "Cause": "outcome",
        "Outcome period": "2023",
        "Price of one": Decimal(15000),
        "Participants": 18,
        "Amount": Decimal(135000),
    }


def test_the_lines_of_the_xlsx_and_of_the_csv_add_up_to_the_detail() -> None:
    for stored in details():
        items = canonical.from_bytes(stored)["items"]
        wanted = sum((Decimal(item["amount"]) for item in items if item["item"] == "line"), Decimal())
        workbook = detail_workbook(stored)
        header, *lines = sheets_in(to_xlsx(workbook))["Lines"]
        assert sum((row[header.index("Amount")] for row in lines), Decimal()) == wanted
        rows = [row for row in rows_in(to_csv(workbook)) if row["Section"] == "Lines"]
        assert sum((Decimal(row["Amount"]) for row in rows), Decimal()) == wanted


def in_both(workbook: Workbook) -> Iterator[tuple[list[Any], list[str]]]:
    """Each row of the XLSX beside the same row of the CSV, cells of the sheet's own columns only."""
    rows = iter(rows_in(to_csv(workbook)))
    for title, (header, *table) in sheets_in(to_xlsx(workbook)).items():
        for cells in table:
            row = next(rows)
            assert row["Section"] == title
            yield cells, [row[name] for name in header]
    assert next(rows, None) is None


def test_the_csv_tells_what_the_xlsx_tells() -> None:
    for workbook in (statement_workbook(COUNCIL), *map(detail_workbook, details()[:3])):
        for cells, texts in in_both(workbook):
            for cell, text in zip(cells, texts, strict=True):
                if isinstance(cell, Decimal):
                    assert Decimal(text) == cell
                else:
                    assert plain(text) == ("" if cell is None else str(cell))


def test_statements_of_several_contracts_stand_in_one_workbook_each_row_with_its_number() -> None:
    stored = [path.read_bytes() for path in STATEMENTS if path.stem == "2023.council"]
    pages = sheets_in(to_xlsx(statements_workbook("all of 2023", stored)))
    numbers = [canonical.from_bytes(one)["number"] for one in stored]
    header, *rows = pages.pop("Statements")
    assert [row[0] for row in rows] == numbers
    assert [row[header.index("Payable")] for row in rows] == [
        Decimal(canonical.from_bytes(one)["totals"]["payable"]) for one in stored
    ]
    assert list(dict.fromkeys(row[0] for row in pages["Statement"][1:])) == numbers
    for one, number in zip(stored, numbers, strict=True):
        single = sheets_in(to_xlsx(statement_workbook(one)))
        assert {title: len(table) - 1 for title, table in single.items()} == {
            title: sum(row[0] == number for row in pages[title][1:]) for title in single
        }


def changed(**sections: Any) -> bytes:
    return canonical.to_bytes({**canonical.from_bytes(COUNCIL), **sections})


def test_a_section_that_nobody_knew_of_is_shown_in_its_kinds() -> None:
    pages = sheets_in(
        to_xlsx(
            statement_workbook(
                changed(
                    adjustments=[{"id": "0012", "payer": "sfb", "amount": "-5.25", "reason": "=agreed"}],
                    settlement={"on": "2024-02-01", "paid": {"amount": "7.00", "due": "8.00"}, "final": False},
                    approval="approved",
                    remarks=["one", "two", {"a": 1}],
                    odd=[{"value": "1", "price": {"value": "2"}, "deep": [{"left": None, "x": "y"}]}],
                )
            )
        )
    )
    assert pages["Adjustments"] == [["Id", "Payer", "Amount", "Reason"], ["0012", "sfb", Decimal("-5.25"), "=agreed"]]
    head = {(part, what): value for part, what, value in pages["Statement"][1:]}
    assert head["Settlement", "On"] == date(2024, 2, 1)
    assert (head["Paid", "Amount"], head["Paid", "Due"]) == (Decimal(7), Decimal(8))
    assert (head["Settlement", "Final"], head["Statement", "Approval"]) == ("no", "approved")
    assert head["Statement", "Remarks"] == 'one; two; {"a":1}'
    assert pages["Odd"] == [["Value", "odd.value", "Deep"], ["2", "1", '{"left":null,"x":"y"}']]


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1), st.sampled_from(["=", "+", "-", "@", "\t", "\r"]))
def test_no_name_title_sentence_or_reason_becomes_a_formula(text: str, first: str) -> None:
    named = canonical.from_bytes(COUNCIL)
    words = f"{first}{text}"
    for place in (named["investor"], named["due_from"][0], named["guarantee"]):
        place["name"] = words
    named["contract"]["title"] = named["plan"]["reason"] = named["metrics"][1]["title"] = words
    named["metrics"][1]["lines"][0]["step"] = words
    assert without_formulas(to_xlsx(statement_workbook(canonical.to_bytes(named))))
    detail = canonical.from_bytes(details()[0])
    for item in detail["items"][:3]:
        item["sentence"] = item["clause"] = item["participant"] = words
    detail["items"] = detail["items"][:3]
    workbook = detail_workbook(canonical.to_bytes(detail))
    assert without_formulas(to_xlsx(workbook))
    assert any(plain(row["In words"]) == words for row in rows_in(to_csv(workbook)))
    assert all(
        cell[:1] not in ("=", "+", "@", "\t", "\r") for row in rows_in(to_csv(workbook)) for cell in row.values()
    )


def test_an_amount_beyond_fifteen_digits_keeps_every_digit() -> None:
    named = canonical.from_bytes(COUNCIL)
    named["totals"]["payable"] = "12345678901234567.89"
    pages = sheets_in(to_xlsx(statement_workbook(canonical.to_bytes(named))))
    assert ["Totals", "Payable", "12345678901234567.89"] in pages["Statement"]


def test_what_proves_a_detail_stays_in_its_json() -> None:
    stored = details()[0]
    salts = {value for name, value in values_of(canonical.from_bytes(stored)) if name in ("salt", "commitment")}
    assert salts
    text = to_csv(detail_workbook(stored)).decode()
    assert not any(salt in text for salt in salts)
