"""What the docs page lets a browser do: run the service's own scripts, ask the service, and keep no key."""

from tests.shell.calling import Api


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
