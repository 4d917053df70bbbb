"""Validation over HTTP: the verdicts that posting would give, and nothing stored."""

from typing import Any

from tests.builders import correction, housed, retraction, started
from tests.shell.calling import Api, answered, problem_in, sent

TENANCY = housed("P1", "2022-08-31")


async def validated(api: Api, body: Any) -> list[dict[str, Any]]:
    verdicts: list[dict[str, Any]] = answered(await api.client.post("/v1/events/validate", json=body))["verdicts"]
    return verdicts


async def test_validating_gives_the_verdicts_of_posting_and_stores_nothing(w: Api) -> None:
    await w.learn([started("P1", "2022-08-31")])
    documents = [
        sent(started("P1", "2022-08-31")),
        sent(started("P1", "2022-09-01"), id=started("P1", "2022-08-31").id),
        sent(TENANCY),
        sent(TENANCY),
        sent(TENANCY, on="2022-09-02"),
        sent(correction(TENANCY, on="2022-09-01")),
        sent(retraction(housed("P9", "2022-01-01"))),
        sent(TENANCY, id="wrong", value="Own tenancy", contract="nobody"),
        sent(TENANCY, id="named", participant="010190-1234"),
        "not an event",
    ]
    told = await validated(w, documents)
    assert await w.stored() == (1, 1)
    posted = (await w.batch(documents))["verdicts"]
    assert [one["verdict"] for one in told] == [
        *("duplicate", "conflict", "accepted", "duplicate", "conflict", "accepted"),
        *("rejected",) * 4,
    ]
    for mine, theirs in zip(told, posted, strict=True):
        assert mine == theirs or mine == {name: part for name, part in theirs.items() if name != "sequence"}
    assert [place for place, one in enumerate(told) if "sequence" in one] == [0, 1]
    assert await validated(w, documents) == posted[:2] + [
        {**one, "verdict": "duplicate"} if one["verdict"] == "accepted" else one for one in posted[2:]
    ]


async def test_one_event_is_validated_alone(w: Api) -> None:
    (told,) = await validated(w, sent(TENANCY))
    assert told == {"index": 0, "verdict": "accepted", "contract": "w", "source": "case-system", "id": TENANCY.id}
    assert await w.stored() == (1, 0)


async def test_validating_reserves_nothing_and_leaves_no_trace_of_a_participant(w: Api) -> None:
    await validated(w, [sent(TENANCY)] * 300)
    async with w.ledger.database.reading() as store:
        assert await store.participant_keys([("w", "P1")]) == {}
    assert answered(await w.event(sent(TENANCY)), 201)["sequence"] == 2


async def test_an_empty_list_and_an_unknown_form_are_refused(w: Api) -> None:
    problem_in(await w.client.post("/v1/events/validate", json=[]), 422, "batch-invalid")
    xml = {"Content-Type": "application/xml"}
    problem_in(await w.client.post("/v1/events/validate", content=b"<a/>", headers=xml), 415)
