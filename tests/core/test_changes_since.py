"""What changed between two statements, told to the investor and line by line: causes named, nobody in them."""

from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest

from service.core import canonical
from service.core.canonical import Document
from service.core.events import Fact
from service.core.events.facts import participant_of
from service.core.pipeline import Draft
from service.core.statement.lines import CauseCode, LineKind
from service.core.statement.since import CAUSES_TOLD, KINDS_TOLD, IssuedStatement, changes_between, line_change
from tests.book import Book, document, lines
from tests.builders import EMPLOYMENT, EXAM, HOUSING, a_contract, correction, employed, retraction, started
from tests.builders_prices import W12_BANDS, exam_priced, exams
from tests.core.worked import P1_THREE_MONTHS, W1_FACTS, three_months

THREE = 3  # the smallest group that a contract may show


def shown(*metrics: dict[str, Any], **changes: Any) -> Document:
    """Contract W with groups of three shown."""
    return a_contract(*metrics, smallest_group=THREE, **changes)


def thrice(*facts: Fact) -> list[Fact]:
    """The facts of three participants to each of whom the same happens."""
    return [_of(fact, f"{participant_of(fact)}-zq{number}") for number in range(THREE) for fact in facts]


def _of(fact: Fact, participant: str) -> Fact:
    return fact.model_copy(update={"participant": participant, "id": f"{participant}/{fact.id}"})


def each(change: Callable[..., Fact], *facts: Fact, **fields: Any) -> list[Fact]:
    """The facts of all three withdrawn or corrected."""
    return [change(fact, **fields) for fact in thrice(*facts)]


def issued(book: Book, *drafts: Draft) -> list[IssuedStatement]:
    """Statements issued one after the other, each with the terms it knew and the n of the one before it."""
    sequences = [document(draft)["sequence"] for draft in drafts]
    return [
        IssuedStatement(draft.stored, book.terms.known_at(sequence), previous)
        for draft, sequence, previous in zip(drafts, sequences, [0, *sequences], strict=False)
    ]


def changes(book: Book, before: Draft, now: Draft) -> Document:
    """What the investor is told of one statement after another."""
    first, second = issued(book, before, now)
    return changes_between(first, [second])


def sentences(told: Document) -> list[str]:
    """Every sentence of every metric."""
    return [change["sentence"] for metric in told["metrics"] for change in metric["changes"]]


def test_a_late_fact_is_told_as_the_reason_why_an_outcome_is_stated_late() -> None:
    book = Book(shown()).learn(*thrice(*W1_FACTS[:2]))
    first = book.issue("2022")["a"]
    told = changes(book, first, book.learn(*thrice(*W1_FACTS[2:])).issue("2023")["a"])
    assert sentences(told) == [
        "Schedule 1, 1, 3 months at 15,000.00, outcomes of 2022: 22,500.00 DKK, 3 participants. Stated late: what "
        "proves it became known only after the statement before.",
        "Schedule 1, 1, 6 months at 15,000.00, outcomes of 2023: 22,500.00 DKK, 3 participants. New: achieved in the "
        "period.",
    ]
    assert (told["since"]["number"], told["until"]["number"]) == ("w/2022/a/1", "w/2023/a/1")
    assert (told["totals_then"]["stated_to_date"], told["totals_now"]["stated_to_date"]) == ("0.00", "45000.00")
    assert (told["stated_between"], told["metrics"][0]["total"]) == ("45000.00", "45000.00")
    assert told["summary"] == "45,000.00 DKK stated to date, 0.00 then: a difference of 45,000.00."


def test_a_retraction_takes_back_and_says_so_in_each_step() -> None:
    book = Book(shown()).learn(*thrice(*W1_FACTS))
    *_, last = [book.issue(period) for period in ("2022", "2023", "2024")]
    book.learn(*each(retraction, *W1_FACTS[1:4]))
    told = changes(book, last["a"], book.issue("2025")["a"])
    taken = [sentence for sentence in sentences(told) if sentence.endswith("Taken back: a fact was withdrawn.")]
    assert [sentence.partition(",")[2].partition(".")[0] for sentence in taken] == [
        " 1, 3 months, outcomes of 2022: -22,500",
        " 1, 6 months, outcomes of 2023: -22,500",
    ]
    assert (len(sentences(told)), told["stated_between"]) == (4, "0.00")


