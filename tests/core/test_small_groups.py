"""The issued statement names nobody and shows no small group; the detail holds all, bound by salted commitments."""

import hashlib
import hmac

from service.core import canonical
from service.core.canonical import Document
from service.core.events import Fact
from service.core.pipeline import Draft, draft_statements
from tests.book import AnyKey, Book, document, lines
from tests.builders import EXAM, HOUSING, a_contract, a_fact, retraction, started


def passed(number: int, on: str = "2022-05-01") -> tuple[Fact, Fact]:
    participant = f"zq9-{number}"
    exam = a_fact("milestone", participant, on, name="exam_passed", id=f"exam-{number}")
    return started(participant, "2022-01-01"), exam


def exams(*numbers: int, on: str = "2022-05-01") -> list[Fact]:
    return [fact for number in numbers for fact in passed(number, on)]


def section(draft: Draft, metric: str = "exam") -> Document:
    return next(part for part in document(draft)["metrics"] if part["id"] == metric)


MERGED = {"id": "exam", "title": "Passed the exam", "clause": "schedule 1, 5", "merged": True}


def test_a_group_that_is_large_enough_is_shown_with_its_counts() -> None:
    shown = section(Book(a_contract(EXAM)).learn(*exams(1, 2, 3, 4, 5)).issue("2022")["a"])
    assert shown["lines"] == [
        {
            "kind": "new",
            "cause": "outcome",
            "step": "reached",
            "tariff": "10000.00",
            "outcome_period": "2022",
            "participants": 5,
            "amount": "25000.00",
        }
    ]
    assert (shown["merged"], shown["total"], shown["pending"], shown["clipped"]) == (False, "25000.00", [], [])


def test_one_group_that_is_too_small_leaves_the_metric_its_total_only() -> None:
    assert section(Book(a_contract(EXAM)).learn(*exams(1, 2, 3, 4)).issue("2022")["a"]) == {
        **MERGED,
        "total": "20000.00",
    }


def test_each_sort_of_group_counts_for_itself() -> None:
    enough = exams(1, 2, 3, 4, 5)
    waiting = Book(a_contract(EXAM)).learn(*enough, started("zq9-6", "2022-01-01"))
    assert section(waiting.issue("2022")["a"]) == {**MERGED, "total": "25000.00"}
    clipped = Book(a_contract(EXAM, limits={"contract": {"amount": "45000.00"}})).learn(*enough)
    assert section(clipped.issue("2022")["a"]) == {**MERGED, "total": "22500.00"}
    late = Book(a_contract(EXAM)).learn(*enough)
    late.issue("2022")
    late.learn(*exams(6), *exams(7, 8, 9, 10, 11, on="2023-05-01"))
    assert section(late.issue("2023")["a"]) == {**MERGED, "total": "30000.00"}
    reversed_one = Book(a_contract(EXAM)).learn(*enough)
    reversed_one.issue("2022")
    reversed_one.learn(retraction(passed(1)[1]))
    assert section(reversed_one.issue("2023")["a"])["merged"]


def test_one_metric_is_merged_without_the_others() -> None:
    book = Book(a_contract(EXAM, HOUSING)).learn(*exams(1, 2, 3, 4, 5))
    book.learn(a_fact("status", "zq9-1", "2022-01-01", name="housing", value="own_tenancy"))
    book.learn(a_fact("status", "zq9-1", "2022-06-01", name="housing", value="own_tenancy"))
    issued = book.issue("2022")["a"]
    assert not section(issued)["merged"]
    assert section(issued, "housing")["merged"]


def test_the_size_of_a_group_is_the_contracts() -> None:
    book = Book(a_contract(EXAM, smallest_group=3)).learn(*exams(1, 2, 3))
    assert section(book.issue("2022")["a"])["lines"][0]["participants"] == 3


def test_a_limit_tells_no_count_of_a_few_even_in_a_period_without_news() -> None:
    metric = {**EXAM, "limits": {"metric": {"count": 9}}}
    book = Book(a_contract(metric, limits={"contract": {"amount": "90000.00"}})).learn(*exams(1, 2))
    for label in ("2022", "2023"):
        limits = document(book.issue(label)["a"])["limits"]
        assert limits[0]["used"] == "20000.00"
        assert limits[1] == {"scope": "metric", "metric": "exam", "in": "achievements", "limit": "9"}


