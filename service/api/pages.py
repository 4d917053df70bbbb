"""Pages of a list: a cursor that says where the next page begins, opaque to the caller."""

import base64
import binascii
import re
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from service.core.errors import Fault, InvalidInput

Entry = TypeVar("Entry")
LARGEST_POSITION = 2**31 - 1  # of a line or a posting: what its column holds
Limit = Annotated[int, Query(ge=1, le=500, description="how many entries a page holds")]


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


def after_query(*beginning: str | int) -> Any:
    """The parameter that a page begins behind; its example is the place before the first entry of the demo."""
    told = "the `next` of the page before; the example is the beginning"
    return Query(max_length=400, description=told, examples=[cursor(*beginning)])


def parts_of(after: str | None, count: int) -> list[str] | None:
    """The parts of a cursor; refused when it is not one that the service gave."""
    if after is None:
        return None
    try:
        parts = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().split("\x1f")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        parts = []
    if len(parts) != count or "\0" in "".join(parts):
        raise _not_ours()
    return parts


def whole(part: str, largest: int = 2**63 - 1) -> int:
    """A whole number in a cursor, small enough for the column it is compared with."""
    if not re.fullmatch("[0-9]{1,19}", part) or int(part) > largest:
        raise _not_ours()
    return int(part)


def _not_ours() -> InvalidInput:
    fault = Fault("after", "wrong-cursor", "must be the `next` of an earlier page, unchanged")
    return InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")


def page_of(entries: list[Entry], limit: int, next_cursor: str | None) -> Page[Entry]:
    """A page from up to limit + 1 entries read."""
    more = len(entries) > limit
    return Page(data=entries[:limit], page=PageInfo(limit=limit, has_more=more, next=next_cursor if more else None))