def test_a_correction_changes_what_was_stated_and_says_so() -> None:
    job = employed("P1", "2022-09-15", "flexjob")
    book = Book(shown(EMPLOYMENT)).learn(
        *thrice(started("P1", "2022-03-01"), job, employed("P1", "2023-03-02", "flexjob"))
    )
    book.issue("2022")
    before = book.issue("2023")["a"]
    told = changes(book, before, book.learn(*each(correction, job, value="ordinary")).issue("2024")["a"])
    (sentence,) = sentences(told)
    assert sentence.endswith("22,500.00 DKK, 3 participants. Changed: a fact was corrected.")


def test_what_a_full_limit_displaces_is_told_without_whom_it_was_filled_by() -> None:
    book = Book(shown(limits={"contract": {"amount": "45000.00"}})).learn(*thrice(*P1_THREE_MONTHS))
    before = book.issue("2022")["a"]
    earlier = thrice(*three_months("P2", "2022-08-15", "2022-11-15"))
    told = changes(book, before, book.learn(*earlier).issue("2023")["a"])
    assert sentences(told)[1] == (
        "Schedule 1, 1, 3 months at 15,000.00, outcomes of 2022: -22,500.00 DKK, 3 participants. Displaced: outcomes "
        "that come before it have filled a limit."
    )
    assert told["stated_between"] == "0.00"


def test_a_price_that_follows_the_count_is_told_as_that() -> None:
    book = Book(shown(exam_priced(W12_BANDS))).learn(*exams(23))
    before = book.issue("2022")["a"]
    withdrawn = [fact for fact in exams(7, first=5) if "exam" in fact.id][:THREE]
    told = changes(book, before, book.learn(*map(retraction, withdrawn)).issue("2023")["a"])
    assert {change["cause"] for change in told["metrics"][0]["changes"]} == {"retraction", "count-moved"}
    assert told["stated_between"] == "-750.00"


CHEAPER = {**HOUSING, "tariff": {"kind": "flat", "price": {"3 months": "12000.00", "6 months": "1", "12 months": "1"}}}
BACK_IN_TIME = {"version": 2, "effective_from": "2022-06-01", "reason": "cheaper from the summer on"}


def amended(smallest_group: int) -> tuple[Book, Draft, Draft]:
    """Three months of 2022, stated, and then a lower price from before them."""
    book = Book(a_contract(smallest_group=smallest_group)).learn(*thrice(*P1_THREE_MONTHS))
    before = book.issue("2022")["a"]
    book.amend(a_contract(CHEAPER, smallest_group=smallest_group, **BACK_IN_TIME))
    return book, before, book.issue("2023")["a"]


def test_an_amendment_between_two_statements_is_named_with_version_date_and_reason() -> None:
    told = changes(*amended(smallest_group=THREE))
    named = {"version": 2, "effective_from": "2022-06-01", "reason": "cheaper from the summer on"}
    assert told["amendments"] == [named]
    by_terms = [change for change in told["metrics"][0]["changes"] if change["cause"] == "terms-version"]
    assert by_terms
    for change in by_terms:
        assert change["amendments"] == [named]
        assert change["sentence"].endswith(
            "Amended: terms version 2, effective from 2022-06-01: cheaper from the summer on."
        )
    assert told["stated_between"] == "-4500.00"


def test_an_amendment_is_named_also_where_a_small_group_hides_what_it_changed() -> None:
    told = changes(*amended(smallest_group=5))
    assert [one["version"] for one in told["amendments"]] == [2]
    assert sentences(told) == ["Schedule 1, 1: -4,500.00 DKK in all; a group is too small to be shown by itself."]
    assert set(told["metrics"][0]["changes"][0]) == {"statement", "merged", "amount", "sentence"}


@pytest.mark.parametrize("basis", ["achieved_on", "enrolled_on"])
def test_w8_an_amendment_known_before_is_named_when_it_comes_into_force(basis: str) -> None:
    book = Book(shown(price_basis=basis))
    later = {"version": 2, "effective_from": "2023-01-01", "reason": "cheaper"}
    book.amend(shown(CHEAPER, price_basis=basis, **later))
    book.learn(*thrice(*W1_FACTS))
    first, second, third = [book.issue(period)["a"] for period in ("2022", "2023", "2024")]
    told = changes(book, first, second)
    assert told["amendments"] == [later]
    assert {change["cause"] for change in told["metrics"][0]["changes"]} == {"outcome"}
    before, *both = issued(book, first, second, third)
    assert changes_between(both[0], both[1:])["amendments"] == []
    assert changes_between(before, both)["amendments"] == [later]


