"""Who read about participants: a record before each answer, or no answer; found again by contract, person and time."""

import pytest

from service.storage.database import Database
from service.workflows.access_records import broken_record
from service.workflows.ledger import Ledger
from tests.builders import a_contract
from tests.shell.calling import EVERY_ROLE, Api, Document, answered, faults_in, ledger_on, problem_in, with_chance
from tests.shell.tampering import execute, forge
from tests.shell.trail import OF, SAMPLES, TRAIL, as_somebody, posted, reads_of, stated_in, trail_of

PERSON = "P1"


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fresh ledger at a fixed moment, with real chance: keys are made through the API, and samples drawn."""
    return with_chance(ledger_on(database))


@pytest.fixture
async def stated(w: Api) -> Api:
    """Contract W with the year 2022 issued."""
    return await stated_in(w)


async def test_a_read_is_recorded_with_who_to_which_end_of_what_and_how_many_rows(stated: Api) -> None:
    before = len(await reads_of(stated))
    request_id = "0123456789abcdef0123456789abcdef"
    response = await stated.client.get("/v1/statements/w.2022.a.1/detail", headers={"X-Request-Id": request_id})

    (told,) = (await reads_of(stated))[before:]
    assert (told["actor"], told["request_id"]) == ("bootstrap", request_id)
    assert told["recorded_at"] == "2026-11-22T12:00:00.000000+00:00"
    assert told["body"] == {
        "roles": list(EVERY_ROLE),
        "purpose": "the work of finance, auditor, case-system",
        "operation": "GET /v1/statements/{statement}/detail",
        "contracts": ["w"],
        "statement": "w.2022.a.1",
        "participants": [],
        "rows": len(answered(response)["items"]),
    }
    assert told["body"]["rows"] > 0


async def test_what_is_known_as_unchanged_was_read_all_the_same(stated: Api) -> None:
    path = "/v1/statements/w.2022.a.1/detail"
    etag = (await stated.client.get(path)).headers["ETag"]
    before = len(await reads_of(stated))

    assert (await stated.client.get(path, headers={"If-None-Match": etag})).status_code == 304
    assert len(await reads_of(stated)) == before + 1


async def test_the_purpose_of_one_read_can_be_given_with_it(stated: Api) -> None:
    purpose = "klage over opgørelsen for 2022 — sag 17"
    sent_as = {"Access-Purpose": purpose.encode()}
    answered(await stated.client.get("/v1/events", headers=sent_as))  # type: ignore[arg-type]

    assert (await reads_of(stated))[-1]["body"]["purpose"] == purpose


@pytest.mark.parametrize("purpose", [b"", b"ab", b"x" * 201, b"\xff\xfe\xfd\xfc", b"a\tb\tc", "a\x85bc".encode()])
async def test_a_purpose_that_is_no_purpose_is_refused_and_nothing_is_told(stated: Api, purpose: bytes) -> None:
    before = len(await trail_of(stated))
    response = await stated.client.get("/v1/events", headers={"Access-Purpose": purpose})  # type: ignore[arg-type]

    assert faults_in(response) == [("Access-Purpose", "wrong-form")]
    assert len(await trail_of(stated)) == before


async def test_a_purpose_holds_no_civil_registration_number(stated: Api) -> None:
    response = await stated.client.get("/v1/events", headers={"Access-Purpose": "about 010190-1234"})

    assert faults_in(response) == [("Access-Purpose", "personal-data-suspected")]
    assert "010190" not in response.text + str(await trail_of(stated))


@pytest.mark.parametrize(
    "broken",
    [
        "DROP TABLE access_record",
        "DROP TABLE access_head",
        "DELETE FROM access_head",
        "UPDATE access_head SET sequence = 0",
        "UPDATE access_head SET sequence = sequence + 7",
    ],
)
@pytest.mark.parametrize("path", ["/v1/events", "/v1/statements/w.2022.a.1/detail", "/v1/contracts/w/findings"])
async def test_what_cannot_be_recorded_is_not_told(stated: Api, database_url: str, broken: str, path: str) -> None:
    await (forge(database_url, broken) if "DROP" in broken else execute(stated.ledger.database, broken))

    response = await stated.client.get(path)

    problem_in(response, 503, "unavailable")
    answered(await stated.client.get("/v1/statements/w.2022.a.1"))


async def test_no_pseudonym_stands_in_the_trail_and_who_was_asked_for_is_found_by_it(stated: Api) -> None:
    await stated.get("/v1/events", participant=PERSON)
    found = (await stated.get(OF, participant=PERSON))["data"]

    assert PERSON not in str([told["body"] for told in await reads_of(stated)]).replace("participant", "")
    named = [entry["record"] for entry in found if entry["match"] == "named"]
    assert [record["read"]["operation"] for record in named] == ["GET /v1/events"]
    assert all(record["read"]["names_participant"] for record in named)


async def test_somebody_is_told_of_the_lists_that_they_may_have_been_among(stated: Api) -> None:
    await stated.register(a_contract(contract="other"))
    for query in ({"contract": "w"}, {"contract": "other"}, {"contract": "w", "participant": "P2"}):
        await stated.get("/v1/events", **query)
    found = (await stated.get(OF, participant=PERSON))["data"]

    told = [(entry["match"], entry["record"]["read"]["operation"]) for entry in found]
    assert told == [("may-have-been-among", "GET /v1/events")]
    assert found[0]["record"]["read"]["contracts"] == ["w"]


async def test_once_the_key_is_gone_nobody_can_tell_whom_a_record_names(stated: Api) -> None:
    await stated.get("/v1/events", participant=PERSON)
    assert (await stated.get(OF, participant=PERSON))["data"][-1]["match"] == "named"
    await execute(stated.ledger.database, "DELETE FROM participant_key WHERE participant = :who", who=PERSON)
    assert await named(stated) == []
    again = "INSERT INTO participant_key (contract, participant, key) VALUES ('w', :who, :key)"
    await execute(stated.ledger.database, again, who=PERSON, key=bytes(32))
    assert await named(stated) == []


async def named(api: Api) -> list[Document]:
    """The reads of events that are found to name the person."""
    found = (await api.get(OF, participant=PERSON))["data"]
    events = [entry for entry in found if entry["record"]["read"]["operation"] == "GET /v1/events"]
    return [entry for entry in events if entry["match"] == "named"]


async def test_a_name_under_which_nothing_was_found_is_not_kept(stated: Api) -> None:
    await stated.get("/v1/events", contract="0101901234", participant="0101901234")

    assert (await reads_of(stated))[-1]["body"]["contracts"] == []
    assert "0101901234" not in str(await trail_of(stated))


async def test_what_is_done_to_credentials_stands_in_the_same_trail(w: Api) -> None:
    administrator = await as_somebody(w, "administrator", ("administrator",))
    before = len(await trail_of(w))
    asked: Document = {"roles": ["investor"], "party": "a", "contracts": ["w"]}
    answered(await posted(w, "/v1/credentials", {"name": "anna", **asked}, administrator), 201)
    changed = await w.client.put("/v1/credentials/anna", json={**asked, "contracts": ["v"]}, headers=administrator)
    answered(changed)
    answered(await posted(w, "/v1/credentials/anna/keys", {}, administrator), 201)
    answered(await w.client.post("/v1/credentials/anna/revoke", headers=administrator))

    told = (await trail_of(w))[before:]
    assert [(one["kind"], one["actor"], one["body"]["act"]) for one in told] == [
        ("credential", "administrator", act) for act in ("made", "changed", "key-made", "revoked")
    ]
    assert [one["body"]["contracts"] for one in told] == [["w"], ["v"], ["v"], ["v"]]


async def test_a_credential_that_cannot_be_recorded_is_not_made(w: Api) -> None:
    administrator = await as_somebody(w, "administrator", ("administrator",))
    await execute(w.ledger.database, "DELETE FROM access_head")
    asked = {"name": "anna", "roles": ["investor"], "party": "a", "contracts": ["w"]}

    problem_in(await posted(w, "/v1/credentials", asked, administrator), 503, "unavailable")
    names = [one["name"] for one in answered(await w.client.get("/v1/credentials", headers=administrator))["data"]]
    assert "anna" not in names


async def test_the_trail_is_read_by_contract_credential_kind_and_time_page_by_page(stated: Api) -> None:
    for _ in range(3):
        await stated.get("/v1/contracts/w/findings")
    first = await stated.get(TRAIL, contract="w", credential="bootstrap", kind="read", limit=2)
    second = await stated.get(TRAIL, contract="w", credential="bootstrap", kind="read", after=first["page"]["next"])

    sequences = [record["sequence"] for record in first["data"] + second["data"]]
    assert sequences == sorted(set(sequences)) and len(first["data"]) == 2 and len(sequences) >= 3
    assert (await stated.get(TRAIL, contract="v"))["data"] == []
    assert (await stated.get(TRAIL, credential="nobody"))["data"] == []
    assert (await stated.get(TRAIL, since="2026-11-22T12:00:01Z"))["data"] == []
    assert (await stated.get(TRAIL, until="2026-11-22T13:00:00+01:00"))["data"] == []
    assert (await stated.get(TRAIL, until="2026-11-22T13:00:01+01:00"))["data"] != []


async def test_each_record_names_the_digest_of_the_one_before(stated: Api) -> None:
    records = (await stated.get(TRAIL))["data"]

    assert [one["sequence"] for one in records] == [*range(1, len(records) + 1)]
    assert [one["before"] for one in records] == ["0" * 64, *(one["after"] for one in records[:-1])]


async def test_an_auditor_of_one_contract_sees_what_was_read_of_it_and_no_other_contract(stated: Api) -> None:
    await stated.register(a_contract(contract="other"))
    await stated.get("/v1/contracts/w/findings")
    await stated.get("/v1/contracts/other/findings")
    auditor = await as_somebody(stated, "auditor-of-other", ("auditor",), contracts=("other",))
    told = answered(await stated.client.get(TRAIL, headers=auditor))["data"]

    assert {tuple((one["read"] or one["credential"])["contracts"]) for one in told} == {("other",)}
    assert answered(await stated.client.get(TRAIL, params={"contract": "w"}, headers=auditor))["data"] == []


async def test_reading_the_trail_is_for_auditors_and_is_recorded_itself(stated: Api) -> None:
    finance = await as_somebody(stated, "finance", ("finance",))
    problem_in(await stated.client.get(TRAIL, headers=finance), 403, "permission-missing")
    problem_in(await posted(stated, SAMPLES, {"size": 1}, finance), 403, "permission-missing")
    before = len(await reads_of(stated))
    await stated.get(TRAIL)
    await stated.get(OF, participant="nobody")
    await stated.get(SAMPLES)

    assert [told["body"]["operation"] for told in (await reads_of(stated))[before:]] == [
        f"GET {path}" for path in (TRAIL, OF, SAMPLES)
    ]


FORGED: dict[str, tuple[str, int]] = {
    "who did it": ("UPDATE access_record SET actor = 'somebody else' WHERE sequence = 2", 2),
    "of what": ("UPDATE access_record SET contracts = ' v ' WHERE sequence = 2", 2),
    "about whom": ("UPDATE access_record SET participants = ' 00 ' WHERE sequence = 2", 2),
    "when": ("UPDATE access_record SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE sequence = 2", 2),
    "the bytes": ("UPDATE access_record SET bytes = digest WHERE sequence = 2", 2),
    "one left out": ("DELETE FROM access_record WHERE sequence = 2", 2),
    "the last left out": ("DELETE FROM access_record WHERE sequence = (SELECT sequence FROM access_head)", -1),
}


@pytest.mark.parametrize(("statement", "place"), FORGED.values(), ids=FORGED)
async def test_the_chain_holds_until_somebody_changes_a_record_behind_the_ledgers_back(
    stated: Api, database_url: str, statement: str, place: int
) -> None:
    await stated.get("/v1/events")
    records, broken = await broken_record(stated.ledger)
    assert (records, broken) == (len(await trail_of(stated)), None)

    await forge(database_url, statement)
    assert (await broken_record(stated.ledger))[1] == (place if place > 0 else records)
