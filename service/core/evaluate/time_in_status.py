"""`time_in_status`: days, whole weeks or months spent in a status, period by period (P9-P11)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate.bounds import Bounds
from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Episode, Timeline
from service.core.events import FactRef
from service.core.events.kept import Status
from service.core.period import Period, PeriodKind, add_months, next_period, period_containing
from service.core.terms.counting_rules import UnitOfTime
from service.core.terms.rules import TimeInStatusRule

_DAY = timedelta(days=1)


class _Stay(NamedTuple):
    """The dates of one enrolment on which time counts, and what ends them."""

    start: date
    end: date  # not included
    why: Why
    told: str
    refs: tuple[FactRef, ...]


class _Spell(NamedTuple):
    """Time in the status as far as it is known; `lasts`: whether it is long enough, None while that is not known."""

    start: date
    end: date  # not included
    lasts: bool | None
    least: date  # when it is long enough
    open: bool


class _Known(NamedTuple):
    rule: TimeInStatusRule
    statuses: Sequence[Status]
    stays: tuple[_Stay, ...]
    spells: tuple[_Spell, ...]
    timeline: Timeline
    period_end: date


def find(
    rule: TimeInStatusRule, timeline: Timeline, episodes: Sequence[Episode], period_end: date, bounds: Bounds
) -> tuple[Verdict, ...]:
    """A verdict for every period from the participant's first enrolment to the one that ends on `period_end`, each
    named by the period; the quantity is whole units, all of them: what counts at most is left to `most_units`.

    A unit belongs to the period in which its last day lies; weeks and months are counted from the spell's start.
    """
    statuses = timeline.statuses.get(rule.domain, [])
    stays = tuple(_stays(episodes, bounds))
    spells = tuple(spell for stay in stays for spell in _spells(rule, statuses, stay))
    known = _Known(rule, statuses, stays, spells, timeline, period_end)
    return tuple(_judge(period, known) for period in periods_of(timeline, period_end, bounds.periods))


def periods_of(timeline: Timeline, period_end: date, kind: PeriodKind) -> Iterator[Period]:
    """The periods from the first enrolment's to the one that is stated, at least one; none without an enrolment."""
    if timeline.episodes:
        period = period_containing(timeline.episodes[0].started_on, kind)
        yield period
        while period.end < period_end:
            period = next_period(period, kind)
            yield period


def _stays(episodes: Sequence[Episode], bounds: Bounds) -> Iterator[_Stay]:
    for place, episode in enumerate(episodes):
        end, why = bounds.last_day + _DAY, Why.AFTER_LAST_DAY
        told = f"outcomes count until {bounds.last_day}"
        refs: tuple[FactRef, ...] = (episode.start.ref,)
        withdrew = None if bounds.after_withdrawal else episode.withdrew_on
        if withdrew is not None and withdrew < end and episode.close is not None:
            end, why, told = withdrew, Why.WITHDREW, f"withdrew on {withdrew}, nothing is achieved after that"
            refs = (*refs, episode.close.ref)
        if place + 1 < len(episodes):
            end = min(end, episodes[place + 1].started_on)
        yield _Stay(episode.started_on, max(end, episode.started_on), why, told, refs)


def _spells(rule: TimeInStatusRule, statuses: Sequence[Status], stay: _Stay) -> Iterator[_Spell]:
    """Neighbouring reports of qualifying statuses make one spell; every other status ends it."""
    start: date | None = None
    for status in statuses:
        if status.value in rule.qualifying:
            start = status.on if start is None else start
        elif start is not None:
            yield from _spell(rule, start, status, statuses, stay)
            start = None
    if start is not None:
        yield from _spell(rule, start, None, statuses, stay)


def _spell(
    rule: TimeInStatusRule, began: date, ended_by: Status | None, statuses: Sequence[Status], stay: _Stay
) -> Iterator[_Spell]:
    """The part of a spell that lies in the stay, up to the latest report of the domain."""
    start, known_to = max(began, stay.start), ended_by.on if ended_by else statuses[-1].on
    end = min(known_to, stay.end)
    if start >= stay.end or (ended_by is not None and ended_by.on <= start):
        return
    least = rule.least_spell.after(start) if rule.least_spell else start
    is_open = ended_by is None and end < stay.end
    good_exit = ended_by is not None and ended_by.on <= stay.end and ended_by.value in rule.good_exits
    lasts = True if least <= end or good_exit else None if is_open else False
    yield _Spell(start, max(end, start), lasts, least, is_open)


