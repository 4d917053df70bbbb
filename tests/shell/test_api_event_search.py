"""Events are found again: searched page by page, and each read with what used it or why nothing did."""

from typing import Any

from tests.builders import EXAM, HOUSING, a_contract, correction, housed, retraction, started, visit, withdrew
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, answered, faults_in, problem_in, sent

CONTRACT = a_contract(HOUSING, EXAM, attributes={"age": ["young", "old"]})


async def one(api: Api, id: str, contract: str = "w") -> dict[str, Any]:
    found: dict[str, Any] = await api.get("/v1/events/one", contract=contract, source="case-system", id=id)
    return found


async def walk(api: Api, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Every page of a list."""
    page = await api.get(path, **query)
    pages = [page["data"]]
    while page["page"]["has_more"]:
        page = await api.get(path, **query, after=page["page"]["next"])
        pages.append(page["data"])
    assert page["page"]["next"] is None
    return pages


async def test_pages_follow_one_another_without_gap_or_overlap(w: Api) -> None:
    await w.register(a_contract(contract="a-first"))
    facts = [housed(f"P{place}", "2022-08-31") for place in range(8)]
    await w.batch([*map(sent, facts[:5]), *(sent(fact, contract="a-first") for fact in facts)])
    for size, wanted in ((1, [1] * 13), (4, [4, 4, 4, 1]), (13, [13]), (50, [13])):
        pages = await walk(w, "/v1/events", limit=size)
        assert [len(page) for page in pages] == wanted
        places = [(entry["event"]["contract"], entry["sequence"]) for page in pages for entry in page]
        assert places == sorted(set(places))


async def test_a_search_narrows_by_every_field(w: Api) -> None:
    await w.register(a_contract(contract="a-first"))
    await w.learn(
        [started("P1", "2022-08-31"), housed("P1", "2022-08-31"), housed("P2", "2022-09-30", source="clinic")]
    )
    await w.batch([sent(housed("P1", "2022-10-31"), contract="a-first")])
    for query, count in (
        ({"contract": "w"}, 3),
        ({"kind": "enrolment"}, 1),
        ({"participant": "P1"}, 3),
        ({"source": "clinic"}, 1),
        ({"id": "P2-2022-09-30-housing-own_tenancy"}, 1),
        ({"on_from": "2022-09-30"}, 2),
        ({"on_through": "2022-09-30"}, 3),
        ({"on_from": "2022-09-01", "on_through": "2022-10-30"}, 1),
        ({"contract": "w", "participant": "P1", "kind": "status"}, 1),
        ({"contract": "nobody"}, 0),
    ):
        assert len((await w.get("/v1/events", **query))["data"]) == count, query


async def test_an_event_is_shown_as_it_was_taken_in_and_when(w: Api) -> None:
    fact = housed("P1", "2022-08-31", evidence={"kind": "register", "ref": "tenancy 7"})
    await w.learn([fact])
    (entry,) = (await w.get("/v1/events"))["data"]
    assert entry == {"sequence": 2, "recorded_at": "2026-11-22T12:00:00Z", "event": sent(fact)}


async def test_a_misspelt_or_unknown_parameter_does_not_widen_a_search(w: Api) -> None:
    for path in ("/v1/events?participnat=P1", "/v1/contracts?page=2", "/v1/statements?contracts=w"):
        assert faults_in(await w.client.get(path)) == [("", "unknown-parameter")]


async def test_a_parameter_of_the_wrong_kind_is_named(w: Api) -> None:
    for query, pointer in (
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"on_from": "yesterday"}, "on_from"),
        ({"after": "nonsense"}, "after"),
        ({"participant": "x" * 201}, "participant"),
    ):
        response = await w.client.get("/v1/events", params=query)
        assert [place for place, _ in faults_in(response)] == [pointer]
        assert next(iter(query.values())) not in response.text.replace('"limit"', "") or pointer == "limit"


async def test_an_event_names_the_findings_and_the_statement_lines_that_rest_on_it(api: Api) -> None:
    await api.register(CONTRACT)
    await api.learn(W1_FACTS)
    confirmation = W1_FACTS[2]
    before = await one(api, confirmation.id)
    assert [(use["metric"], use["step"], use["state"]) for use in before["used_by_findings"]] == [
        ("housing", "3 months", "achieved")
    ]
    assert before["used_by_lines"] == [] and before["unused_because"] is None
    await api.issue("2022")
    after = await one(api, confirmation.id)
    assert after["used_by_lines"] == [
        {"statement": "w.2022.a.1", "position": 1, "kind": "new", "amount": "7500.00"},
        {"statement": "w.2022.b.1", "position": 1, "kind": "new", "amount": "7500.00"},
    ]
    assert after["event"] == sent(confirmation)


async def test_a_retraction_is_used_by_the_reversal_that_it_causes(w: Api) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    withdrawal = retraction(W1_FACTS[1])
    await w.learn([withdrawal])
    assert (await one(w, withdrawal.id))["unused_because"].startswith("it withdraws event P1-2022-08-31-housing")
    await w.issue("2023")
    used = await one(w, withdrawal.id)
    assert [use["kind"] for use in used["used_by_lines"]] == ["reversal", "reversal"]
    assert used["unused_because"] is None


async def test_an_event_that_nothing_rests_on_says_why(api: Api) -> None:
    await api.register(CONTRACT)
    wrong, again = housed("P1", "2022-08-31"), started("P1", "2022-09-15")
    facts = [
        started("P1", "2022-08-31"),
        wrong,
        correction(wrong, value="shelter"),
        again,
        visit("P1", "2022-10-01"),
        housed("P9", "2022-08-31"),
        withdrew("P8", "2022-10-01"),
    ]
    await api.learn(facts)
    for fact, reason in (
        (wrong, f"it is without effect since event correct-{wrong.id} of case-system replaced or withdrew it"),
        (again, "it changes no enrolment: the participant was already in, or never in"),
        (facts[4], "no metric of the contract reads emergency_visit (occurrence)"),
        (facts[5], "it waits for an enrolment of its participant"),
    ):
        found = await one(api, fact.id)
        assert (found["used_by_findings"], found["unused_because"]) == ([], reason)
    assert (await one(api, facts[6].id))["unused_because"] is not None


async def test_an_event_that_adds_nothing_tells_what_the_other_facts_decide(w: Api) -> None:
    between = housed("P1", "2022-09-15")
    await w.learn([*W1_FACTS, between])
    told = (await one(w, between.id))["unused_because"]
    assert told.startswith("other facts decide the metrics that read it. housing, 3 months: own_tenancy 2022-08-31 to")


async def test_an_unknown_event_is_not_found(w: Api) -> None:
    query = {"contract": "w", "source": "case-system", "id": "nothing"}
    problem_in(await w.client.get("/v1/events/one", params=query), 404, "event-not-found")
    missing = await w.client.get("/v1/events/one", params={"contract": "w"})
    assert faults_in(missing) == [("source", "required"), ("id", "required")]


async def test_what_is_dated_in_the_future_is_stored_and_waits_for_its_period(w: Api) -> None:
    await w.learn([started("P1", "2029-01-01"), housed("P1", "2029-01-01"), housed("P1", "2029-05-01")])
    findings = (await w.get("/v1/contracts/w/findings", state="achieved"))["data"]
    assert [(one["step"], one["outcome_period"]) for one in findings] == [("3 months", "2029")]
    assert findings[0]["sentence"].endswith("waits for period 2029")


async def test_what_is_told_of_an_unknown_participant_waits_for_the_enrolment(w: Api) -> None:
    answered(await w.event(sent(housed("P9", "2022-08-31"))), 201)
    findings = (await w.get("/v1/contracts/w/findings", participant="P9"))["data"]
    assert {one["why"] for one in findings} == {"awaits-enrolment"}
    assert {one["state"] for one in findings} == {"pending"}
