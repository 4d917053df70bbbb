"""Which facts are effective: corrections act on the head of a chain, a retraction withdraws the whole of it."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from msgspec.structs import replace

from service.core.events.facts import FactRef
from service.core.events.kept import RecordedFact, Retraction

_SEQUENCE = attrgetter("sequence")


@dataclass(frozen=True, slots=True)
class EffectiveFacts:
    """The facts that count, in order of sequence, and what became of those that do not."""

    facts: tuple[RecordedFact, ...]
    replaced_by: dict[FactRef, FactRef]  # a fact without effect -> the correction or retraction that took it away


def effective_at(recorded: Iterable[RecordedFact], sequence: int | None = None) -> EffectiveFacts:
    """The facts effective at a sequence number (terms 1); all of them when it is None.

    Of several corrections of one chain the one with the highest sequence stands, whichever fact of the chain each
    names; a retraction anywhere in a chain withdraws it for good.
    """
    known = sorted(recorded, key=_SEQUENCE)
    if sequence is not None:
        known = known[: bisect_right(known, sequence, key=_SEQUENCE)]
    if all([entry.fact.replaces is None for entry in known]):
        return EffectiveFacts(tuple(known), {})
    by_ref = {entry.fact.ref: entry for entry in known}
    heads: dict[FactRef, RecordedFact] = {}
    withdrawn: dict[FactRef, RecordedFact] = {}
    root_of: dict[FactRef, FactRef] = {}
    corrected_by: dict[FactRef, FactRef] = {}
    for entry in known:
        root = _root(entry, by_ref, root_of)
        if isinstance(entry.fact, Retraction):
            withdrawn.setdefault(root, entry)
        else:
            heads[root] = _standing(entry, corrected_by)
    return EffectiveFacts(
        tuple(sorted((entry for root, entry in heads.items() if root not in withdrawn), key=_SEQUENCE)),
        _fates(known, root_of, heads, withdrawn),
    )


def _standing(entry: RecordedFact, corrected_by: dict[FactRef, FactRef]) -> RecordedFact:
    """The new head of a chain, with the earlier correction of the same fact that it overrules, if there is one."""
    target = entry.fact.target
    if target is None:
        return entry
    overrules = corrected_by.get(target)
    corrected_by[target] = entry.fact.ref
    return entry if overrules is None else replace(entry, overrules=overrules)


def _root(entry: RecordedFact, by_ref: dict[FactRef, RecordedFact], root_of: dict[FactRef, FactRef]) -> FactRef:
    """The first fact of the chain; targets are known before what names them, so one step back is enough."""
    ref, target = entry.fact.ref, entry.fact.target
    root_of[ref] = root_of.get(target, target) if target is not None and target in by_ref else ref
    return root_of[ref]


def _fates(
    known: list[RecordedFact],
    root_of: dict[FactRef, FactRef],
    heads: dict[FactRef, RecordedFact],
    withdrawn: dict[FactRef, RecordedFact],
) -> dict[FactRef, FactRef]:
    fates: dict[FactRef, FactRef] = {}
    for entry in known:
        ref = entry.fact.ref
        root = root_of[ref]
        if isinstance(entry.fact, Retraction):
            continue
        if root in withdrawn:
            fates[ref] = withdrawn[root].fact.ref
        elif heads[root].fact.ref != ref:
            fates[ref] = heads[root].fact.ref
    return fates
