"""With `small_groups = "carry"` what would tell of a few is stated once every group of its metric is large enough."""

from typing import Any

import pytest

from service.core import canonical
from service.core.canonical import Document
from service.core.events import Fact
from service.core.pipeline import Draft, Occasion
from service.core.statement.explain import explain
from service.core.statement.since import IssuedStatement, changes_between
from tests.book import Book, amounts, document, lines
from tests.builders import EXAM, a_contract, a_fact, retraction, started
from tests.builders_shares import JOB, a_shared_contract, in_job, tranche

FINAL = Occasion(is_final=True)
JOINED = {**EXAM, "id": "joined", "title": "Took part", "clause": "schedule 1, 6"}
JOINED["rule"] = {"kind": "milestone", "milestone": "joined"}


def enrolled(name: str, number: int) -> Fact:
    return started(f"{name}-{number}", "2022-01-01", attributes={"area": name})


def reached(name: str, *numbers: int, on: str = "2022-05-01") -> list[Fact]:
    """Participants enrolled for one milestone, who reached it."""
    return [
        fact
        for number in numbers
        for fact in (
            enrolled(name, number),
            a_fact("milestone", f"{name}-{number}", on, name=name, id=f"{name}-{number}"),
        )
    ]


def exams(*numbers: int, on: str = "2022-05-01") -> list[Fact]:
    return reached("exam_passed", *numbers, on=on)


def parts_taken(*numbers: int, on: str = "2022-05-01") -> list[Fact]:
    return reached("joined", *numbers, on=on)


def carrying(*metrics: dict[str, Any], **changes: Any) -> Book:
    """Contract W in which small groups wait; each metric is about those only who are enrolled for its milestone."""
    chosen = metrics or (EXAM,)
    areas = [metric["rule"]["milestone"] for metric in chosen]
    separate = [{**metric, "eligible": {"area": [area]}} for metric, area in zip(chosen, areas, strict=True)]
    return Book(a_contract(*separate, small_groups="carry", attributes={"area": areas}, **changes))


def section(draft: Draft, metric: str = "exam") -> Document:
    return next(part for part in document(draft)["metrics"] if part["id"] == metric)


def waiting(draft: Draft, kind: str = "deferred") -> list[Document]:
    return [canonical.from_bytes(item.stored) for item in draft.items if item.kind == kind]


def as_sent(draft: Draft) -> Document:
    """All that an investor reads, but for how much the ledger has learned and the digest of what it may not see."""
    hidden = ("sequence", "detail_digest", "previous")
    return {name: part for name, part in document(draft).items() if name not in hidden}


def test_a_group_that_is_too_small_is_told_of_as_if_nothing_had_happened() -> None:
    few, none = carrying().learn(*exams(1, 2, 3, 4)), carrying()
    assert as_sent(few.issue("2022")["a"]) == as_sent(none.issue("2022")["a"])
    assert section(few.preview("2023")["a"]) == {
        **{"id": "exam", "title": "Passed the exam", "clause": "schedule 1, 5", "merged": False, "total": "0.00"},
        **{"lines": [], "clipped": [], "pending": []},
    }


def test_what_waits_is_stated_late_once_the_group_is_large_enough() -> None:
    book = carrying().learn(*exams(1, 2))
    book.issue("2022")
    assert lines(book.issue("2023")["a"]) == []
    stated = book.learn(*exams(3, 4, 5)).issue("2024")["a"]
    late = {"kind": "late", "cause": "waited", "step": "reached", "tariff": "10000.00", "outcome_period": "2022"}
    assert section(stated)["lines"] == [{**late, "participants": 5, "amount": "25000.00"}]
    assert document(stated)["totals"]["stated_to_date"] == "25000.00"
    assert lines(book.issue("2025")["a"]) == []


