"""Whether positions are what the postings sum to: nothing stands in a position that the accounts do not hold."""

from collections.abc import Iterator, Mapping

from service.core.life.contract_life import ContractLife
from service.core.life.owed import counted
from service.core.life.positions import ContractPosition
from service.core.post import receivable_of


def out_of_balance(position: ContractPosition, life: ContractLife, balances: Mapping[str, int]) -> tuple[str, ...]:
    """What does not hold, in sentences; empty where everything does.

    `balances` are the sums of all postings dated up to the position's day, by account, in minor units.
    """
    held: dict[str, int] = {}
    for account, minor in balances.items():
        held[_owing(account)] = held.get(_owing(account), 0) + minor
    wanted: dict[str, int] = {}
    for account, minor in _wanted(position):
        wanted[account] = wanted.get(account, 0) + minor
    wrong = [
        f"{account}: postings sum to {held.get(account, 0)}, the position says {wanted.get(account, 0)}"
        for account in {**wanted, **held}
        if held.get(account, 0) != wanted.get(account, 0)
    ]
    return (*wrong, *_carried_otherwise(position, life))


def _owing(account: str) -> str:
    """What a party owes as payer and as guarantor counts together: it pays without saying as which."""
    return f"payer:{account.removeprefix('guarantor:')}" if account.startswith("guarantor:") else account


def _wanted(position: ContractPosition) -> Iterator[tuple[str, int]]:
    """What each account has to hold by the position, in parts."""
    for one in position.investors:
        owed, drawn = one.owed, one.capital.drawn_minor if one.capital else 0
        yield receivable_of(position.terms, one.party), owed.outstanding_minor + owed.carried_minor
        yield f"investor:{one.party}:capital", drawn
        yield f"cash:{one.party}", owed.paid_minor - drawn
    for one in position.payers:
        yield f"payer:{one.party}:due", -(one.owed.outstanding_minor + one.owed.carried_minor)
        yield f"cash:{one.party}", -one.owed.paid_minor


def _carried_otherwise(position: ContractPosition, life: ContractLife) -> Iterator[str]:
    """What an investor carries is what its last statement carries forward."""
    for one in position.investors:
        own = [statement for statement in counted(life, position.on) if statement.investor == one.party]
        carried = own[-1].carried_forward_minor if own else 0
        if one.owed.carried_minor != carried:
            yield f"{one.party}: carried is {one.owed.carried_minor}, the last statement carries {carried}"
