"""What is kept of a participant who is erased: its findings as of every issued n, in the place of its facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from service.core.calculation import Inputs
from service.core.canonical import Document
from service.core.evaluate import Finding, enrolled_by_cohort, evaluate, memberships
from service.core.evaluate.cohorts import KeptMember
from service.core.evaluate.erased import AsOf, Erased
from service.core.evaluate.erased_documents import left_of
from service.core.events import FactRef, RecordedFact, effective_at
from service.core.events.kept import Retraction
from service.core.period import Period
from service.core.terms import TermsTimeline
from service.core.terms.rules import is_of_group

_OF_A_LINE = ("kind", "metric", "step", "version", "achieved_on", "outcome_period", "payer", "investor")
_AMOUNTS = ("amount", "stated_before", "due")
_OF_A_PRICE = ("gross", "clipped", "net", "payer_part")


class Issue(NamedTuple):
    """One issue of statements: what they were calculated from, their period, and the n of the issue before, or 0."""

    inputs: Inputs
    period: Period
    previous: int


def facts_about(participant: str, facts: Iterable[RecordedFact]) -> tuple[RecordedFact, ...]:
    """The facts about a participant, and what withdraws any of them, which names nobody itself."""
    mine: dict[FactRef, RecordedFact] = {}
    for entry in sorted(facts, key=lambda one: one.sequence):
        fact = entry.fact
        withdraws = isinstance(fact, Retraction) and fact.target in mine
        if fact.participant == participant or withdraws:
            mine[fact.ref] = entry
    return tuple(mine.values())


def judges_groups(terms: TermsTimeline) -> bool:
    """Whether a finding of any version rests on the facts of many."""
    return any(is_of_group(metric.rule) for version in terms.versions for metric in version.terms.metrics)


def kept_of(participant: str, name: str, issues: Sequence[Issue]) -> Erased | None:
    """What is kept of a participant, in calculations under `name`; None where nothing was issued that knew of it.

    `issues` are in the order of their n. Of contracts without metrics of groups their inputs need to hold no facts but
    the participant's and everybody's.
    """
    as_of = tuple(one for issue in issues for one in _as_of(participant, issue))
    if not as_of:
        return None
    last = issues[-1].inputs
    known = (entry for entry in facts_about(participant, last.facts) if entry.sequence <= last.sequence)
    return Erased(name, tuple(left_of(entry, name) for entry in known), as_of)


def _as_of(participant: str, issue: Issue) -> Iterator[AsOf]:
    """Under the terms known at the n; where they had been amended since the issue before, under those known then too:
    the difference is what the statement tells as brought about by the amendment."""
    if not any(entry.sequence <= issue.inputs.sequence for entry in facts_about(participant, issue.inputs.facts)):
        return
    terms = issue.inputs.terms
    before = terms.known_at(issue.previous) if issue.previous else terms
    if len(before.versions) != len(terms.versions):
        yield _under(participant, issue, before)
    yield _under(participant, issue, terms)


def _under(participant: str, issue: Issue, terms: TermsTimeline) -> AsOf:
    inputs, end = issue.inputs, issue.period.end
    kept, facts = inputs.kept.then(inputs.sequence, terms), effective_at(inputs.facts, inputs.sequence).facts
    alone = [entry for entry in facts if entry.fact.participant in (participant, None)]
    findings = [
        _without_words(finding, terms)
        for finding in evaluate(terms, alone, end, inputs.issued)
        if finding.participant == participant
    ]
    groups: list[Finding] = []
    members: tuple[KeptMember, ...] = ()
    if judges_groups(terms):
        groups = [one for one in evaluate(terms, facts, end, inputs.issued, kept) if not one.participant]
        members = memberships(terms, facts, end, kept, participant)
    enrolled = tuple(place for place, count in enrolled_by_cohort(terms, alone).items() if count)
    return AsOf(inputs.sequence, len(terms.versions), end, tuple(findings), tuple(groups), enrolled, members)


def _without_words(finding: Finding, terms: TermsTimeline) -> Finding:
    """Only what later calculations read: no sentence, and no attribute but those that decide a price or a cohort."""
    versions = [version.terms for version in terms.versions]
    read = {name for version in versions for cohort in version.cohorts for name in cohort.where}
    read |= {uplift.attribute for version in versions for metric in version.metrics for uplift in metric.uplifts}
    attributes = {name: value for name, value in finding.attributes.items() if name in read}
    has_cohorts = any(version.cohorts for version in versions)
    enrolled_on = finding.enrolled_on if has_cohorts else None
    return finding._replace(participant="", sentence="", attributes=attributes, enrolled_on=enrolled_on)


def residue_of(item: Mapping[str, object], label: str) -> Document:
    """What is left of a detail entry: of a line the amounts that later statements are held against, without the facts'
    content, the sentences and the price's steps; of anything else nothing but its place."""
    left: Document = {"position": item["position"], "participant": label}
    if item["item"] != "line":
        return {**left, "item": "erased"}
    left |= {"item": "line", "sentence": "", "facts": item["facts"], **{name: item[name] for name in _OF_A_LINE}}
    left |= {name: item[name] for name in _AMOUNTS}
    price, share = item.get("price"), item.get("share")
    if isinstance(price, dict):
        left["price"] = {name: price[name] for name in _OF_A_PRICE}
    if isinstance(share, dict) and "pieces" in share:
        left["share"] = {"pieces": share["pieces"]}
    return left


def replaced(inputs: Inputs, erased: Erased | None, participant: str) -> Inputs:
    """The inputs once a participant is erased: without its facts, and with what is kept of it."""
    gone = {entry.fact.ref for entry in facts_about(participant, inputs.facts)}
    facts = tuple(entry for entry in inputs.facts if entry.fact.ref not in gone)
    everybody = inputs.kept.erased if erased is None else (*inputs.kept.erased, erased)
    return replace(inputs, facts=facts, kept=replace(inputs.kept, erased=everybody))
