"""What triggers a payment in the field, by the numbers of the coverage table: milestones, statuses, conditions."""

from tests.book import Book
from tests.builders import a_contract, completed, started
from tests.builders_field import a_metric, a_milestone, better, did, happened, lasting, looked, net, scored, works

IN = started("P1", "2022-01-01")


def test_p1_a_milestone_pays_once() -> None:
    book = Book(a_contract(a_milestone())).learn(IN, did("P1", "2022-03-01"), did("P1", "2022-06-01"))
    assert net(book) == [("P1", "reached", "2022-03-01", "100.00")]


def test_p2_a_repeatable_milestone_pays_so_often_at_the_most_and_keeps_its_gap() -> None:
    rule = {"kind": "milestone", "milestone": "reached_it", "repeats": {"at_most": 2, "least_gap_days": 30}}
    dates = ("2022-03-01", "2022-03-30", "2022-03-31", "2022-06-01")
    book = Book(a_contract(a_metric(rule))).learn(IN, *(did("P1", on) for on in dates))
    assert net(book) == [("P1", "time 1", "2022-03-01", "100.00"), ("P1", "time 2", "2022-03-31", "100.00")]


def test_p3_taking_part_is_paid_without_any_improvement() -> None:
    book = Book(a_contract(a_milestone("assessed"))).learn(IN, did("P1", "2022-01-10", "assessed"))
    assert net(book) == [("P1", "reached", "2022-01-10", "100.00")]


def test_p4_a_status_that_lasted_pays_step_by_step_and_a_short_gap_does_not_count() -> None:
    rule = lasting({"weeks": 13}, {"weeks": 26}, allowed_gap_days=7)
    gap = works("P1", "2022-02-01", "between_jobs"), works("P1", "2022-02-08")
    book = Book(a_contract(a_metric(rule))).learn(IN, works("P1", "2022-01-01"), *gap, works("P1", "2022-07-02"))
    assert [(step, on) for _, step, on, _ in net(book)] == [("13 weeks", "2022-04-02"), ("26 weeks", "2022-07-02")]


def test_p5_so_many_weeks_within_a_longer_stretch_add_up_over_breaks() -> None:
    rule = lasting({"weeks": 13, "within": {"weeks": 26}}, on_break="cumulative")
    jobs = works("P1", "2022-01-01"), works("P1", "2022-02-12", "none"), works("P1", "2022-03-01")
    book = Book(a_contract(a_metric(rule))).learn(IN, *jobs, works("P1", "2022-05-01"))
    assert net(book) == [("P1", "13 weeks", "2022-04-19", "100.00")]


def test_p6_a_number_of_short_breaches_is_tolerated_and_one_more_is_not() -> None:
    rule = lasting({"months": 6}, tolerated_breaches={"count": 2, "days": 10})
    once, twice, thrice = (
        (works("P1", f"2022-0{month}-10", "none"), works("P1", f"2022-0{month}-15")) for month in (2, 3, 4)
    )
    book = Book(a_contract(a_metric(rule))).learn(
        IN, works("P1", "2022-01-01"), *once, *twice, works("P1", "2022-08-01")
    )
    assert [on for _, _, on, _ in net(book)] == ["2022-07-01"]
    assert net(book.learn(*thrice)) == []


def test_p7_after_a_break_the_clock_starts_again_from_zero() -> None:
    facts = works("P1", "2022-01-01"), works("P1", "2022-03-20", "none"), works("P1", "2022-04-01")
    book = Book(a_contract(a_metric(lasting({"months": 3})))).learn(IN, *facts, works("P1", "2022-07-01"))
    assert net(book) == [("P1", "3 months", "2022-07-01", "100.00")]


def test_p8_school_holidays_stop_the_clock() -> None:
    holidays = [{"from": "2022-07-01", "through": "2022-08-14"}]
    rule = lasting({"weeks": 13}, values=("behaves",), days_not_counted=holidays)
    book = Book(a_contract(a_metric(rule))).learn(
        IN, works("P1", "2022-06-01", "behaves"), works("P1", "2022-11-01", "behaves")
    )
    assert net(book) == [("P1", "13 weeks", "2022-10-15", "100.00")]


