"""`sustained_status`: the status stayed in a qualifying set for a duration, step by step (P4-P8)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from service.core.evaluate.counted_days import CountedDays
from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Episode, Timeline
from service.core.events import FactRef
from service.core.events.kept import Status
from service.core.terms.rules import SustainedStatusRule
from service.core.terms.words import Step


class Spell(Struct, frozen=True, gc=False):
    """Dates from `start` up to `end` (None: still running) in which the status qualified, tolerated gaps included.

    `exit` is the good exit by which it ended.
    """

    start: date
    end: date | None
    exit: Status | None = None


class _Known(Struct, frozen=True, gc=False):
    """What the steps of one rule are judged on."""

    rule: SustainedStatusRule
    days: CountedDays
    statuses: Sequence[Status]
    spells: tuple[Spell, ...]
    episode: Episode
    enrolment: FactRef
    period_end: date
    overruled: Mapping[FactRef, str]


def find(rule: SustainedStatusRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every step of the rule in this episode."""
    days = CountedDays(rule.days_not_counted)
    statuses = timeline.statuses.get(rule.domain, [])
    spells = _spells(rule, days, statuses, episode.started_on)
    if rule.latest_start is not None:
        latest = rule.latest_start.after(episode.started_on)
        spells = tuple(spell for spell in spells if spell.start <= latest)
    known = _Known(rule, days, statuses, spells, episode, episode.start.ref, period_end, timeline.overruled)
    return tuple([_judge(step, known) for step in rule.steps])


class _Run(NamedTuple):
    """Dates from `start` up to the next run in which all reports were of one kind: qualifying, a good exit (then `exit`
    is set), or neither."""

    qualifies: bool
    exit: Status | None
    start: date


def _runs(rule: SustainedStatusRule, statuses: Sequence[Status], floor: date) -> list[_Run]:
    """The domain's history since enrolment with equal neighbours joined."""
    runs: list[_Run] = []
    for status in statuses:
        if status.on <= floor:
            runs.clear()  # what held before the enrolment is over by it, or holds on from then
        qualifies = status.value in rule.qualifying
        good_exit = status if not qualifies and status.value in rule.good_exits else None
        if not runs or runs[-1].qualifies != qualifies or (runs[-1].exit is None) != (good_exit is None):
            runs.append(_Run(qualifies, good_exit, max(status.on, floor)))
    return runs


def _spells(rule: SustainedStatusRule, days: CountedDays, statuses: Sequence[Status], floor: date) -> tuple[Spell, ...]:
    """Qualifying spells; a break of at most the allowed gap, or a tolerated breach, does not end one. A good exit does,
    from the status itself or from such a break."""
    spells: list[Spell] = []
    breaches_left, bridged = 0, False
    runs = _runs(rule, statuses, floor)
    for place, (qualifies, good_exit, start) in enumerate(runs, start=1):
        end = runs[place].start if place < len(runs) else None
        if qualifies and bridged:
            spells[-1] = Spell(spells[-1].start, end)
        elif qualifies:
            spells.append(Spell(start, end))
            breaches_left = rule.tolerated_breaches.count if rule.tolerated_breaches else 0
        elif good_exit is not None:
            if spells and (bridged or spells[-1].end == start):
                spells[-1] = Spell(spells[-1].start, start, good_exit)
        elif spells and spells[-1].exit is None and end is not None:
            length = days.between(start, end)
            bridged = length <= rule.allowed_gap_days
            if not bridged and rule.tolerated_breaches and breaches_left and length <= rule.tolerated_breaches.days:
                bridged, breaches_left = True, breaches_left - 1
            continue
        bridged = False
    return tuple(spells)


class _Completion(Struct, frozen=True, gc=False):
    """When a step is complete, and the good exit by which it is so before its time."""

    on: date
    exit: Status | None = None


def _judge(step: Step, known: _Known) -> Verdict:
    """The first spell (or, cumulatively, the first start) from which the step is complete."""
    unconfirmed: tuple[Spell, date] | None = None
    for place, spell in enumerate(known.spells):
        complete = _completion(step, known, place)
        if complete is None:
            continue
        if _is_certain(known, complete.on):
            return _achieved(step, known, spell.start, complete)
        unconfirmed = unconfirmed or (spell, complete.on)
    if unconfirmed is not None:
        return _running(step, known, *unconfirmed)
    return _no_spell(step, known)


