"""Commands on events: load a file of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from service.cli.running import ACTOR, AsJson, answer_json, err, on_the_ledger, out, told
from service.cli.tables import faults_table
from service.core.errors import InvalidInput
from service.storage.event_files import read_events
from service.storage.strict_json import strict_json
from service.workflows.from_files import text_of
from service.workflows.ingest import LARGEST_BATCH, post_events
from service.workflows.ledger import Ledger
from service.workflows.reading_events import EventVerdict

app = typer.Typer(help="Outcome events.", no_args_is_help=True)
_BATCH = 2_000


@app.callback()
def events() -> None:
    """Outcome events."""


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="A CSV file, or JSON lines.", exists=True, dir_okay=False)],
    contract: Annotated[str | None, typer.Option(help="The contract, where the file does not name it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load a file of events; loading it again changes nothing. Exit code 1 when an event is not taken."""
    documents = told(lambda: _documents(file, contract))
    verdicts = on_the_ledger(lambda ledger: _post(ledger, documents))
    counts = Counter(verdict.verdict for verdict in verdicts)
    not_taken = [
        (file.name, f"event {place}{fault.pointer}", fault.detail)
        for place, verdict in enumerate(verdicts, start=1)
        for fault in verdict.faults
    ] + [
        (file.name, f"event {place}", verdict.detail or "")
        for place, verdict in enumerate(verdicts, start=1)
        if verdict.verdict == "conflict"
    ]
    if as_json:
        answer_json(dict(counts))
    else:
        told_counts = ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "no events"
        out.print(f"{file.name}: {told_counts}.")
        if not_taken:
            err.print(faults_table("Not taken", not_taken))
    raise typer.Exit(1 if not_taken else 0)


def _documents(file: Path, contract: str | None) -> list[Any]:
    text = text_of(file)
    if file.suffix == ".csv":
        return list(read_events(text, contract))
    lines = enumerate(text.removeprefix("\ufeff").split("\n"), start=1)
    return [_with_contract(_document(line, number), contract) for number, line in lines if line.strip()]


def _document(line: str, number: int) -> Any:
    try:
        return strict_json(line.encode())
    except InvalidInput as error:
        faults = [replace(fault, pointer=f"/{number}") for fault in error.faults]
        raise InvalidInput("A line of the file is not acceptable JSON.", faults, "malformed") from None


def _with_contract(document: Any, contract: str | None) -> Any:
    return {"contract": contract, **document} if contract and isinstance(document, dict) else document


async def _post(ledger: Ledger, documents: Sequence[Any]) -> list[EventVerdict]:
    size = min(_BATCH, LARGEST_BATCH)
    verdicts: list[EventVerdict] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("events", total=len(documents))
        for start in range(0, len(documents), size):
            verdicts += await post_events(ledger, documents[start : start + size], ACTOR)
            progress.update(task, completed=len(verdicts))
    return verdicts
