"""One participant's facts in order of date: episodes of enrolment, statuses, milestones, measurements, occurrences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import TypeVar, assert_never

from msgspec import Struct

from service.core.events import FactRef, RecordedFact
from service.core.events.kept import (
    Aggregate,
    Coverage,
    Enrolment,
    Measurement,
    Milestone,
    Occurrence,
    Retraction,
    Status,
)
from service.core.terms.words import Anchor, MilestoneAnchor

_Dated = TypeVar("_Dated", Status, Milestone, Measurement)
_DATE = attrgetter("on")


class Episode(Struct, frozen=True, gc=False):
    """One enrolment: from its start to its completion or withdrawal."""

    start: Enrolment
    close: Enrolment | None = None

    @property
    def started_on(self) -> date:
        """The first day of the enrolment."""
        return self.start.on

    @property
    def withdrew_on(self) -> date | None:
        """The day of withdrawal."""
        return self.close.on if self.close is not None and self.close.name == "withdrew" else None


@dataclass(slots=True)
class Timeline:
    """What is known of one participant; built once, then only read. Lists are by date, one fact a date and name."""

    participant: str
    episodes: tuple[Episode, ...] = ()
    statuses: dict[str, list[Status]] = field(default_factory=dict)
    milestones: dict[str, list[Milestone]] = field(default_factory=dict)
    measurements: dict[str, list[Measurement]] = field(default_factory=dict)
    occurrences: dict[str, list[Occurrence]] = field(default_factory=dict)
    coverage: dict[str, list[Coverage]] = field(default_factory=dict)
    everybody: Mapping[str, Sequence[Coverage]] = field(default_factory=dict)
    overruled: dict[FactRef, str] = field(default_factory=dict)  # the fact that stands -> what does not, in words

    def coverage_of(self, kind: str) -> list[Coverage]:
        """Every check of a source for occurrences of that kind, the participant's own and everybody's."""
        return [*self.coverage.get(kind, ()), *self.everybody.get(kind, ())]


def coverage_by_kind(facts: Iterable[Coverage]) -> dict[str, list[Coverage]]:
    """Checks of sources, by the kind of occurrence looked for."""
    by_kind: dict[str, list[Coverage]] = {}
    for fact in facts:
        for kind in fact.names:
            by_kind.setdefault(kind, []).append(fact)
    return by_kind


def timeline_of(
    participant: str, facts: Sequence[RecordedFact], everybody: Mapping[str, Sequence[Coverage]]
) -> Timeline:
    """A participant's timeline from its effective facts in order of sequence; of two of one name and date the later
    recorded stands."""
    timeline = Timeline(participant, everybody=everybody, overruled=_overruled_corrections(facts))
    enrolments: list[Enrolment] = []
    # of one date the later recorded stays behind, as they come
    for fact in sorted([entry.fact for entry in facts], key=_DATE):
        match fact:
            case Status():
                _put(timeline.statuses.setdefault(fact.name, []), fact, timeline.overruled)
            case Measurement():
                _put(timeline.measurements.setdefault(fact.name, []), fact, timeline.overruled)
            case Enrolment():
                _put_enrolment(enrolments, fact, timeline.overruled)
            case Milestone():
                _put(timeline.milestones.setdefault(fact.name, []), fact, timeline.overruled)
            case Occurrence():
                timeline.occurrences.setdefault(fact.name, []).append(fact)
            case Coverage():
                for kind in fact.names:
                    timeline.coverage.setdefault(kind, []).append(fact)
            case Aggregate() | Retraction():
                pass
            case _:
                assert_never(fact)
    timeline.episodes = _episodes(enrolments)
    return timeline


def _overruled_corrections(facts: Sequence[RecordedFact]) -> dict[FactRef, str]:
    return {
        entry.fact.ref: f"{entry.overrules.id}, another correction of the same event, does not"
        for entry in facts
        if entry.overrules is not None
    }


def _put(known: list[_Dated], fact: _Dated, overruled: dict[FactRef, str]) -> None:
    if known and known[-1].on == fact.on:
        overruled[fact.ref] = f"{known.pop().ref.id} of the same date does not"
    known.append(fact)


def _put_enrolment(known: list[Enrolment], fact: Enrolment, overruled: dict[FactRef, str]) -> None:
    opening = fact.name == "started"
    for place, other in enumerate(known):
        if other.on == fact.on and (other.name == "started") == opening:
            overruled[fact.ref] = f"{other.ref.id} of the same date does not"
            del known[place]
            break
    known.append(fact)


def _episodes(enrolments: list[Enrolment]) -> tuple[Episode, ...]:
    """Start opens, completion or withdrawal closes; on one day an open episode closes before the next one opens."""
    if len(enrolments) == 1 and enrolments[0].name == "started":
        return (Episode(enrolments[0]),)
    episodes: list[Episode] = []
    for day in sorted({fact.on for fact in enrolments}):
        today = [fact for fact in enrolments if fact.on == day]
        is_open = bool(episodes) and episodes[-1].close is None
        for fact in sorted(today, key=lambda fact: (fact.name == "started") == is_open):
            if fact.name == "started" and (not episodes or episodes[-1].close is not None):
                episodes.append(Episode(fact))
            elif fact.name != "started" and episodes and episodes[-1].close is None:
                episodes[-1] = Episode(episodes[-1].start, fact)
    return tuple(episodes)


class Anchored(Struct, frozen=True, gc=False):
    """Where a window begins: its date and the fact that says so, or why there is none (yet)."""

    on: date | None
    ref: FactRef | None = None
    missing: str = ""
    impossible: bool = False


def anchor_of(anchor: Anchor, timeline: Timeline, episode: Episode) -> Anchored:
    """The date from which a window of this episode is counted (terms 2)."""
    match anchor:
        case "enrolled":
            return Anchored(episode.started_on, episode.start.ref)
        case MilestoneAnchor():
            reached = [fact for fact in timeline.milestones.get(anchor.milestone, ()) if fact.on >= episode.started_on]
            if reached:
                return Anchored(reached[0].on, reached[0].ref)
            return Anchored(None, missing=f"the milestone {anchor.milestone} is not reported")
        case date():
            return Anchored(anchor)
        case "completed":
            return _closing(episode, "completed", "withdrew")
        case "withdrew":
            return _closing(episode, "withdrew", "completed")
        case _:
            assert_never(anchor)


def _closing(episode: Episode, wanted: str, other: str) -> Anchored:
    if episode.close is None:
        return Anchored(None, missing=f"enrolled on {episode.started_on}, not yet known as {wanted}")
    if episode.close.name == wanted:
        return Anchored(episode.close.on, episode.close.ref)
    return Anchored(None, episode.close.ref, f"{other} on {episode.close.on}, so never {wanted}", impossible=True)
