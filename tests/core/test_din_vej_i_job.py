"""Din vej i job: the facts under contracts/ give what the report tells of it."""

from collections import Counter
from datetime import date
from decimal import Decimal

from service.core.events.kept import Status
from tests.core.test_contracts import JOB, YEAR_END, book_of, effective_facts, enrolled, findings_at_year_end, in_force


def test_din_vej_i_job_forty_two_enrolled_and_some_left_early() -> None:
    assert len(enrolled(JOB)) == 42
    assert len(enrolled(JOB, "withdrew")) == 4
    assert enrolled(JOB, "completed") == []


def test_din_vej_i_job_fourteen_are_in_placement_and_two_in_small_jobs_at_the_end_of_2023() -> None:
    latest: dict[str, tuple[date, str]] = {}
    for fact in effective_facts(JOB):
        if isinstance(fact, Status) and fact.on <= YEAR_END:
            latest[fact.participant] = max(latest.get(fact.participant, (fact.on, "")), (fact.on, fact.value))
    for fact in enrolled(JOB, "withdrew"):
        del latest[fact.participant]
    assert Counter(value for _, value in latest.values()) == {"internship": 14, "small_job": 2, "public_support": 22}


def test_din_vej_i_job_the_council_invests_alone_and_is_stated_nothing_before_2024() -> None:
    terms = in_force(JOB, "2023-12-31")
    assert [(share.party, share.committed) for share in terms.shares.investors] == [("council", Decimal(3_000_000))]
    assert {name for name, party in terms.parties.items() if "service_provider" in party.roles} == {"ips", "sind"}
    assert book_of(JOB).terms.first_period().label == "2024"
    found = findings_at_year_end(JOB, "employment", "12 months").values()
    assert not any(finding.state == "achieved" and finding.achieved_on <= YEAR_END for finding in found)
