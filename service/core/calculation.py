"""Evaluate, price and allocate: everything a contract comes to at a sequence number, by the named edition of stages.

An edition never changes once a release has issued a statement under it: a changed stage is a new function and a new
edition beside the old one, named by the terms.

    2026-12   the first edition
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from service.core.allocate import Allocation, allocate
from service.core.books import NOTHING_RECORDED, Books
from service.core.errors import WrongState
from service.core.evaluate import Finding, enrolled_by_cohort, evaluate
from service.core.evaluate.erased import NOTHING_KEPT, Kept, KeptThen
from service.core.events import EffectiveFacts, RecordedFact, effective_at
from service.core.issued import NOTHING_ISSUED, Issued
from service.core.period import Period
from service.core.price import Circumstances, PricedLine, price
from service.core.terms import TermsTimeline


@dataclass(frozen=True, slots=True)
class Edition:
    """The stages by which a statement is calculated."""

    evaluate: Callable[[TermsTimeline, Sequence[RecordedFact], date, Issued, KeptThen], tuple[Finding, ...]]
    price: Callable[[TermsTimeline, Sequence[Finding], Circumstances], tuple[PricedLine, ...]]
    allocate: Callable[[Sequence[PricedLine], TermsTimeline, Circumstances], tuple[Allocation, ...]]


EDITIONS: dict[str, Edition] = {"2026-12": Edition(evaluate, price, allocate)}  # what terms may name


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a statement is calculated from, closed at a sequence number: terms and facts learned up to it, what was
    recorded beside them, the statements issued before, and what is kept of participants who were erased."""

    terms: TermsTimeline
    facts: tuple[RecordedFact, ...]
    sequence: int
    issued: Issued = NOTHING_ISSUED
    books: Books = NOTHING_RECORDED
    kept: Kept = NOTHING_KEPT


@dataclass(frozen=True, slots=True)
class Calculation:
    """Findings, priced lines and allocations of a whole contract."""

    facts: EffectiveFacts
    findings: tuple[Finding, ...]
    lines: tuple[PricedLine, ...]
    allocations: tuple[Allocation, ...]


def calculate(inputs: Inputs, period: Period) -> Calculation:
    """Evaluate, price and allocate everything known at the inputs' sequence number."""
    terms, kept = inputs.terms, inputs.kept.then(inputs.sequence, inputs.terms)
    edition = _edition(terms.in_force(period.last_day).edition)
    effective = _effective(inputs)
    findings = edition.evaluate(terms, effective.facts, period.end, inputs.issued, kept)
    enrolled = kept.added_to(enrolled_by_cohort(terms, effective.facts), terms) if terms.counts_cohorts else {}
    circumstances = Circumstances(period, inputs.issued, enrolled, inputs.books)
    lines = edition.price(terms, findings, circumstances)
    return Calculation(effective, findings, lines, edition.allocate(lines, terms, circumstances))


def _edition(name: str) -> Edition:
    if name not in EDITIONS:
        raise WrongState(
            f"The terms name edition {name} of the calculation, which this version of the program does not have; "
            "install a version that has it.",
            "edition-not-installed",
        )
    return EDITIONS[name]


def _effective(inputs: Inputs) -> EffectiveFacts:
    """The facts that count, without those of the erased; what became of these is told with the others."""
    if not inputs.kept.facts:
        return effective_at(inputs.facts, inputs.sequence)
    effective = effective_at((*inputs.facts, *inputs.kept.facts), inputs.sequence)
    gone = {entry.fact.ref for entry in inputs.kept.facts}
    living = tuple(entry for entry in effective.facts if entry.fact.ref not in gone)
    return EffectiveFacts(living, effective.replaced_by)
