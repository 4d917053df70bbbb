"""A ledger in which every kind of row is there, on both databases."""

import random
from dataclasses import dataclass, replace

import pytest

from service.storage.database import Database
from service.workflows.ledger import Ledger
from service.workflows.verify_tree import KeptHead, Outside
from tests.builders import a_contract, housed, retraction
from tests.core.worked import W1_FACTS, three_months
from tests.shell.calling import Api, answered, client_of, ledger_on
from tests.tamper.attacks import Copy, copied
from tests.tamper.changes import owners, tampering

STAYS = three_months("P2", "2022-01-10", "2022-05-20")
LATER = housed("P2", "2024-07-02")
WHY = {"reason": "asked for by the person", "legal_basis": "GDPR article 17(1)(b)"}


@dataclass(frozen=True)
class Told:
    """The ledger, an early backup of it, and what an auditor kept: the last checkpoint and the head of a log."""

    ledger: Ledger
    backup: Copy
    kept: Outside
    head: KeptHead


@pytest.fixture
async def told(database: Database, database_url: str) -> Told:
    """Two contracts, three issues, a drawdown and its reversal, an erasure, and an event that no statement has read.

    Keys are of this ledger's own, not all zero: rows of one person must not pass for those of another.
    """
    ledger = replace(ledger_on(database), random_bytes=random.Random(7).randbytes)
    async with await client_of(ledger) as client:
        api = Api(client, ledger)
        await api.register(a_contract())
        await api.register(a_contract(contract="other"))
        await api.learn([*W1_FACTS, *STAYS, LATER])
        await api.issue("2022")
        async with owners(database_url) as engine, tampering(engine) as connection:
            backup = await copied(connection)
        await api.issue("2022", "other")
        await _draw_and_pay_back(api)
        answered(await client.post("/v1/contracts/w/erasures", json={"participant": "P1", **WHY}), 201)
        await api.learn([retraction(LATER)])
        await api.issue("2023")
        await api.learn([housed("P2", "2025-01-01")])
    async with database.reading() as store:
        (key,), last, head = await store.checkpoint_keys(), await store.last_checkpoint(), await store.head("w")
    assert last is not None and head is not None
    return Told(ledger, backup, Outside(last.note, (key.vkey,)), KeptHead("w", head.sequence, head.digest.hex()))


async def _draw_and_pay_back(api: Api) -> None:
    paid = {"currency": "DKK", "bank_reference": "DK-1", "value_date": "2026-11-01"}
    drawn = {"investor": "a", "amount": "100.00", **paid}
    told = answered(await api.client.post("/v1/contracts/w/drawdowns", json=drawn), 201)
    path = f"/v1/contracts/w/drawdowns/{told['number']}/reverse"
    back = {"reason": "sent twice", "value_date": "2026-11-02"}
    answered(await api.client.post(path, json=back))