def test_the_terms_as_signed_are_no_amendment_and_the_first_statement_has_none_before_it() -> None:
    book = Book(shown()).learn(*thrice(*W1_FACTS))
    told = changes_between(None, issued(book, book.issue("2022")["a"]))
    assert (told["since"], told["totals_then"], told["amendments"]) == (None, None, [])
    assert told["stated_between"] == "22500.00"
    assert told["summary"].endswith("this is the first statement.")


def test_over_several_statements_every_change_stays_with_the_statement_that_tells_it() -> None:
    book = Book(shown()).learn(*thrice(*W1_FACTS))
    first, second, third = [book.issue(period)["a"] for period in ("2022", "2023", "2024")]
    before, *later = issued(book, first, second, third)
    told = changes_between(before, later)
    (metric,) = told["metrics"]
    assert [change["statement"] for change in metric["changes"]] == ["w/2023/a/1", "w/2024/a/1"]
    assert [change["sentence"].partition(":")[0].rpartition(", ")[2] for change in metric["changes"]] == [
        "stated for 2023",
        "stated for 2024",
    ]
    assert metric["total"] == told["stated_between"] == "67500.00"


def test_a_metric_merged_in_one_statement_is_merged_for_that_one_only() -> None:
    book = Book(a_contract(EXAM)).learn(*exams(5))
    first = book.issue("2022")["a"]
    second = book.learn(*exams(1, year=2023, first=6)).issue("2023")["a"]
    told = changes_between(None, issued(book, first, second))
    assert [(change["merged"], change.get("participants")) for change in told["metrics"][0]["changes"]] == [
        (False, 5),
        (True, None),
    ]


def values(of: Any) -> Iterator[Any]:
    """Every text and number in a document."""
    if isinstance(of, dict | list):
        for member in of.values() if isinstance(of, dict) else of:
            yield from values(member)
    else:
        yield of


@pytest.mark.parametrize("smallest_group", [THREE, 5])
def test_an_investor_is_told_no_participant_and_no_fact_whatever_happened(smallest_group: int) -> None:
    limits = {"contract": {"amount": "138000.00"}}
    book = Book(a_contract(HOUSING, EXAM, smallest_group=smallest_group, limits=limits))
    book.learn(*thrice(*W1_FACTS[:3]), *exams(9))
    drafts = [book.issue("2022")["a"]]
    earlier = three_months("P2", "2022-08-15", "2022-11-15")
    book.learn(*thrice(*W1_FACTS[3:], *earlier), *map(retraction, exams(3)[1::2]))
    drafts.append(book.issue("2023")["a"])
    book.learn(*each(correction, W1_FACTS[1], on="2022-09-01"), *map(retraction, exams(3, first=4)[1::2]))
    drafts.append(book.issue("2024")["a"])
    told = changes_between(None, issued(book, *drafts))
    text = canonical.to_bytes(told).decode()
    stated = {line["kind"] for draft in drafts for line in lines(draft)}
    assert stated >= {"new", "late", "reversal", "displaced"}
    for fact in (entry.fact for entry in book.facts):
        assert fact.id not in text and fact.source not in text
        assert (getattr(fact, "participant", None) or fact.id) not in text
    of_statements = {value for draft in drafts for value in values(document(draft)) if type(value) is int}
    assert {value for value in values(told["metrics"]) if type(value) is int} <= of_statements


def test_a_line_names_its_participant_the_facts_and_the_amendment_that_brought_it_about() -> None:
    book = Book().learn(*W1_FACTS)
    for period in ("2022", "2023", "2024"):
        book.issue(period)
    book.learn(withdrawn := retraction(W1_FACTS[1]))
    statement = book.issue("2025")["a"]
    told = line_change(lines(statement)[0], *issued(book, statement))
    assert told["cause"]["facts"] == [{"source": "case-system", "id": withdrawn.id}]
    assert told["sentence"].startswith(
        "Schedule 1, 1, 3 months, person P1, outcome of 2022: -7,500.00 DKK, a reversal of what was stated. Why: "
        f"a fact it rested on was taken back by {withdrawn.id} of case-system; now: "
    )
    assert (told["line"], told["amendments"]) == (1, [])


def test_a_line_that_the_terms_changed_names_them() -> None:
    book, before, now = amended(smallest_group=5)
    _, statement = issued(book, before, now)
    told = [line_change(line, statement) for line in lines(now)]
    assert {(one["kind"], one["amendments"][0]["reason"]) for one in told} == {("amendment", BACK_IN_TIME["reason"])}


def test_every_kind_and_every_cause_of_a_line_has_its_words() -> None:
    assert KINDS_TOLD.keys() == set(get_args(LineKind))
    assert CAUSES_TOLD.keys() == set(get_args(CauseCode))
