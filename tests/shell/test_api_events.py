"""Events over HTTP: a verdict for each, the same for every retry; corrections and retractions name what they change."""

from service.core import canonical
from service.core.events import fact_bytes
from tests.builders import HBA1C, a_contract, correction, covered, housed, measured, retraction, started
from tests.shell.calling import Api, answered, faults_in, problem_in, sent

TENANCY = housed("P1", "2022-08-31")


def summary(accepted: int = 0, duplicate: int = 0, conflict: int = 0, rejected: int = 0) -> dict[str, int]:
    return {"accepted": accepted, "duplicate": duplicate, "conflict": conflict, "rejected": rejected}


async def test_a_new_event_is_accepted_and_a_repeated_one_is_a_duplicate(w: Api) -> None:
    first = answered(await w.event(sent(TENANCY)), 201)
    assert first == {
        "index": 0,
        "verdict": "accepted",
        "contract": "w",
        "source": "case-system",
        "id": TENANCY.id,
        "sequence": 2,
    }
    again = answered(await w.event(sent(TENANCY)), 200)
    assert again == {**first, "verdict": "duplicate"}
    assert await w.stored() == (1, 1)


async def test_the_same_content_written_in_another_way_is_a_duplicate(api: Api) -> None:
    await api.register(a_contract(HBA1C))
    document = sent(measured("P1", "2022-03-01", "80"))
    answered(await api.event(document), 201)
    written = {**dict(reversed(document.items())), "value": "80.00", "on": "2022-02-28T23:30:00Z"}
    assert answered(await api.event(written), 200)["verdict"] == "duplicate"


async def test_other_content_under_a_used_id_is_a_conflict_with_both_digests(w: Api) -> None:
    answered(await w.event(sent(TENANCY)), 201)
    other = housed("P1", "2022-09-01", id=TENANCY.id)
    refused = problem_in(await w.event(sent(other)), 409, "event-conflict")
    assert canonical.sha256_hex(fact_bytes(other)) in refused["detail"]
    assert canonical.sha256_hex(fact_bytes(TENANCY)) in refused["detail"]
    (verdict,) = (await w.batch([sent(other)]))["verdicts"]
    assert (verdict["verdict"], verdict["sequence"]) == ("conflict", 2)
    assert verdict["sent_sha256"] == canonical.sha256_hex(fact_bytes(other))
    assert verdict["stored_sha256"] == canonical.sha256_hex(fact_bytes(TENANCY))
    assert (await w.get("/v1/events"))["data"][0]["event"]["on"] == "2022-08-31"


async def test_a_rejected_event_may_be_mended_and_sent_under_the_same_id(w: Api) -> None:
    assert faults_in(await w.event(sent(TENANCY, value="Own tenancy"))) == [("/value", "wrong-form")]
    assert await w.stored() == (1, 0)
    assert answered(await w.event(sent(TENANCY)), 201)["verdict"] == "accepted"


async def test_the_same_id_from_another_source_is_another_event(w: Api) -> None:
    answered(await w.event(sent(TENANCY)), 201)
    assert answered(await w.event(sent(TENANCY, source="clinic")), 201)["sequence"] == 3


async def test_a_correction_replaces_an_event_and_says_why(w: Api) -> None:
    corrected = correction(TENANCY, on="2022-09-01")
    await w.learn([TENANCY, corrected])
    found = await w.get("/v1/events/one", contract="w", source="case-system", id=TENANCY.id)
    assert found["replaced_by"] == {"source": "case-system", "id": corrected.id}
    assert found["unused_because"].startswith("it is without effect since event correct-")


async def test_a_correction_of_a_correction_and_its_retraction_form_one_chain(w: Api) -> None:
    second = correction(TENANCY, on="2022-09-01")
    third = correction(second, on="2022-09-02", id="third")
    await w.learn([started("P1", "2022-08-31"), TENANCY, second, third, retraction(third)])
    for fact in (TENANCY, second, third):
        found = await w.get("/v1/events/one", contract="w", source="case-system", id=fact.id)
        assert found["replaced_by"]["id"] == "retract-third"


async def test_what_names_an_unknown_event_is_rejected_until_that_event_is_there(w: Api) -> None:
    corrected, withdrawn = sent(correction(TENANCY, on="2022-09-01")), sent(retraction(TENANCY))
    for document in (corrected, withdrawn):
        assert faults_in(await w.event(document)) == [("/replaces", "unknown-target")]
        (verdict,) = (await w.batch([document]))["verdicts"]
        assert (verdict["code"], verdict["retryable"]) == ("unknown-target", True)
    assert (await w.batch([sent(TENANCY), corrected, withdrawn]))["summary"] == summary(accepted=3)


async def test_a_correction_keeps_kind_and_participant_and_has_a_reason(w: Api) -> None:
    await w.learn([TENANCY])
    corrected = sent(correction(TENANCY, on="2022-09-01"))
    milestone = {name: value for name, value in corrected.items() if name != "value"} | {"kind": "milestone"}
    for wrong, fault in (
        ({**corrected, "participant": "P2"}, ("/participant", "fixed")),
        (milestone, ("/kind", "fixed")),
        ({name: value for name, value in corrected.items() if name != "reason"}, ("", "reason-missing")),
        ({**corrected, "id": "itself", "replaces": "itself"}, ("", "replaces-itself")),
    ):
        assert faults_in(await w.event(wrong)) == [fault]
    assert await w.stored() == (1, 1)


