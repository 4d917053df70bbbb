"""The audit trail over HTTP: every entry of the log, chained, and what was known at any of them."""

from datetime import timedelta
from typing import Any

import pytest

from service.core import canonical
from service.workflows.audit_log import read_log
from service.workflows.ingest import post_events
from service.workflows.journal import open_journal
from service.workflows.ledger import Ledger
from tests.builders import EXAM, HOUSING, a_contract, housed, retraction, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import NOW, Api, Document, client_of, faults_in, problem_in, sent
from tests.shell.tampering import forge


async def log(api: Api, contract: str = "w", **query: Any) -> list[Document]:
    """Every entry that a reader of all pages gets."""
    read: list[Document] = []
    while True:
        page = await api.get(f"/v1/contracts/{contract}/log", **query)
        read += page["data"]
        if not page["page"]["has_more"]:
            return read
        query["after"] = page["page"]["next"]


async def lived(api: Api) -> Api:
    """A contract with facts, an amendment and two periods issued."""
    await api.learn(W1_FACTS[:4])
    await api.amend(a_contract(version=2, effective_from="2023-01-01", reason="agreed anew"))
    await api.issue("2022")
    await api.learn(W1_FACTS[4:])
    await api.issue("2023")
    return api


async def known(api: Api, at: Any, contract: str = "w") -> Document:
    found: Document = await api.get(f"/v1/contracts/{contract}/knowledge", at=at)
    return found


async def test_the_log_tells_of_each_entry_what_it_is_about(w: Api) -> None:
    read = await log(await lived(w))
    assert [(entry["sequence"], entry["kind"]) for entry in read[:2]] == [(1, "terms"), (2, "fact")]
    assert [entry["subject"] for entry in read if entry["kind"] in ("terms", "statement")] == [
        "terms version 1",
        "terms version 2",
        *("statement w/2022/a/1", "statement w/2022/b/1", "statement w/2023/a/1", "statement w/2023/b/1"),
    ]
    assert read[1]["subject"] == f"event {W1_FACTS[0].id} of case-system"
    assert {entry["actor"] for entry in read} == {"bootstrap"}
    assert [entry["reason"] for entry in read if entry["kind"] == "terms"] == ["as signed", "agreed anew"]


async def test_a_fact_is_told_without_its_participant_and_what_it_says(w: Api) -> None:
    await w.learn([housed("zq9-somebody", "2022-08-31", id="e-1")])
    response = await w.client.get("/v1/contracts/w/log")
    assert "event e-1 of case-system" in response.text
    assert "zq9" not in response.text and "own_tenancy" not in response.text


async def test_each_entry_holds_the_digest_of_the_one_before_over_all_pages(w: Api) -> None:
    read = await log(await lived(w), limit=3)
    assert [entry["sequence"] for entry in read] == list(range(1, len(read) + 1))
    assert len(read) == 19  # of them a draft, a submission and an approval for each of two periods
    assert read[0]["before"] == "0" * 64
    assert [entry["before"] for entry in read[1:]] == [entry["after"] for entry in read[:-1]]
    assert read == await log(w)


async def test_the_log_narrowed_is_the_whole_log_without_the_rest(w: Api, ledger: Ledger) -> None:
    await lived(w)
    await post_events(ledger, [sent(housed("P9", "2022-08-31"))], "registry")
    whole = await log(w)
    for name, values in (
        ("kind", ("terms", "fact", "draft", "submission", "approval", "statement")),
        ("actor", ("bootstrap", "registry", "nobody")),
    ):
        narrowed = [await log(w, limit=2, **{name: value}) for value in values]
        assert narrowed == [[entry for entry in whole if entry[name] == value] for value in values]
        assert sum(map(len, narrowed)) == len(whole)
    both = await log(w, kind="fact", actor="registry")
    assert [entry["actor"] for entry in both] == ["registry"]


async def test_an_entry_of_a_kind_without_words_of_its_own_says_what_it_is_about(w: Api, ledger: Ledger) -> None:
    async with ledger.database.begin() as store:
        head = await store.lock_head("w")
        assert head is not None
        journal = await open_journal(store, "w", head, "finance", NOW)
        journal.add("approval", {"about": "statement w/2022/a/1"}, reason="checked")
        await journal.save(store)
    (*_, last) = await read_log(ledger, "w")
    assert (last.subject, last.reason, last.entry.actor) == ("statement w/2022/a/1", "checked", "finance")


async def test_the_log_of_an_unknown_contract_and_unknown_filters_are_refused(w: Api) -> None:
    problem_in(await w.client.get("/v1/contracts/nobody/log"), 404, "contract-not-found")
    assert faults_in(await w.client.get("/v1/contracts/w/log?kind=gossip")) == [("kind", "not-allowed")]
    assert faults_in(await w.client.get("/v1/contracts/w/log?after=x")) == [("after", "wrong-cursor")]
    assert faults_in(await w.client.get("/v1/contracts/w/log?sort=x")) == [("", "unknown-parameter")]


async def test_a_log_that_cannot_be_read_any_more_is_told_as_broken(w: Api, database_url: str) -> None:
    await w.ledger.database.dispose()
    await forge(database_url, "UPDATE log_entry SET bytes = :bytes WHERE contract = 'w'", bytes=b"{")
    problem_in(await w.client.get("/v1/contracts/w/log"), 500, "log-broken")


