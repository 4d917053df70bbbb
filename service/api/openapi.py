"""The OpenAPI document: what the framework derives, plus the schemas of events and of problems."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.api.errors import Problem
from service.core.events.facts import FACT

_REF = "#/components/schemas/{model}"
TAGS = [
    {
        "name": "contracts",
        "description": "Finance and contract managers: the terms, their versions, the file as agreed.",
    },
    {"name": "events", "description": "Case systems: post, correct, withdraw and look up events."},
    {"name": "findings", "description": "Everybody: what is achieved, refused or pending, and why."},
    {"name": "statements", "description": "Investors, finance and auditors: preview, issue, read, explain, verify."},
    {"name": "accounts", "description": "Finance: postings and the trial balance."},
    {"name": "health", "description": "Operators."},
]


def install_openapi(app: FastAPI) -> None:
    """Make `app.openapi` give the whole document, once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes, tags=TAGS
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            _add(schemas, "Event", FACT.json_schema(ref_template=_REF))
            _add(schemas, "Problem", Problem.model_json_schema(ref_template=_REF))
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _add(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    schemas.update(schema.pop("$defs", {}))
    schemas[name] = schema
