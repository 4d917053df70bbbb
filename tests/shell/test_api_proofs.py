"""Proofs over HTTP are checked here as their readers do it: from the answers, the statement and a key alone."""

import base64

import httpx
import pytest

from service.core.merkle import is_consistent
from service.core.notes import BadNote, VerifierKey, read_key
from service.core.proofs import LogProof, prove_statement, proved_leaf, read_proof, signed_checkpoint
from service.storage.database import Database
from tests.core.worked import W1_FACTS
from tests.shell.calling import LEDGER_NAME, Api, answered, faults_in, problem_in
from tests.shell.tampering import forge

ORIGIN = f"{LEDGER_NAME}/statements"
STATEMENT = "w.2023.a.1"


async def issued(api: Api) -> Api:
    await api.learn(W1_FACTS)
    for period in ("2022", "2023"):
        await api.issue(period)
    return api


async def text(api: Api, path: str) -> bytes:
    response = await api.client.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    return response.content


async def keys(api: Api) -> list[VerifierKey]:
    return [read_key(one["vkey"]) for one in (await api.get("/v1/checkpoint-keys"))["data"]]


async def proof(api: Api, statement: str = STATEMENT) -> LogProof:
    return read_proof(await text(api, f"/v1/statements/{statement}/proof"))


async def test_every_statement_is_proved_by_its_bytes_and_is_where_its_contracts_log_says(w: Api) -> None:
    await issued(w)
    log = {entry["sequence"]: entry["after"] for entry in (await w.get("/v1/contracts/w/log", limit=500))["data"]}
    listed = (await w.get("/v1/statements"))["data"]
    assert len(listed) == 4
    for entry in listed:
        document = (await w.client.get(f"/v1/statements/{entry['id']}")).content
        given = await proof(w, entry["id"])
        assert prove_statement(document, given, await keys(w), ORIGIN).size == 4
        leaf, _ = proved_leaf(given, await keys(w), ORIGIN)
        assert (leaf["statement"], leaf["contract"], leaf["ledger"]) == (entry["id"], "w", LEDGER_NAME)
        assert log[leaf["sequence"]] == leaf["digest"]
        with pytest.raises(BadNote, match="another statement"):
            prove_statement(document.replace(b"Investor A", b"Investor Z") + b" ", given, await keys(w), ORIGIN)


async def test_a_proof_is_a_file_under_the_name_of_its_statement(w: Api) -> None:
    await issued(w)
    response = await w.client.get(f"/v1/statements/{STATEMENT}/proof")
    assert response.headers["content-disposition"] == f'attachment; filename="{STATEMENT}.tlog-proof"'
    assert response.text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert response.content.endswith(await text(w, "/v1/checkpoint"))


async def test_a_checkpoint_that_somebody_kept_is_continued_by_every_later_one(w: Api) -> None:
    await w.learn(W1_FACTS)
    kept = answered_text(await w.client.post("/v1/checkpoints"))
    held = [signed_checkpoint(kept, await keys(w), ORIGIN)]
    for period in ("2022", "2023", "2024"):
        await w.issue(period)
        held.append(signed_checkpoint(await text(w, "/v1/checkpoint"), await keys(w), ORIGIN))
    assert [one.size for one in held] == [0, 2, 4, 6]
    for place, later in enumerate(held):
        for earlier in held[: place + 1]:
            told = await w.get("/v1/checkpoints/consistency", **{"from": earlier.size, "to": later.size})
            hashes = [base64.b64decode(one) for one in told["hashes"]]
            assert is_consistent(earlier.size, later.size, earlier.root, later.root, hashes)
            roots = [base64.b64decode(told[name]) for name in ("from_root", "to_root")]
            assert roots == [earlier.root, later.root]
    latest = await w.get("/v1/checkpoints/consistency", **{"from": 2})
    assert (latest["from_size"], latest["to_size"]) == (2, 6)


def answered_text(response: httpx.Response) -> bytes:
    assert response.status_code == 200, response.text
    return response.content


