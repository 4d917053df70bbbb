"""Why a line changed: which fact, correction, retraction, limit or terms version brought it about."""

from collections.abc import Iterable
from functools import cached_property
from typing import assert_never

from service.core.allocate import Allocation, LineKey
from service.core.events import FactRef
from service.core.events.kept import Enrolment, Retraction
from service.core.price import Clip, OutcomeKey, follows_others
from service.core.price.lines import LimitScope, fill_order
from service.core.statement.amendments import amendments_in_words, amendments_learned
from service.core.statement.lines import Cause, CauseCode, StatedLine
from service.core.statement.position import Position

_MOST_NAMED = 5


class Causes:
    """Finds the cause of each line of one investor's statement."""

    def __init__(self, position: Position) -> None:
        self._position = position
        self._groups_stated = {_group(key) for key in position.stated}
        self._groups_under_old_terms = {_group(key) for key in position.under_old_terms or ()}

    @cached_property
    def _risen(self) -> list[Allocation]:
        entitled, stated = self._position.entitled, self._position.stated
        risen = (one for key, one in entitled.items() if one.line.net_minor > _net_stated(stated.get(key)))
        return sorted(risen, key=lambda one: one.line.fill_order)

    @cached_property
    def _fallen(self) -> list[LineKey]:
        entitled, stated = self._position.entitled, self._position.stated
        return [key for key, was in stated.items() if _net_due(entitled.get(key)) < _net_stated(was)]

    @cached_property
    def _entitled_by_outcome(self) -> dict[OutcomeKey, Allocation]:
        return {key.outcome: one for key, one in self._position.entitled.items()}

    @cached_property
    def _stated_by_outcome(self) -> dict[OutcomeKey, StatedLine]:
        return {key.outcome: was for key, was in self._position.stated.items() if was.net_minor}

    @cached_property
    def _recent_about(self) -> dict[str | None, list[FactRef]]:
        return _recent_about(self._position)

    def is_amendment(self, key: LineKey) -> bool:
        """Whether the terms known at the previous statement would give another amount for it from the same facts."""
        before = self._position.under_old_terms
        if before is None:
            return False
        now = self._position.entitled.get(key)
        if before.get(key) == (now.due_minor if now else None):
            return False
        return _group(key) in self._groups_stated or _group(key) not in self._groups_under_old_terms

    def amendment(self) -> Cause:
        """The terms versions learned since the previous statement."""
        learned = amendments_learned(self._position.terms, self._position.known.previous_sequence)
        return Cause("terms-version", amendments_in_words(learned))

    def outcome(self, allocation: Allocation) -> Cause:
        """An outcome of the period itself."""
        return Cause("outcome", f"achieved on {allocation.key.outcome.achieved_on}")

    def late(self, allocation: Allocation) -> Cause:
        """An outcome of an earlier period that is stated only now."""
        recent = self._recent(allocation.line.finding.facts)
        if self._position.waits:
            return self._waited(recent)
        if self._position.known.previous_sequence == 0:
            return Cause("first-statement", "outcomes of earlier periods are stated in the first statement")
        if recent:
            return Cause("late-fact", f"known only since the previous statement: {_named(recent)}", recent)
        if self._awaited(allocation):
            awaited = " and ".join(dict.fromkeys(self._awaited(allocation)))
            return Cause("outcome-stated", f"it waited until {awaited} stood on a statement, as the previous one did")
        about = self._recent_of(allocation.key.outcome.participant)
        if not about:
            told = "decided by the end of a period: what could have stood against it did not come"
            return Cause("period-ended", told)
        return Cause(self._code(about, "late-fact"), f"decided since the previous statement by {_named(about)}", about)

    def _waited(self, facts: tuple[FactRef, ...]) -> Cause:
        """Whether it came late or waited is not told apart: that would tell how large the group was at the time."""
        since = f", known by {_named(facts)} since its metric was last told of" if facts else ""
        return Cause("waited", f"every group of its metric is large enough to be told of{since}", facts)

    def _awaited(self, allocation: Allocation) -> list[str]:
        """The metrics that the outcome requires to be stated, where the previous statement was the first to do so."""
        if self._recent(allocation.line.finding.facts):
            return []
        participant = allocation.key.outcome.participant
        return [
            required.metric
            for required in allocation.line.metric.requires
            if required.already == "stated"
            and any(
                metric == required.metric and who == participant and required.step in (None, step)
                for metric, step, who in self._position.first_stated_by_previous
            )
        ]

    def reversal(self, key: LineKey) -> Cause:
        """What was stated is not due any more."""
        outcome = key.outcome
        finding = self._position.known.findings.get((outcome.metric, outcome.step, outcome.participant))
        now = f"; now: {finding.sentence}" if finding else ""
        return self._decided_otherwise(self._position.stated[key], finding.facts if finding else (), now)

    def change(self, allocation: Allocation, was: StatedLine) -> Cause:
        """The same outcome with another price."""
        return self._decided_otherwise(was, allocation.line.finding.facts, "")

    def displaced(self, allocation: Allocation, was: StatedLine) -> Cause:
        """A fact that became known filled the limit before this line."""
        scope = _grown(allocation.line.clips, was.clips)
        before = [one for one in self._risen if one.line.fill_order < allocation.line.fill_order]
        within = [one for one in before if _shares_limit(one.key, allocation.key, scope)]
        filling = within or before
        if filling and all(self._awaited(one) for one in filling):
            outcomes = ", ".join(dict.fromkeys(f"{one.key.outcome.metric} ({one.key.outcome.step})" for one in filling))
            told = f"the limit per {scope} was filled before it by {outcomes}, which waited for an earlier statement"
            return Cause("limit-filled", told, tuple(ref for one in filling for ref in one.line.finding.facts))
        return self._filled(scope, filling) if filling else self._filled_elsewhere(scope, allocation)

    def _filled_elsewhere(self, scope: LimitScope, allocation: Allocation) -> Cause:
        """The outcomes before it are due to other investors: those learned since are found among all findings."""
        mine = allocation.line.fill_order
        achieved = (found for found in self._position.known.evaluated if found.state == "achieved")
        names = _once(self._recent(found.facts) for found in achieved if fill_order(found) < mine)
        by = f" by {_named(names)}" if names else ""
        return Cause("limit-filled", f"the limit per {scope} was filled before it{by}", names)

    def _filled(self, scope: LimitScope, filling: Iterable[Allocation]) -> Cause:
        names = _once(self._recent(one.line.finding.facts) for one in filling)
        by = f" by {_named(names)}" if names else ""
        return Cause("limit-filled", f"the limit per {scope} was filled before it{by}", names)

    def freed(self, allocation: Allocation, was: StatedLine) -> Cause:
        """Room in a limit was given back by outcomes that are due no more or are due less."""
        scope = _grown(was.clips, allocation.line.clips)
        within = [key for key in self._fallen if _shares_limit(key, allocation.key, scope)]
        return self._freed(scope, within or self._fallen)

    def _freed(self, scope: LimitScope, fallen: Iterable[LineKey]) -> Cause:
        names = _once(self._lowered_by(key) for key in fallen)
        why = f", because of {_named(names)}" if names else ""
        return Cause("limit-freed", f"the limit per {scope} has room again{why}", names)

    def _lowered_by(self, key: LineKey) -> tuple[FactRef, ...]:
        """What took back the facts a line rested on, else those learned since on which its outcome rests now."""
        metric, step, participant = key.outcome[:3]
        finding = self._position.known.findings.get((metric, step, participant))
        return self._taken_away(self._position.stated[key].facts) or self._recent(finding.facts if finding else ())

    def divided_otherwise(self, key: LineKey) -> Cause | None:
        """The limit of a payer, where an outcome pays what it did and only who owes it has changed."""
        now, was = self._entitled_by_outcome.get(key.outcome), self._stated_by_outcome.get(key.outcome)
        if now is None or was is None or not was.net_minor or now.line.finding.facts != was.facts:
            return None
        if (now.line.gross_minor, now.line.net_minor) != (was.gross_minor, was.net_minor):
            return None
        before = [one for one in self._risen if one.line.fill_order < now.line.fill_order]
        before = [one for one in before if one.key.outcome not in self._stated_by_outcome or self._has_grown(one)]
        if before:
            return self._filled("payer", before)
        fallen = [one for one in self._fallen if one.outcome not in self._entitled_by_outcome]
        return self._freed("payer", fallen) if fallen else None

    def _has_grown(self, one: Allocation) -> bool:
        return one.line.net_minor > self._stated_by_outcome[one.key.outcome].net_minor

    def follows_others(self, allocation: Allocation, was: StatedLine) -> bool:
        """Whether its price moved although it rests on the same facts as before, none of them corrected."""
        facts = allocation.line.finding.facts
        return follows_others(allocation.line.metric) and facts == was.facts

    def repriced(self, allocation: Allocation) -> Cause:
        """Its price follows the number of outcomes of the metric, or of enrolments: what came, or fell away."""
        entitled, stated = self._position.entitled, self._position.stated
        metric = allocation.key.outcome.metric
        gone = (was for key, was in stated.items() if key.outcome.metric == metric and key not in entitled)
        came = (one for key, one in entitled.items() if key.outcome.metric == metric and key not in stated)
        named = [self._lowered_by(was.key) for was in gone]
        named += [one.line.finding.facts for one in sorted(came, key=lambda one: one.line.fill_order)]
        names = _once(named) or self._enrolments(allocation)
        by = f", changed by {_named(names)}" if names else " and has moved on with the period"
        return Cause("count-moved", f"its price follows the number of outcomes or enrolments{by}", names)

    def _enrolments(self, allocation: Allocation) -> tuple[FactRef, ...]:
        """The enrolments learned since, where a rate of those enrolled decides how many are not paid."""
        deadweight, recorded = allocation.line.metric.deadweight, self._position.known.recorded
        if deadweight is None or deadweight.expected_rate is None:
            return ()
        learned = (ref for refs in self._recent_about.values() for ref in refs)
        return tuple(ref for ref in learned if isinstance(recorded[ref].fact, Enrolment))

    def _decided_otherwise(self, was: StatedLine, facts_now: tuple[FactRef, ...], now: str) -> Cause:
        taken = self._taken_away(was.facts)
        if taken:
            kinds = {isinstance(self._position.known.recorded[ref].fact, Retraction) for ref in taken}
            became = " or ".join(word for word, is_so in (("taken back", True), ("corrected", False)) if is_so in kinds)
            told = f"a fact it rested on was {became} by {_named(taken)}{now}"
            return Cause(self._code(taken, "correction"), told, taken)
        recent = self._recent(facts_now) or self._recent_of(was.key.outcome.participant)
        if not recent:
            return Cause("period-ended", f"the end of a period decides it otherwise{now}")
        return Cause(self._code(recent, "later-fact"), f"a later fact decides otherwise: {_named(recent)}{now}", recent)

    def _code(self, facts: tuple[FactRef, ...], otherwise: CauseCode) -> CauseCode:
        """What the first of the facts is: a retraction, a correction, or neither."""
        first = self._position.known.recorded[facts[0]].fact if facts else None
        if isinstance(first, Retraction):
            return "retraction"
        return "correction" if first is not None and first.replaces is not None else otherwise

    def _recent(self, facts: Iterable[FactRef]) -> tuple[FactRef, ...]:
        """Those of the facts that the ledger learned after the previous statement."""
        recorded, since = self._position.known.recorded, self._position.known.previous_sequence
        return tuple(ref for ref in facts if ref in recorded and recorded[ref].sequence > since)

    def _recent_of(self, participant: str) -> tuple[FactRef, ...]:
        """Whatever was learned of the participant after the previous statement, else of everybody at once."""
        return tuple(self._recent_about.get(participant) or self._recent_about.get(None) or ())

    def _taken_away(self, facts: Iterable[FactRef]) -> tuple[FactRef, ...]:
        """The corrections and retractions, learned since, of those of the facts that are without effect now."""
        fates = self._position.known.facts.replaced_by
        return self._recent(dict.fromkeys(fates[ref] for ref in facts if ref in fates))


