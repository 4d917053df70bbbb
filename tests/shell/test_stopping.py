"""The end of the process: SIGTERM lets running requests end, whatever database, and takes no new ones."""

import json
import socket
from pathlib import Path

import pytest

from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import sent
from tests.shell.serving import Served, served, wait_until


def begun(service: Served, body: bytes) -> socket.socket:
    """A request of which half the body is sent, and which the service is reading."""
    head = (
        f"POST /v1/events/batch HTTP/1.1\r\nHost: ledger\r\nAuthorization: Bearer {service.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = service.connect()
    connection.sendall(head.encode() + body[: len(body) // 2])
    with service.client() as client:  # a whole request later, the half one has long been read
        assert client.get("/readyz").status_code == 200
    return connection


def test_a_running_request_ends_and_new_connections_are_refused(empty_database_url: str, tmp_path: Path) -> None:
    body = json.dumps([sent(fact) for fact in W1_FACTS]).encode()
    with served(empty_database_url, tmp_path) as service:
        with service.client() as client:
            assert client.post("/v1/contracts", json=a_contract()).status_code == 201
        with begun(service, body) as connection:
            service.terminate()
            wait_until(lambda: refused(service))
            assert service.process.poll() is None
            connection.sendall(body[len(body) // 2 :])
            answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 200") and f'"accepted":{len(W1_FACTS)}'.encode() in answer
        service.process.wait(30)
        assert service.lines()[-1]["message"].startswith("Finished server process")
        assert not [line for line in service.lines() if line["level"] == "error"]


def refused(service: Served) -> bool:
    try:
        service.connect().close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_a_request_that_does_not_end_is_given_up_after_the_time_of_the_settings(
    empty_database_url: str, tmp_path: Path
) -> None:
    settings = {"SHUTDOWN_SECONDS": "1"}
    with served(empty_database_url, tmp_path, settings) as service, begun(service, bytes(1000)) as connection:
        service.terminate()
        service.process.wait(10)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 503") and b"stopping" in answer and b"retry-after: 5" in answer
