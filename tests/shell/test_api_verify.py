"""Verifying recomputes an issued statement, and names the check that fails when something was changed since."""

from service.storage.database import Database
from tests.builders import housed, retraction, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, answered, problem_in
from tests.shell.tampering import execute, forge

STATEMENT = "w.2023.a.1"


async def failing(api: Api, statement: str = STATEMENT) -> list[str]:
    """The names of the checks that do not hold."""
    found = answered(await api.client.post(f"/v1/statements/{statement}/verify"))
    failed = [check["check"] for check in found["checks"] if not check["holds"]]
    assert found["match"] is (not failed)
    return failed


async def issued(api: Api) -> Api:
    await api.learn(W1_FACTS)
    for period in ("2022", "2023"):
        await api.issue(period)
    return api


async def test_every_issued_statement_is_proved_whatever_is_learned_later(w: Api) -> None:
    await issued(w)
    await w.learn([retraction(W1_FACTS[0]), started("P2", "2022-01-01"), housed("P2", "2022-01-01")])
    await w.issue("2024")
    entries = (await w.get("/v1/statements"))["data"]
    assert len(entries) == 6
    for entry in entries:
        assert await failing(w, entry["id"]) == []


async def test_a_changed_statement_is_told_from_its_recomputation_its_digest_and_the_log(
    w: Api, database: Database
) -> None:
    await issued(w)
    forged = (await w.client.get(f"/v1/statements/{STATEMENT}")).content.replace(b"Investor A", b"Investor Z")
    await execute(database, "UPDATE statement SET document = :document WHERE id = :id", document=forged, id=STATEMENT)
    assert await failing(w) == ["statement", "digest", "log"]
    assert await failing(w, "w.2023.b.1") == []


async def test_a_statement_that_is_no_document_any_more_is_told(w: Api, database: Database) -> None:
    await issued(w)
    await execute(database, "UPDATE statement SET document = :document WHERE id = :id", document=b"{", id=STATEMENT)
    assert await failing(w) == ["statement", "digest", "log"]


async def test_a_changed_digest_is_told(w: Api, database: Database) -> None:
    await issued(w)
    await execute(database, "UPDATE statement SET sha256 = :sum WHERE id = :id", sum=bytes(32), id=STATEMENT)
    assert await failing(w) == ["digest"]


async def test_a_changed_or_missing_detail_entry_is_told(w: Api, database: Database) -> None:
    await issued(w)
    (line, *_) = await w.lines(STATEMENT)
    assert line["amount"] == "7500.00"
    where = "WHERE position = 1 AND sequence = (SELECT sequence FROM statement WHERE id = :id)"
    await execute(database, f"UPDATE detail_item SET commitment = :sum {where}", sum=bytes(32), id=STATEMENT)
    assert await failing(w) == ["detail"]
    await execute(database, f"DELETE FROM detail_item {where}", id=STATEMENT)
    assert await failing(w) == ["detail"]


async def test_a_changed_or_missing_posting_is_told(w: Api, database: Database) -> None:
    await issued(w)
    where = "WHERE position = 1 AND transaction_id = :id"
    await execute(database, f"UPDATE posting SET amount_minor = amount_minor + 1 {where}", id=STATEMENT)
    assert await failing(w) == ["postings"]
    await execute(database, f"DELETE FROM posting {where}", id=STATEMENT)
    assert await failing(w) == ["postings"]


async def test_a_fact_that_was_changed_or_removed_makes_the_recomputation_differ(w: Api, database: Database) -> None:
    await issued(w)
    later = b'{"contract":"w","id":"x","kind":"status","name":"housing","on":"2022-09-30","participant":"P1",'
    later += b'"source":"case-system","value":"own_tenancy"}'
    await execute(database, "UPDATE fact SET payload = :payload WHERE sequence = 3", payload=later)
    assert "statement" in await failing(w)
    await execute(database, "DELETE FROM fact WHERE sequence IN (3, 5)")
    assert "statement" in await failing(w)


async def test_a_changed_log_entry_is_told(w: Api, database: Database, database_url: str) -> None:
    await issued(w)
    where = "WHERE contract = 'w' AND sequence = (SELECT sequence FROM statement WHERE id = :id)"
    await database.dispose()
    await forge(database_url, f"UPDATE log_entry SET digest = :digest {where}", digest=bytes(32), id=STATEMENT)
    assert await failing(w) == ["log"]


async def test_an_unknown_statement_cannot_be_verified(w: Api) -> None:
    problem_in(await w.client.post("/v1/statements/nothing/verify"), 404, "statement-not-found")
