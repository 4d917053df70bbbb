"""A fund's portfolio from files alone: every contract it names, stated through the last year of accounts."""

from datetime import date
from pathlib import Path

from service.core import canonical
from service.core.errors import Fault, InvalidInput
from service.core.portfolio import ContractMoney, Fund, Portfolio, drawn_by_year, portfolio_of, stated_by_year
from service.storage.contract_files import contract_folder
from service.storage.portfolio_files import read_fund
from service.workflows.from_files import drafts_through, read_folder


def portfolio_from_files(file: Path) -> Portfolio:
    """The portfolio of a fund's file; its contracts are the folders beside it.

    InvalidInput where a file has faults or a contract has another currency, NotFound where a folder is missing.
    """
    fund = read_fund(file)
    named = [programme.contract for programme in fund.programmes if programme.contract is not None]
    return portfolio_of(fund, {contract: _money_of(fund, file.parent / contract) for contract in named})


def _money_of(fund: Fund, path: Path) -> ContractMoney:
    known = read_folder(contract_folder(path))
    if known.verdicts:
        faults = [fault for verdict in known.verdicts for fault in verdict.faults]
        raise InvalidInput(f"{len(known.verdicts)} events of {path.name} are not valid.", faults, "event-invalid")
    if known.terms.latest.currency != fund.currency:
        fault = Fault("/currency", "another-currency", f"{path.name} is not in the currency of the fund")
        raise InvalidInput("The contracts of a fund have its currency.", [fault])
    if fund.investor not in {share.party for share in known.terms.investors}:
        fault = Fault("/investor", "unknown-party", f"is no investor of {path.name}")
        raise InvalidInput("The fund is an investor of each of its contracts.", [fault])
    last = max((column.last_year for column in fund.columns if column.holds == "accounts"), default=None)
    stated = drafts_through(known, known.terms.period_of(date(last, 12, 31)), None) if last else ()
    own = [draft for drafts in stated for draft in drafts.drafts if draft.investor == fund.investor]
    documents = [canonical.from_bytes(draft.stored) for draft in own]
    return ContractMoney(drawn_by_year(known.terms, fund.investor), stated_by_year(documents))
