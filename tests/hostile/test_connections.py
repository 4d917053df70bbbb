"""Callers who stop in the middle, over bare connections: nothing of theirs is stored, and the service goes on."""

import json
import shutil
import socket
import time
from collections.abc import Iterator

import orjson
import pytest

from tests.builders import HOUSING, a_contract, housed
from tests.conftest import BOTH
from tests.databases import create_postgresql, drop_postgresql
from tests.shell.calling import JSON, answered, sent
from tests.shell.serving import Served, served


@pytest.fixture(scope="module", params=BOTH)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for all of these tests, with one contract, patient for a second with a slow body."""
    folder = tmp_path_factory.mktemp("connections")
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_sqlite'), folder / 'ledger.db')}"
    else:
        url = create_postgresql(request.getfixturevalue("postgresql_url"))
    with served(url, folder, {"BODY_SECONDS": "1"}) as running:
        with running.client() as client:
            body = orjson.dumps(a_contract(HOUSING))
            answered(client.post("/v1/contracts", content=body, headers=JSON), 201)
        yield running
    if request.param == "postgresql":
        drop_postgresql(url)


def event(id: str) -> bytes:
    """An event of that id, as a case system posts it."""
    return json.dumps(sent(housed("P1", "2022-08-31"), id=id)).encode()


def head(service: Served, path: str, length: int | str, method: str = "POST") -> bytes:
    size = f"Content-Length: {length}" if length != "chunked" else "Transfer-Encoding: chunked"
    lines = (f"{method} {path} HTTP/1.1", "Host: ledger", f"Authorization: Bearer {service.key}", size)
    return "\r\n".join((*lines, "Content-Type: application/json", "", "")).encode()


def first_line(connection: socket.socket) -> str:
    return connection.recv(65_536).split(b"\r\n")[0].decode()


def assert_unharmed(service: Served, id: str) -> None:
    """The event of that id was not stored, and is when it is sent as it should be."""
    with service.client() as client:
        assert answered(client.get("/v1/events", params={"id": id}))["data"] == []
        answered(client.post("/v1/events", content=event(id), headers=JSON), 201)
        assert answered(client.post("/v1/events", content=event(id), headers=JSON))["verdict"] == "duplicate"
    assert service.process.poll() is None


def test_a_request_cut_in_the_middle_leaves_nothing_behind(service: Served) -> None:
    posted = event("cut")
    whole = head(service, "/v1/events", len(posted)) + posted
    for place in (1, 20, 60, len(whole) - len(posted) - 1, len(whole) - len(posted), len(whole) - 40, len(whole) - 1):
        with service.connect() as connection:
            connection.sendall(whole[:place])
    chunked = head(service, "/v1/events", "chunked")
    for piece in (
        b"",
        b"5",
        b"5\r\n",
        b"5\r\n{",
        b"%x\r\n" % len(posted) + posted,
        b"zz\r\n",
        b"-1\r\n",
        b"f" * 40 + b"\r\n",
    ):
        with service.connect() as connection:
            connection.sendall(chunked + piece)
    assert_unharmed(service, "cut")
    assert all("status" not in line or line["status"] < 500 for line in service.lines())


def test_what_is_no_http_is_turned_away(service: Served) -> None:
    for noise in (
        b"\0" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"zq7marker\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\xff" * 70_000,
    ):
        with service.connect() as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            assert first_line(connection) in ("", "HTTP/1.1 400 Bad Request")
    assert_unharmed(service, "noise")


def test_a_body_that_does_not_come_is_not_waited_for(service: Served) -> None:
    posted = event("missing")
    for length in (len(posted), "chunked"):
        with service.connect() as connection:
            begun = time.monotonic()
            connection.sendall(head(service, "/v1/events", length))
            assert first_line(connection) == "HTTP/1.1 408 Request Timeout"
            assert 0.5 < time.monotonic() - begun < 10
    assert_unharmed(service, "missing")


def test_a_body_that_comes_slowly_but_surely_is_taken(service: Served) -> None:
    posted = event("slow")
    with service.connect() as connection:
        connection.sendall(head(service, "/v1/events", len(posted)))
        for place in range(0, len(posted), 40):
            connection.sendall(posted[place : place + 40])
            time.sleep(0.3)
        assert first_line(connection) == "HTTP/1.1 201 Created"


def test_a_body_over_the_limit_in_pieces_of_unknown_number_is_refused(service: Served) -> None:
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    with service.connect() as connection:
        connection.sendall(head(service, "/v1/events", "chunked"))
        try:
            for _ in range(200):
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return  # refused before the last piece was sent
        assert first_line(connection).startswith("HTTP/1.1 413 ")
    assert_unharmed(service, "large")


def test_clients_who_stop_reading_hold_nobody_up(service: Served) -> None:
    body = orjson.dumps([{"zq7": "x"}] * 10_000)
    stuck = [service.connect() for _ in range(8)]
    for connection in stuck:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.sendall(head(service, "/v1/events/validate", len(body)) + body)
    for connection in stuck:
        assert connection.recv(1) == b"H"  # the answer has begun, and nobody takes the rest of it
    assert_unharmed(service, "stuck")
    for connection in stuck:
        connection.close()
    with service.client() as client:
        assert answered(client.get("/readyz"))["status"] == "ready"
