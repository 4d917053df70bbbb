"""What pending outcomes would pay: by investor and by payer, and of how many nobody knows."""

from service.core.life.waiting import Pending, pending_of_investors, pending_of_payers
from service.core.pipeline import calculate
from tests.book import Book
from tests.builders import EXAM, started
from tests.builders_shares import JOB, a_shared_contract, passed, tranche, weights


def pending(book: Book) -> tuple[dict[str, Pending], dict[str, Pending]]:
    """By investor and by payer, as of the end of 2022."""
    inputs, period = book.inputs(), book.period("2022")
    findings = calculate(inputs, period).findings
    investors = pending_of_investors(inputs, findings, ("a", "b"), period)
    return dict(investors), dict(pending_of_payers(book.terms, findings, ("city", "region")))


def test_what_is_pending_is_split_as_it_will_be_and_what_is_decided_is_none_of_it() -> None:
    exam = {**EXAM, "tariff": {"kind": "flat", "price": "100.00"}}
    contract = a_shared_contract(exam, payers=[{"party": "city", "weight": 3}, {"party": "region", "weight": 1}])
    contract["parties"]["region"] = {"name": "The region", "roles": ["outcome_payer"]}
    book = Book(contract).learn(*passed("P1", "2022-05-01"), started("P2", "2022-01-01"), started("P3", "2022-01-01"))
    investors, payers = pending(book)
    assert investors == {"a": Pending(2, 10_000, 0), "b": Pending(2, 10_000, 0)}
    assert payers == {"city": Pending(2, 15_000, 0), "region": Pending(2, 5_000, 0)}


def test_a_price_that_hangs_on_what_is_not_known_yet_is_counted_and_not_guessed() -> None:
    investors, payers = pending(Book(a_shared_contract(JOB)).learn(started("P1", "2022-01-01")))
    assert investors["a"] == payers["city"] == Pending(1, 0, 1)
    assert payers["region"] == Pending(0, 0, 0)


def test_where_tranches_decide_an_investors_part_is_not_known_and_the_payers_is() -> None:
    tranches = [tranche("senior", "a", cap="10.00"), tranche("junior", "b")]
    book = Book(a_shared_contract(by="tranches", tranches=tranches)).learn(started("P1", "2022-01-01"))
    investors, payers = pending(book)
    assert investors["a"] == Pending(1, 0, 1)
    assert payers["city"] == Pending(1, 10_000, 0)


def test_a_metric_that_another_payer_pays_is_none_of_ones_own_even_where_its_price_is_not_known() -> None:
    job = {**JOB, "payers": weights("region")}
    exam = {**EXAM, "tariff": {"kind": "flat", "price": "100.00"}}
    contract = a_shared_contract(job, exam)
    contract["parties"]["region"] = {"name": "The region", "roles": ["outcome_payer"]}
    _, payers = pending(Book(contract).learn(started("P1", "2022-01-01")))
    assert payers == {"city": Pending(1, 10_000, 0), "region": Pending(1, 0, 1)}
