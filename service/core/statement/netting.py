"""What is payable and what is carried by each party, where negative balances are netted first (terms 6)."""

from collections.abc import Mapping
from typing import NamedTuple

from service.core.money import split


class Netted(NamedTuple):
    """By party in minor units: what it pays now (negative: what it is paid back), and what is carried to the next
    statement."""

    payable: dict[str, int]
    carried: dict[str, int]

    @property
    def payable_minor(self) -> int:
        """What is paid in all."""
        return sum(self.payable.values())

    @property
    def carried_minor(self) -> int:
        """What is carried in all, never positive."""
        return sum(self.carried.values())


def netted(balances: Mapping[str, int], *, is_final: bool = False) -> Netted:
    """Balances by party, made of what was carried and what is due now.

    A negative total is carried whole; at final settlement it is due from the investor. Else negative balances are set
    off against the positive ones by their size.
    """
    standing = {party: minor for party, minor in balances.items() if minor}
    total = sum(standing.values())
    if total < 0 and not is_final:
        return Netted({}, standing)
    sign = 1 if total > 0 else -1
    sharing = {party: sign * minor for party, minor in standing.items() if sign * minor > 0}
    if not total:
        return Netted({}, {})
    if all(sign * minor > 0 for minor in standing.values()):
        return Netted(standing, {})
    return Netted(dict(zip(sharing, split(total, list(sharing.values())), strict=True)), {})
