"""Two people: nobody approves their own work or what they have not seen, and of two who issue at once one wins."""

import asyncio
from collections import Counter

from service.storage.database import Database
from tests.builders import EXAM, a_contract
from tests.shell.calling import Api, answered, problem_in
from tests.shell.living import BECAUSE, STATEMENT, Living, exam, living, two_people, whole

TIMES = 200
BY_TWO = ("approve", "issue")
PERIODS = ("2022", "2023", "2024")


async def test_of_two_who_approve_and_issue_at_the_same_time_one_wins_two_hundred_times(api: Api) -> None:
    contract = await living(api)
    told: Counter[tuple[str, int]] = Counter()
    issued = 0
    for place in range(TIMES):
        if place and place % len(PERIODS) == 0:  # a history that grows costs time and shows nothing more
            contract = await another(contract, f"w{place}")
        period = PERIODS[place % len(PERIODS)]
        await contract.take(1, period)
        match = await contract.seen(period)
        for step in BY_TWO:
            path = contract.round(step, period)
            both = await asyncio.gather(*(contract.call(path, headers={**contract.second, **match}) for _ in range(2)))
            told.update((step, answer.status_code) for answer in both)
            assert sorted(answer.is_success for answer in both) == [False, True], [answer.text for answer in both]
        issued += 2
    assert {status for _, status in told} <= {200, 201, 409, 412}
    assert (told["approve", 200], told["issue", 201]) == (TIMES, TIMES)
    listed = (await api.get("/v1/statements"))["data"]
    assert len({entry["id"] for entry in listed}) == len(listed) == issued


async def another(contract: Living, name: str) -> Living:
    await contract.api.register(two_people(contract=name))
    return Living(contract.api, contract.second, name)


async def test_an_approval_and_an_issue_name_what_was_seen(api: Api, database: Database) -> None:
    contract = await living(api)
    for steps, step in ((1, "approve"), (2, "issue")):
        await contract.take(steps)
        before = await whole(database)
        for given in ({}, {"If-Match": "*"}, {"If-Match": '"read it yesterday"'}):
            refused = problem_in(
                await contract.call(contract.round(step), headers={**contract.second, **given}),
                428,
                "if-match-required",
            )
            assert [fault["pointer"] for fault in refused["errors"]] == ["If-Match"]
        stale = {"If-Match": f'"{"0" * 64}"'}
        problem_in(await contract.call(contract.round(step), headers={**contract.second, **stale}), 412, "stale")
        assert await whole(database) == before
        await contract.done(contract.round("discard"), BECAUSE)


async def test_what_was_seen_before_a_discard_approves_nothing_after_it(api: Api) -> None:
    contract = await living(api)
    await contract.take(1)
    seen = {**contract.second, **await contract.seen()}
    await contract.done(contract.round("discard"), BECAUSE)
    await api.learn(exam("P2", "2022-06-01"))
    await contract.take(1)
    problem_in(await contract.call(contract.round("approve"), headers=seen), 412, "stale")


async def test_whoever_prepared_or_submitted_cannot_approve(api: Api, database: Database) -> None:
    contract = await living(api)
    await contract.take(1)
    seen, before = await contract.seen(), await whole(database)
    problem_in(await contract.call(contract.round("approve"), headers=seen), 403, "second-person-needed")
    assert await whole(database) == before
    await contract.done(contract.round("discard"), BECAUSE)
    await contract.take(0)
    await contract.done(contract.round("submit"), headers=contract.second)
    seen = await contract.seen()
    for headers in (seen, {**contract.second, **seen}):
        problem_in(await contract.call(contract.round("approve"), headers=headers), 403, "second-person-needed")


async def test_where_one_person_may_do_both_every_statement_says_so(api: Api) -> None:
    contract = await living(api, approval="one-person")
    await contract.take(1)
    await contract.done(contract.round("approve"), headers=await contract.seen())
    await contract.done(contract.round("issue"), headers=await contract.seen())
    for investor in ("a", "b"):
        told = (await contract.document(f"w.2022.{investor}.1"))["approval"]
        assert told == "one person may prepare and approve this statement"
    await api.register(a_contract(EXAM, contract="strict", approval="two-people"))
    await api.issue("2022", "strict")
    assert "approval" not in await contract.document("strict.2022.a.1")


async def test_an_approval_sent_again_under_its_key_is_answered_the_same_and_done_once(
    api: Api, database: Database
) -> None:
    contract = await living(api)
    await contract.take(1)
    headers = {**contract.second, **await contract.seen(), "Idempotency-Key": '"k1"'}
    first = answered(await contract.call(contract.round("approve"), headers=headers))
    before = await whole(database)
    again = await contract.call(contract.round("approve"), headers=headers)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first, "true")
    other = {**headers, "If-Match": f'"{"0" * 64}"'}
    problem_in(await contract.call(contract.round("approve"), headers=other), 422, "idempotency-key-reused")
    assert await whole(database) == before


async def test_an_amendment_after_the_issue_moves_no_due_date(api: Api) -> None:
    contract = await living(api, payment_days=30)
    await contract.issue()
    due = (await contract.life())["due_on"]
    amended = two_people(version=2, effective_from="2022-06-01", reason="pay sooner", payment_days=5)
    answered(await api.amend(amended), 201)
    assert (await contract.life())["due_on"] == due
    await contract.issue("2023")
    assert (await contract.life("w.2023.a.1"))["due_on"] < due


async def test_an_adjustment_approved_between_draft_and_issue_is_stated_once_with_the_next_period(api: Api) -> None:
    contract = await living(api)
    told = await contract.take(0)
    await contract.adjust("1250.00")
    match = {"If-Match": f'"{told["digest"]}"'}
    await contract.done(contract.round("submit"))
    await contract.done(contract.round("approve"), headers={**contract.second, **match})
    await contract.done(contract.round("issue"), headers=match)
    for period in ("2023", "2024"):
        await contract.issue(period)
    lines = [(await contract.document(f"w.{period}.a.1")).get("beside", []) for period in ("2022", "2023", "2024")]
    assert [[line["amount"] for line in beside] for beside in lines] == [[], ["1250.00"], []]
    for id in (STATEMENT, "w.2023.a.1", "w.2024.a.1"):
        assert await contract.verified(id)