async def test_a_checkpoint_on_demand_is_the_last_one_as_long_as_nothing_is_issued(w: Api) -> None:
    await issued(w)
    last = await text(w, "/v1/checkpoint")
    for body in (b"", b"{}"):
        headers = {"Content-Type": "application/json"} if body else {}
        assert answered_text(await w.client.post("/v1/checkpoints", content=body, headers=headers)) == last
    response = await w.client.post("/v1/checkpoints", json={"size": 1})
    assert faults_in(response) == [("", "not-allowed")]


async def test_before_the_first_checkpoint_there_is_none_and_no_key(w: Api) -> None:
    problem_in(await w.client.get("/v1/checkpoint"), 404, "checkpoint-not-found")
    problem_in(await w.client.get("/v1/checkpoints/consistency?from=0"), 404, "checkpoint-not-found")
    assert (await w.get("/v1/checkpoint-keys"))["data"] == []


async def test_a_statement_that_no_checkpoint_covers_has_no_proof_until_one_is_signed(
    w: Api, database: Database, database_url: str
) -> None:
    await issued(w)
    await database.dispose()
    await forge(database_url, "DELETE FROM checkpoint WHERE number > 1")
    problem_in(await w.client.get(f"/v1/statements/{STATEMENT}/proof"), 404, "checkpoint-not-found")
    answered_text(await w.client.post("/v1/checkpoints"))
    assert (await proof(w)).index == 2


async def test_what_is_not_there_is_not_proved(w: Api) -> None:
    await issued(w)
    problem_in(await w.client.get("/v1/statements/nothing/proof"), 404, "statement-not-found")
    problem_in(await w.client.get("/v1/contracts/nobody/head"), 404, "contract-not-found")
    refusals = {
        "from=5": [("from", "out-of-range")],
        "from=0&to=5": [("to", "out-of-range")],
        "from=3&to=2": [("from", "out-of-range")],
        "from=9&to=9": [("to", "out-of-range"), ("from", "out-of-range")],
        "from=-1": [("from", "out-of-range")],
        "from=x": [("from", "wrong-type")],
        f"from={2**53}": [("from", "out-of-range")],
        "to=2": [("from", "required")],
    }
    for query, faults in refusals.items():
        assert faults_in(await w.client.get(f"/v1/checkpoints/consistency?{query}")) == faults, query


@pytest.mark.parametrize(
    ("forgery", "path"),
    [
        ("DELETE FROM statement_leaf WHERE leaf_index = 2", f"/v1/statements/{STATEMENT}/proof"),
        ("UPDATE statement_leaf SET bytes = :bytes WHERE leaf_index = 2", f"/v1/statements/{STATEMENT}/proof"),
        ("UPDATE statement_leaf SET hashes = :bytes WHERE leaf_index = 3", f"/v1/statements/{STATEMENT}/proof"),
        ("UPDATE checkpoint SET root = :bytes", f"/v1/statements/{STATEMENT}/proof"),
        ("DELETE FROM statement_leaf WHERE leaf_index = 3", "/v1/checkpoints/consistency?from=1&to=4"),
        ("UPDATE statement_leaf SET hashes = :bytes WHERE leaf_index = 0", "/v1/checkpoints/consistency?from=1&to=4"),
    ],
)
async def test_a_proof_that_would_not_hold_is_not_given_out(w: Api, database_url: str, forgery: str, path: str) -> None:
    await issued(w)
    await w.ledger.database.dispose()
    await forge(database_url, forgery, **({"bytes": bytes(96)} if ":bytes" in forgery else {}))
    problem_in(await w.client.get(path), 500, "tree-broken")


async def test_the_head_of_a_contract_is_the_last_entry_of_its_log(w: Api) -> None:
    await issued(w)
    (*_, last) = (await w.get("/v1/contracts/w/log", limit=500))["data"]
    head = answered(await w.client.get("/v1/contracts/w/head"))
    assert head == {"contract": "w", "sequence": last["sequence"], "digest": last["after"]}