def _completion(step: Step, known: _Known, place: int) -> _Completion | None:
    """When the step is complete if counted from this spell; None where the spell ended before."""
    start = known.spells[place].start
    if known.rule.on_break == "restart":
        return _within_spell(known.spells[place], known.days.until(start, step.after(start)))
    needed = (step.after(start) - start).days
    latest = step.within.after(start) if step.within else None
    for spell in known.spells[place:]:
        complete = _within_spell(spell, known.days.after(spell.start, needed))
        if complete is not None:
            return complete if latest is None or complete.on <= latest else None
        if spell.end is not None:
            needed -= known.days.between(spell.start, spell.end)
    return None


def _within_spell(spell: Spell, complete: date) -> _Completion | None:
    """The date if the spell lasts so long, else that of its good exit."""
    if spell.end is None or complete <= spell.end:
        return _Completion(complete)
    return None if spell.exit is None else _Completion(spell.end, spell.exit)


def _is_certain(known: _Known, complete: date) -> bool:
    """Somebody reported the domain on or after that date, or the contract carries the status forward."""
    if known.rule.confirmation == "carried-forward":
        return complete < known.period_end or known.statuses[-1].on >= complete
    return known.statuses[-1].on >= complete


def _achieved(step: Step, known: _Known, start: date, completion: _Completion) -> Verdict:
    complete = completion.on
    confirming = next((status for status in known.statuses if status.on >= complete), None)
    sentence = f"{_values(known, start, complete)} {start} to {complete}, {step.label}"
    if completion.exit is not None:
        sentence = f"{_values(known, start, complete)} {start} to {complete}, then {completion.exit.value}, a good exit"
        sentence += f"; counts as {step.label}"
    elif confirming is None:
        sentence += "; carried forward"
    elif confirming.value in known.rule.qualifying:
        sentence += f"; confirmed {confirming.on}"
    else:
        sentence += f"; proved by {confirming.value} on {confirming.on}"
    return achieved(step.name, complete, sentence, _facts(known, start, complete, confirming))


def _running(step: Step, known: _Known, spell: Spell, complete: date) -> Verdict:
    facts = _facts(known, spell.start, complete, None)
    if complete >= known.period_end:
        since = f"{_values(known, spell.start, complete)} since {spell.start}; {step.label} are complete on {complete}"
        return pending(step.name, Why.AWAITS_DURATION, since, facts, complete)
    missing = f"no {known.rule.domain} status known on or after {complete}"
    return pending(step.name, Why.AWAITS_CONFIRMATION, missing, facts, complete)


def _no_spell(step: Step, known: _Known) -> Verdict:
    rule, enrolled = known.rule, known.episode.started_on
    facts = (known.enrolment, *(status.ref for status in known.statuses[-1:]))
    if known.spells:
        last = known.spells[-1]
        until = (
            f"{last.start} to {last.end}, shorter than {step.label}" if last.end else f"since {last.start}, too late"
        )
        ended = f"{_values(known, last.start, last.end)} {until}"
    else:
        ended = f"no qualifying {rule.domain} status known since enrolment on {enrolled}"
    if rule.latest_start is not None:
        latest = rule.latest_start.after(enrolled)
        if latest < known.period_end:
            late = f"{ended}; a spell had to begin by {latest}"
            return refused(step.name, Why.NO_START_IN_TIME, late, facts)
    return pending(step.name, Why.AWAITS_STATUS, ended, facts)


def _values(known: _Known, start: date, end: date | None) -> str:
    """The qualifying values between two dates in the order in which they held, as "own_tenancy, shared_flat"."""
    held: list[str] = []
    for status in known.statuses:
        if status.on <= start:
            held = [status.value]
        elif end is None or status.on < end:
            held.append(status.value)
    return ", ".join(dict.fromkeys([value for value in held if value in known.rule.qualifying]))


def _facts(known: _Known, start: date, complete: date, confirming: Status | None) -> tuple[FactRef, ...]:
    """The enrolment, the status at the start, every change of value or overruled report since, and what confirms."""
    rests_on: list[Status] = []
    for status in known.statuses:
        if status.on <= start:
            rests_on = [status]
        elif status.on < complete and (
            status.value != rests_on[-1].value or (known.overruled and status.ref in known.overruled)
        ):
            rests_on.append(status)
    if confirming is not None and confirming is not rests_on[-1]:
        rests_on.append(confirming)
    return (known.enrolment, *[status.ref for status in rests_on])
