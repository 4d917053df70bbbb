"""Any tables as CSV and XLSX: nothing runs, nothing is rounded, nothing is lost, and the bytes are the same again."""

import csv
import io
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.render import Cell, Column, Sheet, Workbook, stacked, to_csv, to_xlsx
from tests.render.reading import opened, plain, rows_in, sheets_in, told, without_formulas

DANGEROUS = st.builds("{}{}".format, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "{=", "'=", ""]), st.text())
WORDS = DANGEROUS.filter(bool)
AMOUNTS = st.builds(
    lambda minor, decimals: str(Decimal(minor).scaleb(-decimals)) if decimals else str(minor),
    st.integers(-(10**14), 10**14),
    st.sampled_from([0, 2, 3, 4]),
).filter(lambda text: "E" not in text)
DAYS = st.dates(date(1900, 1, 1), date(9999, 12, 31))
COLUMNS = (Column("Words"), Column("Amount", "amount"), Column("On", "date"), Column("How many", "count"))


def a_workbook(*rows: tuple[Any, ...], columns: tuple[Column, ...] = COLUMNS, title: str = "Lines") -> Workbook:
    return Workbook("Downloads", (Sheet(title, columns, rows),))


def only_sheet(workbook: Workbook) -> list[list[Any]]:
    (table,) = sheets_in(to_xlsx(workbook)).values()
    return table


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, AMOUNTS, DAYS, st.integers(-(10**14), 10**14)), max_size=4), WORDS, WORDS)
def test_whatever_a_workbook_holds_comes_back_and_nothing_of_it_runs(
    rows: list[tuple[str, str, date, int]], title: str, heading: str
) -> None:
    columns = (Column(heading), *(Column(f"{column.title} of it", column.kind) for column in COLUMNS[1:]))
    workbook = a_workbook(*rows, columns=columns, title=title)
    content = to_xlsx(workbook)
    assert without_formulas(content)
    (table,) = sheets_in(content).values()
    assert table[0] == [column.title for column in columns]
    assert table[1:] == [[words, Decimal(amount), day, Decimal(count)] for words, amount, day, count in rows]
    read = list(csv.reader(io.StringIO(to_csv(workbook).decode("utf-8-sig"), newline="")))
    assert [plain(cell) for cell in read[0]] == [plain(column.title) for column in columns]
    assert [[plain(cells[0]), *cells[1:]] for cells in read[1:]] == [
        [plain(words), amount, day.isoformat(), str(count)] for words, amount, day, count in rows
    ]


@settings(deadline=None)
@given(WORDS)
def test_no_text_of_a_csv_begins_as_a_formula_does(words: str) -> None:
    (row,) = rows_in(to_csv(a_workbook((words, "-1.00", None, -1))))
    assert row["Words"][0] not in "=+@\t\r\n＝＋－＠"
    assert row["Words"][0] != "-" or float(row["Words"]) <= 0
    assert (row["Amount"], row["How many"]) == ("-1.00", "-1")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+45 1234", "'+45 1234"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("－1", "'－1"),
        ("-", "'-"),
        ("-7.25", "-7.25"),
        ("plain - text = words", "plain - text = words"),
    ],
)
def test_text_that_would_run_is_led_by_an_apostrophe_in_csv_and_a_negative_number_is_not(
    text: str, written: str
) -> None:
    workbook = a_workbook((text, None, None, None))
    assert rows_in(to_csv(workbook))[0]["Words"] == written
    assert only_sheet(workbook)[1][0] == text


def test_text_that_would_run_stays_text_when_its_cell_is_edited() -> None:
    page = opened(to_xlsx(a_workbook(("=1+1", None, None, None), ("one", None, None, None)))).active
    assert (page["A2"].quotePrefix, page["A3"].quotePrefix) == (True, False)
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")


def test_the_csv_is_utf_8_that_excel_recognises_with_commas_and_crlf() -> None:
    content = to_csv(a_workbook(('Rådet, "Aarhus"', "-1500.00", date(2024, 2, 29), 7)))
    assert content == (b'\xef\xbb\xbfWords,Amount,On,How many\r\n"R\xc3\xa5det, ""Aarhus""",-1500.00,2024-02-29,7\r\n')


@pytest.mark.parametrize(
    ("amount", "shape"),
    [
        ("1500000", "#,##0"),
        ("15000.00", "#,##0.00"),
        ("-1.500", "#,##0.000"),
        ("0.1234", "#,##0.0000"),
        ("999999999999999", "#,##0"),
        ("-9999999999999.99", "#,##0.00"),
        ("1000000000000000000.00", "#,##0.00"),
    ],
)
def test_an_amount_is_a_number_with_the_decimals_it_has(amount: str, shape: str) -> None:
    cell = opened(to_xlsx(a_workbook((None, amount, None, None)))).active["B2"]
    assert (cell.data_type, cell.number_format, cell.comment) == ("n", shape, None)
    assert Decimal(repr(cell.value)) == Decimal(amount)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("amount", "10000000000000.01"),
        ("amount", "-123456789012345678.90"),
        ("count", 2**53 - 1),
        ("percent", "0." + "3" * 16),
    ],
)
def test_a_number_that_a_spreadsheet_would_round_is_text_and_the_cell_says_why(kind: Any, number: str | int) -> None:
    workbook = a_workbook((number,), columns=(Column("Much", kind),))
    cell = opened(to_xlsx(workbook)).active["A2"]
    assert (cell.value, cell.data_type, cell.alignment.horizontal) == (str(number), "s", "right")
    assert "keeps 15" in cell.comment.text
    assert rows_in(to_csv(workbook))[0]["Much"] == str(number)


