"""What a statement moves: who owes the investor by its lines, on which accounts, and what is payable once netted."""

from collections.abc import Iterable, Mapping

from service.core.statement.beside import Beside, BesideLine
from service.core.statement.lines import StatementLine
from service.core.statement.netting import Netted, netted
from service.core.statement.prior import Prior


def due_by_party(lines: Iterable[StatementLine], beside: Beside) -> dict[str, int]:
    """What each payer, and at final settlement the guarantor, owes the investor by these lines, in minor units."""
    due: dict[str, int] = {}
    for party, minor in (*((line.key.payer, line.amount_minor) for line in lines), *_moved(beside.lines)):
        due[party] = due.get(party, 0) + minor
    return due


def _moved(lines: Iterable[BesideLine]) -> Iterable[tuple[str, int]]:
    return ((line.party, line.minor) for line in lines)


def accounts_moved(lines: Iterable[StatementLine], beside: Beside) -> dict[str, int]:
    """The same by account: payers' and the guarantor's stand apart, also where one party is both."""
    paid = Beside(tuple(line for line in beside.lines if line.kind != "guarantee"))
    moved = {f"payer:{party}:due": minor for party, minor in due_by_party(lines, paid).items()}
    guaranteed = ((line.party, line.minor) for line in beside.lines if line.kind == "guarantee")
    return moved | {f"guarantor:{party}:due": minor for party, minor in guaranteed}


def balances_of(prior: Prior | None, lines: Iterable[StatementLine], beside: Beside) -> dict[str, int]:
    """By payer, what was carried to this statement and what it adds; a guarantee is set off against nothing."""
    paid = Beside(tuple(line for line in beside.lines if line.kind != "guarantee"))
    balances = dict(prior.carried_by_party) if prior else {}
    for party, minor in due_by_party(lines, paid).items():
        balances[party] = balances.get(party, 0) + minor
    return balances


def settle_up(prior: Prior | None, lines: Iterable[StatementLine], beside: Beside) -> Netted:
    """What each party pays by this statement and what is carried to the next, negative balances netted first."""
    due = netted(balances_of(prior, lines, beside), is_final=beside.closing is not None)
    payable: Mapping[str, int] = due.payable
    for line in beside.lines:
        if line.kind == "guarantee":
            payable = {**payable, line.party: payable.get(line.party, 0) + line.minor}
    return Netted(dict(payable), due.carried)
