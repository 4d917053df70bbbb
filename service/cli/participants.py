"""Commands on participants: erase one for ever, and all of those whose facts no metric needs any more."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import typer

from service.cli.running import ACTOR, AsJson, answer_json, on_the_ledger, out, stop, told
from service.core.life.requests import NewErasure, read_request
from service.core.retention import Due
from service.workflows.acting import Done
from service.workflows.erasure import erase_participant
from service.workflows.ledger import Ledger
from service.workflows.retention import due_in, erase_due

app = typer.Typer(help="Participants.", no_args_is_help=True)
NO_LONGER_NECESSARY = "GDPR article 17(1)(a)"


@app.callback()
def participants() -> None:
    """Participants."""


@app.command()
def erase(
    contract: Annotated[str, typer.Argument(help="A contract in the ledger.")],
    pseudonym: Annotated[str, typer.Argument(help="Whose events are to be deleted.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the log for ever, so it names nobody.")],
    legal_basis: Annotated[str, typer.Option(help="By which rule, as: GDPR article 17(1)(b).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a participant's events and detail entries for ever; what was stated stands. Look first: --dry-run."""
    document = {"participant": pseudonym, "reason": reason, "legal_basis": legal_basis}
    request = told(lambda: read_request(NewErasure, document))
    done = on_the_ledger(lambda ledger: erase_participant(ledger, contract, request, ACTOR, preview=dry_run))
    erased = done.life.erasures[-1]
    if as_json:
        answer_json(
            {"events": erased.events, "entries": erased.entries, "is_kept": erased.is_kept, "done": not dry_run}
        )
        return
    kept = "their findings are kept without them" if erased.is_kept else "nothing is kept"
    verb = "would be" if dry_run else "were"
    out.print(f"{erased.events} events and {erased.entries} detail entries {verb} erased; {kept}.")


@app.command("due-for-erasure")
def due_for_erasure(
    contract: Annotated[str, typer.Argument(help="A contract in the ledger.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Due on this day, as 2034-06-30.")],
    erase: Annotated[bool, typer.Option("--erase", help="Erase all of them, after a question.")] = False,
    reason: Annotated[str | None, typer.Option(help="Beside --erase: why, naming nobody.")] = None,
    legal_basis: Annotated[str, typer.Option(help="Beside --erase: by which rule.")] = NO_LONGER_NECESSARY,
    yes: Annotated[bool, typer.Option("--yes", help="Beside --erase: ask no question, for machines.")] = False,
    as_json: AsJson = False,
) -> None:
    """List those whose facts no metric needs any more, by the retention that the terms agree."""
    if erase and reason is None:
        stop("--erase needs a --reason; it stands in the log for ever, so it names nobody.", 2)
    on, done = as_of.date(), list[Done]()
    due = on_the_ledger(lambda ledger: due_in(ledger, contract, on))
    if not as_json:
        _show(due, on)
    try:
        if erase and due:
            why = {"reason": reason, "legal_basis": legal_basis}
            requests = told(lambda: [read_request(NewErasure, {"participant": one.participant, **why}) for one in due])
            if not yes:
                typer.confirm(f"Erase {len(due)} for ever?", abort=True, err=True)
            on_the_ledger(lambda ledger: _erase_all(ledger, contract, on, requests, done))
    finally:  # who was erased before a refusal stays erased, and is counted
        if as_json:
            listed = [{"participant": one.participant, "since": str(one.since)} for one in due]
            answer_json({"due": listed, "erased": len(done)})
        elif erase:
            out.print(f"{len(done)} of {len(due)} were erased.", highlight=False)


def _show(due: Sequence[Due], on: date) -> None:
    for one in due:
        out.print(f"{one.participant} since {one.since}", highlight=False, soft_wrap=True)
    out.print(f"{len(due)} due for erasure on {on}.", highlight=False)


async def _erase_all(ledger: Ledger, contract: str, on: date, requests: Sequence[NewErasure], done: list[Done]) -> None:
    async for one in erase_due(ledger, contract, on, requests, ACTOR):
        done.append(one)
