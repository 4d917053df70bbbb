"""Figures for groups over HTTP, on both databases: in every form, corrected, refused, used, stated and proved."""

from typing import Any

import orjson
import pytest

from service.api.detail_documents import DetailDocument
from tests.builders import a_contract, started
from tests.builders_groups import STRESS, course, figure, group_metric, share_of
from tests.shell.calling import Api, answered, faults_in, problem_in, sent

WEEKS: dict[str, Any] = {
    "kind": "comparison",
    "measure": "weeks",
    "unit": "weeks",
    "direction": "down",
    "per": "participant",
}
PAID = {**group_metric(WEEKS), "tariff": {"kind": "per_unit", "price": "1000.00", "unit": "week"}}
COMPARED = a_contract(PAID)
GROUP = figure("participants", "41.2", 120, id="weeks-participants")
OTHERS = figure("comparison", "46.9", 480, id="weeks-comparison")
HEADER = "id,source,kind,on,name,group,value,unit,n,delivered_by,evidence_kind,evidence_ref,contract"
ROW = "{},case-system,aggregate,2023-12-31,weeks,{},{},weeks,{},the evaluator,evaluation_report,report 1,w"
ROWS = (
    ROW.format("weeks-participants", "participants", "41.20", "120"),
    ROW.format("weeks-comparison", "comparison", "46.9", "480"),
    ROW.format("weeks-many", "comparison", "46.9", "many"),
)
CSV = "\n".join((HEADER, *ROWS)).encode()


@pytest.fixture
async def compared(api: Api) -> Api:
    """The service with a contract that pays the difference to a comparison group."""
    await api.register(COMPARED)
    return api


async def test_a_figure_is_the_same_event_in_json_as_a_cloud_event_and_in_csv(compared: Api) -> None:
    assert answered(await compared.event(sent(GROUP)), 201)["verdict"] == "accepted"
    data = sent(GROUP)
    envelope = {
        "specversion": "1.0",
        "type": "outcome.aggregate.v1",
        "source": data.pop("source"),
        "id": data.pop("id"),
    }
    del data["kind"]
    body = orjson.dumps({**envelope, "data": data})
    as_cloud = {"Content-Type": "application/cloudevents+json"}
    assert answered(await compared.client.post("/v1/events", content=body, headers=as_cloud))["verdict"] == "duplicate"
    as_csv = {"Content-Type": "text/csv"}
    answer = answered(await compared.client.post("/v1/events/batch", content=CSV, headers=as_csv))
    assert [one["verdict"] for one in answer["verdicts"]] == ["duplicate", "accepted", "rejected"]
    (fault,) = answer["verdicts"][2]["errors"]
    assert fault["pointer"] == "/4/n"
    (found,) = (await compared.get("/v1/events", kind="aggregate", id="weeks-comparison"))["data"]
    assert found["event"] == sent(OTHERS)


async def test_what_a_figure_lacks_is_told_all_at_once(compared: Api) -> None:
    bare = sent(GROUP, evidence={"kind": "evaluation_report"}, n=0, participant="P1")
    del bare["delivered_by"]
    told = [("", "unknown-field"), ("/delivered_by", "required"), ("/evidence/ref", "required"), ("/n", "too-small")]
    assert sorted(pointer for pointer, _ in faults_in(await compared.event(bare))) == [pointer for pointer, _ in told]
    assert (await compared.stored())[1] == 0


async def test_a_unit_that_no_metric_can_compare_is_refused_and_a_figure_nobody_reads_is_kept(compared: Api) -> None:
    days = figure("participants", "288", 120, unit="days")
    assert faults_in(await compared.event(sent(days))) == [("/unit", "unknown-unit")]
    unread = figure("participants", "3", 120, name="contacts", unit="contacts", id="contacts")
    answered(await compared.event(sent(unread)), 201)
    one = await compared.get("/v1/events/one", contract="w", source="case-system", id="contacts")
    assert one["unused_because"] == "no metric of the contract reads contacts (aggregate)"


async def test_a_saving_in_another_currency_is_refused_with_the_contracts_own(api: Api) -> None:
    await api.register(a_contract(group_metric({"kind": "saving", "measure": "cost"})))
    cost = figure("actual", "690000", name="cost", unit="EUR")
    problem = problem_in(await api.event(sent(cost)), 422)
    assert problem["errors"][0]["detail"].endswith("must be one of: DKK")


async def test_figures_are_stated_corrected_and_proved(compared: Api) -> None:
    await compared.learn([GROUP, OTHERS])
    for period in ("2022", "2023"):
        issued = await compared.issue(period)
    number = next(entry["id"] for entry in issued if entry["investor"] == "a")
    assert (await compared.totals(number))["lines"] == "342000.00"
    (line,) = await compared.lines(number)
    assert (line["participant"], line["people"], line["price"]["quantity"]) == ("", 120, "684")
    DetailDocument.model_validate(await compared.get(f"/v1/statements/{number}/detail"))
    told = await compared.get(f"/v1/statements/{number}/detail/1")
    assert any(paragraph.startswith("The group: weeks of participants 41.2") for paragraph in told["paragraphs"])
    assert [event["id"] for event in told["events"]] == [OTHERS.id, GROUP.id]
    shown = (await compared.get(f"/v1/statements/{number}"))["metrics"][0]
    assert (shown["merged"], shown["lines"][0]["participants"]) == (False, 120)
    used = await compared.get("/v1/events/one", contract="w", source="case-system", id="weeks-comparison")
    assert {use["statement"] for use in used["used_by_lines"]} == {entry["id"] for entry in issued}
    again = sent(OTHERS, id="corrected", value="45.9", replaces=OTHERS.id, reason="six had moved away")
    answered(await compared.event(again), 201)
    number = next(entry["id"] for entry in await compared.issue("2024") if entry["investor"] == "a")
    assert (await compared.totals(number))["lines"] == "-60000.00"
    verified = answered(await compared.client.post(f"/v1/statements/{number}/verify"))
    assert verified["match"], verified


async def test_a_participants_fact_is_read_with_the_whole_group_it_counts_in(api: Api) -> None:
    measure = {"id": "below-severe", "rule": STRESS}
    await api.register(a_contract(group_metric(share_of("measured", {"share": "0.5"}, member=measure))))
    facts = course(6, 6, 6, 3)
    await api.learn([*facts, started("P9", "2022-02-01")])
    await api.issue("2022")
    follow_up = next(fact for fact in facts if fact.id.endswith("2023-02-01-pss-20"))
    one = await api.get("/v1/events/one", contract="w", source="case-system", id=follow_up.id)
    (found,) = one["used_by_findings"]
    assert (found["state"], found["participant"]) == ("achieved", "")
    assert "3 of 6 measured" in found["sentence"]
    listed = (await api.get("/v1/contracts/w/findings", metric="group"))["data"]
    assert [entry["sentence"] for entry in listed] == [found["sentence"]]
