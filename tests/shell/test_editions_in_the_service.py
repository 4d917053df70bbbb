"""A contract moves to a second edition in the service, and a service without that edition says what it lacks."""

from pathlib import Path

import pytest

from service.core.calculation import EDITIONS
from service.core.errors import InvalidInput
from service.workflows.importing import import_ledger
from service.workflows.ledger import Ledger
from tests.builders import a_contract
from tests.core.test_editions import LATER, UNEVEN
from tests.second_editions import CHANGES, SECOND, second
from tests.shell.calling import JSON, Api, answered, faults_in, problem_in
from tests.shell.living import exam
from tests.shell.other_database import other_url
from tests.shell.test_erasure import results
from tests.shell.test_export_and_import import exported, other

__all__ = ["other", "other_url"]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_contract_moves_by_amendment_and_everything_stated_is_still_proved(
    api: Api, other: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    await api.register(a_contract(UNEVEN))
    await api.learn(exam("P1", "2022-05-01"))
    await api.issue("2022")
    assert faults_in(await api.amend(a_contract(UNEVEN, **LATER))) == [("/edition", "not-allowed")]
    with monkeypatch.context() as installed:
        installed.setitem(EDITIONS, SECOND, second(change))
        answered(await api.amend(a_contract(UNEVEN, **LATER)), 201)
        (moved, _) = await api.issue("2023")
        assert {line["cause"]["code"] for line in await api.lines(moved["id"])} == {"terms-version"}
        assert await results(api) == {"proved"}

    answered(await api.client.post("/v1/statements/w.2022.a.1/verify"))
    problem_in(await api.client.post(f"/v1/statements/{moved['id']}/verify"), 409, "edition-not-installed")
    problem_in(await api.client.post("/v1/periods/2024/close", params={"contract": "w"}), 409, "edition-not-installed")
    with pytest.raises(InvalidInput, match="Version 2 of contract w is calculated by an edition"):
        await import_ledger(other, await exported(api.ledger, tmp_path / "there.ndjson"))


async def test_a_contract_with_an_unknown_edition_is_not_registered(api: Api) -> None:
    response = await api.client.post("/v1/contracts", json=a_contract(UNEVEN, edition=SECOND), headers=JSON)
    assert faults_in(response) == [("/edition", "not-allowed")]
