"""The layers in which a payer's part of a line was given to investors, and how a decrease takes back the latest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from service.core.allocate.keys import LineKey, key_of_issued
from service.core.issued import IssuedLine, Piece
from service.core.money import split

Given = tuple[tuple[str, int], ...]  # investor, minor units
ListedIn = Callable[[str], Sequence[str]]  # by what gave a layer: those who share in it, as the contract lists them


class Layer(NamedTuple):
    """What was given in one go, by one rule of the shares."""

    given_by: str
    parts: Given


class Change(NamedTuple):
    """What a statement adds to a layer of a line for one investor, or takes back from it."""

    investor: str
    piece: Piece


@dataclass(slots=True)
class Standing:
    """A line as the issued statements leave it; `part_minor` beyond what the layers hold stayed with the payer."""

    part_minor: int = 0
    layers: dict[int, tuple[str, dict[str, int]]] = field(default_factory=dict)

    @property
    def by_investor(self) -> dict[str, int]:
        """What is stated of the line, in minor units."""
        sums: dict[str, int] = {}
        for _, parts in self.layers.values():
            for investor, minor in parts.items():
                sums[investor] = sums.get(investor, 0) + minor
        return sums

    @property
    def kept_minor(self) -> int:
        """What no investor was given of the payer's part."""
        return self.part_minor - sum(self.by_investor.values())

    def take(self, line: IssuedLine) -> None:
        """Count an issued line in; a reversal took back whatever its investor was given."""
        self.part_minor = line.part_minor
        if line.is_reversal:
            for _, parts in self.layers.values():
                parts.pop(line.investor, None)
        for piece in line.pieces:
            _, parts = self.layers.setdefault(piece.layer, (piece.given_by, {}))
            parts[line.investor] = parts.get(line.investor, 0) + piece.minor


def standing_lines(issued: Iterable[IssuedLine]) -> dict[LineKey, Standing]:
    """Every line that was issued, by its key."""
    standing: dict[LineKey, Standing] = {}
    for line in issued:
        standing.setdefault(key_of_issued(line), Standing()).take(line)
    return standing


def unwound(standing: Standing, change_minor: int, listed_in: ListedIn) -> tuple[list[Change], int]:
    """Take back a change against the sign of what stands: what stayed with the payer first, then the latest layer.

    Within a layer by what each was given of it, as split(new) - split(old), in the order in which the terms list those
    who share in what gave it. Returns the changes and what is left of the change when nothing stands any more.
    """
    left = change_minor - _opposite(standing.kept_minor, change_minor)
    changes: list[Change] = []
    for number in sorted(standing.layers, reverse=True):
        given_by, parts = standing.layers[number]
        places = {party: place for place, party in enumerate(listed_in(given_by))}
        in_order = sorted(parts.items(), key=lambda part: places.get(part[0], len(places)))
        held = {investor: minor for investor, minor in in_order if minor}
        taken = _opposite(sum(held.values()), left)
        if taken:
            left -= taken
            after = split(sum(held.values()) + taken, [abs(minor) for minor in held.values()])
            for (investor, before), now in zip(held.items(), after, strict=True):
                if now != before:
                    changes.append(Change(investor, Piece(number, given_by, now - before)))
    return changes, left


def _opposite(standing_minor: int, change_minor: int) -> int:
    """The part of a change that only takes back what stands."""
    if standing_minor > 0 > change_minor:
        return max(change_minor, -standing_minor)
    if standing_minor < 0 < change_minor:
        return min(change_minor, -standing_minor)
    return 0


def given(standing: Standing, layers: Iterable[Layer]) -> list[Change]:
    """New layers on top of those that stand."""
    first = max(standing.layers, default=0) + 1
    return [
        Change(investor, Piece(number, layer.given_by, minor))
        for number, layer in enumerate(layers, start=first)
        for investor, minor in layer.parts
        if minor
    ]


def carried(standing: Standing, changes: Iterable[Change]) -> list[Change]:
    """What stands of a line and its changes as pieces of the line that takes its place."""
    held = {
        (number, name, who): minor for number, (name, parts) in standing.layers.items() for who, minor in parts.items()
    }
    for investor, piece in changes:
        place = (piece.layer, piece.given_by, investor)
        held[place] = held.get(place, 0) + piece.minor
    return [Change(investor, Piece(number, name, minor)) for (number, name, investor), minor in held.items() if minor]
