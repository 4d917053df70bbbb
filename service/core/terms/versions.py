"""The versions of a contract's terms over time: which one is in force on a date, and in what range."""

from dataclasses import dataclass
from datetime import date

from service.core.period import Period, next_period, period_containing, period_named
from service.core.terms.contract import Terms
from service.core.terms.parties import InvestorShare


@dataclass(frozen=True, slots=True)
class TermsVersion:
    """One version as the ledger knows it: the terms, the digest of the file, the sequence it was learned at."""

    terms: Terms
    sha256: str
    sequence: int


@dataclass(frozen=True, slots=True)
class TermsTimeline:
    """All versions known, in order of `effective_from`; never empty."""

    versions: tuple[TermsVersion, ...]

    @classmethod
    def of(cls, versions: tuple[TermsVersion, ...]) -> "TermsTimeline":
        """The versions put in order of their first day."""
        return cls(tuple(sorted(versions, key=lambda version: version.terms.effective_from)))

    def known_at(self, sequence: int) -> "TermsTimeline":
        """The versions the ledger had learned by that sequence number."""
        return TermsTimeline(tuple(version for version in self.versions if version.sequence <= sequence))

    @property
    def latest(self) -> Terms:
        """The version with the latest first day."""
        return self.versions[-1].terms

    @property
    def begins(self) -> date:
        """The contract's first day."""
        return self.versions[0].terms.effective_from

    def in_force(self, day: date) -> Terms:
        """The version in force on the date; the first one for a date before all of them."""
        started = [version.terms for version in self.versions if version.terms.effective_from <= day]
        return started[-1] if started else self.versions[0].terms

    def range_of(self, terms: Terms) -> tuple[date, date | None]:
        """From when until when (not included; None is open) the version governs."""
        later = [
            version.terms.effective_from
            for version in self.versions
            if version.terms.effective_from > terms.effective_from
        ]
        return terms.effective_from, min(later, default=None)

    @property
    def investors(self) -> tuple[InvestorShare, ...]:
        """Every investor of any version, in the order in which they first appear."""
        first = {share.party: share for version in reversed(self.versions) for share in version.terms.shares.investors}
        order = dict.fromkeys(share.party for v in self.versions for share in v.terms.shares.investors)
        return tuple(first[party] for party in order)

    @property
    def counts_cohorts(self) -> bool:
        """Whether any price depends on how many participants are enrolled."""
        metrics = (metric for version in self.versions for metric in version.terms.metrics)
        return any(metric.deadweight is not None and metric.deadweight.expected_rate is not None for metric in metrics)

    def first_period(self) -> Period:
        """The first period that is stated."""
        latest = self.latest
        if latest.first_statement_period is not None:
            return period_named(latest.first_statement_period, latest.periods)
        return period_containing(self.versions[0].terms.effective_from, latest.periods)

    def period_after(self, label: str | None) -> Period:
        """The period to be stated after the one of that name, or the first one."""
        if label is None:
            return self.first_period()
        return next_period(period_named(label, self.latest.periods), self.latest.periods)

    def period_of(self, day: date) -> Period:
        """The period in which an outcome of that date lies."""
        return period_containing(day, self.latest.periods)