async def test_a_retraction_is_undone_by_a_new_event_and_not_by_another_retraction(w: Api) -> None:
    withdrawal = retraction(TENANCY)
    await w.learn([TENANCY, withdrawal])
    assert faults_in(await w.event(sent(retraction(withdrawal)))) == [("/replaces", "wrong-target")]


async def test_a_large_batch_stores_what_is_sound_and_answers_in_order(w: Api) -> None:
    documents = [sent(TENANCY, id=f"e-{place}", participant=f"P{place % 100}") for place in range(10_000)]
    documents[7]["value"] = 1
    documents[5_000] = "not an event"  # type: ignore[call-overload]
    documents[9_999]["contract"] = "nobody"
    answer = await w.batch(documents)
    assert answer["summary"] == summary(accepted=9_997, rejected=3)
    assert [verdict["index"] for verdict in answer["verdicts"]] == list(range(10_000))
    assert [place for place, one in enumerate(answer["verdicts"]) if one["verdict"] == "rejected"] == [7, 5_000, 9_999]
    assert answer["verdicts"][9_999]["retryable"] is True
    taken = [one["sequence"] for one in answer["verdicts"] if "sequence" in one]
    assert taken == list(range(2, 9_999))
    again = await w.batch(documents)
    assert again["summary"] == summary(duplicate=9_997, rejected=3)


async def test_an_atomic_batch_with_one_bad_event_stores_nothing(w: Api) -> None:
    good, bad = sent(TENANCY), sent(TENANCY, id="bad", value="Own tenancy")
    response = await w.client.post("/v1/events/batch?atomic=true", json=[good, bad])
    assert problem_in(response, 422, "batch-refused")["errors"][0]["pointer"] == "/1/value"
    assert await w.stored() == (1, 0)
    assert (await w.batch([good], atomic="true"))["summary"] == summary(accepted=1)


async def test_an_atomic_batch_is_refused_for_what_only_the_ledger_can_tell(w: Api) -> None:
    conflicting = sent(housed("P1", "2022-09-01", id=TENANCY.id))
    without_target = sent(retraction(housed("P9", "2022-01-01")))
    response = await w.client.post("/v1/events/batch?atomic=true", json=[sent(TENANCY), conflicting, without_target])
    assert faults_in(response) == [("/1", "event-conflict"), ("/2/replaces", "unknown-target")]
    assert await w.stored() == (1, 0)


async def test_an_atomic_batch_sent_again_is_all_duplicates(w: Api) -> None:
    documents = [sent(started("P1", "2022-08-31")), sent(TENANCY)]
    assert (await w.batch(documents, atomic="true"))["summary"] == summary(accepted=2)
    assert (await w.batch(documents, atomic="true"))["summary"] == summary(duplicate=2)


async def test_repetitions_inside_one_batch_get_the_verdicts_of_separate_posts(w: Api) -> None:
    other = sent(TENANCY, on="2022-09-01")
    answer = await w.batch([sent(TENANCY), sent(TENANCY), other, sent(correction(TENANCY, on="2022-09-01"))])
    assert [one["verdict"] for one in answer["verdicts"]] == ["accepted", "duplicate", "conflict", "accepted"]
    assert answer["verdicts"][1]["sequence"] == answer["verdicts"][0]["sequence"]
    assert await w.stored() == (1, 2)


async def test_a_correction_before_its_event_in_one_batch_is_retryable(w: Api) -> None:
    documents = [sent(correction(TENANCY, on="2022-09-01")), sent(TENANCY)]
    assert (await w.batch(documents))["summary"] == summary(accepted=1, rejected=1)
    assert (await w.batch(documents))["summary"] == summary(accepted=1, duplicate=1)


async def test_one_batch_may_hold_the_events_of_several_contracts(w: Api) -> None:
    await w.register(a_contract(contract="a-first"))
    documents = [sent(TENANCY), sent(TENANCY, contract="a-first"), sent(started("P1", "2022-08-31"))]
    answer = await w.batch(documents)
    assert [(one["contract"], one["sequence"]) for one in answer["verdicts"]] == [("w", 2), ("a-first", 2), ("w", 3)]


async def test_a_moment_is_the_date_it_had_in_the_contracts_zone(w: Api) -> None:
    moments = {
        "2022-08-31T23:30:00Z": "2022-09-01",  # summer: two hours ahead of UTC
        "2022-08-31T23:30:00+02:00": "2022-08-31",
        "2022-12-31T23:30:00Z": "2023-01-01",  # winter: one hour ahead
        "2022-12-31T22:59:59.999Z": "2022-12-31",
        "2022-08-31T12:00:00-11:00": "2022-09-01",
    }
    await w.batch([sent(TENANCY, on=moment, id=f"e-{place}") for place, moment in enumerate(moments)])
    assert [entry["event"]["on"] for entry in (await w.get("/v1/events"))["data"]] == [*moments.values()]


async def test_what_a_contract_cannot_use_is_stored_all_the_same(w: Api) -> None:
    await w.learn([covered(None, "2022-01-01", "2022-12-31"), started("P1", "2030-01-01"), housed("P9", "2022-08-31")])
    assert await w.stored() == (1, 3)