def test_p10_what_was_reached_of_a_missed_milestone_is_paid_by_the_day() -> None:
    whole = a_metric(lasting({"months": 36}, values=("at_home", "accruing")), id="whole")
    days = {"kind": "time_in_status", "domain": "work", "qualifying": ["accruing"], "unit": "days"}
    tariff = {"kind": "per_unit", "price": "1.00", "unit": "days"}
    book = Book(a_contract(whole, a_metric(days, tariff, id="part", excludes=["whole"]))).learn(IN)
    book.learn(works("P1", "2022-01-01", "at_home"), works("P1", "2023-07-01", "accruing"))
    book.learn(works("P1", "2023-09-01", "proceedings"))
    assert [(line.metric.id, line.net_minor) for line in book.calculate("2025").lines] == [("part", 62_00)]


def test_p12_nothing_happened_pays_once_somebody_has_looked() -> None:
    rule = {"kind": "absence", "kinds": ["visit"], "anchor": "completed", "windows": {"days": 90}}
    book = Book(a_contract(a_metric(rule))).learn(IN, completed("P1", "2022-03-01"))
    assert net(book) == []
    assert net(book.learn(looked("P1", "2022-03-01", "2022-05-29"))) == [("P1", "window 1", "2022-05-30", "100.00")]
    assert net(book.learn(happened("P1", "2022-05-29"))) == []


def test_p14_a_change_is_read_as_a_share_an_amount_or_a_level() -> None:
    for threshold, enough in (({"relative": "0.25"}, "50"), ({"absolute": "10"}, "50"), ({"target": "50"}, "50")):
        book = Book(a_contract(a_metric(better(**threshold)))).learn(IN, scored("P1", "2022-01-05", "40"))
        assert net(book.learn(scored("P1", "2022-12-30", "49.9"))) == []
        assert net(book.learn(scored("P1", "2023-01-02", enough))) == [("P1", "12 months", "2023-01-02", "100.00")]


def test_p16_each_ten_points_of_attendance_are_a_metric_of_their_own() -> None:
    steps = (a_metric(better(absolute=str(points)), id=f"by-{points}") for points in (10, 20, 30))
    book = Book(a_contract(*steps)).learn(IN, scored("P1", "2022-01-05", "40"), scored("P1", "2023-01-02", "64"))
    assert [line.metric.id for line in book.calculate("2023").lines] == ["by-10", "by-20"]


def test_p19_who_had_it_before_is_told_by_an_attribute_and_only_the_better_state_counts() -> None:
    job = a_metric(lasting({"weeks": 13}, values=("part_time", "full_time")), id="job", eligible={"was": ["out"]})
    more = a_metric(lasting({"weeks": 13}, values=("full_time",)), id="more", eligible={"was": ["part_time"]})
    book = Book(a_contract(job, more, attributes={"was": ["out", "part_time"]}))
    for participant, was, value in (("P1", "out", "part_time"), ("P2", "part_time", "part_time")):
        book.learn(started(participant, "2022-01-01", attributes={"was": was}), works(participant, "2022-01-01", value))
        book.learn(works(participant, "2022-06-01", value))
    assert [(line.finding.participant, line.metric.id) for line in book.calculate("2022").lines] == [("P1", "job")]
    moved_up = works("P2", "2022-07-01", "full_time"), works("P2", "2022-11-01", "full_time")
    paid = book.learn(*moved_up).calculate("2022").lines
    assert [(line.finding.participant, line.metric.id) for line in paid] == [("P1", "job"), ("P2", "more")]


def test_p28_eligibility_is_what_was_declared_when_the_participant_started() -> None:
    contract = a_contract(a_milestone() | {"eligible": {"age": ["18-24"]}}, attributes={"age": ["18-24", "over-24"]})
    young, older = (
        started("P1", "2022-01-01", attributes={"age": "18-24"}),
        started("P2", "2022-01-01", attributes={"age": "over-24"}),
    )
    book = Book(contract).learn(young, older, did("P1", "2024-05-01"), did("P2", "2022-05-01"))
    assert net(book, "2024") == [("P1", "reached", "2024-05-01", "100.00")]


def test_p29_the_unit_that_achieves_may_be_a_village() -> None:
    contract = a_contract(a_milestone("free_of_open_defecation"), participant="village")
    book = Book(contract).learn(started("V-7", "2022-01-01"), did("V-7", "2022-09-01", "free_of_open_defecation"))
    assert net(book) == [("V-7", "reached", "2022-09-01", "100.00")]
    assert book.terms.latest.participant == "village"
