"""What changed between two statements, over HTTP: investors are told no more than they were; finance every line."""

from typing import Any

from service.core.events import Fact
from tests.builders import HOUSING, a_contract, correction, housed, retraction, started
from tests.core.worked import W1_FACTS, three_months
from tests.shell.calling import Api, Document, faults_in, problem_in

CHEAPER = {**HOUSING, "tariff": {"kind": "flat", "price": {"3 months": "12000.00", "6 months": "1", "12 months": "1"}}}


async def told(api: Api, statement: str, **query: Any) -> Document:
    found: Document = await api.get(f"/v1/statements/{statement}/changes", **query)
    return found


async def line_changes(api: Api, statement: str, **query: Any) -> Document:
    found: Document = await api.get(f"/v1/statements/{statement}/detail/changes", **query)
    return found


async def lived(api: Api) -> tuple[Fact, ...]:
    """Three periods issued: with a late fact, a retraction, an amendment from before, and a displaced line."""
    await api.register(a_contract(limits={"contract": {"amount": "45000.00"}}))
    facts: list[Fact] = list(W1_FACTS[:2])
    await api.learn(facts)
    await api.issue("2022")
    second = [*W1_FACTS[2:], *three_months("P2", "2022-08-15", "2022-11-15")]
    await api.learn(second)
    await api.issue("2023")
    changed = {"limits": {"contract": {"amount": "45000.00"}}, "version": 2, "reason": "cheaper from the summer on"}
    await api.amend(a_contract(CHEAPER, effective_from="2022-06-01", **changed))
    third = [correction(W1_FACTS[1], on="2022-09-01"), retraction(second[-1])]
    third += [started("P3", "2022-08-10"), housed("P3", "2022-08-10"), housed("P3", "2022-11-12")]
    await api.learn(third)
    await api.issue("2024")
    return (*facts, *second, *third)


async def test_an_investor_reads_what_changed_since_the_statement_before(api: Api) -> None:
    await lived(api)
    found = await told(api, "w.2024.a.1")
    assert (found["since"]["number"], found["until"]["number"]) == ("w/2023/a/1", "w/2024/a/1")
    statements = {one["id"]: one["sha256"] for one in (await api.get("/v1/statements", investor="a"))["data"]}
    assert (found["since"]["sha256"], found["until"]["sha256"]) == (statements["w.2023.a.1"], statements["w.2024.a.1"])
    assert found["totals_then"] == await api.totals("w.2023.a.1")
    assert found["totals_now"] == await api.totals("w.2024.a.1")
    assert found["stated_between"] == found["totals_now"]["lines"] == found["metrics"][0]["total"]
    named = {"version": 2, "effective_from": "2022-06-01", "reason": "cheaper from the summer on"}
    assert found["amendments"] == [named]


async def test_an_investor_is_told_no_participant_and_no_event(api: Api) -> None:
    facts = await lived(api)
    for statement in ("w.2022.a.1", "w.2023.a.1", "w.2024.b.1"):
        text = (await api.client.get(f"/v1/statements/{statement}/changes")).text
        assert "case-system" not in text
        assert not [fact.id for fact in facts if fact.id in text]
        assert not [word for word in ('P1"', "P1 ", "P2", "P3") if word in text]
    found = await told(api, "w.2024.a.1", since="w.2022.a.1")
    assert [change["merged"] for change in found["metrics"][0]["changes"]] == [True, True]


async def test_since_takes_any_earlier_statement_of_the_same_investor_and_contract(api: Api) -> None:
    await lived(api)
    found = await told(api, "w.2024.a.1", since="w.2022.a.1")
    assert [change["statement"] for change in found["metrics"][0]["changes"]] == ["w/2023/a/1", "w/2024/a/1"]
    assert found["totals_then"]["stated_to_date"] == "0.00"
    assert await told(api, "w.2024.a.1", since="w.2023.a.1") == await told(api, "w.2024.a.1")
    first = await told(api, "w.2022.a.1")
    assert (first["since"], first["totals_then"]) == (None, None)


async def test_a_statement_of_somebody_else_or_a_later_one_is_refused(api: Api) -> None:
    await lived(api)
    await api.register(a_contract(contract="other"))
    await api.issue("2022", "other")
    for since in ("w.2023.b.1", "w.2024.a.1", "w.2023.a.1", "other.2022.a.1", "nothing", ""):
        for path in ("changes", "detail/changes"):
            response = await api.client.get(f"/v1/statements/w.2023.a.1/{path}", params={"since": since})
            assert faults_in(response) == [("since", "not-an-earlier-statement")]
            assert not since or since not in response.text
    for path in ("changes", "detail/changes"):
        problem_in(await api.client.get(f"/v1/statements/nothing/{path}"), 404, "statement-not-found")


async def test_what_changed_never_changes_and_is_held_by_its_etag(api: Api) -> None:
    await lived(api)
    first = await api.client.get("/v1/statements/w.2023.a.1/changes")
    later = {"version": 3, "effective_from": "2023-06-01", "reason": "cheaper still"}
    await api.amend(a_contract(CHEAPER, limits={"contract": {"amount": "45000.00"}}, **later))
    await api.issue("2025")
    again = await api.client.get(
        "/v1/statements/w.2023.a.1/changes", headers={"If-None-Match": first.headers["etag"]}
    )  # fmt: skip
    assert again.status_code == 304
    assert (await api.client.get("/v1/statements/w.2023.a.1/changes")).content == first.content


async def test_finance_reads_each_line_with_the_facts_that_brought_it_about(api: Api) -> None:
    await lived(api)
    found = await line_changes(api, "w.2023.a.1")
    assert (found["since"], found["until"]) == ("w.2022.a.1", "w.2023.a.1")
    lines = await api.lines("w.2023.a.1")
    assert [(one["line"], one["kind"], one["amount"], one["cause"]) for one in found["data"]] == [
        (line["position"], line["kind"], line["amount"], line["cause"]) for line in lines
    ]
    late = next(one for one in found["data"] if one["kind"] == "late" and one["participant"] == "P2")
    assert late["cause"]["facts"][-1]["id"] == "P2-2022-11-15-housing-shelter"
    assert (
        "person P2, outcome of 2022: 7,500.00 DKK, an outcome of an earlier period, stated now. Why: known only"
        in (late["sentence"])
    )


async def test_finance_reads_the_amendment_that_brought_a_line_about(api: Api) -> None:
    await lived(api)
    found = (await line_changes(api, "w.2024.a.1"))["data"]
    by_terms = [one for one in found if one["cause"]["code"] == "terms-version"]
    assert by_terms
    for one in found:
        named = [amendment["reason"] for amendment in one["amendments"]]
        assert named == (["cheaper from the summer on"] if one in by_terms else [])
        assert one in by_terms or one["cause"]["facts"] or one["cause"]["code"] == "outcome"


async def test_the_lines_of_several_statements_are_paged_without_gap_or_overlap(api: Api) -> None:
    await lived(api)
    whole = (await line_changes(api, "w.2024.a.1", since="w.2022.a.1", limit=500))["data"]
    each = [
        (statement, line["position"])
        for statement in ("2023", "2024")
        for line in await api.lines(f"w.{statement}.a.1")
    ]
    assert [(one["statement"].split("/")[1], one["line"]) for one in whole] == each
    paged, query = [], {"since": "w.2022.a.1", "limit": 2}
    while True:
        page = await line_changes(api, "w.2024.a.1", **query)
        paged += page["data"]
        if not page["page"]["has_more"]:
            break
        query["after"] = page["page"]["next"]
    assert paged == whole
