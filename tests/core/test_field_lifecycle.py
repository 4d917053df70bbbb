"""What happens to contracts in the field, by the numbers of the coverage table: amendments, late facts, ends."""

from tests.book import Book, amounts, document, lines, pending, total
from tests.builders import CONTRACT_W, a_contract, correction, retraction, started, withdrew
from tests.builders_field import a_metric, a_milestone, did, lasting, net, owed, works

IN = started("P1", "2022-01-01")
EVIDENCE = {"kind": "validator", "ref": "report-7"}


def amended(*metrics: dict[str, object], on: str = "2023-01-01", **changes: object) -> dict[str, object]:
    """Version 2 of the contract."""
    return a_contract(*metrics, version=2, effective_from=on, reason="agreed", **changes)


def test_e1_an_amended_price_counts_for_outcomes_from_its_first_day() -> None:
    twice = {"kind": "milestone", "milestone": "reached_it", "repeats": {"at_most": 2}}
    book = Book(a_contract(a_metric(twice))).learn(IN, did("P1", "2022-12-31"), did("P1", "2023-01-01"))
    book.amend(amended(a_metric(twice, {"kind": "flat", "price": "60.00"})))
    assert [(on, amount) for _, _, on, amount in net(book)] == [("2022-12-31", "100.00"), ("2023-01-01", "60.00")]


def test_e3_a_contract_that_ends_early_pays_what_was_reached_by_its_new_last_day() -> None:
    book = Book(a_contract(a_milestone())).learn(IN, started("P2", "2022-01-01"))
    book.amend(amended(a_milestone(), on="2023-06-30", outcomes_until="2023-06-30", evidence_until="2023-12-31"))
    book.learn(did("P1", "2023-06-30"), did("P2", "2023-07-01"))
    assert net(book) == [("P1", "reached", "2023-06-30", "100.00")]
    assert book.finding("2023", "reached_it", "reached", "P2").state == "refused"


def test_e4_a_pause_agreed_by_amendment_stops_the_clock() -> None:
    facts = IN, works("P1", "2022-01-01"), works("P1", "2022-08-01")
    paused = lasting({"months": 3}, days_not_counted=[{"from": "2022-03-01", "through": "2022-04-30"}])
    book = Book(a_contract(a_metric(lasting({"months": 3})))).learn(*facts)
    assert [on for _, _, on, _ in net(book)] == ["2022-04-01"]
    book.amend(amended(a_metric(paused), on="2022-03-01"))
    assert [on for _, _, on, _ in net(book)] == ["2022-06-01"]


def shares(*payers: str) -> dict[str, object]:
    """Payers in equal shares, one investor."""
    return {
        "payers": [{"party": payer, "weight": 1} for payer in payers],
        "investors": [{"party": "a", "weight": 1}],
    }


def test_e5_a_payer_that_leaves_owes_what_was_reached_before_it_left() -> None:
    book = Book(a_contract(a_milestone(), shares=shares("city", "region"))).learn(IN, did("P1", "2022-05-01"))
    book.amend(amended(a_milestone(), shares=shares("city")))
    book.learn(started("P2", "2022-01-01"), did("P2", "2023-05-01"))
    assert owed(book) == [
        ("2022-05-01", "city", 5_000),
        ("2022-05-01", "region", 5_000),
        ("2023-05-01", "city", 10_000),
    ]


def test_e6_late_evidence_is_stated_when_it_comes_and_names_the_period_of_the_outcome() -> None:
    book = Book(a_contract(a_milestone())).learn(IN)
    assert total(book.issue("2022")["a"]) == 0
    issued = book.learn(did("P1", "2022-11-30")).issue("2023")["a"]
    assert amounts(issued) == [("late", "reached", "P1", "2022-11-30", "50.00")]
    assert lines(issued)[0]["outcome_period"] == "2022"


def test_e7_what_is_not_accepted_waits_and_is_paid_when_it_is_sent_again_with_the_evidence_asked_for() -> None:
    metric = a_milestone() | {"accepts_evidence": ["validator"]}
    claimed = did("P1", "2022-05-01", evidence={"kind": "self_report", "ref": "form-1"})
    book = Book(a_contract(metric)).learn(IN, claimed)
    assert [item["why"] for item in pending(book.preview("2022")["a"])] == ["awaits-evidence"]
    book.learn(correction(claimed, evidence=EVIDENCE))
    assert net(book, "2022") == [("P1", "reached", "2022-05-01", "100.00")]