def test_all_groups_of_the_metric_have_to_be_large_enough_together() -> None:
    book = carrying().learn(*exams(1, 2))
    book.issue("2022")
    book.learn(*exams(3, 4, 5, 6, 7, on="2023-05-01"))
    assert section(book.issue("2023")["a"])["total"] == "0.00"  # two are late, five are new
    book.learn(*exams(8, 9, 10, on="2022-06-01"))
    assert [cell["participants"] for cell in section(book.issue("2024")["a"])["lines"]] == [5, 5]


def test_what_is_pending_of_a_few_makes_a_metric_wait_and_is_not_told() -> None:
    book = carrying().learn(*exams(1, 2, 3, 4, 5), enrolled("exam_passed", 6))
    assert as_sent(book.issue("2022")["a"]) == as_sent(carrying().issue("2022")["a"])
    book.learn(a_fact("milestone", "exam_passed-6", "2022-07-01", name="exam_passed"))
    assert section(book.issue("2023")["a"])["lines"][0]["participants"] == 6


def test_a_reversal_of_a_few_waits_too_and_nothing_is_owed_back_by_then() -> None:
    book = carrying().learn(*exams(*range(1, 11)))
    book.issue("2022")
    book.learn(*(retraction(exams(number)[1]) for number in (1, 2, 3, 4)))
    waited = book.issue("2023")["a"]
    assert document(waited)["totals"] == {
        **{"lines": "0.00", "carried_in": "0.00", "payable": "0.00", "carried_forward": "0.00"},
        **{"stated_before": "50000.00", "stated_to_date": "50000.00"},
    }
    assert {(line["kind"], line["amount"]) for line in waiting(waited)} == {("reversal", "-5000.00")}
    book.learn(retraction(exams(5)[1]))
    reversed_now = section(book.issue("2024")["a"])["lines"]
    assert [(cell["kind"], cell["cause"], cell["participants"]) for cell in reversed_now] == [
        ("reversal", "retraction", 5)
    ]


def test_what_came_and_went_while_it_waited_is_never_stated() -> None:
    book = carrying().learn(*exams(1))
    book.issue("2022")
    book.learn(retraction(exams(1)[1]), a_fact("enrolment", "exam_passed-1", "2022-01-02", name="withdrew"))
    assert lines(book.issue("2023", FINAL)["a"]) == []


def test_at_final_settlement_everything_is_stated_and_of_a_few_the_total_only() -> None:
    book = carrying().learn(*exams(1, 2))
    book.issue("2022")
    closing = book.issue("2023", FINAL)["a"]
    assert section(closing) == {
        **{"id": "exam", "title": "Passed the exam", "clause": "schedule 1, 5"},
        **{"merged": True, "total": "10000.00"},
    }
    assert waiting(closing) == waiting(closing, "deferral") == []


def test_the_detail_holds_every_line_that_waits_and_why() -> None:
    draft = carrying().learn(*exams(1, 2)).issue("2022")["a"]
    assert [(line["participant"], line["kind"], line["amount"]) for line in waiting(draft)] == [
        ("exam_passed-1", "new", "5000.00"),
        ("exam_passed-2", "new", "5000.00"),
    ]
    (why,) = waiting(draft, "deferral")
    assert (why["metric"], why["participant"], why["amount"]) == ("exam", "", "10000.00")
    assert why["sentence"] == "a group of it would have 2 on a statement, and a group needs 5 to be told of"
    assert all(item.commitment for item in draft.items)


def test_what_waits_is_explained_in_sentences() -> None:
    book = carrying().learn(*exams(1))
    draft = book.issue("2022")["a"]
    told = explain(waiting(draft)[0], book.terms, document(draft))["paragraphs"]
    assert told[0] == "Not stated yet: its metric waits for larger groups. This is what it would state."
    told = explain(waiting(draft, "deferral")[0], book.terms, document(draft))["paragraphs"]
    assert told == [
        "Passed the exam: nothing is stated of it yet, 5,000.00 DKK waits. Why: a group of it would have 1 on "
        "a statement, and a group needs 5 to be told of.",
        "It is stated once every group of it is large enough, at the latest at final settlement.",
    ]


