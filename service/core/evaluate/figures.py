"""Figures reported for groups: which one stands for a name, a group and a follow-up, or why there is none."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate.finding import Verdict, Why, pending
from service.core.evaluate.plan import is_accepted
from service.core.events import FactRef, RecordedFact
from service.core.events.kept import Aggregate
from service.core.events.words import plain_decimal
from service.core.terms import Metric
from service.core.units import can_convert, convert, exact


class Wanted(NamedTuple):
    """What a rule reads: the name of the figures, the unit it counts in, and the follow-up, None where it has one."""

    measure: str
    unit: str
    follow_up: str | None


class Figure(NamedTuple):
    """A figure in the rule's unit; `told` names it with its unit, size and date."""

    fact: Aggregate
    value: Fraction
    told: str


class Pair(NamedTuple):
    """The figure of the group and that of the other group it is held against."""

    group: Figure
    against: Figure

    @property
    def facts(self) -> tuple[FactRef, ...]:
        """The facts of both, the group's own last."""
        return (self.against.fact.ref, self.group.fact.ref)

    @property
    def told(self) -> str:
        """Both in words."""
        return f"{self.group.told}; {self.against.told}"


class _Lack(NamedTuple):
    why: Why
    told: str
    facts: tuple[FactRef, ...] = ()


def pair_of(
    step: str, wanted: Wanted, groups: tuple[str, str], metric: Metric, known: Sequence[RecordedFact]
) -> Pair | Verdict:
    """The figures of the group and of what it is held against (`groups`); a pending verdict where one is missing.

    A figure of the other group that names no follow-up serves every follow-up.
    """
    group, against = (_figure(wanted, name, metric, known) for name in groups)
    if isinstance(against, _Lack) and wanted.follow_up is not None:
        common = _figure(wanted._replace(follow_up=None), groups[1], metric, known)
        against = common if isinstance(common, Figure) else against
    if isinstance(group, Figure) and isinstance(against, Figure):
        return Pair(group, against)
    return _pending(step, group, against)


def size_of(wanted: Wanted, group: str, metric: Metric, known: Sequence[RecordedFact]) -> int | None:
    """How many participants the group's figure stands for, None where it does not tell."""
    figure = _figure(wanted, group, metric, known)
    return figure.fact.n if isinstance(figure, Figure) else None


def _pending(step: str, *found: Figure | _Lack) -> Verdict:
    there = [one for one in found if isinstance(one, Figure)]
    lacks = [one for one in found if isinstance(one, _Lack)]
    facts = (*(one.fact.ref for one in there), *(ref for one in lacks for ref in one.facts))
    return pending(step, lacks[0].why, "; ".join([*(one.told for one in there), *(one.told for one in lacks)]), facts)


def _figure(wanted: Wanted, group: str, metric: Metric, known: Sequence[RecordedFact]) -> Figure | _Lack:
    """Of several dates the latest stands, of one date the one recorded later."""
    named = [entry for entry in known if _is_of(wanted, group, entry.fact)]
    about = f"{wanted.measure} of {group}" + (f" at {wanted.follow_up}" if wanted.follow_up else "")
    if not named:
        return _Lack(Why.AWAITS_AGGREGATE, f"no figure of {about} is known")
    accepted = [entry for entry in named if is_accepted(entry, metric.accepts_evidence)]
    if not accepted:
        kinds = ", ".join(metric.accepts_evidence or ())
        refs = tuple(entry.fact.ref for entry in named)
        return _Lack(
            Why.AWAITS_EVIDENCE, f"{about} is reported with evidence that is not accepted, accepted: {kinds}", refs
        )
    usable = sorted(
        (entry for entry in accepted if can_convert(wanted.measure, _unit(entry), wanted.unit)),
        key=_latest,
    )
    if not usable:
        units = ", ".join(sorted({_unit(entry) for entry in accepted}))
        refs = tuple(entry.fact.ref for entry in accepted)
        return _Lack(
            Why.AWAITS_AGGREGATE, f"{about} is reported in {units}, the contract counts in {wanted.unit}", refs
        )
    unaccepted = _would_stand(wanted, named, usable[-1])
    if unaccepted is not None:
        kinds = ", ".join(metric.accepts_evidence or ())
        told = f"{about} is reported otherwise with evidence that is not accepted, accepted: {kinds}"
        return _Lack(Why.AWAITS_EVIDENCE, told, (usable[-1].fact.ref, unaccepted.fact.ref))
    return _read(wanted, about, usable)


def _would_stand(wanted: Wanted, named: Sequence[RecordedFact], stands: RecordedFact) -> RecordedFact | None:
    """The figure that would stand whatever its evidence, where it says something else than the one that does."""
    usable = [entry for entry in named if can_convert(wanted.measure, _unit(entry), wanted.unit)]
    latest = max(usable, key=_latest)
    return latest if _said(latest, wanted) != _said(stands, wanted) else None


def _said(entry: RecordedFact, wanted: Wanted) -> object:
    fact = entry.fact
    if not isinstance(fact, Aggregate):
        raise TypeError("a figure is an aggregate")
    return fact.on, fact.n, convert(wanted.measure, exact(fact.value), fact.unit, wanted.unit)


def _latest(entry: RecordedFact) -> tuple[date, int]:
    return entry.fact.on, entry.sequence


def _is_of(wanted: Wanted, group: str, fact: object) -> bool:
    return isinstance(fact, Aggregate) and (fact.name, fact.group, fact.follow_up) == (
        wanted.measure,
        group,
        wanted.follow_up,
    )


def _unit(entry: RecordedFact) -> str:
    return entry.fact.unit if isinstance(entry.fact, Aggregate) else ""


def _read(wanted: Wanted, about: str, usable: Sequence[RecordedFact]) -> Figure | _Lack:
    entry = usable[-1]
    fact = entry.fact
    if not isinstance(fact, Aggregate):
        raise TypeError("a figure is an aggregate")
    size = f" (n {fact.n})" if fact.n is not None else ""
    told = f"{about} {plain_decimal(fact.value)} {fact.unit}{size} on {fact.on}, delivered by {fact.delivered_by}"
    if len(usable) > 1 and usable[-2].fact.on == fact.on:
        told += f"; {fact.id} of {fact.source} stands, {usable[-2].fact.id} of the same date does not"
    if entry.overrules is not None:
        told += (
            f"; {fact.id} of {fact.source} stands, {entry.overrules.id}, another correction of the same event, does not"
        )
    return Figure(fact, convert(wanted.measure, exact(fact.value), fact.unit, wanted.unit), told)
