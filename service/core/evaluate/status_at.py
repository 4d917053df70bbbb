"""`status_at`: the status in force at a checkpoint qualifies and is known close to the checkpoint or later."""

from datetime import date, timedelta

from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Anchored, Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.terms.rules import StatusAtRule
from service.core.terms.words import Step


def find(rule: StatusAtRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every checkpoint of the rule in this episode."""
    anchored = anchor_of(rule.anchor, timeline, episode)
    return tuple(_judge(step, rule, timeline, episode, anchored, period_end) for step in rule.checkpoints)


def _judge(
    step: Step, rule: StatusAtRule, timeline: Timeline, episode: Episode, anchored: Anchored, period_end: date
) -> Verdict:
    if anchored.on is None:
        return no_anchor(step.name, anchored)
    checkpoint = step.after(anchored.on)
    statuses = timeline.statuses.get(rule.domain, [])
    in_force = next((status for status in reversed(statuses) if status.on <= checkpoint), None)
    known_from = checkpoint - timedelta(days=rule.tolerance_days)
    floor = max(known_from, in_force.on) if in_force else known_from
    confirming = next((status for status in statuses if status.on >= floor), None)
    facts = tuple(dict.fromkeys(fact.ref for fact in (episode.start, in_force, confirming) if fact is not None))
    if in_force is None:
        missing = f"no {rule.domain} status known on or before {checkpoint}"
        return pending(step.name, Why.AWAITS_STATUS, missing, facts, checkpoint)
    if confirming is None:
        why = Why.AWAITS_WINDOW if checkpoint >= period_end else Why.AWAITS_CONFIRMATION
        missing = f"{in_force.value} reported {in_force.on}; no {rule.domain} status known on or after {known_from}"
        return pending(step.name, why, missing, facts, checkpoint, in_force.value)
    told = f"{in_force.value} reported {in_force.on}, in force on {checkpoint}"
    if in_force.value not in rule.qualifying:
        return refused(step.name, Why.STATUS_NOT_QUALIFYING, f"{told}, does not qualify", facts, checkpoint)
    if confirming is not in_force:
        told += f"; known again {confirming.on}"
    return achieved(step.name, checkpoint, told, facts, value=in_force.value)
