"""Ages: what is not yet due, how many days overdue the rest is, and what is owed back."""

import pytest

from service.core.life.ageing import ageing, by_bucket
from service.core.life.ageing_documents import ageing_document
from tests.book import Book, day
from tests.builders_shares import a_shared_contract, passed
from tests.lived import Lived


def issued(payment_days: int = 30) -> Lived:
    """2022 is issued on 2023-02-01, so that 50.00 for a and for b are due on 2023-03-03."""
    book = Book(a_shared_contract() | {"payment_days": payment_days})
    lived = Lived(book.learn(*passed("P1", "2022-05-01")))
    lived.issue("2022", "2023-02-01")
    return lived


@pytest.mark.parametrize(
    ("on", "days", "bucket"),
    [
        ("2023-02-01", 0, "not yet due"),
        ("2023-03-03", 0, "not yet due"),
        ("2023-03-04", 1, "1-30 days"),
        ("2023-04-02", 30, "1-30 days"),
        ("2023-04-03", 31, "31-60 days"),
        ("2023-05-02", 60, "31-60 days"),
        ("2023-05-03", 61, "61-90 days"),
        ("2023-06-01", 90, "61-90 days"),
        ("2023-06-02", 91, "over 90 days"),
    ],
)
def test_what_is_outstanding_grows_old_from_the_day_after_it_was_due(on: str, days: int, bucket: str) -> None:
    first = ageing(issued().life(), day(on))[0]
    assert (first.payer, first.days_overdue, first.bucket) == ("city", days, bucket)


def test_the_terms_say_how_many_days_there_are_to_pay() -> None:
    assert ageing(issued(payment_days=0).life(), day("2023-02-02"))[0].days_overdue == 1


def test_what_is_paid_has_no_age_and_what_is_left_keeps_its_own() -> None:
    lived = issued()
    lived.pay("w.2022.a.1", "city", "50.00", "2023-03-20")
    lived.pay("w.2022.b.1", "city", "20.00", "2023-03-20")
    aged = ageing(lived.life(), day("2023-03-31"))
    assert [(one.statement.investor, one.outstanding_minor, one.bucket) for one in aged] == [
        ("a", 0, None),
        ("b", 3_000, "1-30 days"),
    ]
    before = ageing(lived.life(), day("2023-03-19"))
    assert by_bucket(before)["1-30 days"] == 10_000


def test_too_much_paid_is_owed_back_and_takes_nothing_off_what_others_are_late_with() -> None:
    lived = issued()
    lived.pay("w.2022.a.1", "city", "80.00", "2023-03-01")
    sums = by_bucket(ageing(lived.life(), day("2023-03-31")))
    assert {bucket: minor for bucket, minor in sums.items() if minor} == {"1-30 days": 5_000, "owed back": -3_000}


def test_before_the_period_ended_nothing_of_it_is_due() -> None:
    assert ageing(issued().life(), day("2022-12-30")) == ()


def test_a_document_of_ages_tells_each_statement_and_the_sums_by_age() -> None:
    lived = issued()
    lived.pay("w.2022.b.1", "city", "50.00", "2023-03-20")
    life = lived.life()
    aged = ageing(life, day("2023-03-31"))
    told = ageing_document("city", [(life, aged)])
    assert told["statements"][0] == {
        "statement": "w.2022.a.1",
        "contract": "w",
        "period": "2022",
        "investor": "a",
        "payer": "city",
        "payer_name": "The city",
        "currency": "DKK",
        "state": "issued",
        "issued_on": "2023-02-01",
        "due_on": "2023-03-03",
        "days_overdue": 28,
        "payable": "50.00",
        "paid": "0.00",
        "outstanding": "50.00",
        "age": "1-30 days",
    }
    assert (told["statements"][1]["state"], told["statements"][1]["days_overdue"]) == ("settled", 0)
    (total,) = told["totals"]
    assert total["outstanding"] == "50.00"
    assert {one["age"]: one["outstanding"] for one in total["ages"] if one["outstanding"] != "0.00"} == {
        "1-30 days": "50.00"
    }
