"""Every operation asked by everybody: what the file expects, what the roles say, and nothing of somebody else's."""

import os
from collections.abc import Mapping

import pytest

from service.api.permissions import needed_by
from service.main import create_app
from service.settings import Settings
from service.workflows.credentials import NewCredential, create_credential
from service.workflows.roles import MAY, ROLES, Permission
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.authz_matrix import FILE, ask, expected, operations_of, written
from tests.shell.calling import Api, key_of, with_chance
from tests.shell.documented import Operation
from tests.shell.identities import (
    IDENTITIES,
    NOT_LET_IN,
    OWN,
    WRONG_AUDIENCE,
    credential,
    headers_of_everybody,
    twin_of,
)
from tests.shell.issuing import ISSUER, SUBJECT, Issuer, client_with_tokens

APP = create_app(Settings())
OPERATIONS = operations_of(APP.openapi())
Cells = Mapping[str, Mapping[str, int]]


def needed() -> dict[str, Permission]:
    """The permission that each guarded operation names."""
    named = {}
    for route in APP.routes:
        permission = needed_by(getattr(route, "endpoint", None))
        for method in getattr(route, "methods", None) or () if permission else ():
            named[f"{method} {getattr(route, 'path', '')}"] = permission
    return {name: permission for name, permission in named.items() if permission is not None}


@pytest.fixture
async def cells(w: Api) -> Cells:
    """The status of every operation for every identity, on a ledger with contract W and its twin, 2022 issued."""
    await w.register(a_contract(contract="v"))
    await w.learn(W1_FACTS)
    await w.issue("2022")
    issuer, everybody = Issuer(), await headers_of_everybody(w.ledger)
    machine = NewCredential("machine", ("finance", "auditor"), issuer=ISSUER, subject=SUBJECT)
    await create_credential(with_chance(w.ledger), "tests", machine)
    good, elsewhere = (
        {"Authorization": f"Bearer {token}"}
        for token in (issuer.token(), issuer.token(aud="https://elsewhere.example"))
    )
    async with client_with_tokens(w.ledger, issuer.key_set) as client:
        assert (await client.get("/v1/contracts", headers=good)).status_code == 200
        everybody[WRONG_AUDIENCE] = elsewhere
        return {
            operation.name: {identity: await ask(client, operation, everybody[identity]) for identity in IDENTITIES}
            for operation in OPERATIONS
        }


async def test_every_operation_answers_everybody_as_the_matrix_says(cells: Cells) -> None:
    if os.environ.get("WRITE_AUTHZ_MATRIX"):
        FILE.write_text(written(cells), encoding="utf-8")
    file = expected()
    assert set(file) == set(cells), "operations came or went: read tests/authz_matrix.csv after WRITE_AUTHZ_MATRIX=1"
    wrong = [
        f"{name} by {identity}: {status}, expected {file[name][identity]}"
        for name, row in cells.items()
        for identity, status in row.items()
        if status != file[name][identity]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_matrix_is_what_the_roles_say() -> None:
    permissions, file = needed(), expected()
    assert len(permissions) > 60 and len(file) >= len(permissions)
    for name, permission in permissions.items():
        row = file[name]
        assert {row[identity] for identity in NOT_LET_IN} == {401}, name
        for role in ROLES:
            may = permission in MAY[role]
            assert (row[role] == 403) is (not may), (name, role, row[role])
            assert (row[twin_of(role)] == 403) is (not may), (name, role, row[twin_of(role)])
            assert may or 200 <= row[role] < 500, (name, role)


def test_what_is_named_in_an_address_is_not_there_for_anybody_elsewhere() -> None:
    naming = [name for name in needed() if "{contract}" in name or "{statement}" in name]
    assert len(naming) > 35
    file = expected()
    for name in naming:
        for role in ROLES:
            assert file[name][twin_of(role)] in (403, 404), (name, role)


def test_nobody_but_those_who_hand_out_credentials_sees_them_and_they_see_nothing_else() -> None:
    file = expected()
    for name in needed():
        administrators = file[name]["administrator"]
        assert (administrators == 403) is ("/credentials" not in name), name
        others = {file[name][role] for role in ROLES if role != "administrator"}
        assert others == {403} or "/credentials" not in name, name


def test_no_operation_is_one_that_nobody_may_use() -> None:
    file = expected()
    unused = [name for name in needed() if {file[name][role] for role in ROLES} == {403}]
    assert not unused, unused


async def test_investors_of_one_contract_see_nothing_of_each_others_statements(w: Api) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    own = {"Authorization": f"Bearer {await key_of(w.ledger, credential('investor', OWN))}"}
    listed = (await w.client.get("/v1/statements", headers=own)).json()["data"]
    assert [one["id"] for one in listed] == ["w.2022.a.1"]
    permissions = needed()
    naming = [one for one in OPERATIONS if "{statement}" in one.path or "/investors/{party}" in one.path]
    for operation in (one for one in naming if permissions[one.name] in MAY["investor"]):
        assert await ask(w.client, operation, own) in (200, 422), operation.name
        of_b = Operation(operation.method, operation.path.replace("{statement}", "w.2022.b.1"), operation.told)
        of_b = Operation(of_b.method, of_b.path.replace("{party}", "b"), of_b.told)
        assert await ask(w.client, of_b, own) == 404, operation.name
