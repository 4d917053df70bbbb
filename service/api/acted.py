"""Routes that move state or money: their body, their preview, and their answer under an Idempotency-Key."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from service.api.body import JSON_TYPE, media_type_of, read_body, read_nothing
from service.api.idempotency_key import KeyDep, asked, sent_as
from service.api.security import ActorDep, LedgerDep
from service.core.life.requests import read_request
from service.core.terms.words import Frozen
from service.storage.strict_json import strict_json
from service.workflows.idempotency import Answer, Keyed, answer_once
from service.workflows.ledger import Ledger

Result = TypeVar("Result")
Body = TypeVar("Body", bound=Frozen)
PreviewQuery = Annotated[
    bool,
    Query(
        description="do it and take it back: the answer is what it would be, nothing is stored",
        examples=[True],
    ),
]
BODY_PROBLEMS = ("malformed", 408, 413, 415, "invalid-input")
KEY_PROBLEMS = ("idempotency-key-malformed", "idempotency-key-reused", "request-in-progress")


def body_of(model: type[Frozen], example: dict[str, Any]) -> dict[str, Any]:
    """The documented body of a request."""
    schema = model.model_json_schema(by_alias=True)
    return {"requestBody": {"required": True, "content": {JSON_TYPE: {"schema": schema, "example": example}}}}


def previewed_as(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The answer to a preview of what else is answered with 201."""
    return {200: {"model": model, "description": "A preview: what would be, and nothing is stored"}}


@dataclass(frozen=True, slots=True)
class Move:
    """A request that moves state or money: on which ledger, who asks, under which key, and whether it is a preview."""

    request: Request
    ledger: Ledger
    actor: str
    key: str | None
    preview: bool

    async def asks(self, model: type[Body]) -> tuple[Body, bytes]:
        """What the body asks for, and the bytes it came in."""
        media_type_of(self.request, JSON_TYPE)
        body = await read_body(self.request)
        return read_request(model, strict_json(body)), body

    async def asks_nothing(self) -> bytes:
        """The body of a request that says everything by its address."""
        return await read_nothing(self.request)

    async def once(
        self,
        body: bytes,
        act: Callable[[Keyed[Result] | None], Awaitable[Result]],
        shown: Callable[[Result], BaseModel],
        *,
        created: bool = True,
    ) -> Response:
        """Act once under the key and answer 201 or 200; a preview is answered 200 and is stored under no key."""
        status = 201 if created and not self.preview else 200
        route: str = self.request.scope["route"].path
        said = _said(self.request, body)
        answer = await answer_once(
            self.ledger,
            None if self.preview else asked(self.request, route, self.key, self.actor, said),
            act,
            lambda result: Answer(status, shown(result).model_dump_json(by_alias=True).encode()),
        )
        return sent_as(answer)


async def _move(
    request: Request, ledger: LedgerDep, actor: ActorDep, key: KeyDep, preview: PreviewQuery = False
) -> Move:
    return Move(request, ledger, actor, key, preview)


MoveDep = Annotated[Move, Depends(_move)]


def _said(request: Request, body: bytes) -> bytes:
    """What tells the request from another under the same key: what was seen is a part of it."""
    return body + b"\0" + ",".join(request.headers.getlist("if-match")).encode()
