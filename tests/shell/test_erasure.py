"""Erasing a participant in the service: nothing of it remains, what was stated stands, everything is still proved."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from service.storage.database import Database
from service.workflows.rebuild import rebuild
from tests.builders import a_contract, a_fact, housed, retraction, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, Document, answered, problem_in, second_person, sent
from tests.shell.living import Living, exam, two_people, whole
from tests.shell.tampering import execute

WHY = {"reason": "asked for by the person", "legal_basis": "GDPR article 17(1)(b)"}
KNOWN_BY = "zq-pseudonym-7"  # nothing else holds it


async def erase(api: Api, participant: str, contract: str = "w", **query: Any) -> Document:
    """Erase somebody: what the service says of it."""
    path = f"/v1/contracts/{contract}/erasures"
    response = await api.client.post(path, json={"participant": participant, **WHY}, params=query)
    assert response.status_code == (200 if query else 201), response.text
    told: Document = response.json()
    return told


async def results(api: Api) -> set[str]:
    """What verifying every issued statement says."""
    entries = (await api.get("/v1/statements"))["data"]
    found = [answered(await api.client.post(f"/v1/statements/{entry['id']}/verify")) for entry in entries]
    assert all(one["match"] for one in found), found
    return {one["result"] for one in found}


async def documents(api: Api) -> dict[str, bytes]:
    """The bytes of every issued statement."""
    entries = (await api.get("/v1/statements"))["data"]
    return {entry["id"]: (await api.client.get(f"/v1/statements/{entry['id']}")).content for entry in entries}


async def test_w18_an_erased_participant_changes_nothing_stated_and_is_stated_nothing_new(w: Api) -> None:
    await w.learn(W1_FACTS)
    for period in ("2022", "2023"):
        await w.issue(period)
    before = await documents(w)
    assert await erase(w, "P1") == {
        "number": 19,
        "contract": "w",
        "erased_on": "2026-11-22",
        "erased_by": "bootstrap",
        **WHY,
        "events": 7,
        "entries": 4,
        "is_kept": True,
        "preview": False,
    }
    assert await documents(w) == before
    await w.issue("2024")
    assert (await w.get("/v1/statements/w.2024.a.1/detail"))["items"] == []
    assert (await w.totals("w.2024.a.1"))["stated_to_date"] == "15000.00"
    assert await results(w) == {"proved, 1 erased"}


async def test_one_in_ten_is_erased_and_no_earlier_amount_changes(w: Api, database: Database) -> None:
    people = [f"P{number:02}" for number in range(30)]
    for place, name in enumerate(people):
        await w.learn(
            [started(name, "2022-01-10"), housed(name, "2022-01-10"), housed(name, f"2022-0{place % 6 + 4}-20")]
        )
    await w.issue("2022")
    before, stated = await documents(w), Decimal((await w.totals("w.2022.a.1"))["stated_to_date"])
    for name in random.Random(7).sample(people, 3):
        await erase(w, name)
    await w.learn([housed(name, "2023-02-01") for name in people if name in await living(w)])
    await w.issue("2023")
    assert {id: stored for id, stored in (await documents(w)).items() if id in before} == before
    lines = await w.lines("w.2023.a.1")
    assert {line["step"] for line in lines} == {"6 months", "12 months"}
    assert not [line for line in lines if line["participant"].startswith("erased")]
    later = await w.totals("w.2023.a.1")
    assert Decimal(later["stated_to_date"]) == stated + Decimal(later["lines"])
    assert await results(w) == {"proved, 3 erased"}
    rows = await whole(database)
    await rebuild(w.ledger, "w")
    assert await whole(database) == rows
    assert len((await w.get("/v1/contracts/w/erasures"))["data"]) == 3


async def living(api: Api) -> set[str]:
    """Who still has facts."""
    facts = (await api.get("/v1/events", contract="w", limit=500))["data"]
    return {fact["event"]["participant"] if "event" in fact else fact["participant"] for fact in facts}


async def test_nothing_of_the_pseudonym_and_of_what_was_told_of_it_remains(
    w: Api, database: Database, tmp_path: Path
) -> None:
    told = [
        started(KNOWN_BY, "2022-01-10").model_copy(update={"id": "e1"}),
        housed(KNOWN_BY, "2022-01-10").model_copy(update={"id": "e2"}),
        housed(KNOWN_BY, "2022-05-01").model_copy(update={"id": "e3"}),
    ]
    await w.learn(told)
    await w.learn([retraction(told[2]).model_copy(update={"id": "e4", "reason": "zq-told-of-it"})])
    await w.learn([housed(KNOWN_BY, "2022-06-01").model_copy(update={"id": "e5"})])
    await w.learn([started("P2", "2022-01-10"), housed("P2", "2022-01-10"), housed("P2", "2022-05-02")])
    await w.issue("2022")
    assert b"zq-" in as_bytes(await whole(database))
    files = [file for file in tmp_path.rglob("ledger.db*") if file.is_file()]  # none on PostgreSQL
    assert not files or b"zq-" in b"".join(file.read_bytes() for file in files)
    assert (await erase(w, KNOWN_BY))["events"] == 5
    await w.issue("2023")
    rows = await whole(database)
    assert b"zq-" not in as_bytes(rows)
    assert b"2022-06-01" not in as_bytes(rows)
    assert await results(w) == {"proved, 1 erased"}
    await database.dispose()
    assert all(b"zq-" not in file.read_bytes() for file in tmp_path.rglob("ledger.db*"))


def as_bytes(rows: dict[str, list[tuple[Any, ...]]]) -> bytes:
    """Every value of every column, one behind the other."""
    values = (value for table in rows.values() for row in table for value in row)
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


async def test_the_detail_shows_of_an_erased_entry_its_place_and_commitment(w: Api) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    (line, *_) = (await w.get("/v1/statements/w.2022.a.1/detail"))["items"]
    await erase(w, "P1")
    (erased, *_) = (await w.get("/v1/statements/w.2022.a.1/detail"))["items"]
    assert erased == {"item": "erased", "position": 1, "commitment": line["commitment"]}
    problem_in(await w.client.get("/v1/statements/w.2022.a.1/detail/1"), 404, "line-erased")
    for form in ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"):
        response = await w.client.get("/v1/statements/w.2022.a.1/detail", headers={"Accept": form})
        assert response.status_code == 200


async def test_a_late_fact_still_displaces_what_an_erased_participant_was_stated(api: Api) -> None:
    await api.register(a_contract(limits={"contract": {"amount": "15000.00"}}))
    await api.learn([started("P3", "2022-08-31"), housed("P3", "2022-08-31"), housed("P3", "2022-12-05", "shelter")])
    await api.issue("2022")
    await erase(api, "P3")
    await api.learn([started("P2", "2022-08-15"), housed("P2", "2022-08-15"), housed("P2", "2022-11-20", "shelter")])
    await api.issue("2023")
    lines = await api.lines("w.2023.a.1")
    assert [(line["kind"], line["participant"], line["amount"]) for line in lines] == [
        ("late", "P2", "7500.00"),
        ("displaced", "erased 10", "-7500.00"),
    ]
    await erase(api, "P2")
    await api.issue("2024")
    assert await results(api) == {"proved, 1 erased", "proved, 2 erased"}


async def test_who_is_erased_before_anything_is_issued_is_gone(w: Api, database: Database) -> None:
    await w.learn(W1_FACTS)
    assert (await erase(w, "P1"))["is_kept"] is False
    assert (await whole(database))["kept_finding"] == []
    await w.issue("2022")
    assert (await w.totals("w.2022.a.1"))["lines"] == "0.00"
    assert await results(w) == {"proved"}


async def test_nobody_is_erased_who_is_not_known_or_not_any_more(w: Api) -> None:
    await w.learn(W1_FACTS)
    await erase(w, "P1")
    for participant in ("P1", "P9"):
        response = await w.client.post("/v1/contracts/w/erasures", json={"participant": participant, **WHY})
        assert participant not in problem_in(response, 404, "participant-not-found")["detail"]
    response = await w.client.post("/v1/contracts/none/erasures", json={"participant": "P1", **WHY})
    problem_in(response, 404, "contract-not-found")


async def test_nobody_is_erased_while_statements_are_on_their_way(api: Api, database: Database) -> None:
    await api.register(two_people())
    await api.learn(exam("P1", "2022-05-01"))
    life = Living(api, await second_person(api.ledger))
    await life.take(1)
    rows = await whole(database)
    response = await api.client.post("/v1/contracts/w/erasures", json={"participant": "P1", **WHY})
    problem = problem_in(response, 409, "erasure-during-round")
    assert problem["available_actions"] == ["approve", "discard"]
    assert await whole(database) == rows
    await life.done(life.round("discard"), {"reason": "to erase somebody"})
    assert (await erase(api, "P1"))["events"] == 2


async def test_a_preview_erases_nothing(w: Api, database: Database) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    rows = await whole(database)
    told = await erase(w, "P1", preview=True)
    assert (told["preview"], told["events"]) == (True, 7)
    assert await whole(database) == rows


async def test_an_erasure_is_done_once_under_a_key_that_keeps_no_pseudonym(w: Api, database: Database) -> None:
    await w.learn([fact.model_copy(update={"participant": KNOWN_BY, "id": f"e{n}"}) for n, fact in enumerate(W1_FACTS)])
    body, headers = {"participant": KNOWN_BY, **WHY}, {"Idempotency-Key": '"erase-1"'}
    first, again = [await w.client.post("/v1/contracts/w/erasures", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert KNOWN_BY.encode() not in as_bytes(await whole(database))


async def test_what_corrects_an_erased_fact_is_refused_and_the_pseudonym_is_a_new_person(w: Api) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    await erase(w, "P1")
    (verdict,) = (await w.batch([sent(retraction(W1_FACTS[1]))]))["verdicts"]
    assert (verdict["verdict"], verdict["code"]) == ("rejected", "erased-target")
    await w.learn([a_fact("status", "P1", "2023-01-01", name="housing", value="own_tenancy", id="anew")])
    assert await results(w) == {"proved, 1 erased"}


async def test_a_changed_commitment_of_an_erased_entry_is_told(w: Api, database: Database) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    await erase(w, "P1")
    await execute(database, "UPDATE detail_item SET commitment = :sum WHERE position = 1", sum=bytes(32))
    found = answered(await w.client.post("/v1/statements/w.2022.a.1/verify"))
    assert [check["check"] for check in found["checks"] if not check["holds"]] == ["statement"]
