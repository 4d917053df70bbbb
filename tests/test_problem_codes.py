"""Every code that the service can answer with has a page that says how to mend it, and no page is left over."""

import ast
import re
from collections.abc import Iterator
from html import escape

import httpx
import pytest

from service.api.errors import TURNED_AWAY, TURNED_AWAY_OTHERWISE
from service.api.problem_codes import CODE_PAGES
from service.main import create_app
from service.settings import Settings
from tests.shell.calling import problem_in
from tests.sources import calls, modules

# Which argument of each call is the code; all take it by the name `code` too.
CODE_AT = {
    "Fault": 1,
    "Refused": 0,
    "InvalidInput": 2,
    "NotFound": 1,
    "WrongState": 1,
    "Conflict": 1,
    "Stale": 1,
    "NotAllowed": 1,
    "NotAuthenticated": 1,
    "Unavailable": 1,
    "BrokenInvariant": 1,
    "LedgerError": 1,
    "rejected": 0,
    "EventVerdict": 5,
    "problem": 1,
}
# What is handed on from a code that was written elsewhere.
HANDED_ON = {"code", "verdict.code or ''", "error.code", "context['error'].code", "code_of(entry['type'])"}


def codes_written() -> Iterator[tuple[str, str]]:
    """Each code in service/ with its place."""
    for path, tree in modules("service"):
        for name, call, _ in calls(tree):
            at = CODE_AT.get(name)
            if at is not None:
                written = next((word.value for word in call.keywords if word.arg == "code"), None)
                if written is None and len(call.args) > at:
                    written = call.args[at]
                if written is not None:
                    yield from ((code, f"{path}:{call.lineno}") for code in _codes_in(written))
        yield from ((code, str(path)) for code in _codes_of_classes(tree))


def _codes_in(written: ast.expr) -> Iterator[str]:
    match written:
        case ast.Constant(value=str(code)):
            yield code
        case ast.Constant(value=None):
            return
        case ast.IfExp(body=body, orelse=orelse):
            yield from _codes_in(body)
            yield from _codes_in(orelse)
        case _ if ast.unparse(written) not in HANDED_ON:
            yield f"({ast.unparse(written)})"


def _codes_of_classes(tree: ast.Module) -> Iterator[str]:
    """The codes that error classes have by themselves, and those of pydantic's error types."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                yield code
            case ast.AnnAssign(target=ast.Name(id="_REMEDIES"), value=ast.Dict(values=remedies)):
                yield from (remedy.elts[0].value for remedy in remedies)  # type: ignore[attr-defined]
            case ast.Assign(targets=[ast.Name(id="_UNNAMED")], value=ast.Tuple(elts=[ast.Constant(value=code), _])):
                yield str(code)


def test_every_code_has_a_page_and_no_page_is_left_over() -> None:
    written: dict[str, str] = {}
    for code, place in codes_written():
        written.setdefault(code, place)
    written |= {
        code: "service/api/errors.py" for code in (TURNED_AWAY_OTHERWISE, *(code for code, _ in TURNED_AWAY.values()))
    }
    missing = [f"{code} ({place})" for code, place in written.items() if code not in CODE_PAGES]
    assert not missing, f"write these into service/api/problem_codes.toml: {missing}"
    left_over = CODE_PAGES.keys() - written.keys()
    assert not left_over, f"nothing answers with these; take them out of service/api/problem_codes.toml: {left_over}"


def test_every_page_says_what_it_means_and_how_to_mend_it() -> None:
    for code, page in CODE_PAGES.items():
        assert re.fullmatch("[a-z]+(-[a-z]+)*", code)
        assert not page.title.endswith(".")
        assert page.means.endswith(".")
        assert page.mend.endswith((".", "?"))
        assert page.means != page.mend
    titles = [page.title for page in CODE_PAGES.values()]
    assert len(titles) == len(set(titles))


@pytest.fixture
def anybody() -> httpx.AsyncClient:
    """A client without a key, of a service without a database."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(Settings())), base_url="http://ledger")


async def test_the_type_of_a_problem_leads_to_its_page(anybody: httpx.AsyncClient) -> None:
    refused = problem_in(await anybody.get("/v1/contracts"), 401)
    page = (await anybody.get(refused["type"])).json()
    assert (page["code"], page["type"]) == ("not-authenticated", refused["type"])
    assert (await anybody.get("/problems")).json()["data"][0]["code"] == min(CODE_PAGES)


async def test_a_browser_gets_a_page_and_a_program_json(anybody: httpx.AsyncClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for code, page in CODE_PAGES.items():
        response = await anybody.get(f"/problems/{code}", headers=browser)
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert f"<h1>{escape(page.title)}</h1>" in response.text
        assert f"<code>{code}</code>" in response.text
    listed = await anybody.get("/problems", headers=browser)
    assert all(f'href="/problems/{code}"' in listed.text for code in CODE_PAGES)
    for accept in (
        "*/*",
        "application/json",
        "application/json, text/html;q=0.5",
        "text/html;q=0.1, application/json;q=0.2",
        "",
    ):
        response = await anybody.get("/problems/event-conflict", headers={"Accept": accept})
        assert response.headers["content-type"] == "application/json"


async def test_an_unknown_code_is_not_there(anybody: httpx.AsyncClient) -> None:
    problem_in(await anybody.get("/problems/nothing"), 404, "problem-not-found")
    problem_in(await anybody.get("/nowhere"), 404, "not-found")
    problem_in(await anybody.get("/problems/fixed", headers={"Accept": "image/png"}), 406, "not-acceptable")
    problem_in(await anybody.delete("/problems"), 405, "method-not-allowed")
