"""Priced lines in, allocations out: what each payer owes of a line, and each investor is due of each payer's part."""

from collections.abc import Iterable
from typing import NamedTuple

from service.core.money import split
from service.core.price import OutcomeKey, PricedLine
from service.core.terms import Metric, Terms
from service.core.terms.contract import whole_weights

_Parts = list[tuple[str, int, tuple[tuple[str, int], ...]]]


class LineKey(NamedTuple):
    """What identifies a statement line from statement to statement: the outcome and who owes it."""

    outcome: OutcomeKey
    payer: str


class Allocation(NamedTuple):
    """One payer's part of a priced line, and what of it is due to one investor; amounts in minor units."""

    key: LineKey
    line: PricedLine
    investor: str
    payer_minor: int
    due_minor: int


class Splitter:
    """Splits amounts by a contract's shares: payers first, then investors within each payer's part (terms 5)."""

    def __init__(self) -> None:
        self._payers: dict[tuple[int, str], tuple[tuple[str, ...], tuple[int, ...]]] = {}
        self._investors: dict[int, tuple[tuple[str, ...], tuple[int, ...]]] = {}
        self._parts: dict[tuple[int, str, int], _Parts] = {}

    def parts(self, terms: Terms, metric: Metric, amount_minor: int) -> _Parts:
        """(payer, its part, ((investor, what it is due of that part), ...)) in the contract's order."""
        key = (terms.version, metric.id, amount_minor)
        if key not in self._parts:
            self._parts[key] = self._split(terms, metric, amount_minor)
        return self._parts[key]

    def due_to(self, investor: str, terms: Terms, metric: Metric, amount_minor: int) -> int:
        """What the investor is due of the amount, whoever owes it."""
        parts = self.parts(terms, metric, amount_minor)
        return sum([due for _, _, dues in parts for party, due in dues if party == investor])

    def _split(self, terms: Terms, metric: Metric, amount_minor: int) -> _Parts:
        payer_key = (terms.version, metric.id)
        if payer_key not in self._payers:
            shares = terms.payers_of(metric)
            self._payers[payer_key] = (tuple(share.party for share in shares), whole_weights(shares))
        if terms.version not in self._investors:
            investors = terms.shares.investors
            self._investors[terms.version] = (tuple(share.party for share in investors), whole_weights(investors))
        payers, payer_weights = self._payers[payer_key]
        due_to, investor_weights = self._investors[terms.version]
        return [
            (payer, part, tuple(zip(due_to, split(part, investor_weights), strict=True)))
            for payer, part in zip(payers, split(amount_minor, payer_weights), strict=True)
        ]


def allocate(lines: Iterable[PricedLine]) -> tuple[Allocation, ...]:
    """Every line's parts by payer and investor; they sum to the line exactly."""
    splitter = Splitter()
    return tuple(
        Allocation(key, line, investor, part, due)
        for line in lines
        for payer, part, dues in splitter.parts(line.terms, line.metric, line.net_minor)
        for key in (LineKey(line.key, payer),)
        for investor, due in dues
    )
