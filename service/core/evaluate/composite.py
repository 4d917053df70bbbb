"""`composite`: all, any or at least so many of other rules, or the best of exclusive alternatives (P15, P17)."""

from collections.abc import Callable, Sequence
from datetime import date

from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.events import FactRef
from service.core.terms.group_rules import Member
from service.core.terms.rules import CompositeRule, Rule

_STEP = "reached"


def find(rule: CompositeRule, judged: Callable[[Rule], tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    """The verdict of the one step; `judged` gives the verdicts of a member's rule, within the metric's bounds."""
    members = [(member.id, member_verdict(member, judged(member.rule))) for member in rule.members]
    if rule.need == "best":
        return (_best(members),)
    needed = {"all": len(members), "any": 1, "at_least": rule.count or len(members)}[rule.need]
    return (_counted(members, needed),)


def member_verdict(member: Member, verdicts: tuple[Verdict, ...]) -> Verdict:
    """What the verdicts of a member's rule say of the member: of its named step, else of all its steps together."""
    if member.step is not None:
        return next(verdict for verdict in verdicts if verdict.step == member.step)
    if len(verdicts) == 1:
        return verdicts[0]
    return _counted([(verdict.step, verdict) for verdict in verdicts], len(verdicts))


_Named = Sequence[tuple[str, Verdict]]


def _counted(members: _Named, needed: int) -> Verdict:
    """Achieved with the latest of the members needed, taken in order of date; undecided while enough may follow."""
    reached = sorted((one for one in members if one[1].state == "achieved"), key=lambda one: one[1].on or date.max)
    open_or_reached = [one for one in members if one[1].state != "refused"]
    so_many = f"{len(reached)} of {len(members)}, {needed} needed"
    if len(reached) >= needed:
        used = reached[:needed]
        latest = used[-1][1].on
        if latest is None:
            raise ValueError("an achieved verdict has a date")
        return achieved(_STEP, latest, f"{so_many}: {_told(used)}", _facts(used))
    if len(open_or_reached) < needed:
        lost = [one for one in members if one[1].state == "refused"]
        return refused(_STEP, Why.TOO_FEW_PARTS, f"{so_many}: {_told(lost)}", _facts(members))
    earliest = sorted(one[1].on or date.max for one in open_or_reached)[needed - 1]
    on = None if earliest == date.max else earliest
    return pending(_STEP, Why.AWAITS_PARTS, f"{so_many}: {_told(open_or_reached)}", _facts(open_or_reached), on)


def _best(members: _Named) -> Verdict:
    """The first member in the list that is achieved; one before it that is achieved later takes its place then."""
    for name, verdict in members:
        if verdict.state == "achieved" and verdict.on is not None:
            return achieved(_STEP, verdict.on, f"{name}: {verdict.sentence}", verdict.facts, value=name)
    undecided = [one for one in members if one[1].state == "pending"]
    if not undecided:
        return refused(_STEP, Why.TOO_FEW_PARTS, f"none of {len(members)}: {_told(members)}", _facts(members))
    known = [verdict.on for _, verdict in undecided]
    on = None if None in known else min(day for day in known if day is not None)
    return pending(_STEP, Why.AWAITS_PARTS, f"none yet: {_told(undecided)}", _facts(undecided), on)


def _told(members: _Named) -> str:
    return "; ".join(f"{name}: {verdict.sentence}" for name, verdict in members)


def _facts(members: _Named) -> tuple[FactRef, ...]:
    """Every fact once, in the order of the members."""
    return tuple(dict.fromkeys(ref for _, verdict in members for ref in verdict.facts))
