"""The change feed over HTTP: every entry once and in order, and when a fact started or stopped to pay."""

import asyncio

from service.workflows.ingest import post_events
from tests.builders import a_contract, correction, housed, retraction, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, Document, faults_in, problem_in, sent


async def changes(api: Api, after: int = 0, limit: int = 500, contract: str = "w") -> Document:
    page: Document = await api.get("/v1/changes", contract=contract, after=after, limit=limit)
    return page


async def paying(api: Api) -> dict[str, list[tuple[str, str, str, str]]]:
    """What each statement tells of the facts that pay: (id, turn, step, kind of line)."""
    return {
        entry["statement"]: [(one["id"], one["turn"], one["step"], one["line_kind"]) for one in entry["paying"]]
        for entry in (await changes(api))["data"]
        if entry["kind"] == "statement"
    }


async def test_every_entry_is_told_in_order_with_what_it_is(w: Api) -> None:
    home = housed("P1", "2022-08-31")
    await w.learn([started("P1", "2022-08-31"), home])
    await w.amend(a_contract(version=2, effective_from="2023-01-01", reason="agreed anew"))
    await w.issue("2022")
    page = await changes(w)
    told = [(entry["sequence"], entry["kind"]) for entry in page["data"]]
    assert told[:4] == [(1, "terms"), (2, "fact"), (3, "fact"), (4, "terms")]
    assert told[4:7] == [(5, "draft"), (6, "submission"), (7, "approval")]
    assert told[7:] == [(8, "statement"), (9, "statement")]
    assert (page["next"], page["has_more"]) == (9, False)
    terms, _, fact, amendment, *_, first, second = page["data"]
    assert (terms["version"], amendment["version"]) == (1, 2)
    assert (fact["source"], fact["id"]) == ("case-system", home.id)
    assert set(fact) == {"contract", "sequence", "kind", "recorded_at", "source", "id"}
    assert (first["statement"], first["period"], first["investor"]) == ("w.2022.a.1", "2022", "a")
    assert second["statement"] == "w.2022.b.1"


async def test_the_feed_is_resumed_from_anywhere_also_from_its_end(w: Api) -> None:
    await w.learn([housed(f"P{place}", "2022-08-31") for place in range(10)])
    whole = (await changes(w))["data"]
    after, found = 0, []
    while (page := await changes(w, after, limit=3))["data"]:
        found += page["data"]
        after = page["next"]
        assert page["has_more"] == (after < 11)
    assert found == whole
    assert (page["next"], page["has_more"]) == (11, False)
    await w.learn([housed("P10", "2022-08-31")])
    assert [entry["sequence"] for entry in (await changes(w, after))["data"]] == [12]


async def test_nothing_is_left_out_while_sixteen_callers_post(w: Api) -> None:
    async def post(caller: int) -> None:
        for place in range(5):
            await post_events(w.ledger, [sent(housed(f"P{caller}-{place}", "2022-08-31"))], "someone")

    posting = asyncio.gather(*map(post, range(16)))
    after, seen = 0, []
    while not posting.done() or after < 81:
        page = await changes(w, after, limit=7)
        seen += [entry["sequence"] for entry in page["data"]]
        after = page["next"]
    await posting
    assert seen == list(range(1, 82))


async def test_a_fact_starts_to_pay_when_a_statement_rests_on_it_and_stops_when_it_is_withdrawn(w: Api) -> None:
    home = housed("P1", "2022-08-31")
    begun, confirmed = started("P1", "2022-08-31"), housed("P1", "2022-12-31", id="confirmed")
    await w.learn([begun, home, confirmed])
    await w.issue("2022")
    told = (await paying(w))["w.2022.a.1"]
    assert {(turn, step, kind) for _, turn, step, kind in told} == {("started", "3 months", "new")}
    assert {home.id, confirmed.id} <= {name for name, *_ in told}
    await w.learn([retraction(home), retraction(confirmed)])
    assert len(await paying(w)) == 2  # what is only known and not stated has changed nothing
    await w.issue("2023")
    stopped = (await paying(w))["w.2023.a.1"]
    assert {(name, step) for name, _, step, _ in told} == {(name, step) for name, _, step, _ in stopped}
    assert {(turn, kind) for _, turn, _, kind in stopped} == {("stopped", "reversal")}


async def test_a_correction_stops_what_it_replaces_and_starts_itself(w: Api) -> None:
    home, confirmed = housed("P1", "2022-08-31"), housed("P1", "2022-12-31", id="confirmed")
    await w.learn([started("P1", "2022-08-31"), home, confirmed])
    await w.issue("2022")
    corrected = correction(home, on="2022-09-01")
    await w.learn([corrected])
    await w.issue("2023")
    turns = [(name, turn) for name, turn, step, _ in (await paying(w))["w.2023.b.1"] if step == "3 months"]
    assert turns == [(home.id, "stopped"), (corrected.id, "started")]


async def test_the_worked_example_pays_only_what_rests_on_a_line(w: Api) -> None:
    await w.learn(W1_FACTS)
    for period in ("2022", "2023", "2024"):
        await w.issue(period)
    balance: dict[tuple[str, str], int] = {}
    for statement, turns in (await paying(w)).items():
        for name, turn, step, _ in turns:
            if ".a." in statement:
                balance[name, step] = balance.get((name, step), 0) + (1 if turn == "started" else -1)
    assert balance
    assert set(balance.values()) <= {0, 1}


async def test_an_unknown_contract_and_a_place_behind_the_end_are_refused(w: Api) -> None:
    problem_in(await w.client.get("/v1/changes?contract=nobody"), 404, "contract-not-found")
    problem_in(await w.client.get("/v1/changes"), 422, "parameter-invalid")
    problem_in(await w.client.get("/v1/changes?contract=w&after=-1"), 422, "parameter-invalid")
    assert faults_in(await w.client.get("/v1/changes?contract=w&after=2")) == [("after", "wrong-cursor")]
    assert faults_in(await w.client.get(f"/v1/changes?contract=w&after={2**63 - 1}")) == [("after", "wrong-cursor")]
    assert (await changes(w, after=1))["data"] == []