def test_a_fraction_is_shown_as_a_percentage_and_written_as_the_fraction() -> None:
    workbook = a_workbook(("0.125",), ("1",), columns=(Column("Share", "percent"),))
    page = opened(to_xlsx(workbook)).active
    assert [(page[place].value, page[place].number_format) for place in ("A2", "A3")] == [(0.125, "0.0%"), (1, "0%")]
    assert [row["Share"] for row in rows_in(to_csv(workbook))] == ["0.125", "1"]


def test_a_date_is_a_date_in_iso_form_and_one_before_1900_is_text() -> None:
    page = opened(to_xlsx(a_workbook((None, None, "2024-02-29", None), (None, None, date(1899, 12, 31), None)))).active
    assert (told(page["C2"]), page["C2"].number_format) == (date(2024, 2, 29), "yyyy-mm-dd")
    assert (page["C3"].value, page["C3"].data_type) == ("1899-12-31", "s")


def test_a_cell_may_be_of_another_kind_than_its_column() -> None:
    columns = (Column("What"), Column("Value"))
    rows = (("payable", Cell("amount", "15.00")), ("on", Cell("date", "2024-01-31")), ("name", "=x"), ("none", None))
    workbook = a_workbook(*rows, columns=columns)
    assert [row[1] for row in only_sheet(workbook)[1:]] == [Decimal("15.00"), date(2024, 1, 31), "=x", None]
    assert [row["Value"] for row in rows_in(to_csv(workbook))] == ["15.00", "2024-01-31", "'=x", ""]


def test_several_sheets_are_one_csv_with_the_section_first_and_a_column_shared_where_its_title_is() -> None:
    first = Sheet("Lines", (Column("Step"), Column("Amount", "amount")), (("3 months", "-1.00"),))
    second = Sheet("Pending", (Column("Amount"), Column("Why")), (("=1", "window"),))
    content = to_csv(Workbook("both", (first, second)))
    assert content.decode("utf-8-sig").splitlines() == [
        "Section,Step,Amount,Why",
        "Lines,3 months,-1.00,",
        "Pending,,'=1,window",
    ]
    table = stacked("both", (first, second))
    assert [column.kind for column in table.columns] == ["text", "amount", "text"]
    assert table.rows[1] == (None, Cell("text", "=1"), "window")


def test_a_sheet_has_a_cell_for_each_column_and_no_two_columns_of_one_title() -> None:
    with pytest.raises(ValueError, match="row 2"):
        Sheet("x", (Column("a"),), (("1",), ("1", "2")))
    with pytest.raises(ValueError, match="one title"):
        Sheet("x", (Column("a"), Column("a")), ())
    with pytest.raises(ValueError, match="no column"):
        Sheet("x", (), ())


def test_the_same_workbook_is_the_same_bytes_at_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = a_workbook(("x", "1.00", "2024-01-31", 1), ("y", "10000000000000.01", None, None))
    before = to_xlsx(workbook), to_csv(workbook)
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    time.sleep(1.1)  # the file states when it was made in whole seconds
    assert (to_xlsx(workbook), to_csv(workbook)) == before
    properties = opened(before[0]).properties
    assert properties.title == "Downloads" and properties.created.year == 1980


def test_a_sheet_longer_than_a_worksheet_goes_on_in_the_next() -> None:
    rows = [(f"row {number}",) for number in range(5)]
    content = to_xlsx(a_workbook(*rows, columns=(Column("Words"),), title="L" * 31), rows_of_a_sheet=2)
    pages = sheets_in(content)
    assert list(pages) == ["L" * 31, f"{'L' * 27} (2)", f"{'L' * 27} (3)"]
    assert [row for page in pages.values() for row in page[1:]] == [list(row) for row in rows]
    assert all(page[0] == ["Words"] for page in pages.values())


@pytest.mark.parametrize(
    "title", ["", "'", "a/b:c*[d]?\\", "History", "x" * 40, "𝔸" * 20, "\uffff", "\x07", "'quoted'"]
)
def test_any_title_makes_a_worksheet(title: str) -> None:
    sheets = (Sheet(title, (Column("a"),), ()), Sheet(title.upper(), (Column("a"),), ()))
    names = opened(to_xlsx(Workbook("x", sheets))).sheetnames
    assert len({name.lower() for name in names}) == 2


def test_text_too_long_for_a_cell_is_cut_at_a_whole_character_and_says_so() -> None:
    text = "a" + "𝔸" * 20_000
    workbook = a_workbook((text, None, None, None))
    cell = opened(to_xlsx(workbook)).active["A2"]
    assert cell.value == "a" + "𝔸" * 16_383
    assert "CSV hold all" in cell.comment.text
    assert rows_in(to_csv(workbook))[0]["Words"] == text


def test_the_header_stays_in_sight_and_every_column_is_as_wide_as_what_it_shows() -> None:
    long = "a sentence of finance " * 9
    page = opened(to_xlsx(a_workbook((long, "-1234567890.00", "2024-01-31", 1), ("x", "1.00", None, None)))).active
    assert page.freeze_panes == "A2" and page.print_title_rows == "$1:$1"
    assert page.auto_filter.ref == "A1:D3"
    widths = {name: page.column_dimensions[name].width for name in "ABCD"}
    assert 80 <= widths["A"] <= 83 and page["A2"].alignment.wrap_text and page.row_dimensions[2].height >= 45
    assert widths["B"] >= len("-1,234,567,890.00") and widths["C"] >= 10 and widths["D"] >= len("How many")
    assert not page["A3"].alignment.wrap_text and page.row_dimensions[3].height is None
