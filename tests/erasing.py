"""A contract's life in the core in which participants are erased, kept as the ledger keeps it, and verified."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from service.core import canonical
from service.core.evaluate.erased import LABELLED, Kept, names_of, place_of
from service.core.evaluate.erased_documents import erased_document, erased_from
from service.core.keeping import Issue, facts_about, kept_of, residue_of
from service.core.pipeline import Draft, Inputs, draft_statements
from service.core.statement import History, issued_of
from tests.book import AnyKey, Book


class Entry(NamedTuple):
    """An entry of a detail as it is stored; without a participant its content was erased."""

    kind: str
    participant: str | None
    item: bytes
    commitment: str


class Told(NamedTuple):
    """A statement as it was issued, with the entries of its detail as they are stored now."""

    number: str
    investor: str
    stored: bytes
    entries: list[Entry]


class Round(NamedTuple):
    """The statements of a period, closed at a sequence number."""

    label: str
    sequence: int
    statements: list[Told]


@dataclass
class ErasingBook(Book):
    """A book that erases; what is kept goes through bytes, as in the ledger."""

    rounds: list[Round] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    gone: int = 0

    @property
    def kept(self) -> Kept:
        """What is kept of everybody who was erased."""
        sealed = {
            told.number: {
                place: entry.commitment for place, entry in enumerate(told.entries, 1) if entry.participant is None
            }
            for one in self.rounds
            for told in one.statements
        }
        names = names_of(self.places)
        erased = (erased_from(canonical.from_bytes(kept), names[label]) for label, kept in self.documents.items())
        return Kept(tuple(erased), sealed)

    def told_before(self, turn: int) -> dict[str, History]:
        """The histories as they were before the statements of that turn."""
        names, histories = names_of(self.places), dict[str, History]()
        for told in (told for one in self.rounds[:turn] for told in one.statements):
            lines = [entry.item for entry in told.entries if entry.kind == "line"]
            history = histories.get(told.investor, History())
            histories[told.investor] = history.told(told.stored, lines, names)
        return histories

    def inputs_of(self, turn: int) -> Inputs:
        """What the statements of a turn are made from now."""
        n = self.rounds[turn].sequence
        issued = issued_of(self.told_before(turn))
        return Inputs(self.terms.known_at(n), tuple(self.facts), n, issued, self.inputs().books, self.kept)

    def inputs(self) -> Inputs:
        """Everything learned so far, and what is kept."""
        return replace(super().inputs(), kept=self.kept)

    def state(self, label: str) -> dict[str, Draft]:
        """Issue a period for all investors."""
        made = draft_statements(self.inputs(), self.period(label), self.told_before(len(self.rounds)), AnyKey())
        self.rounds.append(Round(label, self.sequence, [_told(draft) for draft in made]))
        self.sequence += len(made)
        return {draft.investor: draft for draft in made}

    def erase(self, participant: str) -> None:
        """Erase a participant."""
        self.gone += 1
        label = f"{LABELLED}{self.gone:08x}"
        others = {entry.fact.participant for entry in self.facts if entry.fact.participant} - {participant}
        after = place_of(participant, others, self.places)
        kept = kept_of(participant, participant, self._issues())
        for told in (told for one in self.rounds for told in one.statements):
            told.entries[:] = [_erased(entry, participant, label) for entry in told.entries]
        instead = after if kept is None else label
        self.places = {one: instead if place == participant else place for one, place in self.places.items()}
        if kept is not None:
            self.places[label] = after
            self.documents[label] = canonical.to_bytes(erased_document(kept))
        gone = facts_about(participant, self.facts)
        self.facts = [entry for entry in self.facts if entry not in gone]
        self.sequence += 1

    def _issues(self) -> list[Issue]:
        before = [0, *(one.sequence for one in self.rounds)]
        return [
            Issue(self.inputs_of(turn), self.period(one.label), before[turn]) for turn, one in enumerate(self.rounds)
        ]

    def proved(self) -> bool:
        """Whether every issued statement is made again to the byte, and its detail but for what was erased."""
        return all(self._is_proved(turn) for turn in range(len(self.rounds)))

    def _is_proved(self, turn: int) -> bool:
        one = self.rounds[turn]
        made = draft_statements(self.inputs_of(turn), self.period(one.label), self.told_before(turn), AnyKey())
        again = [_told(draft) for draft in made]
        return [(told.number, told.stored) for told in again] == [
            (told.number, told.stored) for told in one.statements
        ] and all(map(_same_entries, again, one.statements))


def _told(draft: Draft) -> Told:
    entries = [Entry(item.kind, item.participant, item.stored, item.commitment or "") for item in draft.items]
    return Told(draft.number, draft.investor, draft.stored, entries)


def _erased(entry: Entry, participant: str, label: str) -> Entry:
    if entry.participant != participant:
        return entry
    residue = residue_of(canonical.from_bytes(entry.item), label)
    return entry._replace(participant=None, item=canonical.to_bytes(residue))


def _same_entries(again: Told, stored: Told) -> bool:
    if len(again.entries) != len(stored.entries):
        return False
    return all(
        mine == theirs
        if theirs.participant is not None
        else (mine.kind, mine.commitment) == (theirs.kind, theirs.commitment)
        for mine, theirs in zip(again.entries, stored.entries, strict=True)
    )
