"""Faults in conditions between metrics: references to nothing, to groups, to themselves, in circles."""

from collections.abc import Iterable, Iterator, Mapping

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts
from service.core.terms.contract import Metric, Terms
from service.core.terms.rules import is_of_group


def condition_faults(parts: Parts) -> Iterator[Fault]:
    """Every requirement and exclusion that cannot be judged."""
    for place, metric in parts.metrics:
        here = f"/metrics/{place}"
        for turn, requirement in enumerate(metric.requires):
            pointer = f"{here}/requires/{turn}"
            yield from _reference_faults(parts, f"{pointer}/metric", metric, requirement.metric)
            required = parts.metric(requirement.metric)
            if required is not None and requirement.step not in (None, *required.rule.step_ids):
                steps = ", ".join(required.rule.step_ids)
                yield Fault(f"{pointer}/step", "unknown-step", f"must be one of the metric's steps: {steps}")
        for turn, excluded in enumerate(metric.excludes):
            yield from _reference_faults(parts, f"{here}/excludes/{turn}", metric, excluded)
            if excluded in {requirement.metric for requirement in metric.requires}:
                told = "is required and excluded at once, so that nothing can be achieved; keep one of the two"
                yield Fault(f"{here}/excludes/{turn}", "never-achieved", told)
    yield from _circles(parts)


def _reference_faults(parts: Parts, pointer: str, metric: Metric, named: str) -> Iterator[Fault]:
    other = parts.metric(named)
    if named == metric.id or (other is None and parts.holds_all("metrics")):
        yield Fault(pointer, "unknown-metric", "must be the id of another metric of this contract")
    elif other is not None and is_of_group(other.rule):
        yield Fault(pointer, "not-allowed", "judges a group; a condition asks what the same participant achieved")


def _circles(parts: Parts) -> Iterator[Fault]:
    asks = {metric.id: tuple(_named_by(metric)) for _, metric in parts.metrics}
    told = "leads back to this metric, so that neither can be judged first; take one condition away"
    yield from _leading_back(parts.metrics, asks, told)


def circles_over_versions(terms: Terms, earlier: Iterable[Terms]) -> Iterator[Fault]:
    """Conditions of a version that, together with those of the versions before it, lead back to their metric."""
    asks: dict[str, tuple[str, ...]] = {}
    for metric in (metric for version in (*earlier, terms) for metric in version.metrics):
        asks[metric.id] = (*asks.get(metric.id, ()), *_named_by(metric))
    told = "turns a condition of an earlier version round, so that neither can be judged first; give a metric a new id"
    yield from _leading_back(tuple(enumerate(terms.metrics)), asks, told)


def _named_by(metric: Metric) -> Iterator[str]:
    yield from (requirement.metric for requirement in metric.requires)
    yield from metric.excludes


def _leading_back(
    metrics: Iterable[tuple[int, Metric]], asks: Mapping[str, tuple[str, ...]], told: str
) -> Iterator[Fault]:
    for place, metric in metrics:
        others = [name for name in _named_by(metric) if name != metric.id]
        if any(metric.id in _asked(name, asks) for name in others):
            field = "requires" if metric.requires else "excludes"
            yield Fault(f"/metrics/{place}/{field}", "circle", told)


def _asked(metric: str, asks: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The metrics that have to be judged before this one, and itself."""
    found, waiting = {metric}, [metric]
    while waiting:
        new = [name for name in asks.get(waiting.pop(), ()) if name not in found]
        found.update(new)
        waiting += new
    return found
