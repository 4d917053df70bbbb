"""Why a line changed: which fact, correction, retraction, limit or terms version brought it about."""

from collections.abc import Iterable
from functools import cached_property

from service.core.allocate import Allocation, LineKey
from service.core.events import FactRef, Retraction
from service.core.events.facts import participant_of
from service.core.price import Clip
from service.core.price.lines import LimitScope
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
        versions = [v for v in self._position.terms.versions if v.sequence > self._position.known.previous_sequence]
        told = "; ".join(
            f"terms version {v.terms.version}, effective from {v.terms.effective_from}: {v.terms.reason}"
            for v in versions
        )
        return Cause("terms-version", told)

    def outcome(self, allocation: Allocation) -> Cause:
        """An outcome of the period itself."""
        return Cause("outcome", f"achieved on {allocation.key.outcome.achieved_on}")

    def late(self, allocation: Allocation) -> Cause:
        """An outcome of an earlier period that is stated only now."""
        if self._position.known.previous_sequence == 0:
            return Cause("first-statement", "outcomes of earlier periods are stated in the first statement")
        recent = self._recent(allocation.line.finding.facts)
        if recent:
            return Cause("late-fact", f"known only since the previous statement: {_named(recent)}", recent)
        about = self._recent_of(allocation.key.outcome.participant)
        return Cause(self._code(about, "late-fact"), f"decided since the previous statement by {_named(about)}", about)

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
        named = (
            self._recent(one.line.finding.facts) or self._recent_of(one.key.outcome.participant)
            for one in within or before or self._risen
        )
        names = tuple(dict.fromkeys(ref for refs in named for ref in refs)) or self._recent_of("")
        return Cause("limit-filled", f"the limit per {scope} was filled before it by {_named(names)}", names)

    def freed(self, allocation: Allocation, was: StatedLine) -> Cause:
        """Room in a limit was given back by outcomes that are due no more or are due less."""
        scope = _grown(was.clips, allocation.line.clips)
        within = [key for key in self._fallen if _shares_limit(key, allocation.key, scope)]
        named = (
            self._taken_away(self._position.stated[key].facts) or self._recent_of(key.outcome.participant)
            for key in within or self._fallen
        )
        names = tuple(dict.fromkeys(ref for refs in named for ref in refs)) or self._recent_of("")
        return Cause("limit-freed", f"the limit per {scope} has room again, because of {_named(names)}", names)

    def _decided_otherwise(self, was: StatedLine, facts_now: tuple[FactRef, ...], now: str) -> Cause:
        taken = self._taken_away(was.facts)
        if taken:
            told = f"a fact it rested on was taken back by {_named(taken)}{now}"
            return Cause(self._code(taken, "correction"), told, taken)
        recent = self._recent(facts_now) or self._recent_of(was.key.outcome.participant)
        code = self._code(recent, "later-fact")
        return Cause(code, f"a later fact decides otherwise: {_named(recent)}{now}", recent)

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
        """Whatever was learned of the participant after the previous statement, else of everybody, else at all."""
        about = self._recent_about
        of_some = about.get(participant) or about.get(None)
        return tuple(of_some or (ref for refs in about.values() for ref in refs))

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
            about.setdefault(participant_of(subject), []).append(fact.ref)
    return about


def _net_due(allocation: Allocation | None) -> int:
    return allocation.line.net_minor if allocation else 0


def _net_stated(was: StatedLine | None) -> int:
    return was.net_minor if was else 0


def _shares_limit(its: LineKey, mine: LineKey, scope: LimitScope) -> bool:
    """Whether both lines fill the same limit of that scope."""
    same_metric = its.outcome.metric == mine.outcome.metric or scope in ("contract", "participant")
    return same_metric and (its.outcome.participant == mine.outcome.participant or scope in ("contract", "metric"))


def _group(key: LineKey) -> tuple[str, str, str, str]:
    return (key.outcome.metric, key.outcome.step, key.outcome.participant, key.payer)


def _grown(now: tuple[Clip, ...], before: tuple[Clip, ...]) -> LimitScope:
    """The limit that takes more now than it did before."""
    taken = {clip.limit: clip.minor for clip in before}
    growth = [(clip.minor - taken.get(clip.limit, 0), clip.limit) for clip in now]
    return max(growth, key=lambda entry: entry[0], default=(0, "contract"))[1]


def _named(facts: tuple[FactRef, ...]) -> str:
    if not facts:
        return "facts of other participants"
    named = ", ".join(f"{ref.id} of {ref.source}" for ref in facts[:_MOST_NAMED])
    more = len(facts) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
