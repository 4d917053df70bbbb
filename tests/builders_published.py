"""Contracts as they are shipped, and facts that add up to published counts of outcomes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from service.core.evaluate import Finding
from service.core.events import Fact, read_fact
from service.core.pipeline import Calculation, calculate
from service.core.statement import issued_of
from service.core.terms import TermsTimeline, TermsVersion
from service.core.terms.words import Duration
from service.storage.contract_files import TOML, contract_folder, terms_in, zone_of
from service.storage.event_files import read_events
from tests.book import Book
from tests.builders import a_fact

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
REFERRED, COMPLETED, LOWER = 450, 162, 50  # the diabetes programme as its fund publishes it
ENROLLED = date(2015, 1, 5)


@lru_cache
def versions_of(name: str) -> tuple[TermsVersion, ...]:
    """Every version in a contract's folder, rate cards written out."""
    versions: tuple[TermsVersion, ...] = ()
    for place, file in enumerate(contract_folder(CONTRACTS / name).versions, start=1):
        terms = terms_in(file, TOML, TermsTimeline.of(versions) if versions else None)
        versions = (*versions, TermsVersion(terms, f"{place:064d}", place))
    return versions


def shipped(name: str) -> Book:
    """The contract in a folder, no fact learned and nothing issued."""
    book = Book()
    book.versions, book.sequence = list(versions_of(name)), len(versions_of(name))
    return book


def shipped_facts(name: str) -> tuple[Fact, ...]:
    """The facts beside the contract, in the order of recording."""
    zone = zone_of(versions_of(name)[0].terms)
    text = (CONTRACTS / name / "events.csv").read_text("utf-8")
    return tuple(read_fact(event, zone) for event in read_events(text, name))


def calculated(book: Book, label: str) -> Calculation:
    """Findings and lines as of the end of a period, where what was issued counts too."""
    return calculate(replace(book.inputs(), issued=issued_of(book.histories)), book.period(label))


def found_once_issued(book: Book, label: str, metric: str, step: str) -> Finding:
    """What is found of P1, where what was issued counts too."""
    found = calculated(book, label).findings
    return next(f for f in found if (f.metric, f.step, f.participant) == (metric, step, "P1"))


def shown(kind: str, participant: str, on: date | str, evidence: str, **fields: Any) -> Fact:
    """A fact that rests on that kind of evidence."""
    return a_fact(kind, participant, str(on), evidence={"kind": evidence, "ref": "file 1"}, **fields)


class Ladder(NamedTuple):
    """Steps of one sustained status, each reached by fewer participants than the one before."""

    domain: str
    value: str
    evidence: str
    steps: tuple[Duration, ...]
    counts: Sequence[int]


def _weeks(*lengths: int) -> tuple[Duration, ...]:
    return tuple(Duration(weeks=length) for length in lengths)


def fair_chance_outcomes(counts: Sequence[int]) -> tuple[Fact, ...]:
    """Facts by which the 21 lines of the Fair Chance Fund are reached as often as published, m1 first.

    Qualifications go to those with the longest tenancies, jobs and volunteering to the others, so that nobody comes to
    the most that one young person can earn.
    """
    people = [f"FC-{place:03d}" for place in range(counts[0])]
    job_first = counts[7]
    part_time_first = job_first + counts[15]
    milestones = (
        (("first_assessment", "second_assessment", "third_assessment"), "assessment_form", counts[0:3], 0),
        (("moved_in",), "signed_tenancy", counts[3:4], 0),
        (("entered_education",), "provider_letter", counts[8:9], 0),
        (("entry_level_passed", "level_1_passed", "level_2_passed"), "certificate", counts[9:12], 0),
        (("entered_employment",), "employer_letter", counts[12:13], job_first),
    )
    months = tuple(Duration(months=length) for length in (3, 6, 12, 18))
    ladders = (
        (Ladder("accommodation", "own_tenancy", "landlord_letter", months, counts[4:8]), 0),
        (Ladder("employment", "part_time", "payslip", _weeks(13, 26), counts[13:15]), part_time_first),
        (Ladder("employment", "full_time", "payslip", _weeks(13, 26), counts[15:17]), job_first),
        (
            Ladder("volunteering", "volunteering", "organisation_letter", _weeks(6, 13, 20, 26), counts[17:21]),
            job_first,
        ),
    )
    facts = [_referred(name) for name in people]
    for names, evidence, reached, first in milestones:
        for name, count in zip(names, reached, strict=True):
            facts += [shown("milestone", who, "2015-02-02", evidence, name=name) for who in _ring(people, first, count)]
    for ladder, first in ladders:
        facts += _climbed(ladder, _ring(people, first, ladder.counts[0]))
    return tuple(facts)


def _referred(name: str) -> Fact:
    return a_fact("enrolment", name, str(ENROLLED), name="started", attributes={"age_at_referral": "18-to-24"})


def _ring(people: Sequence[str], first: int, count: int) -> list[str]:
    return [people[(first + place) % len(people)] for place in range(count)]


def _climbed(ladder: Ladder, people: Sequence[str]) -> Iterator[Fact]:
    """Each participant holds the status exactly as long as the last step it reaches."""
    start = date(2015, 2, 2)
    for rank, who in enumerate(people):
        reached = sum(count > rank for count in ladder.counts)
        end = ladder.steps[reached - 1].after(start)
        yield shown("status", who, start, ladder.evidence, name=ladder.domain, value=ladder.value)
        yield shown("status", who, end, ladder.evidence, name=ladder.domain, value="ended")


def diabetes_cohort(attended: int = COMPLETED, lower: int = LOWER) -> tuple[Fact, ...]:
    """450 citizens referred, 162 of whom completed: so many came to all controls, so many stayed 8.5 % lower."""
    facts: list[Fact] = []
    for place in range(REFERRED):
        who = f"D-{place:03d}"
        facts.append(a_fact("enrolment", who, "2022-03-01", name="started"))
        if place < COMPLETED:
            value = Decimal("71.408") if place < lower else Decimal(74)
            facts += _controlled(who, value, 3 if place < attended else 2)
            facts.append(a_fact("enrolment", who, "2025-03-03", name="completed"))
    return tuple(facts)


def _controlled(who: str, value: Decimal, times: int) -> Iterator[Fact]:
    yield _blood_sugar(who, "2022-02-21", Decimal(80))
    for turn, on in enumerate(("2023-03-01", "2024-03-01", "2025-03-01")):
        yield _blood_sugar(who, on, value)
        if turn < times:
            yield shown("milestone", who, on, "laboratory", name="control_attended")


def _blood_sugar(who: str, on: str, value: Decimal) -> Fact:
    return shown("measurement", who, on, "laboratory", name="hba1c", value=str(value), unit="mmol/mol")