def test_a_periods_own_amount_does_not_set_what_came_late_apart_in_a_merged_metric() -> None:
    limits = {"period": {"amount": "900000.00"}}
    shown = []
    for late in (1, 2):
        book = Book(a_contract(EXAM, limits=limits))
        book.issue("2022")
        book.learn(*exams(*range(late)), *exams(*range(late, 8), on="2023-05-01"))
        issued = document(book.issue("2023")["a"])
        shown.append({part: issued[part] for part in ("totals", "metrics", "limits")})
    assert shown[0] == shown[1]
    assert shown[0]["limits"] == [{"scope": "period", "metric": None, "in": "DKK", "limit": "900000.00"}]


def test_the_statement_names_nobody_and_the_detail_everybody() -> None:
    draft = Book(a_contract(EXAM)).learn(*exams(1, 2, 3, 4, 5), started("zq9-6", "2022-01-01")).issue("2022")["a"]
    assert b"zq9" not in draft.stored
    assert b"exam-" not in draft.stored
    assert {item.participant for item in draft.items} == {f"zq9-{number}" for number in range(1, 7)}
    assert {line["participant"] for line in lines(draft)} == {f"zq9-{number}" for number in range(1, 6)}


def test_the_digest_binds_every_item_under_a_salt_from_its_participants_key() -> None:
    draft = Book(a_contract(EXAM)).learn(*exams(1, 2)).issue("2022")["a"]
    commitments = []
    for position, item in enumerate(draft.items, start=1):
        key = item.participant.encode().ljust(32, b"\0")
        salt = hmac.new(key, f"w/2022/a/1#{position}".encode(), hashlib.sha256).digest()
        assert item.salt == salt.hex()
        assert item.commitment == hashlib.sha256(salt + item.stored).hexdigest()
        commitments.append(item.commitment)
    whole = "".join(f"{commitment}\n" for commitment in commitments).encode()
    assert document(draft)["detail_digest"] == hashlib.sha256(whole).hexdigest()
    assert len(set(commitments)) == len(draft.items) == 2


def test_a_preview_without_keys_has_neither_salts_nor_a_digest_and_is_else_the_same() -> None:
    book = Book(a_contract(EXAM)).learn(*exams(1, 2))
    with_keys = book.preview("2022")["a"]
    without = draft_statements(book.inputs(), book.period("2022"), {}, None)[0]
    assert "detail_digest" not in document(without)
    assert {(item.salt, item.commitment) for item in without.items} == {(None, None)}
    assert [item.stored for item in without.items] == [item.stored for item in with_keys.items]
    rest = {name: part for name, part in document(with_keys).items() if name != "detail_digest"}
    assert rest == document(without)


def test_a_key_is_asked_for_whomever_an_item_is_about() -> None:
    book = Book(a_contract(EXAM)).learn(*exams(1), started("zq9-2", "2022-01-01"))
    asked: list[str] = []

    class Keys(AnyKey):
        def __missing__(self, participant: str) -> bytes:
            asked.append(participant)
            return super().__missing__(participant)

    draft_statements(book.inputs(), book.period("2022"), {}, Keys())
    assert set(asked) == {"zq9-1", "zq9-2"}


def test_what_is_carried_is_netted_before_anything_is_payable() -> None:
    book = Book(a_contract(EXAM)).learn(*exams(1))
    book.issue("2022")
    book.learn(retraction(passed(1)[1]))
    issued = book.issue("2023")["a"]
    assert [(posting.account, posting.amount_minor) for posting in issued.transaction.postings] == [
        ("investor:a:receivable", -500_000),
        ("payer:city:due", 500_000),
    ]
    assert document(issued)["due_from"] == [{"party": "city", "name": "The city", "amount": "-5000.00"}]
    assert canonical.from_bytes(issued.stored)["totals"]["payable"] == "0.00"