async def test_what_was_known_before_and_after_a_retraction_has_its_own_counts(w: Api) -> None:
    await w.learn(W1_FACTS[:3])
    await w.learn([retraction(W1_FACTS[2])])
    before, after = await known(w, "seq:4"), await known(w, 5)
    assert (before["facts"], after["facts"]) == ({"known": 3, "effective": 3}, {"known": 4, "effective": 2})
    assert before["findings"] == [{"metric": "housing", "achieved": 1, "refused": 0, "pending": 2}]
    assert after["findings"] == [{"metric": "housing", "achieved": 0, "refused": 0, "pending": 3}]
    assert (before["judged_at"], before["sequence"], after["sequence"]) == ("2022", 4, 5)


async def test_what_was_known_names_the_entry_the_terms_and_the_statements_of_then(w: Api) -> None:
    await lived(w)
    read = await log(w)
    first, amended, issued = await known(w, 1), await known(w, 6), await known(w, 11)
    assert [one["version"] for one in first["terms"]] == [1]
    assert (first["facts"], first["statements"]) == ({"known": 0, "effective": 0}, [])
    assert [(one["version"], one["reason"]) for one in amended["terms"]] == [(1, "as signed"), (2, "agreed anew")]
    versions = (await w.get("/v1/contracts/w/versions"))["data"]
    assert [one["sha256"] for one in amended["terms"]] == [one["sha256"] for one in versions]
    listed = (await w.get("/v1/statements", contract="w", period="2022"))["data"]
    assert [(one["id"], one["sha256"]) for one in issued["statements"]] == [
        (one["id"], one["sha256"]) for one in listed
    ]
    assert (amended["judged_at"], issued["judged_at"]) == ("2022", "2023")
    for found in (first, amended, issued):
        assert found["entry"]["digest"] == read[found["sequence"] - 1]["after"]


async def test_what_was_known_at_the_end_is_what_the_findings_say(api: Api) -> None:
    await api.register(a_contract(HOUSING, EXAM))
    await api.learn([*W1_FACTS, started("P2", "2022-08-31")])
    findings = (await api.get("/v1/contracts/w/findings", limit=500))["data"]
    told = await known(api, 9)
    for counts in told["findings"]:
        for state in ("achieved", "refused", "pending"):
            mine = [one for one in findings if (one["metric"], one["state"]) == (counts["metric"], state)]
            assert counts[state] == len(mine)
    assert [counts["metric"] for counts in told["findings"]] == ["housing", "exam"]


async def test_a_time_comes_to_the_last_entry_recorded_by_then(ledger: Ledger) -> None:
    clock = [NOW - timedelta(hours=3)]
    later = Ledger(ledger.database, lambda: clock[0], bytes)
    async with await client_of(later) as client:
        api = Api(client, later)
        await api.register(a_contract())
        for place in range(2):
            clock[0] += timedelta(hours=1)
            await api.learn([W1_FACTS[place]])
        assert (await known(api, "2026-11-22T09:00:00Z"))["sequence"] == 1
        assert (await known(api, "2026-11-22T10:59:59+01:00"))["sequence"] == 1
        assert (await known(api, "2026-11-22T11:00:00.000000+01:00"))["sequence"] == 2
        assert (await known(api, "2026-11-22T11:00:00z"))["sequence"] == 3
        for early in ("2026-11-22T08:59:59Z", "0001-01-01T00:00:00+00:00"):
            response = await client.get("/v1/contracts/w/knowledge", params={"at": early})
            assert faults_in(response) == [("at", "out-of-range")]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-11-22T09:00:00", "naive-date-time"),
        ("2026-11-22", "wrong-form"),
        ("2026-11-22T09:00:00 01:00", "wrong-form"),
        ("2026-13-22T09:00:00Z", "wrong-form"),
        ("0001-01-01T00:00:00+23:59", "wrong-form"),
        ("2026-11-22T12:00:01Z", "out-of-range"),
        ("9999-12-31T23:59:59Z", "out-of-range"),
        ("seq:", "wrong-form"),
        ("-1", "wrong-form"),
        ("٣", "wrong-form"),
        ("", "wrong-form"),
        ("0", "out-of-range"),
        ("seq:2", "out-of-range"),
        ("9" * 18, "out-of-range"),
        ("9" * 19, "wrong-form"),
    ],
)
async def test_a_point_that_cannot_be_read_or_is_not_in_the_log_is_refused(w: Api, at: str, code: str) -> None:
    response = await w.client.get("/v1/contracts/w/knowledge", params={"at": at})
    assert faults_in(response) == [("at", code)]
    assert len(at) < 10 or at not in response.text


async def test_what_was_known_of_an_unknown_contract_is_not_found(w: Api) -> None:
    problem_in(await w.client.get("/v1/contracts/nobody/knowledge?at=1"), 404, "contract-not-found")
    problem_in(await w.client.get("/v1/contracts/w/knowledge"), 422, "parameter-invalid")


async def test_digests_are_those_of_the_bytes_that_are_stored(w: Api, ledger: Ledger) -> None:
    await lived(w)
    async with ledger.database.reading() as store:
        stored = {entry.sequence: entry.entry_bytes for entry in await store.entries("w")}
    assert [canonical.leaf_digest(stored[entry["sequence"]]).hex() for entry in await log(w)] == [
        entry["after"] for entry in await log(w)
    ]
