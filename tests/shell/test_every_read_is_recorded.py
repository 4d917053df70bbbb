"""On the demo, every operation that tells about participants leaves one record for each answer, and no other does."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from service.api.permissions import needed_by
from service.api.routes import GUARDED
from service.main import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.scope import EVERYTHING
from service.workflows.roles import RECORDED, Permission, permissions_of
from tests.databases import run_apart
from tests.served_demo import Demo, served_demo
from tests.shell.calling import EVERY_ROLE
from tests.shell.documented import operations

OPERATIONS = operations(create_app(Settings()).openapi())
PERMISSIONS: dict[tuple[str, str], Permission | None] = {
    (method.lower(), route.path): needed_by(route.endpoint)
    for route in GUARDED
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}
ASKED_OF = [one for one in OPERATIONS if PERMISSIONS.get((one.method, one.path)) in permissions_of(EVERY_ROLE)]


@pytest.fixture
def demo(database_url: str) -> Iterator[Demo]:
    """The service of `make run` on this database."""
    with served_demo(database_url) as served:
        yield served


def reads_in(database_url: str) -> int:
    """How many reads the trail tells of, asked for behind the service's back."""

    async def count() -> int:
        database = Database.at(database_url, EVERYTHING)
        try:
            async with database.glance() as store:
                return await store.how_many_records("read")
        finally:
            await database.dispose()

    return run_apart(count())


def test_every_permission_to_read_about_participants_is_asked_for_by_an_operation() -> None:
    assert set(PERMISSIONS.values()) >= RECORDED


def test_exactly_these_operations_depend_on_the_record_that_they_leave() -> None:
    depending = {
        route.path
        for route in GUARDED
        if isinstance(route, APIRoute) and any(one.name == "recording" for one in route.dependant.dependencies)
    }
    assert depending == {path for (_, path), needed in PERMISSIONS.items() if needed in RECORDED}


def test_each_answer_about_participants_leaves_one_record_and_no_other_answer_does(
    demo: Demo, database_url: str
) -> None:
    faults, answered = [], set()
    key = {"Authorization": f"Bearer {demo.key}"}
    with httpx.Client(base_url=demo.url, headers=key, timeout=60, trust_env=False) as client:
        for operation in (one for one in ASKED_OF if one.changes_nothing):
            name, request = next(operation.requests())
            before = reads_in(database_url)
            content_type = {"Content-Type": request.headers.get("Content-Type", "")} if request.content else {}
            path = request.url.raw_path.decode()
            response = client.request(request.method, path, content=request.content, headers=content_type)
            assert response.status_code == 200, (name, response.text)
            wanted = int(PERMISSIONS[operation.method, operation.path] in RECORDED)
            left = reads_in(database_url) - before
            answered.add((operation.method, operation.path))
            faults += [f"{name}: {left} records, not {wanted}"] * (left != wanted)
    assert not faults, "\n  ".join(["Call `recording.of(...)` once before each such answer.", *sorted(faults)])
    told = {place for place, needed in PERMISSIONS.items() if needed in RECORDED}
    assert told <= answered, f"never answered: {told - answered}"
