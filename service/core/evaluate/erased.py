"""Erased participants: the findings kept of each in the place of its facts, as of every issued n (terms 1).

In calculations an erased participant bears a name that sorts behind whom it stood behind when it was erased and ends
with its label. A label holds a space, which no posted name may hold: it is never taken for a participant.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from service.core.evaluate.cohorts import EVERYBODY, KeptMember
from service.core.evaluate.finding import Finding, Why
from service.core.events import RecordedFact
from service.core.terms import TermsTimeline

LABELLED = "erased "
_BEHIND = "\x01"  # sorts before every character of a name
_STANDS = "stated before the participant was erased"
_GONE = "the participant was erased; what was not stated by then is not paid"


def is_erased(participant: str) -> bool:
    """Whether the name or the label is that of an erased participant."""
    return " " in participant


def label_of(participant: str) -> str:
    """The participant as documents name it: an erased one by its label."""
    return participant.rpartition(_BEHIND)[2]


def names_of(places: Mapping[str, str]) -> dict[str, str]:
    """By label, the name of each erased participant; `places` are by label whom it stands right behind: a participant,
    another label, or "" for nobody."""
    behind = {after: label for label, after in places.items()}
    names = {}
    for first in (after for after in behind if after not in places):
        label, rank = behind[first], 0
        while label is not None:
            names[label] = f"{first}{_BEHIND}{rank:08}{_BEHIND}{label}"
            label, rank = behind.get(label), rank + 1  # type: ignore[assignment]
    return names


def place_of(participant: str, others: Iterable[str], places: Mapping[str, str]) -> str:
    """Whom a participant stands right behind: one of the others, or the label of one who was erased; "" for nobody."""
    standing = [*others, *names_of(places).values()]
    return label_of(max((name for name in standing if name < participant), default=""))


class AsOf(NamedTuple):
    """What was found at one issued n under so many terms versions: of the participant, and of the groups it was in.

    `end` is the end (not included) of the period that was stated, `enrolled` the declared cohorts (version, cohort) it
    was counted in ("everybody" among them), `members` what it counted for where the share of a cohort is judged.
    """

    through: int
    versions: int
    end: date
    findings: tuple[Finding, ...]
    groups: tuple[Finding, ...]
    enrolled: tuple[tuple[int, str], ...]
    members: tuple[KeptMember, ...]


class Erased(NamedTuple):
    """An erased participant: its name in calculations, what is left of its facts, and its findings, oldest first.

    Of a fact is left that there was one: its identity, its sequence number, what it replaced, and whether it was an
    enrolment; this is what the causes of lines about others rest on.
    """

    name: str
    facts: tuple[RecordedFact, ...]
    as_of: tuple[AsOf, ...]


class _Taken(NamedTuple):
    """The findings of one erased participant that count, and whether the ledger has gone on since."""

    of: Erased
    as_of: AsOf
    is_over: bool


@dataclass(frozen=True, slots=True)
class KeptThen:
    """What counts of all erased participants at a sequence number."""

    taken: tuple[_Taken, ...] = ()
    sequence: int = 0

    @property
    def findings(self) -> list[Finding]:
        """Their own, in the order of their names; once the ledger has gone on, only what was stated still stands."""
        return [
            (_later(finding, as_of.end) if is_over else finding)._replace(participant=erased.name)
            for erased, as_of, is_over in self.taken
            for finding in as_of.findings
        ]

    @property
    def all_groups(self) -> tuple[Finding, ...] | None:
        """The findings of all groups where they were kept at this very n; None where groups are judged."""
        found = [as_of.groups for _, as_of, _ in self.taken if as_of.through == self.sequence]
        return found[0] if found else None

    def settled_groups(self, shares: Container[str], means: Container[str]) -> dict[tuple[str, str], Finding]:
        """By metric and step, the findings of cohorts that stand as they were before somebody was erased: what was
        stated, and of a mean also what was refused, because the erased measurements cannot be counted again."""
        last = max((as_of for _, as_of, _ in self.taken), key=lambda one: one.through, default=None)
        return {
            (one.metric, one.step): one
            for one in (last.groups if last is not None else ())
            if (last is not None and (_is_stated(one, last.end) and (one.metric in shares or one.metric in means)))
            or (one.state == "refused" and one.metric in means)
        }

    @property
    def members(self) -> tuple[tuple[KeptMember, ...], ...]:
        """For each of them who was enrolled, what it counts for in cohorts whose share is still judged."""
        enrolled = [as_of for _, as_of, _ in self.taken if any(cohort == EVERYBODY for _, cohort in as_of.enrolled)]
        return tuple(as_of.members for as_of in enrolled)

    def added_to(self, counts: Mapping[tuple[int, str], int], terms: TermsTimeline) -> dict[tuple[int, str], int]:
        """The enrolled by version and cohort with the erased among them; of a version that came since, by the latest
        that declares the cohort and was known then."""
        added = dict(counts)
        for _, as_of, _ in self.taken:
            for version in terms.versions:
                mine = _cohorts_by(as_of, terms, version.terms.version)
                for cohort in mine:
                    if (version.terms.version, cohort) in added:
                        added[version.terms.version, cohort] += 1
        return added


def _cohorts_by(as_of: AsOf, terms: TermsTimeline, version: int) -> set[str]:
    """The cohorts it was counted in as a version sees it."""
    known = sorted(terms.versions, key=lambda one: one.sequence)[: as_of.versions]
    numbers = [one.terms.version for one in known]
    if version not in numbers:
        version = numbers[-1]
    return {cohort for number, cohort in as_of.enrolled if number == version}


def _is_stated(finding: Finding, end: date) -> bool:
    return finding.state == "achieved" and finding.achieved_on < end


def _later(finding: Finding, end: date) -> Finding:
    if _is_stated(finding, end):
        return finding._replace(sentence=_STANDS)
    return finding._replace(state="refused", why=Why.ERASED, sentence=_GONE)


@dataclass(frozen=True)
class Kept:
    """What is kept of everybody who was erased, as an input of calculations.

    `sealed` are the commitments, by statement number and position, of detail entries whose content was erased.
    """

    erased: tuple[Erased, ...] = ()
    sealed: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """By label, the name in calculations."""
        return {label_of(one.name): one.name for one in self.erased}

    @cached_property
    def facts(self) -> tuple[RecordedFact, ...]:
        """What is left of their facts."""
        return tuple(fact for one in self.erased for fact in one.facts)

    def then(self, sequence: int, terms: TermsTimeline) -> KeptThen:
        """What counts of it at a sequence number under the terms known: what was kept of the last n issued by then."""
        taken = []
        for one in sorted(self.erased, key=lambda erased: erased.name):
            known = [as_of for as_of in one.as_of if as_of.through <= sequence]
            if known:
                as_of = max(known, key=lambda kept: (kept.through, _fits(kept, sequence, terms), kept.versions))
                is_over = as_of.through == one.as_of[-1].through < sequence
                taken.append(_Taken(one, as_of, is_over))
        return KeptThen(tuple(taken), sequence)


def _fits(as_of: AsOf, sequence: int, terms: TermsTimeline) -> bool:
    """At an issued n the terms decide which of its findings count; later the newest terms known then do."""
    return as_of.through == sequence and as_of.versions == len(terms.versions)


NOTHING_KEPT = Kept()
NOBODY_ERASED = KeptThen()


def in_place(findings: Iterable[Finding], kept: KeptThen) -> list[Finding]:
    """The findings of everybody by name, those of the erased among them."""
    mine = kept.findings
    return sorted([*findings, *mine], key=lambda one: one.participant) if mine else list(findings)
