"""The most units of `time_in_status` that a participant has, used up by those that count, in order of the periods."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from service.core.evaluate.finding import Finding, Why
from service.core.evaluate.plan import Judgement
from service.core.evaluate.time_in_status import in_words
from service.core.period import PeriodKind, period_named
from service.core.terms.rules import TimeInStatusRule


def within_the_most(findings: Sequence[Finding], judgements: Sequence[Judgement]) -> list[Finding]:
    """One participant's findings of a metric, in order of the periods, with what the governing versions count at most.

    Only what is achieved is used up: time that no version pays is not.
    """
    rules = {one.terms.version: one.metric.rule for one in judgements}
    capped, counted = [], Fraction(0)
    for finding in findings:
        if finding.state == "achieved":
            finding = _capped(finding, rules, judgements[0].terms.periods, counted)
        if finding.state == "achieved" and isinstance(rules[finding.version], TimeInStatusRule):
            counted += finding.quantity
        capped.append(finding)
    return capped


def _capped(finding: Finding, rules: Mapping[int, object], periods: PeriodKind, counted: Fraction) -> Finding:
    rule = rules[finding.version]
    if not isinstance(rule, TimeInStatusRule) or rule.at_most is None:
        return finding
    left = max(rule.at_most - counted, Fraction(0))
    if finding.quantity <= left:
        return finding
    start = period_named(finding.step, periods).start
    told = f"{in_words(rule.at_most, rule.unit)} count at most, {counted} counted before {start}"
    sentence = f"{finding.sentence}; {told}"
    if left:
        return finding._replace(quantity=left, sentence=sentence)
    return finding._replace(state="refused", why=Why.ALL_COUNTED, sentence=sentence, quantity=Fraction(1))
