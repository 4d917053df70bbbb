"""Pages of a list: a cursor that says where the next page begins, opaque to the caller."""

import base64
import binascii
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from service.core.errors import Fault, InvalidInput

Entry = TypeVar("Entry")
Limit = Annotated[int, Query(ge=1, le=500, description="how many entries a page holds")]
After = Annotated[str | None, Query(max_length=400, description="the `next` of the page before")]


class PageInfo(BaseModel):
    """Whether more follows, and where it begins."""

    limit: int
    has_more: bool
    next: str | None = Field(description="send it as `after` to get the next page")


class Page(BaseModel, Generic[Entry]):
    """One page of a list."""

    data: list[Entry]
    page: PageInfo


def cursor(*parts: str | int) -> str:
    """A place in a list as an opaque word."""
    return base64.urlsafe_b64encode("\x1f".join(str(part) for part in parts).encode()).decode().rstrip("=")


def parts_of(after: str | None, count: int) -> list[str] | None:
    """The parts of a cursor; refused when it is not one that the service gave."""
    if after is None:
        return None
    try:
        parts = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().split("\x1f")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        parts = []
    if len(parts) != count:
        raise _not_ours()
    return parts


def whole(part: str) -> int:
    """A whole number in a cursor."""
    if not part.isdigit() or len(part) > 18:
        raise _not_ours()
    return int(part)


def _not_ours() -> InvalidInput:
    fault = Fault("after", "wrong-cursor", "must be the `next` of an earlier page, unchanged")
    return InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")


def page_of(entries: list[Entry], limit: int, next_cursor: str | None) -> Page[Entry]:
    """A page from up to limit + 1 entries read."""
    more = len(entries) > limit
    return Page(data=entries[:limit], page=PageInfo(limit=limit, has_more=more, next=next_cursor if more else None))
