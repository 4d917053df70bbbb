"""Two identities a role call whatever there is: nothing opens without a key, nothing of the other is seen."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.storage.database import Database
from service.workflows.roles import ROLES
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, client_of, ledger_on, sent
from tests.shell.identities import Home, headers_of_everybody, twin_of
from tests.shell.serving import served
from tests.sources import ROOT

PROGRAM = Path(sys.executable).with_name("schemathesis")
CHECKS = "not_a_server_error,ignored_auth,object_level_authorization"
# The first has what the examples of the document name, so that what is asked for is there.
OWN = Home("housing-first-aarhus", {"investor": "council", "payer": "sfb", "provider": "council"})
OTHERS = Home("dialog-mod-vold", {"investor": "dsi", "payer": "region", "provider": "dsi"})
# For all roles on one database; two minutes for both, twenty in the campaign.
SECONDS = float(os.environ.get("AUTHORISATION_SECONDS", "60"))


@dataclass(frozen=True)
class Place:
    """Where the service runs, and what each identity sends."""

    url: str
    headers: dict[str, dict[str, str]]


@pytest.fixture
async def place(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    """The service on two contracts, with a statement of each issued and somebody of every role in each."""
    with served(database_url, tmp_path, {"RATE_LIMIT_PER_MINUTE": "0"}) as service:
        ledger = ledger_on(database)
        async with await client_of(ledger) as client:
            client.headers["Authorization"] = f"Bearer {service.key}"
            api = Api(client, ledger)
            for home in (OWN, OTHERS):
                await api.register(contract_of(home))
                await api.batch([{**sent(fact), "contract": home.contract} for fact in W1_FACTS])
                for period in ("2022", "2023"):
                    await api.issue(period, home.contract)
        yield Place(f"http://127.0.0.1:{service.port}", await headers_of_everybody(ledger, OWN, OTHERS))


def contract_of(home: Home) -> dict[str, Any]:
    """Contract W under the names that the examples of the document use."""
    parties = {"a": home.parties["investor"], "b": "the-other", "city": home.parties["payer"]}
    text = json.dumps(a_contract(contract=home.contract))
    for name, party in parties.items():
        text = text.replace(f'"{name}"', f'"{party}"')
    contract: dict[str, Any] = json.loads(text)
    return contract


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_let_in_without_a_key_or_reads_what_is_the_others(place: Place, tmp_path: Path, role: str) -> None:
    peers = {role: role, twin_of(role): f"{role}-elsewhere"}
    users = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": place.headers[identity]["Authorization"]}]}
        for identity, name in peers.items()
    ]
    (tmp_path / "auth.json").write_text(json.dumps({"auth": users}))
    (tmp_path / "schemathesis.toml").write_text(
        f'[auth.wfc]\npath = "{tmp_path / "auth.json"}"\npeers = {json.dumps([*peers.values()])}\n'
    )
    command = (
        *(str(PROGRAM), "--config-file", str(tmp_path / "schemathesis.toml"), "--no-color"),
        *("run", f"{place.url}/openapi.json", "--checks", CHECKS, "--continue-on-failure", "--seed", "20261122"),
        *("--max-time", str(round(SECONDS / len(ROLES))), "--request-timeout", "20", "--generation-database", "none"),
    )
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.hostile.serializers", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert "object_level_authorization` will not run" not in done.stdout + done.stderr
