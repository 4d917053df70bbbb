"""Sums that others published, through the whole calculation: rate cards, caps and group tests from three countries."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from service.core.events import Fact
from service.core.price import PricedLine
from service.core.terms import TermsVersion
from service.core.terms.limits import ContractLimits
from service.core.terms.tariffs import FlatTariff
from tests.book import Book, lines, total
from tests.builders import started
from tests.builders_published import (
    calculated,
    diabetes_cohort,
    fair_chance_outcomes,
    found_once_issued,
    shipped,
    shipped_facts,
    shown,
)

ROUND_1, ROUND_2, FAIR_CHANCE, DIABETES = (
    "innovation-fund-round-1",
    "innovation-fund-round-2",
    "fair-chance-fund",
    "dsi-diabetes",
)
IN_ROUND_1 = (
    ("level_1_passed", "2012-11-01", "certificate"),
    ("esol_passed", "2013-02-01", "certificate"),
    ("level_2_passed", "2013-07-01", "certificate"),
    ("level_3_passed", "2014-07-01", "certificate"),
)
IN_ROUND_2 = (
    ("attitude_improved", "2012-06-01", "teacher_letter"),
    ("entry_level_passed", "2012-06-15", "certificate"),
    ("basic_skills_passed", "2012-07-02", "certificate"),
    ("level_1_passed", "2013-02-01", "certificate"),
    ("level_2_passed", "2013-07-01", "certificate"),
    ("level_3_passed", "2014-07-01", "certificate"),
)
PUBLISHED: dict[str, tuple[str, int]] = {
    "Ambition": ("406 351 302 370 328 288 235 201 152 46 35 5 141 21 6 68 46 92 59 38 23", 3_155_150),
    "Aspire": ("162 152 140 151 143 133 106 85 63 27 36 1 73 6 4 43 29 27 21 17 15", 1_516_000),
    "Depaul": ("209 182 126 192 188 179 165 142 91 23 11 1 57 2 0 30 20 16 13 0 0", 1_692_700),
    "Home Group": ("273 211 156 231 206 184 157 132 158 122 131 27 53 3 1 31 20 52 37 20 15", 2_391_450),
    "Local Solutions": ("138 125 105 130 122 115 99 85 113 48 56 0 46 6 1 26 19 4 1 1 1", 1_347_000),
    "St Basil's": ("322 253 176 290 271 251 211 181 292 31 91 3 101 6 3 63 43 31 12 8 7", 2_802_950),
    "Fusion": ("345 295 271 293 282 267 235 199 172 33 9 9 153 18 13 93 70 30 17 12 7", 3_032_950),
}


def in_work(who: str, *dates: str, evidence: str = "employer_letter") -> list[Fact]:
    """Employed 16 hours a week from the first date, reported again on the others."""
    return [shown("status", who, on, evidence, name="employment", value="employed_16_hours") for on in dates]


def at_school(who: str) -> list[Fact]:
    """Better behaviour and attendance from May 2012, still so in October."""
    return [
        shown("status", who, on, "school_letter", name=name, value=value)
        for name, value in (("school_behaviour", "improved"), ("school_attendance", "as_average_student"))
        for on in ("2012-05-01", "2012-10-08")
    ]


def full_achiever(milestones: Sequence[tuple[str, str, str]]) -> list[Fact]:
    """A young person who reaches one of each listed outcome."""
    passed = [shown("milestone", "P1", on, evidence, name=name) for name, on, evidence in milestones]
    work = in_work("P1", "2012-06-04", "2012-09-03", "2012-12-03")
    return [started("P1", "2012-04-16"), *at_school("P1"), *work, *passed]


def at_university(who: str) -> list[Fact]:
    """Entered higher education and stayed 13 weeks."""
    dates = ("2014-09-22", "2014-12-22")
    return [
        shown("status", who, on, "university_confirmation", name="higher_education", value="attending") for on in dates
    ]


def stated_by_year(book: Book, *years: str) -> list[Decimal]:
    """What the investors are stated in each year, issued one after the other."""
    return [total(book.issue(year)["investors"]) for year in years]


def gross_and_net(priced: Sequence[PricedLine]) -> tuple[int, int]:
    """What the lines come to by the tariff, and after all limits, in whole pounds."""
    return sum(line.gross_minor for line in priced) // 100, sum(line.net_minor for line in priced) // 100


def test_innovation_fund_round_1_one_of_each_outcome_is_8_200_of_15_100() -> None:
    book = shipped(ROUND_1).learn(*full_achiever(IN_ROUND_1), *at_university("P1"))
    assert stated_by_year(book, "2012", "2013", "2014") == [Decimal(5_400), Decimal(2_800), Decimal(0)]
    assert gross_and_net(calculated(book, "2015").lines) == (15_100, 8_200)


def test_innovation_fund_round_2_one_of_each_outcome_is_11_700_of_20_200() -> None:
    book = shipped(ROUND_2).learn(*full_achiever(IN_ROUND_2))
    assert stated_by_year(book, "2012", "2013", "2014") == [Decimal(8_700), Decimal(3_000), Decimal(0)]
    assert gross_and_net(calculated(book, "2015").lines) == (20_200, 11_700)


@pytest.mark.parametrize(
    ("name", "who", "sums"), [(ROUND_1, "L-01", (15_100, 8_200)), (ROUND_2, "C-01", (20_200, 11_700))]
)
def test_innovation_fund_one_of_each_outcome_stands_in_the_facts_of_each_folder(
    name: str, who: str, sums: tuple[int, int]
) -> None:
    book = shipped(name).learn(*shipped_facts(name))
    stated_by_year(book, "2012", "2013", "2014", "2015")
    assert gross_and_net([line for line in calculated(book, "2016").lines if line.finding.participant == who]) == sums


def test_innovation_fund_the_rounds_hold_nine_and_ten_of_the_outcomes_of_one_card() -> None:
    one, two = ({metric.id for metric in shipped(name).terms.latest.metrics} for name in (ROUND_1, ROUND_2))
    assert (len(one), len(two), len(one | two)) == (9, 10, 12)
    for name, most in ((ROUND_1, 8_200), (ROUND_2, 11_700)):
        limit = shipped(name).terms.latest.limits.participant
        assert limit is not None
        assert limit.amount == most


def test_innovation_fund_26_weeks_wait_until_the_13_weeks_are_on_an_issued_statement() -> None:
    book = shipped(ROUND_2).learn(started("P1", "2012-04-16"), *in_work("P1", "2012-06-04", "2012-12-03"))
    waiting = book.finding("2012", "employment-26-weeks", "26 weeks")
    assert waiting.state == "pending"
    assert "employment-13-weeks" in waiting.sentence
    assert stated_by_year(book, "2012") == [Decimal(3_500)]
    late = lines(book.issue("2013")["investors"])
    assert [(line["kind"], line["metric"], line["achieved_on"], line["amount"]) for line in late] == [
        ("late", "employment-26-weeks", "2012-12-03", "2000.00")
    ]


def test_innovation_fund_26_weeks_count_no_earlier_than_13_weeks_after_the_13_weeks() -> None:
    book = shipped(ROUND_2).learn(started("P1", "2012-04-16"), *in_work("P1", "2012-06-04", "2012-12-02"))
    book.issue("2012")
    first = found_once_issued(book, "2013", "employment-13-weeks", "13 weeks")
    assert first.achieved_on.isoformat() == "2012-09-03"
    assert found_once_issued(book, "2013", "employment-26-weeks", "26 weeks").state == "pending"
    book.learn(*in_work("P1", "2012-12-03"))
    second = found_once_issued(book, "2013", "employment-26-weeks", "26 weeks")
    assert second.achieved_on == first.achieved_on + timedelta(weeks=13)


def test_innovation_fund_26_weeks_are_not_paid_without_accepted_proof_of_the_13_weeks() -> None:
    told = in_work("P1", "2012-06-04", "2012-12-03", evidence="self_report")
    book = shipped(ROUND_2).learn(started("P1", "2012-04-16"), *told)
    assert stated_by_year(book, "2012", "2013") == [Decimal(0), Decimal(0)]
    states = [book.finding("2014", f"employment-{weeks}-weeks", f"{weeks} weeks").state for weeks in (13, 26)]
    assert states == ["pending", "pending"]


def test_innovation_fund_school_holidays_do_not_count_towards_the_13_weeks() -> None:
    book = shipped(ROUND_1).learn(started("P1", "2012-04-16"), *at_school("P1"))
    found = book.finding("2012", "improved-behaviour", "13 weeks")
    assert found.achieved_on.isoformat() == "2012-09-09"  # 83 days before the summer holidays, 8 after


def without_contract_cap(book: Book) -> Book:
    """The same card where the contract itself sets no cap."""
    known = book.versions[0]
    limits = ContractLimits(participant=known.terms.limits.participant)
    book.versions = [TermsVersion(known.terms.model_copy(update={"limits": limits}), known.sha256, known.sequence)]
    return book


def reached(priced: Sequence[PricedLine]) -> Counter[tuple[str, str]]:
    """How often each step of each metric is paid."""
    return Counter((line.metric.id, line.finding.step) for line in priced)


@pytest.mark.parametrize("project", [project for project in PUBLISHED if project != "Fusion"])
def test_fair_chance_fund_published_counts_times_prices(project: str) -> None:
    counts = [int(count) for count in PUBLISHED[project][0].split()]
    book = without_contract_cap(shipped(FAIR_CHANCE)).learn(*fair_chance_outcomes(counts))
    priced = book.calculate("2017").lines
    assert sorted(reached(priced).values()) == sorted(count for count in counts if count)
    assert gross_and_net(priced) == (PUBLISHED[project][1], PUBLISHED[project][1])
    assert not any(line.clips for line in priced)


def test_fair_chance_fund_fusion_is_capped_by_contract_at_2_513_800_of_3_032_950() -> None:
    counts = [int(count) for count in PUBLISHED["Fusion"][0].split()]
    book = shipped(FAIR_CHANCE).learn(*fair_chance_outcomes(counts))
    priced = book.calculate("2017").lines
    assert sorted(reached(priced).values()) == sorted(counts)
    assert gross_and_net(priced) == (3_032_950, 2_513_800)
    assert {clip.limit for line in priced for clip in line.clips} == {"contract"}
    assert sum(part for line in priced for _, part in line.parts) == 251_380_000


def test_fair_chance_fund_the_funders_owe_two_thirds_and_one_third() -> None:
    counts = [int(count) for count in PUBLISHED["Depaul"][0].split()]
    book = without_contract_cap(shipped(FAIR_CHANCE)).learn(*fair_chance_outcomes(counts))
    owed: Counter[str] = Counter()
    for line in book.calculate("2017").lines:
        owed.update(dict(line.parts))
    assert owed.total() == 169_270_000
    assert abs(owed["dclg"] - 2 * owed["sof"]) <= len(book.facts)


def test_fair_chance_fund_the_card_has_21_lines_that_come_to_30_700() -> None:
    metrics = shipped(FAIR_CHANCE).terms.latest.metrics
    prices = [
        metric.tariff.price_of(step)
        for metric in metrics
        for step in metric.rule.step_ids
        if isinstance(metric.tariff, FlatTariff)
    ]
    assert (len(prices), sum(prices)) == (21, 30_700)


def cohort_test(book: Book, metric: str) -> str:
    """Whether a test of the whole group is achieved, refused or pending when it is judged."""
    return book.finding("2028", metric, "everybody", "").state


def test_dsi_diabetes_162_of_450_pass_36_percent_and_161_do_not() -> None:
    passed, failed = (shipped(DIABETES).learn(*diabetes_cohort(attended=count)) for count in (162, 161))
    assert cohort_test(passed, "completed-and-measured") == "achieved"
    assert cohort_test(failed, "completed-and-measured") == "refused"
    sentence = failed.finding("2028", "completed-and-measured", "everybody", "").sentence
    assert "161 of 450" in sentence


def test_dsi_diabetes_50_of_162_pass_the_individual_measure_and_49_do_not() -> None:
    passed, failed = (shipped(DIABETES).learn(*diabetes_cohort(lower=count)) for count in (50, 49))
    assert cohort_test(passed, "hba1c-individual") == "achieved"
    assert cohort_test(failed, "hba1c-individual") == "refused"


def test_dsi_diabetes_a_mean_6_8_lower_is_exactly_8_5_percent_and_passes() -> None:
    passed, failed = (shipped(DIABETES).learn(*diabetes_cohort(lower=count)) for count in (50, 49))
    assert cohort_test(passed, "hba1c-collective") == "achieved"
    assert passed.finding("2028", "hba1c-collective", "everybody", "").quantity == Decimal("6.8")
    assert cohort_test(failed, "hba1c-collective") == "refused"


def test_dsi_diabetes_the_three_tests_are_stated_in_halves_once_the_group_is_judged() -> None:
    book = shipped(DIABETES).learn(*diabetes_cohort())
    stated = [total(book.issue(str(year))["dsi"]) for year in range(2022, 2029)]
    assert stated == [0, 0, 0, 0, 0, 0, 7_500_000]


def test_dsi_diabetes_one_more_referral_and_162_are_too_few() -> None:
    book = shipped(DIABETES).learn(*diabetes_cohort(), started("D-450", "2024-01-08"))
    assert cohort_test(book, "completed-and-measured") == "refused"
    assert "162 of 451" in book.finding("2028", "completed-and-measured", "everybody", "").sentence
