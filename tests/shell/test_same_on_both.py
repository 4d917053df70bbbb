"""The shipped contracts, loaded and issued over HTTP, give the same bytes on both databases and in the files."""

import pytest

from service.storage.contract_files import ContractFolder
from service.storage.event_files import read_events
from service.workflows.details import detail_of_draft
from tests.shell.calling import TOML, Api, answered
from tests.write_statements import CONTRACTS, folders, periods_of


async def load(api: Api, folder: ContractFolder) -> str:
    first, *later = folder.versions
    registered = answered(await api.client.post("/v1/contracts", content=first, headers=TOML), 201)
    contract: str = registered["contract"]
    for file in later:
        path = f"/v1/contracts/{contract}/amendments"
        answered(await api.client.post(path, content=file, headers=TOML), 201)
    assert folder.events is not None
    documents = read_events(folder.events.read_text("utf-8"), contract)
    assert (await api.batch(documents))["summary"]["accepted"] == len(documents)
    return contract


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.path.name)
async def test_a_shipped_contract_issues_the_statements_in_its_folder(api: Api, folder: ContractFolder) -> None:
    contract = await load(api, folder)
    for stated in periods_of(folder):
        period = stated.period.label
        issued = {entry["investor"]: entry["id"] for entry in await api.issue(period, contract)}
        assert list(issued) == [draft.investor for draft in stated.drafts]
        for draft in stated.drafts:
            path = f"/v1/statements/{issued[draft.investor]}"
            statement, detail = await api.client.get(path), await api.client.get(f"{path}/detail")
            file = CONTRACTS / folder.path.name / "statements" / f"{period}.{draft.investor}.json"
            assert statement.content == file.read_bytes()
            assert detail.content == detail_of_draft(draft)
    assert (await api.get(f"/v1/contracts/{contract}/accounts"))["total"] == "0.00"
