"""Which metrics wait because a group is too small to be told of: `small_groups = "carry"` (terms 6)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.core.allocate import is_decided_when_stated
from service.core.canonical import Document
from service.core.period import Period
from service.core.price.lines import LimitScope
from service.core.statement.detail import PendingShare, Wording
from service.core.statement.groups import fewest_in_a_group
from service.core.statement.lines import StatementLine
from service.core.terms import TermsTimeline

# What these limits took from one metric tells how much of them another has filled.
_OVER_METRICS: frozenset[LimitScope] = frozenset({"participant", "period", "payer", "contract"})
_Lines = Mapping[str, tuple[StatementLine, ...]]
_Pending = Mapping[str, tuple[PendingShare, ...]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the statements of an issue tell nothing of: by metric why it waits; and what is due to each investor, with
    what waits."""

    why: Mapping[str, str]
    due: _Lines

    @property
    def stated(self) -> _Lines:
        """By investor, the lines that do not wait."""
        if not self.why:
            return self.due
        return {investor: tuple(line for line in mine if not self._waits(line)) for investor, mine in self.due.items()}

    def documents(self, wording: Wording, investor: str) -> Iterator[Document]:
        """The entries of an investor's detail on what waits: every metric with its reason, then every line."""
        lines = [line for line in self.due[investor] if self._waits(line)]
        for metric, sentence in self.why.items():
            yield wording.deferral(metric, sentence, lines)
        yield from map(wording.deferred, lines)

    def _waits(self, line: StatementLine) -> bool:
        return line.key.outcome.metric in self.why


def waiting(terms: TermsTimeline, period: Period, due: _Lines, pending: _Pending) -> Waiting:
    """What waits for larger groups, for all investors of an issue together; both mappings are by investor.

    A group that is too small on any statement makes its metric wait on all of them: else one investor would read what
    another is not told. Where metrics share a limit that took something, or where what was stated decides who is
    served, all wait with it: what is stated of the others would tell what is not.
    """
    in_force = terms.in_force(period.last_day)
    if in_force.small_groups != "carry":
        return Waiting({}, due)
    smallest, fewest = in_force.smallest_group, _fewest_by_metric(due, pending)
    small = {metric: people for metric, people in fewest.items() if people < smallest}
    others = [metric for metric in fewest if metric not in small]
    why = {
        metric: f"a group of it would have {people} on a statement, and a group needs {smallest} to be told of"
        for metric, people in small.items()
    }
    if small and (_is_told_by_others(terms) or _is_clipped(due, others)):
        why |= dict.fromkeys(others, f"it waits with {' and '.join(small)}, of which it would tell")
    return Waiting(why, due)


def _fewest_by_metric(lines: _Lines, pending: _Pending) -> dict[str, int]:
    """How many its smallest group has on any statement, by metric that has any."""
    fewest: dict[str, int] = {}
    for investor, mine in lines.items():
        waits = pending[investor]
        for metric in dict.fromkeys((*_metrics_of(mine), *(share.finding.metric for share in waits))):
            own = [line for line in mine if line.key.outcome.metric == metric]
            people = fewest_in_a_group(own, [share for share in waits if share.finding.metric == metric])
            fewest[metric] = min(people, fewest.get(metric, people))
    return fewest


def _metrics_of(lines: Iterable[StatementLine]) -> Iterator[str]:
    return (line.key.outcome.metric for line in lines)


def _is_told_by_others(terms: TermsTimeline) -> bool:
    """Whether the terms alone let one metric's lines decide another's: by who is served, or by who takes over."""
    versions = [version.terms for version in terms.versions]
    return any(is_decided_when_stated(one) or one.limits.payers for one in versions)


def _is_clipped(lines: _Lines, metrics: Iterable[str]) -> bool:
    """Whether a limit over several metrics takes, or took, anything from a line of these."""
    asked = frozenset(metrics)
    mine = (line for stated in lines.values() for line in stated if line.key.outcome.metric in asked)
    return any(scope in _OVER_METRICS for line in mine for scope in _scopes_of(line))


def _scopes_of(line: StatementLine) -> Iterator[LimitScope]:
    yield from (clip.limit for clip in (line.allocation.line.clips if line.allocation else ()))
    yield from (clip.limit for clip in (line.was.clips if line.was else ()))