def test_a_metric_waits_for_all_investors_together() -> None:
    """Investor b is due half an øre more or less: only one of them has the change of a price."""
    book = carrying(shares=weighed(a=1, b=1)).learn(*exams(*range(1, 6)))
    book.issue("2022")
    amended = a_contract(
        {**EXAM, "tariff": {"kind": "flat", "price": "10000.01"}},
        **{"small_groups": "carry", "version": 2, "reason": "dearer", "effective_from": "2022-05-02"},
    )
    book.learn(*exams(6, on="2022-06-01"))
    book.amend(amended)
    assert [lines(draft) for draft in book.issue("2023").values()] == [[], []]


def weighed(**weights: int) -> dict[str, Any]:
    investors = [{"party": party, "weight": weight} for party, weight in weights.items()]
    return {"payers": [{"party": "city", "weight": 1}], "investors": investors}


def test_a_metric_waits_without_the_others() -> None:
    book = carrying(EXAM, JOINED).learn(*exams(1, 2), *parts_taken(*range(1, 6)))
    issued = book.issue("2022")["a"]
    assert section(issued)["total"] == "0.00"
    assert section(issued, "joined")["lines"][0]["participants"] == 5
    assert document(issued)["due_from"] == [{"party": "city", "name": "The city", "amount": "25000.00"}]


def test_a_limit_counts_what_is_stated_and_not_what_waits() -> None:
    limits = {"contract": {"amount": "900000.00"}, "period": {"count": 90}}
    metrics = [{**metric, "limits": {"metric": {"amount": "800000.00"}}} for metric in (EXAM, JOINED)]
    book = carrying(*metrics, limits=limits).learn(*exams(*range(1, 6)), *parts_taken(*range(1, 6)))
    book.issue("2022")
    book.learn(retraction(exams(1)[1]), *parts_taken(*range(6, 12), on="2023-05-01"))
    uses = {(use["scope"], use["metric"]): use["used"] for use in document(book.issue("2023")["a"])["limits"]}
    assert uses == {
        ("contract", None): "160000.00",
        ("metric", "exam"): "50000.00",
        ("metric", "joined"): "110000.00",
        ("period", None): "6",
    }


def test_metrics_under_a_limit_that_took_something_wait_together() -> None:
    """What the limit left to those who took part tells how many passed the exam before them."""
    limits = {"contract": {"amount": "45000.00"}}
    book = carrying(EXAM, JOINED, limits=limits)
    book.learn(*exams(1, on="2022-02-01"), *parts_taken(*range(1, 9)))
    issued = book.issue("2022")["a"]
    assert lines(issued) == []
    assert [why["sentence"] for why in waiting(issued, "deferral")][1] == "it waits with exam, of which it would tell"


def test_where_what_was_stated_decides_who_is_served_nothing_is_stated_by_halves() -> None:
    tranches = [tranche("senior", "a", cap="300.00"), tranche("junior", "b")]
    contract = {
        **a_shared_contract(JOB, by="tranches", tranches=tranches),
        "small_groups": "carry",
        "smallest_group": 3,
    }
    book = Book(contract).learn(*in_job("P1", "ordinary"), *in_job("P2", "ordinary"))
    first = {investor: document(draft) for investor, draft in book.issue("2022").items()}
    assert {part["stated_to_date"] for part in first["a"]["tranches"]} == {"0.00"}
    book.learn(*in_job("P3", "ordinary"))
    given = document(book.issue("2023")["a"])["tranches"]
    assert {part["id"]: part["stated_to_date"] for part in given} == {"senior": "180.00", "junior": "0.00"}


def test_a_plan_tells_neither_that_a_few_achieved_it_nor_that_nobody_did() -> None:
    plans = [
        {"from": "2022-01-01", "reason": "signed", "expected": [{"metric": "exam", "period": "2022", "outcomes": 9}]}
    ]
    for book in (carrying(plans=plans), carrying(plans=plans).learn(*exams(1, 2))):
        assert document(book.issue("2022")["a"])["plan"]["metrics"][0]["achieved"] is None
    many = carrying(plans=plans).learn(*exams(1, 2, 3, 4, 5))
    assert document(many.issue("2022")["a"])["plan"]["metrics"][0]["achieved"] == 5


