"""The matrix of every operation by every identity: how each cell is asked, and the file that says what is expected."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.shell.documented import Operation, operations
from tests.shell.identities import IDENTITIES

FILE = Path(__file__).parents[1] / "authz_matrix.csv"
# Ids in addresses that name something of contract W, so that whoever is let in finds it.
_NAMED = {
    "contract": "w",
    "statement": "w.2022.a.1",
    "period": "2023",
    "position": "1",
    "number": "9",
    "name": "nobody",
    "kind": "event",
    "code": "malformed",
    "source": "cases",
    "id": "enrolled-P1",
    "from": "1",
    "participant": "P1",
    "to": "2",
    "at": "2026-11-22T12:00:00Z",
}
_ISSUED = ("/investors/{party}/statements/{period}", "/payers/{party}/statements/{period}", "/vouchers/{period}")


def asked(operation: Operation) -> tuple[str, dict[str, str]]:
    """The address of an operation and its query: what is required of it, and a preview wherever there is one."""
    path, query = operation.path, {}
    for parameter in operation.told.get("parameters", ()):
        name, place = parameter["name"], parameter["in"]
        if place == "path":
            path = path.replace(f"{{{name}}}", _value(operation.path, name))
        elif place == "query" and (name == "preview" or parameter.get("required")):
            query[name] = "true" if name == "preview" else _value(operation.path, name)
    return path, query


def _value(path: str, name: str) -> str:
    if name == "party":
        return "city" if "/payers/" in path else "a"
    if name == "period" and any(issued in path for issued in _ISSUED):
        return "2022"
    return str(_NAMED[name])


async def ask(client: httpx.AsyncClient, operation: Operation, headers: Mapping[str, str]) -> int:
    """The status that an identity is answered with; where a body is wanted it is an empty object, which is refused
    only of those who may ask at all."""
    path, query = asked(operation)
    body = operation.told.get("requestBody")
    sent: dict[str, Any] = {"content": b"{}", "headers": {"Content-Type": "application/json", **headers}}
    if body is None or not body.get("required"):
        sent = {"headers": dict(headers)}
    sent["headers"]["If-Match"] = '"' + "0" * 64 + '"'
    response = await client.request(operation.method.upper(), path, params=query, **sent)
    return response.status_code


def operations_of(document: dict[str, Any]) -> list[Operation]:
    """Every operation of the document by its address."""
    return sorted(operations(document), key=lambda one: (one.path, one.method))


def written(statuses: Mapping[str, Mapping[str, int]]) -> str:
    """The file: a row an operation, a column an identity."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["operation", *IDENTITIES])
    for name, cells in statuses.items():
        table.writerow([name, *(cells[identity] for identity in IDENTITIES)])
    return text.getvalue()


def expected() -> dict[str, dict[str, int]]:
    """What the file says, by operation and identity."""
    with FILE.open(newline="", encoding="utf-8") as lines:
        return {row.pop("operation"): {name: int(told) for name, told in row.items()} for row in csv.DictReader(lines)}
