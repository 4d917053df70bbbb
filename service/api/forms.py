"""The forms that tables are sent in: JSON, CSV or XLSX, by `?format=` or else by Accept; a route adds two lines.

responses={**IN_FORMS, **NOT_MODIFIED, **problems(...)},
... form: AskedForm, held: Held ...
return await sent_in(form, held, json_bytes, lambda: statement_workbook(json_bytes), "file-name-without-suffix")
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from service.api.body import CSV_TYPE, JSON_TYPE
from service.api.conditional import unchanging
from service.api.negotiation import preferred
from service.render import Workbook, to_csv, to_xlsx

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FormName = Literal["json", "csv", "xlsx"]


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which an answer exists; `write` makes it of a workbook, and is None where the bytes are there."""

    name: FormName
    media_type: str
    write: Callable[[Workbook], bytes] | None = None


FORMS: dict[str, Form] = {
    form.media_type: form
    for form in (Form("json", JSON_TYPE), Form("csv", CSV_TYPE, to_csv), Form("xlsx", XLSX_TYPE, to_xlsx))
}
# The JSON of a route is described by its response_model.
IN_FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "As JSON, or as a file for a spreadsheet with the name in Content-Disposition",
        "content": {
            CSV_TYPE: {"schema": {"type": "string"}},
            XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def _asking(first: FormName) -> Callable[..., Awaitable[Form]]:
    """The choice of a form; of forms that Accept ranks alike, the first."""
    offered = sorted(FORMS, key=lambda media_type: FORMS[media_type].name != first)

    async def asked_form(
        request: Request,
        format: Annotated[
            FormName | None,
            Query(description="the form of the answer; without it Accept decides", examples=[first]),
        ] = None,
    ) -> Form:
        """The form that the query names, whatever Accept says, because a link has no other way to say it; else the one
        that Accept ranks highest. That it takes one of them was made sure of at the door."""
        if format is not None:
            return next(form for form in FORMS.values() if form.name == format)
        return FORMS[preferred(request, offered)]

    return asked_form


asked_form = _asking("json")
AskedForm = Annotated[Form, Depends(asked_form)]
AskedTable = Annotated[Form, Depends(_asking("csv"))]  # where most callers are programs that import a table


async def sent_in(
    form: Form,
    held: frozenset[str],
    stored: bytes,
    workbook: Callable[[], Workbook],
    name: str,
    digest: bytes | None = None,
) -> Response:
    """The stored JSON as it is, or a file made of the workbook, under that name with the form's suffix.

    Each form has an ETag of its own; `digest` is the SHA-256 of the JSON where it is known. The workbook is made and
    written in a thread, because a large one takes seconds.
    """
    write = form.write
    if write is None:
        response = unchanging(held, stored, digest=digest)
    else:
        body = await asyncio.to_thread(lambda: write(workbook()))
        response = unchanging(held, body, form.media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(name)}.{form.name}"'
    response.headers["Vary"] = "Accept"
    return response


def _file_name(name: str) -> str:
    """The name in what every system takes in a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)
