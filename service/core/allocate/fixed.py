"""Fixed shares: what each investor is due of each payer's part, by the weights the contract lists."""

from msgspec import Struct

from service.core.allocate.keys import LineKey
from service.core.issued import Piece
from service.core.money import split
from service.core.price import PricedLine
from service.core.terms import Terms
from service.core.terms.parties import whole_weights

Dues = tuple[tuple[str, int], ...]


class Allocation(Struct, frozen=True, gc=False):
    """One payer's part of a priced line, and what of it is due to one investor; amounts in minor units.

    `pieces` are what this statement adds and takes back, where shares are decided when a line is stated.
    """

    key: LineKey
    line: PricedLine
    investor: str
    payer_minor: int
    due_minor: int
    pieces: tuple[Piece, ...] = ()


class InvestorSplitter:
    """Splits payers' parts by the investors' shares; what was split once is remembered for as long as this lives."""

    def __init__(self) -> None:
        self._investors: dict[int, tuple[tuple[str, ...], tuple[int, ...]]] = {}
        self._dues: dict[tuple[int, int], Dues] = {}

    def dues(self, terms: Terms, part_minor: int) -> Dues:
        """(investor, what it is due of a payer's part in minor units) in the contract's order."""
        key = (terms.version, part_minor)
        if key not in self._dues:
            investors, weights = self._of(terms)
            self._dues[key] = tuple(zip(investors, split(part_minor, weights), strict=True))
        return self._dues[key]

    def _of(self, terms: Terms) -> tuple[tuple[str, ...], tuple[int, ...]]:
        if terms.version not in self._investors:
            shares = terms.shares.investors
            self._investors[terms.version] = (tuple(share.party for share in shares), whole_weights(shares))
        return self._investors[terms.version]
