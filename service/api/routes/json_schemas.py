"""JSON Schemas by URL, open to everybody: of each kind of event, and of the documents a case system meets."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from service.api.audiences import CASE_SYSTEMS
from service.api.errors import Problem, problems
from service.api.event_bodies import CLOUD_EVENT_SCHEMA
from service.api.negotiation import only_acceptable, preferred
from service.api.schemas import Verdict
from service.api.security import only_known_parameters
from service.api.statement_documents import StatementDocument
from service.core.errors import NotFound
from service.core.events.facts import FACT, KINDS
from service.core.terms import Terms

# Programs fetch a schema by its address without a key, and there is nothing of anybody in it.
router = APIRouter(
    prefix="/v1", tags=[CASE_SYSTEMS], dependencies=[Depends(only_known_parameters), Depends(only_acceptable)]
)
_SCHEMA_TYPES = ("application/schema+json", "application/json")
_HEADERS = {"Cache-Control": "max-age=3600", "Vary": "Accept"}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaEntry(BaseModel):
    """A schema in the list."""

    kind: str
    title: str
    url: str = Field(description="where it is read; also its $id")


class SchemaList(BaseModel):
    """All schemas."""

    data: list[SchemaEntry]


@cache
def schemas() -> Mapping[str, dict[str, Any]]:
    """Every schema by the name it has in its address."""
    found = {kind: _of_event(model.model_json_schema()) for kind, model in KINDS.items()}
    found |= {
        "event": _of_event(FACT.json_schema()),
        "cloudevent": CLOUD_EVENT_SCHEMA,
        "verdict": Verdict.model_json_schema(),
        "contract": Terms.model_json_schema(),
        "statement": StatementDocument.model_json_schema(),
        "problem": Problem.model_json_schema(),
    }
    return {
        name: {"$schema": _DIALECT, "$id": f"/v1/schemas/{name}", "title": name.capitalize(), **schema}
        for name, schema in found.items()
    }


def _of_event(schema: Any) -> Any:
    """The schema with what a date may also be: a moment with its offset, cut to its date when it is taken in."""
    if isinstance(schema, dict):
        if schema.get("format") == "date":
            rest = {name: part for name, part in schema.items() if name not in ("format", "type")}
            forms = [{"type": "string", "format": form} for form in ("date", "date-time")]
            return {**rest, "anyOf": forms}
        return {name: _of_event(part) for name, part in schema.items()}
    return [_of_event(part) for part in schema] if isinstance(schema, list) else schema


@router.get("/schemas", summary="List the schemas", responses=problems())
async def list_schemas() -> SchemaList:
    """A JSON Schema for each kind of event, for any event, and for contracts, statements, verdicts and problems."""
    entries = [
        SchemaEntry(kind=name, title=schema["title"], url=schema["$id"]) for name, schema in sorted(schemas().items())
    ]
    return SchemaList(data=entries)


@router.get(
    "/schemas/{kind}",
    summary="Read a schema",
    response_class=Response,
    responses={
        200: {
            "description": "A JSON Schema, 2020-12",
            "content": {media_type: {"schema": {"type": "object"}} for media_type in _SCHEMA_TYPES},
        },
        **problems("schema-not-found"),
    },
)
async def read_schema(
    request: Request,
    kind: Annotated[str, Path(max_length=40, description="as the list names it", examples=["milestone"])],
) -> Response:
    """The JSON Schema of that name. What it lets through can still be refused for what only the ledger knows: the
    contract, its attributes and units, and the event that a correction names."""
    found = schemas().get(kind)
    if found is None:
        raise NotFound("There is no schema by that name; GET /v1/schemas lists them.", "schema-not-found")
    return Response(orjson.dumps(found), media_type=preferred(request, _SCHEMA_TYPES), headers=_HEADERS)
