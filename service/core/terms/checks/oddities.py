"""What is merely odd in terms that fit together: worth a second look before anybody signs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.core.terms.checks.largest_price import largest_price
from service.core.terms.checks.reach import ends_after
from service.core.terms.contract import Metric, Terms
from service.core.terms.counting_rules import TimeInStatusRule
from service.core.terms.group_rules import CohortMeanRule, CohortShareRule, SavingRule
from service.core.terms.individual_rules import ImprovementRule, MilestoneRule, StatusAtRule, SustainedStatusRule
from service.core.terms.limits import Limit
from service.core.terms.rules import MemberRule, Rule
from service.core.terms.words import Anchor, Duration, Step


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that is odd: where (as in a fault), a code, and what is odd about it."""

    pointer: str
    code: str
    detail: str


def oddities(terms: Terms, begins: date | None = None) -> tuple[Oddity, ...]:
    """Everything odd; `begins` is the first day of the contract's first version."""
    looks: tuple[Callable[[Terms], Iterator[Oddity]], ...] = (
        _low_limits,
        _unplanned_metrics,
        _idle_parties,
        _unused_cohorts,
        _unplanned_cohorts,
        _late_beginnings,
        _excess_drawdowns,
        _free_outcomes,
        _idle_exits,
        _strangers,
        _whole_deadweight,
        _endless_retention,
    )
    found = [fault for look in looks for fault in look(terms)]
    found += _late_checkpoints(terms, begins or terms.effective_from)
    found += _late_repeats(terms, begins or terms.effective_from)
    return tuple(dict.fromkeys(found))


def _low_limits(terms: Terms) -> Iterator[Oddity]:
    highest = Decimal(0)
    for place, metric in enumerate(terms.metrics):
        price = largest_price(metric.tariff)
        if price is None:
            continue
        highest = max(highest, price)
        for scope, limit in (("participant", metric.limits.participant), ("metric", metric.limits.metric)):
            yield from _low(f"/metrics/{place}/limits/{scope}", limit, price, "a price of this metric")
    limits = terms.limits
    for scope, limit in (("participant", limits.participant), ("period", limits.period), ("contract", limits.contract)):
        yield from _low(f"/limits/{scope}", limit, highest, "the highest price of the contract")


def _low(pointer: str, limit: Limit | None, price: Decimal, of_what: str) -> Iterator[Oddity]:
    if limit is not None and limit.amount is not None and limit.amount < price:
        yield Oddity(pointer, "low-limit", f"is lower than {of_what}, so that one outcome alone is clipped")


def _unplanned_metrics(terms: Terms) -> Iterator[Oddity]:
    if not terms.plans:
        return
    latest = terms.plans[-1]
    planned = {expected.metric for expected in latest.expected}
    for place, metric in enumerate(terms.metrics):
        if metric.id not in planned:
            told = "has no expected outcomes in the latest plan, though other metrics have"
            yield Oddity(f"/metrics/{place}", "no-plan", told)


def _idle_parties(terms: Terms) -> Iterator[Oddity]:
    shares, due = terms.shares, _due(terms)
    for name, party in terms.parties.items():
        if "investor" in party.roles and name not in due:
            yield Oddity(f"/parties/{name}", "idle-party", "is an investor, and is due nothing under shares")
        if "guarantor" in party.roles and (terms.guarantee is None or terms.guarantee.party != name):
            yield Oddity(f"/parties/{name}", "idle-party", "is a guarantor, and there is no guarantee of it")
    if shares.by == "drawn":
        drawn = {drawdown.party for drawdown in terms.drawdowns}
        for place, share in enumerate(shares.investors):
            if share.party not in drawn:
                yield Oddity(f"/shares/investors/{place}", "no-capital", "draws no capital, so it is due nothing")


def _due(terms: Terms) -> set[str]:
    shares = terms.shares
    tranched = {share.party for tranche in shares.tranches for share in tranche.investors}
    beyond = {cap.beyond for cap in shares.return_caps if cap.beyond is not None}
    return {share.party for share in shares.investors} | tranched | beyond


