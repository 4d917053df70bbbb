"""The agreements under contracts/: each reads without a fault, and its demo facts give what the report tells of it."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from service.core.evaluate import Finding
from service.core.events import Fact, FactRef, Status, effective_at, read_fact
from service.core.events.kept import Enrolment, KeptFact, Measurement
from service.core.terms import Terms, TermsTimeline, TermsVersion
from service.core.terms.rules import SustainedStatusRule
from service.storage.contract_files import TOML, contract_folder, contract_folders, terms_in, zone_of
from service.storage.event_files import read_events
from tests.book import Book, day, document, lines, total

CONTRACTS = Path(__file__).parents[2] / "contracts"
HOUSING, VIOLENCE, DIABETES, JOB = "housing-first-aarhus", "dialog-mod-vold", "sammen-om-diabetes", "din-vej-i-job"
SANDBOX = "sandbox"
NAMES = [folder.path.name for folder in contract_folders(CONTRACTS)]
AGREEMENTS = [name for name in NAMES if name != SANDBOX]
AARHUS = [HOUSING, VIOLENCE, DIABETES, JOB, "ungi-fokus", "hygiejne-nudging", "laer-for-livet", "ips-plus"]
AARHUS += ["flere-kloge-haender", "job-bootcamp"]
OTHERS = ["aaben-og-rolig", "tuba-broendby", "hjem-foerer-til-uddannelse"]
ABROAD = ["dsi-diabetes", "fair-chance-fund", "innovation-fund-round-1", "innovation-fund-round-2"]
YEAR_END = day("2023-12-31")


@lru_cache
def versions_of(name: str) -> tuple[TermsVersion, ...]:
    """Every version in the folder, each read as the amendment of those before it."""
    versions: tuple[TermsVersion, ...] = ()
    for place, file in enumerate(contract_folder(CONTRACTS / name).versions, start=1):
        terms = terms_in(file, TOML, TermsTimeline.of(versions) if versions else None)
        versions = (*versions, TermsVersion(terms, f"{place:064d}", place))
    return versions


@lru_cache
def facts_of(name: str) -> tuple[Fact, ...]:
    """Every fact of the folder in the order of recording."""
    events = contract_folder(CONTRACTS / name).events
    assert events is not None, name
    zone = zone_of(versions_of(name)[0].terms)
    return tuple(read_fact(event, zone) for event in read_events(events.read_text("utf-8"), name))


def book_of(name: str) -> Book:
    """The agreement with all its versions and all its facts learned, nothing issued."""
    versions = versions_of(name)
    book = Book(versions[0].terms.model_dump(by_alias=True, exclude_none=True))
    book.versions, book.sequence = list(versions), len(versions)
    return book.learn(*facts_of(name))


def effective_facts(name: str) -> Iterator[KeptFact]:
    """The facts that stand once every correction and retraction is taken into account."""
    yield from (entry.fact for entry in effective_at(book_of(name).facts).facts)


def enrolled(name: str, what: str = "started") -> list[Enrolment]:
    """Who had started, completed or withdrawn by the end of 2023."""
    facts = effective_facts(name)
    return [fact for fact in facts if isinstance(fact, Enrolment) and fact.name == what and fact.on <= YEAR_END]


def findings_at_year_end(name: str, metric: str, step: str) -> dict[str, Finding]:
    """What is found of one step at the end of 2023, by participant."""
    found = book_of(name).calculate("2023").findings
    return {finding.participant: finding for finding in found if (finding.metric, finding.step) == (metric, step)}


def stated(name: str, *periods: str) -> list[dict[str, Decimal]]:
    """What each investor is stated in each of the periods, issued one after the other."""
    book = book_of(name)
    return [{investor: total(draft) for investor, draft in book.issue(period).items()} for period in periods]


def in_force(name: str, on: str) -> Terms:
    """The terms in force on a date."""
    return TermsTimeline.of(versions_of(name)).in_force(day(on))


@pytest.mark.parametrize("name", NAMES)
def test_every_version_reads_without_a_fault_and_is_named_as_its_folder(name: str) -> None:
    versions = versions_of(name)
    assert [version.terms.version for version in versions] == list(range(1, len(versions) + 1))
    assert {version.terms.contract for version in versions} == {name}


@pytest.mark.parametrize("name", [*OTHERS, *ABROAD])
def test_an_agreement_from_elsewhere_names_its_source_and_what_is_illustrative_in_it(name: str) -> None:
    for version in versions_of(name):
        assert version.terms.source and version.terms.illustrative


@pytest.mark.parametrize("name", AARHUS)
def test_what_no_document_tells_is_marked_illustrative_and_the_source_is_named(name: str) -> None:
    for version in versions_of(name):
        assert {"metrics.tariff", "metrics.clause", "limits"} <= set(version.terms.illustrative)
        assert version.terms.source == "004_a0e6cdb23d9ee770.txt"
        assert version.terms.smallest_group == 5


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_reads_names_its_evidence_and_corrects_only_what_was_recorded_before(name: str) -> None:
    known: set[FactRef] = set()
    for fact in facts_of(name):
        assert fact.ref not in known
        assert fact.target is None or fact.target in known
        assert fact.kind == "retraction" or fact.evidence is not None
        known.add(fact.ref)


@pytest.mark.parametrize("name", NAMES)
def test_facts_hold_a_correction_a_retraction_and_some_recorded_after_later_ones(name: str) -> None:
    facts = facts_of(name)
    kinds = Counter(fact.kind for fact in facts if fact.replaces is not None)
    assert kinds["retraction"] == 1
    assert kinds.total() >= 2
    assert [fact.on for fact in facts] != sorted(fact.on for fact in facts)


@pytest.mark.parametrize("name", NAMES)
def test_participants_are_short_pseudonyms(name: str) -> None:
    for fact in enrolled(name):
        assert re.fullmatch(r"[A-Z]{1,2}-\d{2,3}", fact.participant)


def test_housing_first_twenty_five_enrolled_in_havnen_and_fifty_one_in_hjem_job_og_helhed() -> None:
    programmes = Counter(fact.attributes["programme"] for fact in enrolled(HOUSING))
    assert programmes == {"havnen": 25, "hjem-job-og-helhed": 51}


def test_housing_first_the_council_is_stated_45_000_for_2022_and_1_313_000_for_2023_and_dsi_the_same() -> None:
    first, second = stated(HOUSING, "2022", "2023")
    assert first == {"council": Decimal("45000.00"), "dsi": Decimal("45000.00")}
    assert second == {"council": Decimal("1313000.00"), "dsi": Decimal("1313000.00")}


def test_housing_first_both_investors_committed_11_5_million_under_a_most_that_can_be_paid() -> None:
    terms = in_force(HOUSING, "2023-12-31")
    assert {share.party: share.committed for share in terms.shares.investors} == {
        "council": Decimal(11_500_000),
        "dsi": Decimal(11_500_000),
    }
    assert terms.limits.contract is not None
    assert terms.parties["bikuben"].roles == ("guarantor",)


def test_housing_first_hjem_job_og_helhed_needs_the_home_within_three_months_and_havnen_does_not() -> None:
    by_id = {metric.id: metric.rule for metric in in_force(HOUSING, "2023-12-31").metrics}
    with_deadline, without = by_id["stable-housing-hjem-job-og-helhed"], by_id["stable-housing-havnen"]
    assert isinstance(with_deadline, SustainedStatusRule)
    assert isinstance(without, SustainedStatusRule)
    assert with_deadline.latest_start is not None
    assert with_deadline.latest_start.months == 3
    assert without.latest_start is None


def test_housing_first_the_statement_of_2023_shows_counts_where_every_group_has_five_and_else_totals_only() -> None:
    book = book_of(HOUSING)
    book.issue("2022")
    sections = {section["id"]: section for section in document(book.issue("2023")["council"])["metrics"]}
    assert {name: section["merged"] for name, section in sections.items()} == {
        "stable-housing-havnen": True,
        "stable-housing-hjem-job-og-helhed": False,
        "employment": True,
        "self-mastery": False,
    }
    shown = sections["stable-housing-hjem-job-og-helhed"]
    assert [(line["step"], line["participants"]) for line in shown["lines"]] == [("6 months", 18), ("12 months", 11)]


def test_housing_first_a_job_told_by_the_young_person_alone_waits_for_evidence() -> None:
    found = findings_at_year_end(HOUSING, "employment", "12 months")
    assert [name for name, finding in found.items() if finding.why == "awaits-evidence"] == ["HJ-022"]


def test_housing_first_a_move_of_ten_days_does_not_break_the_spell() -> None:
    finding = findings_at_year_end(HOUSING, "stable-housing-havnen", "12 months")["HV-006"]
    moves = [fact for fact in facts_of(HOUSING) if isinstance(fact, Status) and fact.participant == "HV-006"]
    assert finding.state == "achieved"
    assert "temporary" in [fact.value for fact in moves if fact.name == "housing" and fact.on > moves[0].on]


def test_dialog_mod_vold_seven_families_completed_three_withdrew_six_are_in_progress() -> None:
    started = {fact.participant for fact in enrolled(VIOLENCE)}
    completed = {fact.participant for fact in enrolled(VIOLENCE, "completed")}
    withdrew = {fact.participant for fact in enrolled(VIOLENCE, "withdrew")}
    assert (len(started), len(completed), len(withdrew)) == (16, 7, 3)
    assert len(started - completed - withdrew) == 6


def test_dialog_mod_vold_the_council_is_stated_230_000_for_2023_and_dsi_the_same() -> None:
    assert stated(VIOLENCE, "2023") == [{"council": Decimal("230000.00"), "dsi": Decimal("230000.00")}]


def test_dialog_mod_vold_the_first_statement_is_of_2023_and_holds_an_outcome_of_2022_as_late() -> None:
    book = book_of(VIOLENCE)
    assert book.terms.first_period().label == "2023"
    late = [line for line in lines(book.issue("2023")["council"]) if line["kind"] == "late"]
    assert [(line["participant"], line["outcome_period"], line["cause"]["code"]) for line in late] == [
        ("F-02", "2022", "first-statement")
    ]


def test_dialog_mod_vold_pays_by_goals_one_to_six() -> None:
    for version in versions_of(VIOLENCE):
        assert [metric.clause for metric in version.terms.metrics] == [f"goal {goal}" for goal in range(1, 7)]


def test_dialog_mod_vold_the_amendment_of_autumn_2023_reduces_investment_and_possible_payment() -> None:
    before, after = in_force(VIOLENCE, "2023-08-31"), in_force(VIOLENCE, "2023-12-31")
    assert (before.version, after.version) == (1, 2)
    assert {share.committed for share in before.shares.investors} == {Decimal(2_500_000)}
    assert {share.committed for share in after.shares.investors} == {Decimal(1_800_000)}
    assert before.limits.contract is not None
    assert after.limits.contract is not None
    assert (after.limits.contract.amount or 0) < (before.limits.contract.amount or 0)
    assert before.metrics == after.metrics


def test_dialog_mod_vold_a_shelter_stay_refuses_goal_four_on_its_corrected_date() -> None:
    finding = findings_at_year_end(VIOLENCE, "no-shelter-stay", "window 1")["F-02"]
    assert (finding.state, finding.why) == ("refused", "occurred")
    assert "shelter_stay on 2023-02-05" in finding.sentence


def test_dialog_mod_vold_a_family_assessed_by_professionals_alone_waits_for_its_own_account() -> None:
    found = findings_at_year_end(VIOLENCE, "violence-ceased", "reached")
    assert found["F-08"].why == "awaits-evidence"
    assert sum(finding.state == "achieved" for finding in found.values()) == 6


def test_dialog_mod_vold_the_three_families_with_a_full_year_were_looked_up_in_every_register() -> None:
    for metric in ("no-emergency-visit", "no-charge"):
        found = findings_at_year_end(VIOLENCE, metric, "window 1").values()
        assert [finding.participant for finding in found if finding.state == "achieved"] == ["F-01", "F-02", "F-03"]


def test_diabetes_ninety_six_started_and_seventeen_completed_their_first_year() -> None:
    completed = {fact.participant for fact in enrolled(DIABETES, "completed")}
    within_first_year = [fact for fact in enrolled(DIABETES) if fact.participant not in completed]
    assert len(enrolled(DIABETES)) == 96
    assert len(completed) == 17
    assert all(fact.on > day("2022-12-31") for fact in within_first_year)


def test_diabetes_eleven_of_seventeen_reached_8_5_percent_and_the_mean_reduction_is_5_4() -> None:
    found = findings_at_year_end(DIABETES, "hba1c-individual", "12 months")
    completed = {fact.participant for fact in enrolled(DIABETES, "completed")}
    judged = [finding for name, finding in found.items() if name in completed]
    reductions = [_reduction(finding) for finding in judged]
    assert Counter(finding.state for finding in judged) == {"achieved": 11, "refused": 6}
    assert round(Decimal(11) / 17 * 100) == 65
    assert all(reduction == int(reduction) for reduction in reductions)
    assert sum(reductions) == 92
    assert round(sum(reductions) / 17, 1) == Decimal("5.4")
    assert not any(finding.state == "achieved" for name, finding in found.items() if name not in completed)


def _reduction(finding: Finding) -> Decimal:
    by_ref = {fact.ref: fact for fact in effective_facts(DIABETES)}
    _, baseline, follow_up = (by_ref[ref] for ref in finding.facts)
    assert isinstance(baseline, Measurement)
    assert isinstance(follow_up, Measurement)
    assert baseline.unit == follow_up.unit == "mmol/mol"
    return baseline.value - follow_up.value


def test_diabetes_the_amendment_moves_the_first_statement_to_2024_and_reduces_the_investment() -> None:
    before, after = in_force(DIABETES, "2023-06-30"), in_force(DIABETES, "2023-12-31")
    assert (before.first_statement_period, after.first_statement_period) == ("2023", "2024")
    assert book_of(DIABETES).terms.first_period().label == "2024"
    committed = [terms.shares.investors[0].committed or 0 for terms in (before, after)]
    assert committed[0] == 6_700_000
    assert 5_900_000 <= committed[1] < 6_000_000
    assert before.metrics == after.metrics
