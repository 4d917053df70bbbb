"""Who takes part in a contract, and how amounts are shared among them; vocabulary only."""

from decimal import Decimal
from functools import lru_cache
from math import lcm
from typing import Annotated, Literal

from pydantic import Field

from service.core.terms.words import Amount, Factor, Frozen, Title, Word

Role = Literal["investor", "outcome_payer", "service_provider", "guarantor", "verifier"]


class Party(Frozen):
    """An organisation and what it is in this contract."""

    name: Title
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


class PayerShare(Frozen):
    """The weight with which an outcome payer carries an outcome."""

    party: Word
    weight: Factor


class InvestorShare(Frozen):
    """The weight with which an investor is due an outcome, and the capital it has committed."""

    party: Word
    weight: Factor
    committed: Amount | None = None


PayerShares = Annotated[tuple[PayerShare, ...], Field(min_length=1)]
InvestorShares = Annotated[tuple[InvestorShare, ...], Field(min_length=1)]


@lru_cache(maxsize=1024)
def whole_weights(shares: tuple[PayerShare, ...] | tuple[InvestorShare, ...]) -> tuple[int, ...]:
    """The weights in the same proportion as whole numbers, in the order of the list."""
    ratios = [Decimal(share.weight).as_integer_ratio() for share in shares]
    scale = lcm(*(denominator for _, denominator in ratios))
    return tuple(numerator * scale // denominator for numerator, denominator in ratios)


class Tranche(Frozen):
    """A class of capital that is served before the next one, up to its cap; the last tranche needs none."""

    id: Word
    investors: InvestorShares
    cap: Amount | None = None


class ReturnCap(Frozen):
    """The most one investor is due in all; what lies above it goes to `beyond`, or stays with the payers."""

    party: Word
    amount: Amount
    beyond: Word | None = None


class Shares(Frozen):
    """Who owes and who is due. Lists, because their order decides who gets an odd minor unit.

    Investors share by weight; `by = "drawn"` by the capital each has drawn when a line is first stated; `tranches` one
    after the other. A provider that is paid for outcomes stands among the investors.
    """

    payers: PayerShares
    investors: InvestorShares
    by: Literal["weight", "drawn", "tranches"] = "weight"
    tranches: tuple[Tranche, ...] = ()
    return_caps: tuple[ReturnCap, ...] = ()
