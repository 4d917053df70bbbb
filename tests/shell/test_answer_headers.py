"""Headers that keep a browser from doing more with an answer than is meant: on every answer, of whatever kind."""

from pathlib import Path

import httpx
import pytest

from service.main import create_app
from service.settings import Settings
from service.workflows.ledger import Ledger
from tests.shell.calling import Api
from tests.shell.serving import served
from tests.shell.test_api_security import OPEN, filled, operations

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
STRANGER = {"Origin": "https://elsewhere.example.org", "Access-Control-Request-Method": "GET"}


async def test_every_answer_carries_them_once_and_none_lets_another_page_in(w: Api, ledger: Ledger) -> None:
    asked = {(method, path) for method, path in operations(create_app(Settings(), ledger))}
    others = {
        ("GET", "/nowhere"),
        ("GET", "/docs-assets/swagger-ui.css"),
        ("DELETE", "/problems"),
        ("TRACE", "/v1/events"),
    }
    for method, path in asked | others | {("OPTIONS", path) for _, path in asked}:
        for headers in ({}, {"Authorization": ""}):
            response = await w.client.request(method, filled(path), headers={**STRANGER, **headers})
            for name, value in ALWAYS.items():
                assert response.headers.get_list(name) == [value], (method, path)
            (policy,) = response.headers.get_list("content-security-policy")
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, (method, path)
            assert path in OPEN or path == "/nowhere" or "style-src" not in policy
            assert not [name for name in response.headers if name.startswith("access-control-")]
            assert method not in ("OPTIONS", "TRACE") or response.status_code == 405, (method, path)
            assert "strict-transport-security" not in response.headers


async def test_an_answer_over_https_asks_for_no_other_way(w: Api, ledger: Ledger) -> None:
    transport = httpx.ASGITransport(create_app(Settings(), ledger))
    async with httpx.AsyncClient(transport=transport, base_url="https://ledger") as client:
        assert (await client.get("/healthz")).headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(("trusted", "is_believed"), [("", False), ("192.0.2.7", False), ("127.0.0.0/8", True)])
def test_what_a_proxy_says_is_believed_of_the_proxies_of_the_settings_alone(
    trusted: str, is_believed: bool, tmp_path: Path
) -> None:
    with served(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path, {"TRUSTED_PROXIES": trusted}) as service:
        said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        with service.client() as client:
            answer = client.get("/healthz", headers=said)
        assert ("strict-transport-security" in answer.headers) is is_believed
