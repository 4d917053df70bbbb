"""Commands for auditors: the log of a contract, and what was known at any point of it."""

from collections.abc import Iterable
from typing import Annotated, get_args

import typer
from rich.console import RenderableType
from rich.table import Table

from service.cli.recording import record
from service.cli.running import AsJson, answer_json, on_the_ledger, out, told
from service.core.errors import Fault, InvalidInput
from service.workflows.audit_log import LoggedEntry, read_log
from service.workflows.journal import EntryKind
from service.workflows.knowledge import Knowledge, known_at, moment_in
from service.workflows.ledger import Ledger

app = typer.Typer(help="The audit trail: the log, and what was known when.", no_args_is_help=True)
ContractName = Annotated[str, typer.Argument(help="A contract in the ledger.")]
_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)
_PAGE = 1_000


@app.command()
def log(
    contract: ContractName,
    kind: Annotated[
        str | None, typer.Option(help=f"Only entries of this kind: {', '.join(get_args(EntryKind))}.")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this key wrote, by its name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every entry of the log in order: what was learned or done, when, by whose key, why, and its digest."""
    chosen = told(lambda: _kind(kind))

    async def work(ledger: Ledger) -> list[LoggedEntry]:
        found: list[LoggedEntry] = []
        while True:
            after = found[-1].entry.sequence if found else 0
            page = await read_log(ledger, contract, kind=chosen, actor=actor, after=after, limit=_PAGE)
            found += page
            if len(page) < _PAGE:
                await record(ledger, "audit log", frozenset({contract}), len(found))
                return found

    found = on_the_ledger(work)
    if as_json:
        answer_json([logged.document for logged in found])
    else:
        out.print(_log_table(contract, found))


def _kind(given: str | None) -> EntryKind | None:
    kind = next((kind for kind in _KINDS if kind == given), None)
    if given is not None and kind is None:
        fault = Fault("--kind", "not-allowed", f"must be one of: {', '.join(_KINDS)}")
        raise InvalidInput("There are no entries of that kind.", [fault])
    return kind


def _log_table(contract: str, found: Iterable[LoggedEntry]) -> RenderableType:
    table = Table(title=f"The log of {contract}", title_justify="left", title_style="bold")
    table.add_column("no.", justify="right")
    for name in ("recorded (UTC)", "by", "what", "why"):
        table.add_column(name, overflow="fold")
    table.add_column("digest begins", no_wrap=True)
    for logged in found:
        entry = logged.entry
        recorded = f"{entry.recorded_at:%Y-%m-%d %H:%M:%S}"
        digest = entry.digest.hex()[:16]
        table.add_row(str(entry.sequence), recorded, entry.actor, logged.subject, logged.reason or "", digest)
    return table


@app.command()
def known(
    contract: ContractName,
    at: Annotated[str, typer.Option(help="A sequence number, or a time with its offset: 2024-02-01T09:30:00Z.")],
    as_json: AsJson = False,
) -> None:
    """What was known at an entry of the log or at a time: terms, facts, statements, and what they came to."""
    moment = told(lambda: moment_in(at))
    found = on_the_ledger(lambda ledger: known_at(ledger, contract, moment))
    if as_json:
        answer_json(found.document)
    else:
        _tell_known(contract, found)


def _tell_known(contract: str, found: Knowledge) -> None:
    entry = found.entry
    out.print(f"{contract} at entry {entry.sequence}, recorded {entry.recorded_at.isoformat()}", style="bold")
    out.print(f"digest {entry.digest.hex()}", soft_wrap=True)
    for one in found.terms.versions:
        out.print(f"terms version {one.terms.version}, sha256 {one.sha256}", soft_wrap=True)
    out.print(f"{found.facts_known} facts known, {found.facts_effective} of them effective")
    for row in found.statements:
        out.print(f"statement {row.id}, sha256 {row.sha256.hex()}", soft_wrap=True)
    table = Table(title=f"Findings, judged at the end of {found.period.label}", title_justify="left")
    for name in ("metric", "achieved", "refused", "pending"):
        table.add_column(name, justify="left" if name == "metric" else "right")
    for counts in found.findings:
        table.add_row(counts.metric, *(str(count) for count in counts[1:]))
    out.print(table)
