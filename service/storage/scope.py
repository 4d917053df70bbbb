"""Which rows a unit of work may see and write: made where a caller is authenticated, kept to by every statement."""

from collections.abc import Collection
from dataclasses import dataclass

# No contract is called so: what is asked of it finds nothing.
NO_CONTRACT = ""


class OutOfScope(RuntimeError):
    """A unit of work tried to write what its scope does not hold: a mistake of the ledger, never of a caller."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The contracts whose rows are there (None: all); of statements only those to `investor`, of events searched for
    only those of `source` (None: any); and whether rows about participants are there at all."""

    contracts: frozenset[str] | None
    investor: str | None = None
    source: str | None = None
    sees_participants: bool = False

    def admits(self, contract: str) -> bool:
        """Whether the contract's rows are there."""
        return self.contracts is None or contract in self.contracts

    def own(self, contract: str) -> str:
        """The contract's name, or the name of none where the scope does not admit it."""
        return contract if self.admits(contract) else NO_CONTRACT

    def own_people(self, contract: str) -> str:
        """The same for rows about participants."""
        return self.own(contract) if self.sees_participants else NO_CONTRACT

    def shows_statement(self, contract: str, investor: str) -> bool:
        """Whether a statement of the contract to the investor is there."""
        return self.admits(contract) and self.investor in (None, investor)

    def refuse_foreign(self, contracts: Collection[str]) -> None:
        """OutOfScope unless every one of these contracts is the scope's."""
        if self.contracts is not None and not self.contracts.issuperset(contracts):
            raise OutOfScope("rows of a contract outside the unit's scope")


EVERYTHING = Scope(None, sees_participants=True)  # the operator's, at the machine itself
NOTHING = Scope(frozenset())
