"""Why a line changed: which fact, correction, retraction, limit or terms version brought it about."""

from collections.abc import Iterable, Iterator

from service.core.allocate import Allocation, LineKey
from service.core.events import FactRef
from service.core.price import Clip
from service.core.price.lines import LimitScope
from service.core.statement.lines import Cause, StatedLine
from service.core.statement.position import Position

_MOST_NAMED = 5


class Causes:
    """Finds the cause of each line of one investor's statement."""

    def __init__(self, position: Position) -> None:
        self._position = position
        self._retractions = {
            ref for ref in position.facts.replaced_by.values() if ref not in {f.fact.ref for f in position.facts.facts}
        }
        self._groups_stated = {_group(key) for key in position.stated}
        not_stated = [one for key, one in position.entitled.items() if key not in position.stated]
        self._first_stated = sorted(not_stated, key=lambda one: one.line.fill_order)
        self._groups_under_old_terms = {_group(key) for key in position.under_old_terms or ()}

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
        versions = [v for v in self._position.terms.versions if v.sequence > self._position.previous_sequence]
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
        if self._position.previous_sequence == 0:
            return Cause("first-statement", "outcomes of earlier periods are stated in the first statement")
        recent = self._recent(allocation.line.finding.facts)
        return Cause("late-fact", f"known only since the previous statement: {_named(recent)}", recent)

    def reversal(self, key: LineKey) -> Cause:
        """What was stated is not due any more."""
        stated = self._position.stated[key]
        outcome = key.outcome
        finding = self._position.findings.get((outcome.metric, outcome.step, outcome.participant))
        now = f"; now: {finding.sentence}" if finding else ""
        taken = self._taken_away(stated.facts)
        if taken:
            return self._taken_back(taken, now)
        recent = self._recent(finding.facts if finding else ())
        return Cause("later-fact", f"a later fact decides otherwise: {_named(recent)}{now}", recent)

    def _taken_back(self, taken: tuple[FactRef, ...], now: str) -> Cause:
        told = f"a fact it rested on was taken back by {_named(taken)}{now}"
        return Cause("retraction" if taken[0] in self._retractions else "correction", told, taken)

    def change(self, allocation: Allocation, was: StatedLine) -> Cause:
        """The same outcome with another price."""
        taken = self._taken_away(was.facts)
        if taken:
            return self._taken_back(taken, "")
        recent = self._recent(allocation.line.finding.facts)
        return Cause("later-fact", f"a later fact decides otherwise: {_named(recent)}", recent)

    def displaced(self, allocation: Allocation, was: StatedLine) -> Cause:
        """A fact that became known filled the limit before this line."""
        scope = _grown(allocation.line.clips, was.clips)
        earlier = [
            ref
            for other in self._in_scope(allocation, scope)
            if other.line.fill_order < allocation.line.fill_order
            for ref in self._recent(other.line.finding.facts)
        ]
        names = tuple(dict.fromkeys(earlier))
        return Cause("limit-filled", f"the limit per {scope} was filled before it by {_named(names)}", names)

    def freed(self, allocation: Allocation, was: StatedLine) -> Cause:
        """Room in a limit was given back by outcomes that are not due any more."""
        scope = _grown(was.clips, allocation.line.clips)
        gone = [key for key in self._position.stated if key not in self._position.entitled]
        names = tuple(dict.fromkeys(ref for key in gone for ref in self._taken_away(self._position.stated[key].facts)))
        return Cause("limit-freed", f"the limit per {scope} has room again, because of {_named(names)}", names)

    def _in_scope(self, allocation: Allocation, scope: LimitScope) -> Iterator[Allocation]:
        mine = allocation.key.outcome
        for other in self._first_stated:
            its = other.key.outcome
            same_metric, same_person = its.metric == mine.metric, its.participant == mine.participant
            if (same_metric or scope in ("contract", "participant")) and (
                same_person or scope in ("contract", "metric")
            ):
                yield other

    def _recent(self, facts: Iterable[FactRef]) -> tuple[FactRef, ...]:
        """Those of the facts that the ledger learned after the previous statement."""
        sequence_of, since = self._position.sequence_of, self._position.previous_sequence
        return tuple(ref for ref in facts if sequence_of.get(ref, 0) > since)

    def _taken_away(self, facts: Iterable[FactRef]) -> tuple[FactRef, ...]:
        """The corrections and retractions, learned since, of those of the facts that are without effect now."""
        fates = self._position.facts.replaced_by
        return self._recent(dict.fromkeys(fates[ref] for ref in facts if ref in fates))


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
