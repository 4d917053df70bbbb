"""Commands on the access trail: list it, find what was read about somebody, sample and sign off, check its chain."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from service.cli.recording import PURPOSE, Purpose, record
from service.cli.running import ACTOR, AsJson, answer_json, on_the_ledger, out, stop
from service.storage.rows import AccessSearch
from service.workflows.access_records import AccessesOf, AccessRecord, accesses_of, broken_record, read_records
from service.workflows.access_samples import LARGEST_SAMPLE, Sample, draw_sample
from service.workflows.access_samples import sign_off as sign_off_sample
from service.workflows.ledger import Ledger

app = typer.Typer(help="The access trail: who read about participants, and who gave access.", no_args_is_help=True)
Contract = Annotated[str | None, typer.Option(help="Only of this contract.")]
Credential = Annotated[str | None, typer.Option(help="Only what this credential did.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="From then on, UTC.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Before then, UTC.")]
As = Annotated[str, typer.Option("--as", help="Who does it, as the trail names them.")]
_EVERYTHING = 2**31


@app.command("list")
def list_records(
    contract: Contract = None,
    credential: Credential = None,
    since: Since = None,
    until: Until = None,
    purpose: Purpose = PURPOSE,
    as_json: AsJson = False,
) -> None:
    """Every record in order."""
    search = AccessSearch(None, contract, credential, _utc(since), _utc(until))

    async def work(ledger: Ledger) -> list[AccessRecord]:
        found = await read_records(ledger, search, 0, _EVERYTHING)
        await record(ledger, "access list", _contracts(found), len(found), purpose=purpose)
        return found

    found = on_the_ledger(work)
    if as_json:
        answer_json([_shown(one) for one in found])
    else:
        out.print(_table("The access trail", [(one, "") for one in found]))


@app.command("of")
def of_participant(
    participant: Annotated[str, typer.Argument(help="A participant, by pseudonym.")],
    contract: Contract = None,
    purpose: Purpose = PURPOSE,
    as_json: AsJson = False,
) -> None:
    """What was read about a participant: records that name them, and lists that they may have been among."""

    async def work(ledger: Ledger) -> AccessesOf:
        found = await accesses_of(ledger, participant, contract, 0, _EVERYTHING)
        of, rows = frozenset(found.contracts), len(found.records)
        await record(ledger, "access of", of, rows, purpose=purpose, participant=participant)
        return found

    found = on_the_ledger(work)
    if as_json:
        answer_json([{"match": how, "record": _shown(one)} for one, how in found.records])
        return
    out.print(_table("What was read about this participant", found.records))
    out.print("may-have-been-among: a list of a contract that knew them; the trail does not say who stood in it.")


@app.command()
def sample(
    size: Annotated[int, typer.Option(min=1, max=LARGEST_SAMPLE, help="How many reads are drawn.")],
    contract: Contract = None,
    credential: Credential = None,
    since: Since = None,
    until: Until = None,
    actor: As = ACTOR,
    as_json: AsJson = False,
) -> None:
    """Draw reads at random, so that somebody looks whether each had a reason; the seed stands in the trail."""
    search = AccessSearch("read", contract, credential, _utc(since), _utc(until))

    async def work(ledger: Ledger) -> tuple[Sample, tuple[AccessRecord, ...]]:
        return await draw_sample(ledger, actor, search, size)

    drawn, records = on_the_ledger(work)
    if as_json:
        answer_json({"sample": _shown(drawn.drawn), "records": [_shown(one) for one in records]})
    else:
        out.print(_table(f"Sample {drawn.number}", [(one, "") for one in records]))


@app.command("sign-off")
def sign_off(
    number: Annotated[int, typer.Argument(help="The sample's number.")],
    found: Annotated[str, typer.Option(help="What was looked at and found; no participant is named.")],
    actor: As = ACTOR,
) -> None:
    """Say what was found in a sample in which no reads of your own are."""
    if not 3 <= len(found.strip()) <= 2_000:
        stop("--found must have 3 to 2,000 characters.", 2)
    on_the_ledger(lambda ledger: sign_off_sample(ledger, actor, number, found))
    out.print(f"Sample {number} is signed off.")


@app.command()
def verify() -> None:
    """Check every link of the trail, and that its columns say what its bytes say. Exit code 1 where that fails."""
    records, broken = on_the_ledger(broken_record)
    if broken is not None:
        stop(f"The access trail does not hold at record {broken}. Keep the database as it is and call the auditor.")
    out.print(f"The chain of {records} records holds.")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _contracts(found: Iterable[AccessRecord]) -> frozenset[str]:
    return frozenset(name for one in found for name in one.row.contracts)


def _shown(one: AccessRecord) -> dict[str, object]:
    body = {name: value for name, value in one.body.items() if name != "participants"}
    if one.row.kind == "read":
        body["names_participant"] = bool(one.row.participants)
    return {**one.told, "body": body, "digest": one.row.digest.hex()}


def _table(title: str, found: Iterable[tuple[AccessRecord, str]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("no.", justify="right")
    for name in ("recorded (UTC)", "by", "what", "of", "rows", "to which end", "match"):
        table.add_column(name, overflow="fold")
    for one, how in found:
        row, body = one.row, one.body
        what = body.get("operation") or f"{row.kind} {body.get('act') or body.get('number')}"
        of = body.get("statement") or body.get("credential") or ", ".join(row.contracts)
        cells = (f"{row.recorded_at:%Y-%m-%d %H:%M:%S}", row.actor, what, of)
        table.add_row(str(row.sequence), *cells, str(body.get("rows", "")), body.get("purpose") or "", how)
    return table
