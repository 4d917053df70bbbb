"""The programmes of the Aarhus fund: counts and results that the report tells, from the contracts' own facts."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from service.core.events.kept import Enrolment, Measurement
from service.core.terms import TermsVersion
from service.core.terms.settling import Plan
from tests.book import day
from tests.core.test_contracts import (
    DIABETES,
    HOUSING,
    JOB,
    VIOLENCE,
    YEAR_END,
    book_of,
    effective_facts,
    enrolled,
    in_force,
    stated,
    versions_of,
)

BOOTCAMP, YOUNG, HYGIENE = "job-bootcamp", "ungi-fokus", "hygiejne-nudging"
LEARNING, IPS, SCHOOL = "laer-for-livet", "ips-plus", "flere-kloge-haender"
PROGRAMMES = [BOOTCAMP, HOUSING, VIOLENCE, YOUNG, DIABETES, HYGIENE, LEARNING, JOB, IPS, SCHOOL]


def drawn(name: str, party: str = "council") -> list[int]:
    """What a party draws by the latest terms, year by year, in thousands."""
    drawdowns = versions_of(name)[-1].terms.drawdowns
    return [int(each.amount / 1000) for each in sorted(drawdowns, key=lambda one: one.on) if each.party == party]


def committed(name: str, on: str = "2023-12-31") -> dict[str, Decimal | None]:
    """The capital each investor has committed by the terms in force on a date."""
    return {share.party: share.committed for share in in_force(name, on).shares.investors}


def outcomes(plan: Plan, metric: str) -> dict[str, int]:
    """What a plan expects of a metric by period."""
    return {expected.period: expected.outcomes for expected in plan.expected if expected.metric == metric}


@pytest.mark.parametrize("name", PROGRAMMES)
def test_what_no_document_tells_of_a_programme_is_marked_and_the_source_is_named(name: str) -> None:
    for version in versions_of(name):
        told = " ".join(version.terms.illustrative)
        assert all(part in told for part in ("metrics.tariff", "metrics.clause", "limits", "drawdowns", "facts"))
        assert version.terms.source == "004_a0e6cdb23d9ee770.txt"


def test_job_bootcamp_drew_800_000_and_repaid_900_000_in_2020_and_nothing_after() -> None:
    assert drawn(BOOTCAMP) == [800]
    first, second = stated(BOOTCAMP, "2020", "2021")
    assert (first, second) == ({"council": Decimal("900000.00")}, {"council": Decimal("0.00")})


def test_housing_first_is_guaranteed_with_2_million_and_fewer_young_people_are_planned_in_havnen_since_2023() -> None:
    before, after = in_force(HOUSING, "2022-12-31"), in_force(HOUSING, "2023-12-31")
    assert after.guarantee is not None
    assert (after.guarantee.party, after.guarantee.amount) == ("bikuben", Decimal(2_000_000))
    planned = [outcomes(terms.plans[-1], "stable-housing-havnen")["2023"] for terms in (before, after)]
    assert planned[1] < planned[0]
    assert (before.metrics, before.shares, before.limits) == (after.metrics, after.shares, after.limits)
    assert drawn(HOUSING) == drawn(HOUSING, "dsi") == [1945, 3494, 3744, 2410]


def test_dialog_mod_vold_nine_families_by_the_beginning_of_2023_and_the_sixth_goal_looks_back_after_60_months() -> None:
    assert sum(fact.on < day("2023-01-01") for fact in enrolled(VIOLENCE)) == 9
    goal = in_force(VIOLENCE, "2023-12-31").metrics[-1]
    found = [one for one in book_of(VIOLENCE).calculate("2023").findings if one.metric == goal.id]
    assert {finding.step for finding in found} == {"60 months"}
    assert Counter(finding.state for finding in found) == {"pending": 13, "refused": 3}
    assert drawn(VIOLENCE) == drawn(VIOLENCE, "dsi") == [506, 474, 803]


def test_ungi_fokus_323_by_november_2023_and_the_first_follow_up_pays_700_000_as_expected() -> None:
    started = {fact.participant for fact in enrolled(YOUNG) if fact.on <= day("2023-11-30")}
    assert len(started) == len(enrolled(YOUNG)) == 323
    assert stated(YOUNG, "2023") == [{"council": Decimal("700000.00")}]
    plan = in_force(YOUNG, "2023-12-31").plans[0]
    assert next(expected.amount for expected in plan.expected if expected.period == "2023") == Decimal(700_000)
    assert sum(drawn(YOUNG)) == 14_400
    assert committed(YOUNG) == {"council": Decimal(14_400_000)}


def test_ungi_fokus_the_corrected_figure_of_the_comparison_group_counts_for_each_of_125_young_people() -> None:
    found = book_of(YOUNG).finding("2023", "time-on-public-support", "follow-up 1", "")
    assert (found.state, found.people) == ("achieved", 125)
    assert found.quantity == (Fraction("46.8") - Fraction("41.2")) * 125


def test_diabetes_the_collective_rule_read_at_12_months_finds_a_mean_reduction_of_5_4_among_17() -> None:
    latest = versions_of(DIABETES)[-1].terms
    metric = next(metric for metric in latest.metrics if metric.id == "hba1c-collective")
    asked = {"checkpoint": {"months": 12}, "evaluated": {"on": "2023-12-31"}, "threshold": None}
    rule = type(metric.rule).model_validate({**metric.rule.model_dump(by_alias=True, exclude_none=True), **asked})
    terms = latest.model_copy(update={"metrics": (metric.model_copy(update={"rule": rule}),)})
    book = book_of(DIABETES)
    book.versions = [TermsVersion(terms, "0" * 64, 1)]
    found = book.finding("2023", "hba1c-collective", "everybody", "")
    assert (found.state, found.people) == ("achieved", 17)
    assert found.quantity == Fraction(92, 17)
    assert round(found.quantity, 1) == Fraction("5.4")


def test_diabetes_31_percent_of_450_are_expected_to_reach_the_goal_and_of_300_after_the_amendment() -> None:
    before, after = (version.terms.plans[-1] for version in versions_of(DIABETES))
    assert sum(outcomes(before, "hba1c-individual").values()) == int(Decimal("0.31") * 450)
    assert sum(outcomes(after, "hba1c-individual").values()) == Decimal("0.31") * 300
    assert drawn(DIABETES) == [2221, 2221, 2221]


def test_hygiene_nudging_ten_schools_saved_nothing_and_pay_nothing_of_an_expected_2_560_000() -> None:
    assert len({fact.participant for fact in enrolled(HYGIENE)}) == 10
    found = book_of(HYGIENE).finding("2023", "cleaning-cost", "reached", "")
    assert found.state == "refused"
    assert stated(HYGIENE, "2023") == [{"council": Decimal("0.00")}]
    plan = in_force(HYGIENE, "2023-12-31").plans[0]
    assert [expected.amount for expected in plan.expected] == [Decimal(2_560_000)]
    assert sum(drawn(HYGIENE)) == 2_900


def test_laer_for_livet_17_children_of_2022_and_20_of_2023_nine_in_care_and_eleven_at_home() -> None:
    intakes = Counter(fact.attributes["intake"] for fact in enrolled(LEARNING))
    homes = Counter(fact.attributes["home"] for fact in enrolled(LEARNING) if fact.attributes["intake"] == "2023")
    assert intakes == {"2022": 17, "2023": 20}
    assert homes == {"in-care": 9, "at-home": 11}
    assert min(fact.on for fact in enrolled(LEARNING)) == day("2022-05-01")


def test_laer_for_livet_the_council_is_stated_169_000_for_2023_and_dsi_the_same_with_a_guarantee_of_4_million() -> None:
    assert book_of(LEARNING).terms.first_period().label == "2023"
    assert stated(LEARNING, "2023") == [{"council": Decimal("169000.00"), "dsi": Decimal("169000.00")}]
    terms = in_force(LEARNING, "2023-12-31")
    assert terms.guarantee is not None
    assert (terms.guarantee.party, terms.guarantee.amount) == ("lauritzen", Decimal(4_000_000))
    assert committed(LEARNING) == {"council": Decimal(8_700_000), "dsi": Decimal(8_700_000)}
    assert drawn(LEARNING) == drawn(LEARNING, "dsi") == [907, 1205, 1408, 1631, 3002]


def test_din_vej_i_job_draws_just_under_3_million_and_expects_the_budgets_of_2024_and_2025() -> None:
    assert drawn(JOB) == [123, 1496, 1373]
    plan = in_force(JOB, "2023-12-31").plans[0]
    assert [expected.amount for expected in plan.expected] == [Decimal(261_000), Decimal(392_000)]


def test_ips_plus_about_60_after_a_year_two_investors_with_3_million_each_and_nothing_stated_before_2025() -> None:
    assert len({fact.participant for fact in enrolled(IPS)}) == 60
    assert committed(IPS) == {"council": Decimal(3_000_000), "sfb": Decimal(3_000_000)}
    assert book_of(IPS).terms.first_period().label == "2025"
    found = book_of(IPS).calculate("2023").findings
    assert not any(finding.state == "achieved" and finding.achieved_on <= YEAR_END for finding in found)
    assert drawn(IPS) == drawn(IPS, "sfb") == [750, 798, 798, 750]


def test_flere_kloge_haender_students_are_measured_every_fourth_week_and_2023_is_too_early_to_tell() -> None:
    students = {fact.participant: fact.on for fact in effective_facts(SCHOOL) if isinstance(fact, Enrolment)}
    days = sorted({fact.on for fact in effective_facts(SCHOOL) if isinstance(fact, Measurement)})
    gaps = Counter((later - earlier).days for earlier, later in pairwise(days))
    assert gaps.most_common(1)[0][0] == 28
    assert {fact.participant for fact in effective_facts(SCHOOL) if isinstance(fact, Measurement)} == set(students)
    assert min(days) >= day("2023-05-01")
    found = book_of(SCHOOL).calculate("2023").findings
    assert {finding.metric for finding in found} == {"fewer-drop-out", "better-wellbeing"}
    assert {finding.state for finding in found} == {"pending"}
    assert book_of(SCHOOL).terms.first_period().label == "2024"
    assert drawn(SCHOOL) == [1718, 1372, 1183, 588]