def _judge(period: Period, known: _Known) -> Verdict:
    rule = known.rule
    stays = [stay for stay in known.stays if stay.start < period.end and stay.end > period.start]
    if not stays:
        return _outside(period, known)
    parts = [part for spell in known.spells if spell.lasts and (part := _part(spell, period, rule.unit))[0]]
    spent = sum(units for units, _ in parts)
    until = min(period.end, stays[-1].end)
    facts = _facts(period, known, stays, until)
    if not spent:
        return _none_yet(period, known, until, facts)
    told = f"{', '.join(rule.qualifying)} {in_words(spent, rule.unit)}: {', '.join(text for _, text in parts)}"
    if known.statuses[-1].on < until:
        told += f"; known up to {known.statuses[-1].on}"
    return achieved(period.label, period.last_day, told, facts, quantity=Fraction(spent))


def _part(spell: _Spell, period: Period, unit: UnitOfTime) -> tuple[int, str]:
    """The units of a spell that end in the period, and the dates they come from."""
    first, last = max(spell.start, period.start), min(spell.end, period.end)
    if last <= first:
        return 0, ""
    return whole_units(spell.start, last, unit) - whole_units(spell.start, first, unit), f"{first} to {last}"


def whole_units(start: date, end: date, unit: UnitOfTime) -> int:
    """How many whole units have passed from `start` to `end`."""
    match unit:
        case "days":
            return (end - start).days
        case "weeks":
            return (end - start).days // 7
        case "months":
            months = (end.year - start.year) * 12 + end.month - start.month
            return months if add_months(start, months) <= end else months - 1


def in_words(units: int, unit: UnitOfTime) -> str:
    """A number of units: "1 week", "3 weeks"."""
    return f"{units} {unit if units != 1 else unit[:-1]}"


def _outside(period: Period, known: _Known) -> Verdict:
    """No day of the period counts: it lies before an enrolment, or after a withdrawal or the last day."""
    before = [stay for stay in known.stays if stay.start < period.end]
    if not before:
        start = known.stays[0].start
        return refused(period.label, Why.BEFORE_ENROLMENT, f"enrolled only on {start}", known.stays[0].refs)
    last = before[-1]
    return refused(period.label, last.why, last.told, last.refs, period.last_day)


def _none_yet(period: Period, known: _Known, until: date, facts: tuple[FactRef, ...]) -> Verdict:
    """No unit counts: refused where the period is known, pending where something could still be reported."""
    rule, on = known.rule, period.last_day
    waiting = [spell for spell in known.spells if spell.lasts is None and spell.start < until]
    if waiting and waiting[-1].end > period.start:
        told = f"since {waiting[-1].start}, known up to {waiting[-1].end}; counts once it lasts to {waiting[-1].least}"
        return pending(period.label, Why.AWAITS_DURATION, f"{', '.join(rule.qualifying)} {told}", facts, on)
    reported = [status for status in known.statuses if status.on < until]
    if not reported:
        return pending(period.label, Why.AWAITS_STATUS, f"no {rule.domain} status known before {until}", facts, on)
    latest, in_force = known.statuses[-1].on, reported[-1]
    start = max(period.start, min(stay.start for stay in known.stays))
    none = f"no whole {rule.unit[:-1]} of {', '.join(rule.qualifying)} in {period.label}"
    runs = any(spell.open for spell in known.spells)
    if latest < until and (latest <= start or runs):
        told = f"{in_force.value} reported {in_force.on}; no {rule.domain} status known after that"
        return pending(period.label, Why.AWAITS_CONFIRMATION, told, facts, on)
    if latest < until and period.end > known.period_end:
        return pending(period.label, Why.AWAITS_WINDOW, f"{none} yet; the period ends on {period.end}", facts, on)
    return refused(period.label, Why.NO_TIME, f"{none}; {in_force.value} reported {in_force.on}", facts, on)


def _facts(period: Period, known: _Known, stays: Sequence[_Stay], until: date) -> tuple[FactRef, ...]:
    """The enrolments, the status at the start, every change of value or overruled report, and what shows the end."""
    lasting = [spell for spell in known.spells if spell.lasts and spell.start < until and spell.end > period.start]
    needed = max([until, *(spell.least for spell in lasting)])
    floor = min([period.start, *(spell.start for spell in lasting)])
    rests_on: list[Status] = []
    for status in known.statuses:
        if status.on <= floor:
            rests_on = [status]
        elif status.on >= needed:
            rests_on.append(status)
            break
        elif status is known.statuses[-1] or _changes(status, rests_on, known):
            rests_on.append(status)
    refs = (ref for stay in stays for ref in stay.refs)
    return tuple(dict.fromkeys((*refs, *(status.ref for status in rests_on))))


def _changes(status: Status, before: Sequence[Status], known: _Known) -> bool:
    return not before or status.value != before[-1].value or status.ref in known.timeline.overruled
