"""What identifies a statement line, and the order in which statements list lines."""

from datetime import date
from typing import NamedTuple

from service.core.issued import IssuedLine
from service.core.price import OutcomeKey
from service.core.terms import TermsTimeline


class LineKey(NamedTuple):
    """What identifies a statement line from statement to statement: the outcome and who owes it."""

    outcome: OutcomeKey
    payer: str


def key_of_issued(line: IssuedLine) -> LineKey:
    """The key under which a line was issued."""
    return LineKey(OutcomeKey(line.metric, line.step, line.participant, line.version, line.achieved_on), line.payer)


class LineOrder:
    """The order of lines for readers: as the contract lists metrics and steps, then by date and participant."""

    def __init__(self, terms: TermsTimeline) -> None:
        ids = (metric.id for version in terms.versions for metric in version.terms.metrics)
        steps = (
            (metric.id, step)
            for version in terms.versions
            for metric in version.terms.metrics
            for step in metric.rule.step_ids
        )
        self._metrics = {metric_id: place for place, metric_id in enumerate(dict.fromkeys(ids))}
        self._steps = {step: place for place, step in enumerate(dict.fromkeys(steps))}

    def of(self, key: LineKey) -> tuple[int, int, date, LineKey]:
        """What to sort a line by; steps that no rule lists, as periods of time in a status, come by their date."""
        outcome = key.outcome
        step = self._steps.get((outcome.metric, outcome.step), len(self._steps))
        return (self._metrics[outcome.metric], step, outcome.achieved_on, key)
