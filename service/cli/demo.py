"""The demo: a running service, loaded through its own API, and what an investor sees of it."""

import asyncio
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import typer
import uvicorn
from rich.progress import Progress
from rich.table import Table

from service.cli.answers import answer
from service.cli.demo_life import LAST_ISSUED, People, leave_open, live_through, next_period
from service.cli.running import ACTOR, chosen, err, opened, out
from service.cli.serving import server_config
from service.cli.tables import explanation_panel, statement_table
from service.storage.contract_files import ContractFolder, contract_folders
from service.storage.event_files import read_events
from service.workflows.credentials import NewCredential, key_by_hand
from service.workflows.opening import prepare

_INVESTOR, _PREVIEWED = "council", "2024"
_INVESTOR_NAME = "demo-investor"
_BATCH = 1_000
# In a real ledger each of these is a credential of its own, and so is each investor, payer and provider.
_OWN_ROLES = ("finance", "auditor", "case-system")


def run_demo(folder: Path, port: int, *, stay: bool) -> None:
    """Start the service, load the folder's contracts through HTTP, issue, show; then stay until interrupted."""
    _refuse_taken_port(port)
    keys = asyncio.run(_demo_keys())
    app = "service.main:create_app"
    server = uvicorn.Server(server_config(app, chosen().host, port, "WARNING"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        with _calling(port, keys.preparer) as preparer, _calling(port, keys.approver) as approver:
            _load_and_show(People(preparer, approver), contract_folders(folder))
            investors = _investors_key(port, keys.administrator, approver)
        out.print(f"\nThe docs page: http://{chosen().host}:{port}/docs", highlight=False)
        out.print(f"Authorize there with this key, made for the demo: {keys.approver}", highlight=False, soft_wrap=True)
        out.print(f"What the investor {_INVESTOR} may see: {investors}", highlight=False, soft_wrap=True)
        out.print(f"To make credentials for others: {keys.administrator}", highlight=False, soft_wrap=True)
        if stay:
            out.print("Press Ctrl-C to stop the service.")
            while thread.is_alive():
                thread.join(0.5)
    except KeyboardInterrupt:
        out.print("Stopping.")
    finally:
        server.should_exit = True
        thread.join(10)


def _calling(port: int, key: str) -> httpx.Client:
    address = f"http://{chosen().host}:{port}"
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)


@dataclass(frozen=True, slots=True)
class _Keys:
    """The key of the first person, that of the second, who prepares what the first approves, and who lets others in."""

    approver: str
    preparer: str
    administrator: str


async def _demo_keys() -> _Keys:
    ledger = opened()
    try:
        await prepare(ledger, chosen())
        people = [NewCredential(name, _OWN_ROLES, purpose="to try the demo") for name in ("demo", "demo-preparer")]
        administrator = NewCredential("demo-administrator", ("administrator",))
        return _Keys(*[await key_by_hand(ledger, ACTOR, one) for one in (*people, administrator)])
    finally:
        await ledger.database.dispose()


def _investors_key(port: int, administrators: str, client: httpx.Client) -> str:
    """The key of a credential that sees what one investor is told of the contracts it invests in."""
    sections = answer(client.get(f"/v1/investors/{_INVESTOR}/position"))["contracts"]
    wanted = {
        "roles": ["investor"],
        "party": _INVESTOR,
        "contracts": [section["contract"] for section in sections],
        "purpose": "to try the demo",
    }
    with _calling(port, administrators) as administrator:
        listed = answer(administrator.get("/v1/credentials"))["data"]
        if any(one["name"] == _INVESTOR_NAME for one in listed):
            answer(administrator.put(f"/v1/credentials/{_INVESTOR_NAME}", json=wanted))
            made = administrator.post(f"/v1/credentials/{_INVESTOR_NAME}/keys", json={})
        else:
            made = administrator.post("/v1/credentials", json={"name": _INVESTOR_NAME, **wanted})
        key: str = answer(made)["key"]
    return key


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex((chosen().host, port)) == 0:
            err.print(f"Port {port} is taken; choose another with --port, or PORT=8001 make run.")
            raise typer.Exit(1)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    while not server.started:
        if not thread.is_alive():
            err.print("The service did not start; its message stands above.")
            raise typer.Exit(1)
        time.sleep(0.05)


def _load_and_show(people: People, folders: tuple[ContractFolder, ...]) -> None:
    client = people.approver
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task("loading contracts and facts", total=len(folders))
        loaded = []
        for folder in folders:
            loaded.append(_load(client, folder))
            progress.advance(task)
    table = Table(title="Loaded through the API", title_justify="left", title_style="bold")
    for name in ("contract", "versions", "events", "accepted", "duplicate", "statements issued"):
        table.add_column(name, justify="left" if name == "contract" else "right")
    for folder, (contract, versions, summary) in zip(folders, loaded, strict=True):
        issued = live_through(people, folder, contract)
        events = sum(summary.values())
        counts = (versions, events, summary["accepted"], summary["duplicate"], issued)
        table.add_row(contract, *(str(count) for count in counts))
    out.print(table)
    leave_open(people)
    _show_statements(client)
    explained = [_show_preview(client, contract) for contract, _, _ in loaded]
    _explain_a_line(client, [line for line in explained if line is not None])


def _load(client: httpx.Client, folder: ContractFolder) -> tuple[str, int, dict[str, int]]:
    toml = {"Content-Type": "application/toml"}
    contract: str = answer(client.post("/v1/contracts", content=folder.versions[0], headers=toml))["contract"]
    for file in folder.versions[1:]:
        answer(client.post(f"/v1/contracts/{contract}/amendments", content=file, headers=toml))
    summary = dict.fromkeys(("accepted", "duplicate", "conflict", "rejected"), 0)
    documents = read_events(folder.events.read_text(encoding="utf-8"), contract) if folder.events else []
    for start in range(0, len(documents), _BATCH):
        batch = answer(client.post("/v1/events/batch", json=documents[start : start + _BATCH]))
        for word, count in batch["summary"].items():
            summary[word] += count
    return contract, len(folder.versions), summary


def _show_statements(client: httpx.Client) -> None:
    for statement in answer(client.get(f"/v1/investors/{_INVESTOR}/statements/{LAST_ISSUED}"))["data"]:
        out.print(statement_table(statement))


def _show_preview(client: httpx.Client, contract: str) -> tuple[str, int] | None:
    """Show the preview of the open year; the first line of the investor's last statement, if it has any."""
    if next_period(client, contract) == _PREVIEWED:
        params = {"investor": _INVESTOR}
        previewed = client.get(f"/v1/contracts/{contract}/statements/{_PREVIEWED}/preview", params=params)
        for entry in answer(previewed)["data"]:
            out.print("Preview, not issued", style="bold")
            out.print(statement_table(entry["statement"]))
    params = {"contract": contract, "period": LAST_ISSUED, "investor": _INVESTOR}
    for issued in answer(client.get("/v1/statements", params=params))["data"]:
        detail = answer(client.get(f"/v1/statements/{issued['id']}/detail"))
        lines = [item["position"] for item in detail["items"] if item["item"] == "line" and item["amount"].strip("-0.")]
        if lines:
            return issued["id"], lines[0]
    return None


def _explain_a_line(client: httpx.Client, candidates: list[tuple[str, int]]) -> None:
    for statement, position in candidates[:1]:
        told = answer(client.get(f"/v1/statements/{statement}/detail/{position}"))
        out.print(explanation_panel(told["title"], told["paragraphs"]))
