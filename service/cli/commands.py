"""The commands by noun, and those that stand alone: demo, serve, migrate, rebuild."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.cli import (
    access,
    audit,
    contracts,
    events,
    keys,
    moving,
    participants,
    portfolio,
    positions,
    proof,
    statements,
)
from service.cli.demo import run_demo
from service.cli.doctor import doctor, health
from service.cli.journal import journal
from service.cli.pseudonymise import pseudonymise
from service.cli.running import AsJson, answer_json, chosen, on_the_ledger, out
from service.cli.serving import migrate_now, run_service
from service.cli.verify import verify
from service.workflows.ledger import Ledger
from service.workflows.rebuild import Rebuilt, rebuild, rebuild_all

app = typer.Typer(
    name="outcomes-ledger",
    help="The payment ledger for outcomes contracts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(contracts.app, name="contracts")
app.add_typer(events.app, name="events")
app.add_typer(participants.app, name="participants")
app.add_typer(statements.app, name="statements")
app.add_typer(audit.app, name="audit")
app.add_typer(access.app, name="access")
app.add_typer(positions.app, name="positions")
app.add_typer(portfolio.app, name="portfolio")
app.add_typer(proof.app, name="proof")
app.add_typer(keys.app, name="keys")
app.command("backup")(moving.backup_command)
app.command("restore")(moving.restore_command)
app.command("export")(moving.export_command)
app.command("import")(moving.import_command)
app.command()(journal)
app.command()(doctor)
app.command()(verify)
app.command()(health)
app.command()(pseudonymise)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="The folder of contracts to load.", exists=True)] = Path("contracts"),
    port: Annotated[int | None, typer.Option(help="The port to serve on; else PORT, else 8000.")] = None,
    stay: Annotated[bool, typer.Option(help="Leave the service running afterwards.")] = True,
) -> None:
    """Load the contracts and their demo facts through the API, issue every period through 2023, show the results."""
    run_demo(folder, port if port is not None else chosen().port, stay=stay)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; else HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; else PORT, else 8000.")] = None,
) -> None:
    """Run the service; its docs page is at /docs. SIGTERM lets running requests end."""
    run_service(host, port)


@app.command()
def migrate() -> None:
    """Bring the database of DATABASE_URL up to date and put back the guards of the log that are missing."""
    restored = migrate_now()
    if restored:
        out.print(f"Guards were missing and stand again: {', '.join(restored)}. Find out who removed them.")
    out.print("The schema is current.")


@app.command("rebuild")
def rebuild_command(
    contract: Annotated[str | None, typer.Argument(help="Only this contract.")] = None, as_json: AsJson = False
) -> None:
    """Check each contract's chain and rebuild its look-ups from the log."""

    async def work(ledger: Ledger) -> list[Rebuilt]:
        return [await rebuild(ledger, contract)] if contract else await rebuild_all(ledger)

    rebuilt = on_the_ledger(work)
    if as_json:
        answer_json([asdict(one) for one in rebuilt])
        return
    for one in rebuilt:
        out.print(
            f"{one.contract}: the chain of {one.entries} entries holds; {one.terms} versions and "
            f"{one.statements} statements rebuilt."
        )
