"""Commands on statements: preview (also from files alone), issue, show, verify."""

from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.running import ACTOR, AsJson, answer_json, on_the_ledger, out, told
from service.cli.tables import explanation_panel, statement_table
from service.core import canonical
from service.core.pipeline import Draft
from service.storage.contract_files import contract_folder
from service.storage.rows import StatementRow
from service.workflows import details, statements
from service.workflows.from_files import preview_from_files
from service.workflows.ledger import Ledger
from service.workflows.verification import Verification, verify_statement

app = typer.Typer(help="Payment statements.", no_args_is_help=True)
ContractName = Annotated[str, typer.Argument(help="A contract in the ledger, or the folder of one.")]
PeriodLabel = Annotated[str, typer.Argument(help="As 2023, 2023-H1, 2023-Q4, 2023-12.")]
Investor = Annotated[str | None, typer.Option(help="Only this investor's statement.")]


@app.command()
def preview(
    contract: ContractName,
    period: PeriodLabel,
    events: Annotated[Path | None, typer.Option(help="A file of events, for a contract folder.", exists=True)] = None,
    investor: Investor = None,
    as_json: AsJson = False,
) -> None:
    """What issuing a period would issue. From a contract folder no server and no database is needed."""
    folder = Path(contract)
    drafts: tuple[Draft, ...]
    if folder.is_dir():
        drafts = told(lambda: preview_from_files(contract_folder(folder), events, period)).drafts
    else:
        drafts = on_the_ledger(lambda ledger: statements.preview_statements(ledger, contract, period)).drafts
    wanted = [draft for draft in drafts if investor in (None, draft.investor)]
    _show([canonical.from_bytes(draft.stored) for draft in wanted], as_json)


def _show(documents: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        answer_json(documents)
    else:
        for document in documents:
            out.print(statement_table(document))


@app.command()
def issue(contract: ContractName, period: PeriodLabel, as_json: AsJson = False) -> None:
    """Issue a period that has ended to every investor of the contract."""
    rows = on_the_ledger(lambda ledger: statements.issue_statements(ledger, contract, period, ACTOR))
    _show([canonical.from_bytes(row.document) for row in rows], as_json)


@app.command()
def show(
    statement: Annotated[str, typer.Argument(help="A statement's id, as dialog-mod-vold.2023.council.1.")],
    line: Annotated[int | None, typer.Option(help="Explain this entry of its detail.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an issued statement, or explain one entry of its detail."""
    if line is None:
        row: StatementRow = on_the_ledger(lambda ledger: statements.read_statement(ledger, statement))
        _show([canonical.from_bytes(row.document)], as_json)
        return
    told_line = on_the_ledger(lambda ledger: details.explain_entry(ledger, statement, line))
    if as_json:
        answer_json({"item": told_line.item, "explanation": told_line.explanation})
    else:
        out.print(explanation_panel(told_line.explanation["title"], told_line.explanation["paragraphs"]))


@app.command()
def verify(
    statement: Annotated[str | None, typer.Argument(help="A statement's id; without it every one is verified.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute issued statements and compare every byte. Exit code 1 when one does not hold."""

    async def work(ledger: Ledger) -> list[Verification]:
        ids = [statement] if statement else [row.id for row in await statements.find_statements(ledger)]
        return [await verify_statement(ledger, id) for id in ids]

    found = on_the_ledger(work)
    if as_json:
        answer_json([{"statement": one.statement, "match": one.holds, "checks": one.checks} for one in found])
    else:
        for one in found:
            failed = ", ".join(name for name, holds, _ in one.checks if not holds)
            out.print(f"{one.statement}: {'proved' if one.holds else f'DOES NOT HOLD ({failed})'}")
    raise typer.Exit(0 if all(one.holds for one in found) else 1)