def test_e8_what_was_paid_and_found_not_due_is_taken_back_and_carried_until_it_is_netted() -> None:
    book = Book(a_contract(a_milestone())).learn(IN, did("P1", "2022-05-01"))
    book.issue("2022")
    taken_back = book.learn(retraction(did("P1", "2022-05-01"))).issue("2023")["a"]
    assert amounts(taken_back) == [("reversal", "reached", "P1", "2022-05-01", "-50.00")]
    book.learn(started("P2", "2022-01-01"), did("P2", "2024-02-01"))
    totals = document(book.issue("2024")["a"])["totals"]
    assert (totals["lines"], totals["carried_in"], totals["payable"]) == ("50.00", "-50.00", "0.00")


def test_e10_an_outcome_counts_only_on_the_word_of_the_validator_the_contract_names() -> None:
    metric = a_milestone() | {"accepts_evidence": ["validator"]}
    book = Book(a_contract(metric)).learn(IN, did("P1", "2022-05-01", evidence={"kind": "provider", "ref": "note-1"}))
    assert net(book) == []
    assert len(net(book.learn(did("P1", "2022-06-01", evidence=EVIDENCE)))) == 1


def test_e11_after_a_withdrawal_nothing_counts_unless_the_metric_says_so() -> None:
    facts = IN, withdrew("P1", "2022-04-01"), did("P1", "2022-05-01")
    assert net(Book(a_contract(a_milestone())).learn(*facts)) == []
    assert len(net(Book(a_contract(a_milestone() | {"after_withdrawal": True})).learn(*facts))) == 1


def test_e11_a_person_known_under_two_pseudonyms_is_made_one_by_retracting_the_second() -> None:
    again = started("P1-again", "2022-01-01"), did("P1-again", "2022-05-01")
    book = Book(a_contract(a_milestone())).learn(IN, did("P1", "2022-05-01"), *again)
    assert total(book.issue("2022")["a"]) == 100
    book.learn(*(retraction(fact) for fact in again))
    assert total(book.issue("2023")["a"]) == -50


def test_e12_a_payer_that_takes_over_by_amendment_owes_from_that_day() -> None:
    book = Book(a_contract(a_milestone(), shares=shares("city"))).learn(IN, started("P2", "2022-01-01"))
    parties = {party: CONTRACT_W["parties"][party] for party in ("a", "region")}
    book.amend(amended(a_milestone(), shares=shares("region"), parties=parties))
    book.learn(did("P1", "2022-12-31"), did("P2", "2023-01-01"))
    assert owed(book) == [("2022-12-31", "city", 10_000), ("2023-01-01", "region", 10_000)]


def test_e13_after_the_last_day_nothing_is_achieved_and_what_came_before_may_be_proved_later() -> None:
    book = Book(a_contract(a_milestone(), outcomes_until="2023-06-30", evidence_until="2023-12-31"))
    book.learn(IN, started("P2", "2022-01-01"))
    assert book.finding("2022", "reached_it", "reached").state == "pending"
    assert book.finding("2023", "reached_it", "reached").state == "refused"
    book.learn(did("P1", "2023-06-30"), did("P2", "2023-07-01"))
    assert net(book) == [("P1", "reached", "2023-06-30", "100.00")]


def test_e14_a_corrected_result_is_a_new_entry_and_the_difference_is_stated() -> None:
    graded = {"kind": "graded", "prices": {"full_time": "300.00", "part_time": "100.00"}}
    rule = {
        "kind": "status_at",
        "domain": "work",
        "qualifying": ["full_time", "part_time"],
        "checkpoints": [{"months": 6}],
        "tolerance_days": 30,
    }
    told = works("P1", "2022-06-20", "full_time")
    book = Book(a_contract(a_metric(rule, graded))).learn(IN, told)
    book.issue("2022")
    issued = book.learn(correction(told, value="part_time")).issue("2023")["a"]
    assert amounts(issued) == [("change", "6 months", "P1", "2022-07-01", "-100.00")]
    assert len(book.facts) == 3