def test_what_requires_an_outcome_that_waits_to_be_stated_waits_for_it() -> None:
    after = {**JOINED, "requires": [{"metric": "exam", "already": "stated"}]}
    book = Book(a_contract(EXAM, after, small_groups="carry", smallest_group=3))
    for number in (1, 2):
        book.learn(*exams(number))
        book.learn(a_fact("milestone", f"exam_passed-{number}", "2022-06-01", name="joined"))
    book.issue("2022")
    book.learn(*exams(3))
    book.learn(a_fact("milestone", "exam_passed-3", "2022-06-01", name="joined"))
    assert {line["metric"] for line in lines(book.issue("2023")["a"])} == {"exam"}
    assert {line["metric"] for line in lines(book.issue("2024")["a"])} == {"joined"}


def test_the_version_on_the_last_day_of_the_period_says_whether_small_groups_wait() -> None:
    book = carrying().learn(*exams(1, 2))
    book.issue("2022")
    later = {"version": 2, "reason": "paid at once", "effective_from": "2023-12-31"}
    book.amend(a_contract(EXAM, small_groups="merge", **later))
    issued = book.issue("2023")["a"]
    assert section(issued)["total"] == "10000.00"
    assert {line["cause"]["code"] for line in lines(issued)} == {"waited"}
    back = {"version": 3, "reason": "as before", "effective_from": "2024-01-01"}
    book.amend(a_contract(EXAM, small_groups="carry", **back))
    assert amounts(book.learn(*exams(3, on="2024-05-01")).issue("2024")["a"]) == []


def test_what_an_amendment_changed_while_it_waited_names_the_amendment() -> None:
    book = carrying().learn(*exams(1, 2, 3, 4, 5))
    book.issue("2022")
    cheaper = {**EXAM, "tariff": {"kind": "flat", "price": "8000.00"}}
    later = {"version": 2, "reason": "cheaper", "effective_from": "2022-03-01", "small_groups": "carry"}
    book.amend(a_contract(cheaper, **later))
    book.learn(*exams(6, on="2023-05-01"))
    assert lines(book.issue("2023")["a"]) == []
    book.learn(*exams(7, 8, 9, 10, on="2023-05-01"))
    issued = book.issue("2024")["a"]
    amended = [line for line in lines(issued) if line["kind"] == "amendment"]
    assert {line["participant"] for line in amended} == {f"exam_passed-{number}" for number in range(1, 6)}
    assert amended[0]["cause"]["sentence"] == "terms version 2, effective from 2022-03-01: cheaper"


@pytest.mark.parametrize("known", ["in time", "late"])
def test_late_lines_are_told_alike_whether_they_waited_or_came_late(known: str) -> None:
    book = carrying()
    facts = exams(*range(1, 7))
    book.learn(*(facts[:4] if known == "in time" else []))
    book.issue("2022")
    book.learn(*(facts[4:] if known == "in time" else facts))
    assert section(book.issue("2023")["a"])["lines"][0]["cause"] == "waited"


def test_what_changed_since_the_statement_before_tells_what_waited_as_late() -> None:
    book = carrying().learn(*exams(1, 2, 3, 4))
    one = IssuedStatement(book.issue("2022")["a"].stored, book.terms)
    two = IssuedStatement(book.learn(*exams(5)).issue("2023")["a"].stored, book.terms, 10)
    told = changes_between(one, [two])["metrics"][0]["changes"]
    assert told[0]["sentence"] == (
        "Schedule 1, 5, reached at 10,000.00, outcomes of 2022: 25,000.00 DKK, 5 participants. Stated late: it became "
        "known late, or waited until every group was large enough to be told of."
    )
