"""`absence`: nothing of certain kinds happened in a window, and every kind's source was checked to its end (P12)."""

from datetime import date, timedelta

from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Anchored, Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.events import Coverage, FactRef
from service.core.terms.rules import AbsenceRule

_DAY = timedelta(days=1)


def find(rule: AbsenceRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every window of the rule in this episode."""
    anchored = anchor_of(rule.anchor, timeline, episode)
    if anchored.on is None:
        return tuple(no_anchor(step, anchored) for step in rule.step_ids)
    return tuple(
        _judge(
            step,
            (rule.windows.after(anchored.on, turn), rule.windows.after(anchored.on, turn + 1)),
            (rule, timeline, anchored, episode),
            period_end,
        )
        for turn, step in enumerate(rule.step_ids)
    )


def _judge(
    step: str,
    window: tuple[date, date],
    known: tuple[AbsenceRule, Timeline, Anchored, Episode],
    period_end: date,
) -> Verdict:
    rule, timeline, anchored, episode = known
    start, end = window
    base = tuple(dict.fromkeys(ref for ref in (episode.start.ref, anchored.ref) if ref is not None))
    happened = [fact for kind in rule.kinds for fact in timeline.occurrences.get(kind, ()) if start <= fact.on < end]
    if happened:
        first = min(happened, key=lambda fact: (fact.on, fact.ref))
        told = f"{first.name} on {first.on}, in the window {start} to {end}"
        return refused(step, Why.OCCURRED, told, (*base, first.ref), end)
    checks = {kind: _covering(timeline.coverage_of(kind), start, end) for kind in rule.kinds}
    open_kinds = {kind: reached for kind, (reached, _) in checks.items() if reached < end}
    used = tuple(dict.fromkeys(fact.ref for _, facts in checks.values() for fact in facts))
    if open_kinds:
        why = Why.AWAITS_WINDOW if end > period_end else Why.AWAITS_COVERAGE
        return pending(step, why, _not_checked(open_kinds, start, end), (*base, *used), end)
    return achieved(step, end, _nothing_found(rule, checks, start, end), (*base, *used))


def _covering(checks: list[Coverage], start: date, end: date) -> tuple[date, list[Coverage]]:
    """How far from `start` the source is checked without a hole (not included), and by which checks."""
    reached = start
    used: list[Coverage] = []
    for check in sorted(checks, key=lambda check: (check.start, check.through, check.ref)):
        if check.start > reached or reached >= end:
            break
        if check.through >= reached:
            reached, used = check.through + _DAY, [*used, check]
    return reached, used


def _not_checked(open_kinds: dict[str, date], start: date, end: date) -> str:
    parts = [
        f"{kind} not checked at all" if reached == start else f"{kind} checked through {reached - _DAY} only"
        for kind, reached in open_kinds.items()
    ]
    return f"window {start} to {end}: {'; '.join(parts)}; needed through {end - _DAY}"


def _nothing_found(rule: AbsenceRule, checks: dict[str, tuple[date, list[Coverage]]], start: date, end: date) -> str:
    by_source: dict[tuple[str, date, date, FactRef], list[str]] = {}
    for kind, (_, facts) in checks.items():
        for fact in facts:
            source = fact.evidence.kind if fact.evidence else fact.source
            by_source.setdefault((source, fact.start, fact.through, fact.ref), []).append(kind)
    checked = "; ".join(f"{source} checked from {begin} through {through}" for source, begin, through, _ in by_source)
    return f"no {' or '.join(rule.kinds)} from {start} to {end}; {checked}"