def _recent_about(position: Position) -> dict[str | None, list[FactRef]]:
    """The facts learned after the previous statement, by the participant they or what they withdraw are about."""
    about: dict[str | None, list[FactRef]] = {}
    for entry in position.known.recorded.values():
        fact = entry.fact
        if entry.sequence > position.known.previous_sequence:
            target = position.known.recorded.get(fact.target) if fact.target else None
            subject = target.fact if isinstance(fact, Retraction) and target else fact
            about.setdefault(subject.participant, []).append(fact.ref)
    return about


def _net_due(allocation: Allocation | None) -> int:
    return allocation.line.net_minor if allocation else 0


def _net_stated(was: StatedLine | None) -> int:
    return was.net_minor if was else 0


def _shares_limit(its: LineKey, mine: LineKey, scope: LimitScope) -> bool:
    """Whether both lines fill the same limit of that scope."""
    same_metric = its.outcome.metric == mine.outcome.metric
    same_participant = its.outcome.participant == mine.outcome.participant
    match scope:
        case "participant-in-metric":
            return same_metric and same_participant
        case "participant":
            return same_participant
        case "metric":
            return same_metric
        case "payer":
            return its.payer == mine.payer
        case "period" | "contract":
            return True
        case _:
            assert_never(scope)


def _group(key: LineKey) -> tuple[str, str, str, str]:
    return (key.outcome.metric, key.outcome.step, key.outcome.participant, key.payer)


def _grown(now: tuple[Clip, ...], before: tuple[Clip, ...]) -> LimitScope:
    """The limit that takes more now than it did before."""
    taken = {(clip.limit, clip.payer): clip.minor for clip in before}
    growth = [(clip.minor - taken.get((clip.limit, clip.payer), 0), clip.limit) for clip in now]
    return max(growth, key=lambda entry: entry[0], default=(0, "contract"))[1]


def _once(named: Iterable[Iterable[FactRef]]) -> tuple[FactRef, ...]:
    return tuple(dict.fromkeys(ref for refs in named for ref in refs))


def _named(facts: tuple[FactRef, ...]) -> str:
    named = ", ".join(f"{ref.id} of {ref.source}" for ref in facts[:_MOST_NAMED])
    more = len(facts) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
