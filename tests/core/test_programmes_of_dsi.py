"""Three programmes of Den Sociale Investeringsfond outside Aarhus: their demo facts give what the report tells."""

from collections import Counter
from decimal import Decimal

from service.core.events import Enrolment
from tests.book import Book, pending, total
from tests.builders_published import shipped, shipped_facts

STRESS, MISUSE, HOME = "aaben-og-rolig", "tuba-broendby", "hjem-foerer-til-uddannelse"


def told(name: str) -> Book:
    """The contract in a folder with every fact beside it."""
    return shipped(name).learn(*shipped_facts(name))


def enrolments(name: str) -> Counter[str]:
    """How many started, completed and withdrew."""
    return Counter(fact.name for fact in shipped_facts(name) if isinstance(fact, Enrolment))


def stated_to_dsi(name: str, *years: str) -> list[Decimal]:
    """What the fund is stated in each year, issued one after the other."""
    book = told(name)
    return [total(book.issue(year)["dsi"]) for year in years]


def test_aaben_og_rolig_84_citizens_began_72_completed_and_all_of_these_were_satisfied() -> None:
    assert enrolments(STRESS) == {"started": 84, "completed": 72, "withdrew": 12}
    found = told(STRESS).finding("2023", "completed-and-satisfied", "all-courses", "")
    assert found.state == "achieved"
    assert "72 of 84" in found.sentence


def test_aaben_og_rolig_43_of_70_measured_are_no_longer_severely_stressed_after_12_months() -> None:
    found = told(STRESS).finding("2024", "not-severely-stressed", "all-courses", "")
    assert found.state == "achieved"
    assert "43 of 70" in found.sentence


def test_aaben_og_rolig_each_goal_is_paid_once_for_the_whole_group_when_it_is_judged() -> None:
    assert stated_to_dsi(STRESS, "2022", "2023", "2024") == [Decimal(0), Decimal(450_000), Decimal(700_000)]


def test_aaben_og_rolig_ends_early_because_the_municipality_continues_without_an_investment() -> None:
    before, after = (version.terms for version in shipped(STRESS).versions)
    assert before.cohorts[0].closes_on is not None
    assert after.cohorts[0].closes_on is not None
    assert after.cohorts[0].closes_on < before.cohorts[0].closes_on
    assert after.outcomes_until < before.outcomes_until
    assert after.metrics == before.metrics


def test_tuba_the_amendment_scales_down_adapts_the_goals_and_drops_the_external_evaluator() -> None:
    before, after = (version.terms for version in shipped(MISUSE).versions)
    assert [name for name, party in before.parties.items() if "verifier" in party.roles] == ["evaluator"]
    assert not any("verifier" in party.roles for party in after.parties.values())
    assert before.limits.contract is not None
    assert after.limits.contract is not None
    assert (after.limits.contract.amount or 0) < (before.limits.contract.amount or 0)
    assert [metric.id for metric in before.metrics] == [metric.id for metric in after.metrics]
    assert not any(one.rule == other.rule for one, other in zip(before.metrics, after.metrics, strict=True))
    first, replanned = (sum(one.outcomes for one in plan.expected) for plan in after.plans)
    assert replanned * 5 < first


def test_tuba_recruited_far_fewer_than_the_120_planned() -> None:
    assert enrolments(MISUSE)["started"] < 120 / 3


def test_tuba_outcomes_are_judged_by_the_goals_in_force_on_their_date() -> None:
    findings = [found for found in told(MISUSE).calculate("2024").findings if found.state == "achieved"]
    by_version = Counter((found.version, found.metric, found.step) for found in findings)
    assert {key for key in by_version if key[0] == 1} == {
        (1, "wellbeing", "6 months"),
        (1, "wellbeing", "12 months"),
        (1, "education-or-work", "12 months"),
    }
    assert {key for key in by_version if key[0] == 2} == {
        (2, "wellbeing", "12 months"),
        (2, "education-or-work", "12 months"),
    }


def test_tuba_nothing_is_stated_beyond_the_reduced_most_that_can_be_paid() -> None:
    stated = stated_to_dsi(MISUSE, "2022", "2023", "2024")
    assert all(amount > 0 for amount in stated)
    assert sum(stated) < 1_000_000


def test_roskilde_28_young_people_began() -> None:
    assert enrolments(HOME)["started"] == 28


def test_roskilde_the_municipality_pays_only_for_those_who_left_public_support() -> None:
    priced = told(HOME).calculate("2024").lines
    left = {line.finding.participant for line in priced if line.metric.id == "left-public-support"}
    paid = {line.finding.participant for line in priced if line.net_minor > 0}
    assert paid
    assert paid <= left
    assert all(line.gross_minor == 0 for line in priced if line.metric.id == "left-public-support")


def test_roskilde_a_goal_reached_on_public_support_waits_and_says_for_what() -> None:
    book = told(HOME)
    for year in ("2022", "2023"):
        book.issue(year)
    waiting = [found for found in pending(book.preview("2024")["dsi"]) if found["why"] == "awaits-required"]
    assert waiting
    assert all("left-public-support" in found["sentence"] for found in waiting)


def test_roskilde_an_outcome_counts_from_the_day_on_which_public_support_was_left_for_six_months() -> None:
    priced = told(HOME).calculate("2024").lines
    left = {
        line.finding.participant: line.finding.achieved_on for line in priced if line.metric.id == "left-public-support"
    }
    goals = [line.finding for line in priced if line.metric.id != "left-public-support"]
    assert all(found.achieved_on >= left[found.participant] for found in goals)


def test_roskilde_the_fund_is_stated_what_was_reached_in_2023_and_2024_and_nothing_in_2022() -> None:
    stated = stated_to_dsi(HOME, "2022", "2023", "2024")
    assert stated[0] == 0
    assert stated[1] > 0
    assert stated[2] > 0
