"""The pages on problem codes, open to everybody: as HTML for people, as JSON for programs."""

from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field

from service.api.audiences import CASE_SYSTEMS
from service.api.errors import problems
from service.api.negotiation import only_acceptable, preferred
from service.api.problem_codes import CODE_PAGES, CodePage, type_of
from service.api.security import only_known_parameters
from service.core.errors import NotFound

router = APIRouter(tags=[CASE_SYSTEMS], dependencies=[Depends(only_known_parameters), Depends(only_acceptable)])
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "max-age=3600",
    "Vary": "Accept",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ font: 1.1rem/1.5 sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }}</style>
</head>
<body>
{body}
</body>
</html>
"""


class CodeOut(BaseModel):
    """What a problem code means and how to mend it."""

    code: str
    type: str = Field(description="the address of this page, as it stands in problem documents")
    title: str
    means: str
    mend: str
    retry: bool = Field(description="whether the same request, unchanged, can succeed later")


class CodeList(BaseModel):
    """Every code."""

    data: list[CodeOut]


_HTML: dict[int | str, Any] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}


@router.get("/problems", summary="List the problem codes", response_model=CodeList, responses={**problems(), **_HTML})
async def list_codes(request: Request) -> Response:
    """Every code that a problem document, a verdict or an entry of `errors` can carry."""
    pages = sorted(CODE_PAGES.values(), key=lambda page: page.code)
    if not _wants_html(request):
        return JSONResponse({"data": [_out(page).model_dump() for page in pages]}, headers=_HEADERS)
    entries = "\n".join(
        f'<li><a href="{escape(type_of(page.code))}"><code>{escape(page.code)}</code></a> {escape(page.title)}</li>'
        for page in pages
    )
    return _html("Problem codes", f"<h1>Problem codes</h1>\n<ul>\n{entries}\n</ul>")


@router.get(
    "/problems/{code}",
    summary="Read what a problem code means",
    response_model=CodeOut,
    responses={**problems("problem-not-found"), **_HTML},
)
async def read_code(
    request: Request,
    code: Annotated[
        str, Path(max_length=60, description="as a problem document names it", examples=["event-conflict"])
    ],
) -> Response:
    """What the code means, how to mend it, and whether to send the same request again. The `type` of every problem
    document is the address of such a page."""
    page = CODE_PAGES.get(code)
    if page is None:
        raise NotFound("There is no such code; GET /problems lists them.", "problem-not-found")
    if not _wants_html(request):
        return JSONResponse(_out(page).model_dump(), headers=_HEADERS)
    again = "The same request, unchanged, can succeed later." if page.retry else "Sent again as it is, it fails again."
    return _html(
        page.title,
        f"<h1>{escape(page.title)}</h1>\n<p><code>{escape(page.code)}</code></p>\n"
        f"<h2>What it means</h2>\n<p>{escape(page.means)}</p>\n"
        f"<h2>How to mend it</h2>\n<p>{escape(page.mend)}</p>\n<p>{again}</p>\n"
        '<p><a href="/problems">All codes</a></p>',
    )


def _wants_html(request: Request) -> bool:
    return preferred(request, ("application/json", "text/html")) == "text/html"


def _out(page: CodePage) -> CodeOut:
    return CodeOut(
        code=page.code,
        type=type_of(page.code),
        title=page.title,
        means=page.means,
        mend=page.mend,
        retry=page.retry,
    )


def _html(title: str, body: str) -> Response:
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), headers=_HEADERS)
