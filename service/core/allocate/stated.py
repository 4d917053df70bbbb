"""Lines whose shares are decided when they are first stated, and stand from then on (terms 5).

What was issued is an input: an increase of a line is given like a new line, a decrease takes back the latest layer
first. Decreases come before increases, so that the room they give back is there; else the order is that of statements.
"""

from collections.abc import Iterable, Mapping

from service.core.allocate.capital import capital_drawn
from service.core.allocate.fixed import Allocation
from service.core.allocate.keys import LineKey, LineOrder
from service.core.allocate.layers import Change, Standing, carried, given, standing_lines, unwound
from service.core.allocate.serving import Totals, listed, serve
from service.core.issued import Issued, Piece
from service.core.price import Circumstances, PricedLine
from service.core.terms import Terms, TermsTimeline

_Parts = Mapping[LineKey, tuple[PricedLine, int]]


def is_decided_when_stated(terms: Terms) -> bool:
    """Whether the shares of a version's lines depend on what was stated before."""
    return terms.shares.by != "weight" or bool(terms.shares.return_caps)


def decide(
    lines: Iterable[PricedLine], fixed: Iterable[Allocation], terms: TermsTimeline, circumstances: Circumstances
) -> tuple[Allocation, ...]:
    """The allocations of these lines, those only that lie before the period's end: later ones are not decided yet.

    `fixed` are the allocations of all other lines; what they state counts towards return caps.
    """
    end = circumstances.period.end
    parts = {
        LineKey(line.key, payer): (line, part)
        for line in lines
        if line.finding.achieved_on < end
        for payer, part in line.parts
    }
    decider = _Decider(terms, circumstances, fixed)
    changes = decider.changes(parts)
    return tuple(
        allocation
        for key, (line, part) in parts.items()
        for allocation in _allocations(key, line, part, decider.standing.get(key, Standing()), changes.get(key, []))
    )


class _Decider:
    """Gives and takes back, line by line, from what the issued statements leave standing."""

    def __init__(self, terms: TermsTimeline, circumstances: Circumstances, fixed: Iterable[Allocation]) -> None:
        end = circumstances.period.end
        self._terms, self._drawn = terms, capital_drawn(terms, end, circumstances.books)
        self._decided = {version.terms.version: version.terms for version in terms.versions}
        self.standing = standing_of(terms, circumstances.issued)
        self._totals = Totals()
        for allocation in fixed:
            if allocation.key.outcome.achieved_on < end:
                self._totals.add(allocation.investor, "", allocation.due_minor)
        for standing in self.standing.values():
            for given_by, held in standing.layers.values():
                for investor, minor in held.items():
                    self._totals.add(investor, given_by, minor)

    def changes(self, parts: _Parts) -> dict[LineKey, list[Change]]:
        """What each line is given or gives back by this statement, decreases first."""
        differences = {
            key: (parts[key][1] if key in parts else 0) - self.standing.get(key, Standing()).part_minor
            for key in sorted({**self.standing, **parts}, key=LineOrder(self._terms).of)
        }
        moved = self._moved(parts)
        for key, old in moved.items():
            differences[key] += differences.pop(old)
        in_turn = sorted(differences, key=lambda key: differences[key] > 0)
        changes = {}
        for key in in_turn:
            standing = self.standing.get(moved.get(key, key), Standing())
            changes[key] = self._change(key, standing, differences[key]) if differences[key] else []
            if key in moved:
                changes[key] = carried(standing, changes[key])
        return changes

    def _moved(self, parts: _Parts) -> dict[LineKey, LineKey]:
        """Lines whose outcome was stated before under another version with the same shares, or on another date, by
        the key that is gone: how they were shared stays."""
        gone = {
            _outcome_of(key): key for key, standing in self.standing.items() if key not in parts and standing.part_minor
        }
        moved = {}
        for key in sorted(parts, key=LineOrder(self._terms).of):
            old = gone.get(_outcome_of(key)) if key not in self.standing else None
            if (
                old is not None
                and self._is_shared_alike(old, key)
                and self.standing[old].part_minor * parts[key][1] > 0
            ):
                moved[key] = gone.pop(_outcome_of(key))
        return moved

    def _is_shared_alike(self, old: LineKey, key: LineKey) -> bool:
        return self._decided[old.outcome.version].shares == self._decided[key.outcome.version].shares

    def _change(self, key: LineKey, standing: Standing, difference_minor: int) -> list[Change]:
        governing = self._decided[key.outcome.version]
        changes, left = unwound(standing, difference_minor, lambda given_by: listed(governing, given_by))
        for investor, piece in changes:
            self._totals.add(investor, piece.given_by, piece.minor)
        if left:
            changes += given(standing, serve(governing, left, self._drawn, self._totals))
        return changes


def _outcome_of(key: LineKey) -> tuple[str, str, str, str]:
    return (key.outcome.metric, key.outcome.step, key.outcome.participant, key.payer)


def standing_of(terms: TermsTimeline, issued: Issued) -> dict[LineKey, Standing]:
    """The issued lines of those versions whose shares are decided when they are stated."""
    decided = {version.terms.version for version in terms.versions if is_decided_when_stated(version.terms)}
    if not decided:
        return {}
    return standing_lines(line for line in issued.lines if line.version in decided)


def _allocations(
    key: LineKey, line: PricedLine, part: int, standing: Standing, changes: Iterable[Change]
) -> Iterable[Allocation]:
    before = standing.by_investor
    pieces: dict[str, list[Piece]] = {}
    for change in changes:
        pieces.setdefault(change.investor, []).append(change.piece)
    investors = [share.party for share in line.terms.shares.investors]
    for investor in dict.fromkeys([*investors, *before, *pieces]):
        added = tuple(pieces.get(investor, ()))
        due = before.get(investor, 0) + sum(piece.minor for piece in added)
        yield Allocation(key, line, investor, part, due, added)