def _unused_cohorts(terms: Terms) -> Iterator[Oddity]:
    used: set[str] = set()
    for metric in terms.metrics:
        if isinstance(metric.rule, CohortShareRule | CohortMeanRule):
            used |= set(metric.rule.cohorts or ())
        if metric.deadweight is not None:
            used |= set(metric.deadweight.cohorts or ())
    for place, cohort in enumerate(terms.cohorts):
        if cohort.id not in used:
            yield Oddity(f"/cohorts/{place}", "unused", "is declared, and no metric counts it")


def _unplanned_cohorts(terms: Terms) -> Iterator[Oddity]:
    declared = {cohort.id: cohort for cohort in terms.cohorts}
    for place, metric in enumerate(terms.metrics):
        rule, deadweight = metric.rule, metric.deadweight
        if deadweight is not None and deadweight.expected_rate is not None:
            for name in deadweight.cohorts or ():
                if declared[name].planned is None:
                    told = f"counts cohort {name}, which has no planned number to count with until it is closed"
                    yield Oddity(f"/metrics/{place}/deadweight", "no-planned-number", told)
        if isinstance(rule, CohortShareRule | CohortMeanRule):
            for name in rule.cohorts or ():
                yield from _small_cohorts(f"/metrics/{place}/rule", rule, name, declared[name].planned)


def _small_cohorts(
    pointer: str, rule: CohortShareRule | CohortMeanRule, name: str, planned: int | None
) -> Iterator[Oddity]:
    if planned is None:
        return
    if rule.least_group > planned:
        yield Oddity(f"{pointer}/least_group", "small-cohort", f"is more than the planned number of cohort {name}")
    if isinstance(rule, CohortShareRule) and (rule.at_least.count or 0) > planned:
        yield Oddity(f"{pointer}/at_least/count", "small-cohort", f"is more than the planned number of cohort {name}")


def _late_beginnings(terms: Terms) -> Iterator[Oddity]:
    for place, indexed in enumerate(terms.indexation):
        if indexed.start > terms.outcomes_until:
            yield Oddity(f"/indexation/{place}", "too-late", "begins after the last day on which outcomes count")
    for place, drawdown in enumerate(terms.drawdowns):
        if drawdown.on > terms.evidence_until:
            yield Oddity(f"/drawdowns/{place}", "too-late", "is drawn after the contract has closed")
    if terms.outcomes_until == terms.evidence_until:
        yield Oddity("/evidence_until", "no-time", "leaves no day to report what is achieved on the last one")


def _excess_drawdowns(terms: Terms) -> Iterator[Oddity]:
    for place, share in enumerate(terms.shares.investors):
        drawn = sum(drawdown.amount for drawdown in terms.drawdowns if drawdown.party == share.party)
        if share.committed is not None and drawn > share.committed:
            yield Oddity(f"/shares/investors/{place}/committed", "drawn-more", "is less than what is drawn in all")


def _free_outcomes(terms: Terms) -> Iterator[Oddity]:
    required = {requirement.metric for metric in terms.metrics for requirement in metric.requires}
    for place, metric in enumerate(terms.metrics):
        if largest_price(metric.tariff) == 0 and metric.id not in required:
            yield Oddity(f"/metrics/{place}/tariff", "pays-nothing", "has no price above zero")


def _idle_exits(terms: Terms) -> Iterator[Oddity]:
    for place, metric in enumerate(terms.metrics):
        rule = metric.rule
        if isinstance(rule, SustainedStatusRule | TimeInStatusRule) and set(rule.good_exits) & set(rule.qualifying):
            told = "holds a status that qualifies, which no spell ends with"
            yield Oddity(f"/metrics/{place}/rule/good_exits", "idle-exit", told)
        if isinstance(rule, TimeInStatusRule) and rule.good_exits and rule.least_spell is None:
            told = "changes nothing, as every spell counts; it stands beside least_spell"
            yield Oddity(f"/metrics/{place}/rule/good_exits", "idle-exit", told)


def _strangers(terms: Terms) -> Iterator[Oddity]:
    """A required outcome that is for other people than the one that requires it."""
    for place, metric in enumerate(terms.metrics):
        for turn, requirement in enumerate(metric.requires):
            required = terms.metric(requirement.metric)
            both = set(metric.eligible) & set(required.eligible) if required is not None else set()
            if required and any(not set(metric.eligible[name]) & set(required.eligible[name]) for name in both):
                told = "is for nobody whom this metric is for, unless an enrolment declares another attribute later"
                yield Oddity(f"/metrics/{place}/requires/{turn}/metric", "never-both", told)


