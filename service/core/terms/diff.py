"""What an amendment changes, in sentences: what is said newly, no longer, or otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.core.terms.contract import Terms
from service.core.terms.describe import Clause, describe


@dataclass(frozen=True, slots=True)
class Change:
    """One change of what a contract says; `before` or `after` is empty where nothing was or is said of it."""

    clause: str
    about: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """The change in words."""
        if not self.before:
            return f"New, {self.clause}, {self.about}: {self.after}"
        if not self.after:
            return f"No longer, {self.clause}, {self.about}: {self.before}"
        return f"Changed, {self.clause}, {self.about}: {self.before} Now: {self.after}"


def changes_between(old: Terms, new: Terms) -> tuple[Change, ...]:
    """Every sentence that differs between two versions, in the order of the new one; what is gone stands at the end."""
    before, after = _by_subject(describe(old)), _by_subject(describe(new))
    changed = [
        Change(*subject, before.get(subject, ""), told)
        for subject, told in after.items()
        if before.get(subject) != told
    ]
    gone = [Change(*subject, told, "") for subject, told in before.items() if subject not in after]
    return (*changed, *gone, *_moved(old, new))


def _by_subject(clauses: tuple[Clause, ...]) -> Mapping[tuple[str, str], str]:
    said: dict[tuple[str, str], str] = {}
    for clause in clauses:
        said[clause.about, "heading"] = clause.heading
        for told in clause.told:
            subject = (clause.about, told.about)
            said[subject] = f"{said[subject]} {told.sentence}" if subject in said else told.sentence
    return said


def _moved(old: Terms, new: Terms) -> Iterator[Change]:
    """The order of metrics decides who fills a limit first among outcomes of one day."""
    before = [metric.id for metric in old.metrics if new.metric(metric.id) is not None]
    after = [metric.id for metric in new.metrics if old.metric(metric.id) is not None]
    if before != after:
        yield Change("contract", "order of metrics", f"{', '.join(before)}.", f"{', '.join(after)}.")
