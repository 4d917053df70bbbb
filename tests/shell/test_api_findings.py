"""Findings over HTTP: what is achieved, refused and pending, as of the end of a period, each with its sentence."""

from tests.builders import EXAM, HOUSING, a_contract, a_fact, housed, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, faults_in, problem_in

EXAM_PASSED = a_fact("milestone", "P2", "2023-06-20", name="exam_passed")


async def two_people(api: Api) -> Api:
    await api.register(a_contract(HOUSING, EXAM))
    await api.learn([*W1_FACTS, started("P2", "2022-08-31"), EXAM_PASSED])
    return api


async def test_each_finding_has_its_sentence_and_its_events(api: Api) -> None:
    await two_people(api)
    found = await api.get("/v1/contracts/w/findings", period="2022", metric="housing", participant="P1")
    assert (found["contract"], found["period"], found["sequence"]) == ("w", "2022", 10)
    first = found["data"][0]
    assert (first["state"], first["achieved_on"], first["outcome_period"]) == ("achieved", "2022-11-30", "2022")
    assert first["sentence"] == "own_tenancy 2022-08-31 to 2022-11-30, 3 months; confirmed 2022-12-05"
    assert [fact["id"] for fact in first["facts"]] == [fact.id for fact in (W1_FACTS[0], W1_FACTS[1], W1_FACTS[2])]


async def test_findings_narrow_by_metric_participant_and_state(api: Api) -> None:
    await two_people(api)
    everything = (await api.get("/v1/contracts/w/findings", period="2024"))["data"]
    assert {one["participant"] for one in everything} == {"P1", "P2"}
    for name, value in (("metric", "exam"), ("participant", "P2"), ("state", "achieved"), ("state", "pending")):
        narrowed = (await api.get("/v1/contracts/w/findings", period="2024", **{name: value}))["data"]
        assert narrowed == [one for one in everything if one[name] == value]
        assert narrowed


async def test_without_a_period_findings_are_judged_at_the_next_one_to_be_stated(w: Api) -> None:
    await w.learn(W1_FACTS)
    assert (await w.get("/v1/contracts/w/findings"))["period"] == "2022"
    await w.issue("2022")
    assert (await w.get("/v1/contracts/w/findings"))["period"] == "2023"


async def test_pages_of_findings_neither_overlap_nor_miss_any(w: Api) -> None:
    await w.learn([fact for place in range(5) for fact in (started(f"P{place}", "2022-08-31"),)])
    whole = (await w.get("/v1/contracts/w/findings"))["data"]
    paged, query = [], {"limit": 4}
    while True:
        page = await w.get("/v1/contracts/w/findings", **query)
        paged += page["data"]
        if not page["has_more"]:
            break
        query["after"] = page["next"]
    assert paged == whole
    assert len(whole) == 15


async def test_an_unknown_metric_is_refused_with_those_there_are(w: Api) -> None:
    response = await w.client.get("/v1/contracts/w/findings", params={"metric": "marker-metric"})
    assert faults_in(response) == [("metric", "unknown-metric")]
    assert "must be one of: housing" in response.text
    assert "marker-metric" not in response.text


async def test_an_unknown_state_or_period_is_refused(w: Api) -> None:
    response = await w.client.get("/v1/contracts/w/findings", params={"state": "marker-state"})
    assert faults_in(response) == [("state", "not-allowed")]
    for label in ("2022-Q1", "22", "0000", "9999", "２０２２", "2022 ", "2022-13"):
        response = await w.client.get("/v1/contracts/w/findings", params={"period": label})
        assert response.status_code == 404, label
        problem_in(response, 404, "period-not-found")


async def test_a_step_nobody_can_tell_yet_is_pending_and_says_what_it_waits_for(w: Api) -> None:
    await w.learn([started("P1", "2022-08-31"), housed("P1", "2022-08-31")])
    found = (await w.get("/v1/contracts/w/findings", period="2022", state="pending"))["data"]
    assert found[0]["sentence"] == "no housing status known on or after 2022-11-30"
