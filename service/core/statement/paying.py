"""When facts started and stopped to pay, as the lines of statements tell it.

A fact pays for a metric and step while an amount other than zero is stated as due for somebody and the line that stated
it last rests on the fact. So a correction stops the fact it replaces and starts itself, a limit that takes
the whole of a line stops its facts, and an amendment that only moves a price stops and starts nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from service.core import money
from service.core.allocate import LineKey
from service.core.events import FactRef
from service.core.statement.lines import key_of, refs_from_document

Turn = Literal["started", "stopped"]
_Group = tuple[str, str, str]  # metric, step, participant
_Use = tuple[str, str, FactRef]  # metric, step, fact


@dataclass(frozen=True, slots=True)
class PayingTurn:
    """A fact that started or stopped to pay for a step; `position` and `line_kind` are of the line that tells it."""

    fact: FactRef
    turn: Turn
    metric: str
    step: str
    position: int
    line_kind: str


@dataclass(slots=True)
class Paying:
    """Which facts pay, by one investor's statements, taken in the order in which they were issued."""

    _resting: dict[_Group, dict[LineKey, tuple[FactRef, ...]]] = field(default_factory=dict)
    _participants: Counter[_Use] = field(default_factory=Counter)

    def take(self, items: Iterable[Mapping[str, Any]], currency: str) -> tuple[PayingTurn, ...]:
        """The turns that a statement's detail items bring about, in the order of its lines."""
        by_group: dict[_Group, list[Mapping[str, Any]]] = {}
        for item in items:
            if item["item"] == "line":
                by_group.setdefault((item["metric"], item["step"], item["participant"]), []).append(item)
        by_fact: dict[_Use, list[PayingTurn]] = {}
        for group, lines in by_group.items():
            for turn in self._turns(group, lines, currency):
                by_fact.setdefault((turn.metric, turn.step, turn.fact), []).append(turn)
        return tuple(turn for use, turns in by_fact.items() for turn in self._first_or_last(use, turns))

    def _first_or_last(self, use: _Use, turns: list[PayingTurn]) -> Iterable[PayingTurn]:
        """The turn of a fact as a whole: a check of everybody starts with the first and stops with the last."""
        before = self._participants[use]
        after = before + sum(1 if turn.turn == "started" else -1 for turn in turns)
        self._participants[use] = after
        if (before == 0) != (after == 0):
            yield next(turn for turn in turns if turn.turn == ("started" if after else "stopped"))

    def _turns(self, group: _Group, lines: list[Mapping[str, Any]], currency: str) -> Iterable[PayingTurn]:
        resting = self._resting.setdefault(group, {})
        before = _facts(resting)
        for line in lines:
            due = money.from_text(line["due"], currency)
            resting[key_of(line)] = refs_from_document(line["facts"]) if due else ()
        after = _facts(resting)
        yield from (_turn(fact, "stopped", lines) for fact in before if fact not in after)
        yield from (_turn(fact, "started", lines) for fact in after if fact not in before)


def _facts(resting: Mapping[LineKey, tuple[FactRef, ...]]) -> dict[FactRef, None]:
    return dict.fromkeys(fact for facts in resting.values() for fact in facts)


def _turn(fact: FactRef, turn: Turn, lines: list[Mapping[str, Any]]) -> PayingTurn:
    naming = (line for line in lines if fact in refs_from_document(line["facts"]))
    line = next(naming, lines[0])
    return PayingTurn(fact, turn, line["metric"], line["step"], line["position"], line["kind"])
