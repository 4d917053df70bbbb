"""Outcomes of groups in the field, by the numbers of the coverage table: samples, and tests of a whole project."""

from tests.book import Book
from tests.builders import a_contract, started
from tests.builders_field import a_metric, better, did, net, scored

PEOPLE = [started(f"P{number}", "2022-01-01") for number in range(1, 11)]


def test_p27_a_sample_speaks_for_its_cohort_when_it_is_large_enough() -> None:
    rule = better(absolute="10")
    rule |= {"kind": "cohort_mean", "checkpoint": rule.pop("checkpoints")[0], "evaluated": {"on": "2023-03-01"}}
    scores = [
        scored(participant, on, value)
        for participant, before, after in (("P1", "40", "55"), ("P2", "50", "60"))
        for on, value in (("2022-01-05", before), ("2023-01-02", after))
    ]
    for least_group, expected in ((2, [("", "everybody", "2023-03-01", "100.00")]), (3, [])):
        contract = a_contract(a_metric(rule | {"least_group": least_group}))
        assert net(Book(contract).learn(*PEOPLE, *scores)) == expected


def test_a11_a_lump_on_a_test_of_the_whole_project() -> None:
    rule = {
        "kind": "cohort_share",
        "member": {"id": "reached-it", "rule": {"kind": "milestone", "milestone": "reached_it"}},
        "of": "enrolled",
        "at_least": {"count": 3},
        "evaluated": {"on": "2022-12-31"},
    }
    lump = a_contract(a_metric(rule, {"kind": "flat", "price": "846250.00"}))
    book = Book(lump).learn(*PEOPLE, did("P1", "2022-05-01"), did("P2", "2022-05-01"))
    assert net(book) == []
    assert net(book.learn(did("P3", "2022-12-31"))) == [("", "everybody", "2022-12-31", "846250.00")]
