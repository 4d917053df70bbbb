"""Conditions between the metrics of one participant: what has to come first (P18), and what takes another's place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from service.core.evaluate.finding import Finding, Verdict, Why, pending, refused
from service.core.events import FactRef
from service.core.issued import Issued
from service.core.terms import Metric, Terms
from service.core.terms.contract import Requirement
from service.core.terms.rules import TimeInStatusRule

_BEST_FIRST = ("achieved", "pending", "refused")


class Judged(NamedTuple):
    """What is already judged of one participant, by metric, and what issued statements say."""

    findings: Mapping[str, Sequence[Finding]]
    issued: Issued


def judging_order(metrics: Sequence[Sequence[Metric]]) -> tuple[int, ...]:
    """The places of metrics (each in all its versions) such that what one requires or excludes comes before it.

    The checks refuse circles, within a version and over all of them together.
    """
    place_of = {versions[0].id: place for place, versions in enumerate(metrics)}
    named = [_places((other for one in versions for other in _named_by(one)), place_of) for versions in metrics]
    order: list[int] = []
    entered: set[int] = set()

    def enter(place: int) -> None:
        if place in entered:
            return
        entered.add(place)
        for other in named[place]:
            enter(other)
        order.append(place)

    for place in range(len(metrics)):
        enter(place)
    return tuple(order)


def _named_by(metric: Metric) -> Iterator[str]:
    yield from (requirement.metric for requirement in metric.requires)
    yield from metric.excludes


def _places(ids: Iterable[str], place_of: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(place_of[metric_id] for metric_id in dict.fromkeys(ids) if metric_id in place_of)


def under_conditions(verdict: Verdict, metric: Metric, terms: Terms, judged: Judged) -> Verdict:
    """The verdict once what the metric requires and excludes is looked at; a refusal stays what it is."""
    if verdict.state == "refused":
        return verdict
    for other in metric.excludes:
        rival = next((one for one in judged.findings.get(other, ()) if one.state == "achieved"), None)
        if rival is not None:
            told = f"not paid beside {other}, achieved on {rival.achieved_on}; {verdict.sentence}"
            return refused(verdict.step, Why.EXCLUDED, told, _joined([rival], verdict), verdict.on)
    for requirement in metric.requires:
        verdict = _after(requirement, verdict, _asked(requirement, terms, judged), judged.issued)
    return verdict


def _asked(requirement: Requirement, terms: Terms, judged: Judged) -> Sequence[Finding]:
    """The findings that have to be achieved; of time in a status, found period by period, the earliest that is."""
    findings = judged.findings.get(requirement.metric, ())
    metric = terms.metric(requirement.metric)
    if metric is not None and isinstance(metric.rule, TimeInStatusRule):
        return sorted(findings, key=lambda one: (_BEST_FIRST.index(one.state), one.step))[:1]
    if requirement.step is None and metric is not None:
        return [one for one in findings if one.step in metric.rule.step_ids]  # other versions may have other steps
    return [one for one in findings if one.step == requirement.step]


def _after(requirement: Requirement, verdict: Verdict, asked: Sequence[Finding], issued: Issued) -> Verdict:
    """The verdict where the asked findings have to come first."""
    if verdict.state == "refused":
        return verdict
    refusing = next((one for one in asked if one.state == "refused"), None)
    if refusing is not None:
        told = f"{verdict.sentence}; requires {_named(refusing)}, refused: {refusing.sentence}"
        facts = _joined(asked, verdict)
        return refused(verdict.step, Why.REQUIRED_NOT_ACHIEVED, told, facts, verdict.on)
    if verdict.state == "pending":
        return verdict
    lacking = _lacking(requirement, asked, issued)
    if lacking is not None:
        told = f"{verdict.sentence}; requires {lacking}"
        return pending(verdict.step, Why.AWAITS_REQUIRED, told, _joined(asked, verdict), verdict.on, verdict.value)
    return _moved(requirement, verdict, asked)


def _lacking(requirement: Requirement, asked: Sequence[Finding], issued: Issued) -> str | None:
    """What of the required outcomes is missing, in words."""
    if not asked:
        return f"{requirement.metric}, which is not judged before it"
    waiting = next((one for one in asked if one.state == "pending"), None)
    if waiting is not None:
        return f"{_named(waiting)}, pending: {waiting.sentence}"
    if requirement.already == "achieved":
        return None
    unstated = next((one for one in asked if (one.metric, one.step, one.participant) not in issued.stated), None)
    return f"{_named(unstated)} on an issued statement, where it does not stand yet" if unstated else None


def _moved(requirement: Requirement, verdict: Verdict, asked: Sequence[Finding]) -> Verdict:
    """Achieved no earlier than what it requires, with the gap: the last of the required outcomes decides."""
    last = max(asked, key=lambda one: (one.achieved_on, one.order))
    gap = requirement.gap
    earliest = gap.after(last.achieved_on) if gap else last.achieved_on
    told = f"{verdict.sentence}; after {_named(last)} on {last.achieved_on}"
    on = verdict.on
    if on is None or on < earliest:
        on = earliest
        told += f" and {gap.label}: counts on {earliest}" if gap else f": counts on {earliest}"
    return replace(verdict, on=on, sentence=told, facts=_joined(asked, verdict))


def _named(finding: Finding) -> str:
    return f"{finding.metric}, {finding.step}"


def _joined(others: Iterable[Finding], verdict: Verdict) -> tuple[FactRef, ...]:
    """The facts of both, the verdict's own last: its last fact decides the place in the fill order."""
    before = dict.fromkeys(ref for one in others for ref in one.facts if ref not in verdict.facts)
    return (*before, *verdict.facts)
