"""Commands on statements: preview (also from files alone), close a period, approve, show, verify."""

from dataclasses import asdict
from pathlib import Path
from shutil import copyfileobj
from typing import Annotated, Any, Literal

import typer

from service.cli.files import AsForm, ToFile, write_file
from service.cli.recording import record
from service.cli.running import ACTOR, AsJson, answer_json, on_the_ledger, out, stop, told
from service.cli.statement_changes import changes
from service.cli.tables import closed_table, explanation_panel, statement_table
from service.core import canonical
from service.core.pipeline import Draft
from service.render.statement_sheets import statement_workbook
from service.storage.contract_files import contract_folder
from service.storage.rows import IssuedDocument
from service.workflows import bundles, details, statements
from service.workflows.closing import close_period
from service.workflows.drafting import preview_statements
from service.workflows.from_files import preview_from_files
from service.workflows.ledger import Ledger
from service.workflows.rounds import approve_round
from service.workflows.verification import Verification, verify_statement

app = typer.Typer(help="Payment statements.", no_args_is_help=True)
app.command()(changes)
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
        drafts = on_the_ledger(lambda ledger: preview_statements(ledger, contract, period)).drafts
    wanted = [draft for draft in drafts if investor in (None, draft.investor)]
    _show([canonical.from_bytes(draft.stored) for draft in wanted], as_json)


def _show(documents: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        answer_json(documents)
    else:
        for document in documents:
            out.print(statement_table(document))


Preview = Annotated[bool, typer.Option("--preview", help="Do it and take it back: nothing is stored.")]
As = Annotated[str, typer.Option("--as", help="Who does it, as the log names them.")]


@app.command()
def close(
    period: PeriodLabel,
    contract: Annotated[str | None, typer.Option(help="Only this contract; without it every one.")] = None,
    preview: Preview = False,
    actor: As = ACTOR,
    as_json: AsJson = False,
) -> None:
    """Close a period: draft and submit it, or issue what is approved, or what one person may. Safe to repeat. Exit code
    1 when a contract could not be closed."""
    closed = on_the_ledger(lambda ledger: close_period(ledger, period, actor, contract, preview=preview))
    if as_json:
        answer_json([asdict(one) for one in closed])
    else:
        out.print(closed_table(period, closed))
    raise typer.Exit(1 if any(one.outcome == "failed" for one in closed) else 0)


@app.command()
def approve(
    contract: ContractName,
    period: PeriodLabel,
    digest: Annotated[str, typer.Option(help="The digest of what you have seen, as close and preview print it.")],
    actor: As = ACTOR,
) -> None:
    """Approve what somebody else submitted, exactly as it was seen."""
    done = on_the_ledger(lambda ledger: approve_round(ledger, contract, period, {digest}, actor))
    out.print(f"Period {period} of {contract} is approved by {done.life.rounds[-1].approved_by}; close it to issue it.")


@app.command()
def show(
    statement: Annotated[str, typer.Argument(help="A statement's id, as dialog-mod-vold.2023.council.1.")],
    line: Annotated[int | None, typer.Option(help="Explain this entry of its detail.")] = None,
    form: AsForm = None,
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Show an issued statement, write it as CSV or XLSX, or explain one entry of its detail."""
    if form is not None or to is not None:
        write_file(form, to, lambda: statement_workbook(_issued(statement).document))
    elif line is None:
        _show([canonical.from_bytes(_issued(statement).document)], as_json)
    else:
        _explain(statement, line, as_json)


def _issued(statement: str) -> IssuedDocument:
    return on_the_ledger(lambda ledger: statements.read_statement(ledger, statement))


def _explain(statement: str, line: int, as_json: bool) -> None:
    async def work(ledger: Ledger) -> details.Explained:
        told_line = await details.explain_entry(ledger, statement, line)
        person = told_line.item["participant"] or None
        of = frozenset({told_line.contract})
        await record(ledger, "statements show --line", of, 1, statement=statement, participant=person)
        return told_line

    told_line = on_the_ledger(work)
    if as_json:
        answer_json({"item": told_line.item, "explanation": told_line.explanation})
    else:
        out.print(explanation_panel(told_line.explanation["title"], told_line.explanation["paragraphs"]))


@app.command()
def bundle(
    statement: Annotated[str, typer.Argument(help="A statement's id, as the list names it.")],
    to: Annotated[Path, typer.Option("--out", help="The zip to write.", dir_okay=False)],
    audience: Annotated[
        Literal["auditor", "investor"], typer.Option("--for", help="For an investor, nothing about participants.")
    ] = "auditor",
    since: Annotated[
        int | None, typer.Option("--from", min=0, help="The size in a checkpoint that its reader kept.")
    ] = None,
) -> None:
    """One zip with all it takes to check a statement without the ledger; verify.py in it does that."""
    is_whole = audience == "auditor"

    async def work(ledger: Ledger) -> bundles.Bundled:
        made = await bundles.bundle_of(ledger, statement, is_whole=is_whole, since=since)
        if is_whole:
            await record(ledger, "statements bundle", frozenset({made.contract}), made.rows, statement=statement)
        return made

    made = on_the_ledger(work).stream
    try:
        with made, to.open("wb") as file:
            copyfileobj(made, file)
    except OSError as error:
        stop(f"The file cannot be written: {error}")
    out.print(f"{to}: {to.stat().st_size} bytes", soft_wrap=True, highlight=False)


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
        answer_json(
            [
                {"statement": one.statement, "match": one.holds, "erased": one.erased, "checks": one.checks}
                for one in found
            ]
        )
    else:
        for one in found:
            out.print(f"{one.statement}: {one.in_words}")
    raise typer.Exit(0 if all(one.holds for one in found) else 1)
