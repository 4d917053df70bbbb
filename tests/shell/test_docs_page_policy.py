"""What the docs page lets a browser do: run the service's own scripts, ask the service, and keep no key."""

import pytest
from fastapi.routing import APIRoute

from service.api.permissions import needed_by
from service.api.routes import GUARDED
from service.main import create_app
from service.settings import Settings
from service.workflows.ledger import Ledger
from service.workflows.roles import MAY, PERMISSIONS, ROLES
from tests.shell.calling import Api
from tests.shell.issuing import Issuer, client_with_tokens


async def test_the_page_runs_only_the_services_own_scripts(api: Api) -> None:
    page = await api.client.get("/docs")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert page.text.count("<script") == page.text.count("<script src=")


async def test_the_page_keeps_no_key(api: Api) -> None:
    start = await api.client.get("/docs/start.js")
    assert start.headers["content-type"].startswith("text/javascript")
    assert "persistAuthorization: false" in start.text


async def test_the_page_may_ask_the_issuer_of_access_tokens_and_nobody_else(ledger: Ledger) -> None:
    given = {
        "oauth_token_url": "https://login.example.org/realms/ledger/token?x=1",
        "oauth_authorization_url": "https://login.example.org/realms/ledger/auth",
    }
    async with client_with_tokens(ledger, Issuer().key_set, **given) as client:
        for path in ("/docs", "/docs/logged-in"):
            page = await client.get(path)
            policy = page.headers["content-security-policy"]
            assert "connect-src 'self' https://login.example.org; " in policy and "script-src 'self';" in policy
            assert page.text.count("<script") == page.text.count("<script src=")
        assert "callback" in (await client.get("/docs/logged-in.js")).text
        flows = (await client.get("/openapi.json")).json()["components"]["securitySchemes"]["oauth2"]["flows"]
    assert set(flows) == {"clientCredentials", "authorizationCode"}
    assert {flow["tokenUrl"] for flow in flows.values()} == {given["oauth_token_url"]}
    assert set(flows["authorizationCode"]["scopes"]) == set(PERMISSIONS)


async def test_nobody_is_sent_back_to_a_page_that_sends_nobody_away(api: Api) -> None:
    assert (await api.client.get("/docs/logged-in")).status_code == 404


@pytest.mark.parametrize("is_issuer", [False, True])
async def test_every_guarded_operation_tells_its_permission_and_the_roles_that_have_it(is_issuer: bool) -> None:
    document = create_app(Settings(development_issuer=is_issuer)).openapi()
    told = 0
    for route in GUARDED:
        assert isinstance(route, APIRoute)
        needed = needed_by(route.endpoint)
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            schemes = ["key", "oauth2"] if is_issuer else ["key"]
            assert operation["security"] == [{scheme: [needed]} for scheme in schemes]
            roles = [role for role in ROLES if needed in MAY[role]]
            assert operation["description"].endswith(f"\n\nNeeds: `{needed}` ({', '.join(roles)}).")
            told += 1
    assert told >= 60