def _whole_deadweight(terms: Terms) -> Iterator[Oddity]:
    for place, metric in enumerate(terms.metrics):
        if metric.deadweight is not None and 1 in (metric.deadweight.share, metric.deadweight.expected_rate):
            yield Oddity(f"/metrics/{place}/deadweight", "pays-nothing", "is the whole, so that nothing is paid")


def _endless_retention(terms: Terms) -> Iterator[Oddity]:
    without = [place for place, metric in enumerate(terms.metrics) if metric.retention_months is None]
    if len(without) == len(terms.metrics):
        return
    for place in without:
        told = "agrees no retention_months, though others do; as every metric reads enrolments, nobody is ever due"
        yield Oddity(f"/metrics/{place}", "no-retention", told)


def _late_repeats(terms: Terms, begins: date) -> Iterator[Oddity]:
    for place, metric in enumerate(terms.metrics):
        repeats = metric.rule.repeats if isinstance(metric.rule, MilestoneRule) else None
        days = repeats.least_gap_days * (repeats.at_most - 1) if repeats is not None else 0
        if days > (terms.outcomes_until - begins).days >= 0:
            told = "are more than fit between the contract's first day and outcomes_until"
            yield Oddity(f"/metrics/{place}/rule/repeats/at_most", "late-repeats", told)


def _late_checkpoints(terms: Terms, begins: date) -> Iterator[Oddity]:
    for place, metric in enumerate(terms.metrics):
        here = f"/metrics/{place}/rule"
        for anchor, checkpoint in _checkpoints(metric.rule):
            start = anchor if isinstance(anchor, date) else begins
            if ends_after(checkpoint, start, 1, terms.outcomes_until):
                told = f"checkpoint {checkpoint.name} lies after outcomes_until even for who enrols on the first day"
                yield Oddity(here, "late-checkpoint", told)
        yield from _late_evaluation(here, metric, terms, begins)
        yield from _overlaps(here, metric.rule)


def _checkpoints(rule: Rule | MemberRule) -> Iterable[tuple[Anchor, Step]]:
    match rule:
        case StatusAtRule() | ImprovementRule() | SavingRule():
            return [(rule.anchor, checkpoint) for checkpoint in rule.checkpoints]
        case CohortMeanRule():
            return [(rule.anchor, rule.checkpoint)]
        case CohortShareRule():
            return _checkpoints(rule.member.rule)
        case _:
            return ()


def _late_evaluation(pointer: str, metric: Metric, terms: Terms, begins: date) -> Iterator[Oddity]:
    rule = metric.rule
    if not isinstance(rule, CohortShareRule | CohortMeanRule):
        return
    on, months = rule.evaluated.on, rule.evaluated.months
    late = on is not None and on > terms.outcomes_until
    late |= months is not None and ends_after(Duration(months=months), begins, 1, terms.outcomes_until)
    if late:
        yield Oddity(f"{pointer}/evaluated", "late-checkpoint", "lies after outcomes_until, so that nothing is paid")
    for cohort in terms.cohorts:
        if on is not None and cohort.id in (rule.cohorts or ()) and cohort.closes_on and on < cohort.closes_on:
            yield Oddity(f"{pointer}/evaluated", "early-evaluation", f"lies before cohort {cohort.id} closes")


def _overlaps(pointer: str, rule: Rule) -> Iterator[Oddity]:
    """One measurement could be the baseline and the follow-up at once, where both windows hold it."""
    if not isinstance(rule, ImprovementRule | CohortMeanRule | SavingRule) or rule.baseline is None:
        return
    if rule.baseline.anchor != rule.anchor:
        return
    day = date(2001, 2, 1)
    for _, checkpoint in _checkpoints(rule):
        if (checkpoint.after(day) - day).days - rule.tolerance_days <= rule.baseline.after_days:
            told = f"the windows of the baseline and of checkpoint {checkpoint.name} overlap"
            yield Oddity(pointer, "overlap", told)
