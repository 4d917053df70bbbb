"""The OpenAPI document: what the framework derives, the schemas of events, terms and problems, and the examples."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.api.audiences import GROUPS
from service.api.documented_access import document_access
from service.api.errors import Problem
from service.api.event_bodies import CLOUD_EVENT_SCHEMA
from service.api.statement_documents import ANSWER_EXAMPLES
from service.core.events.facts import FACT
from service.core.terms import Terms
from service.settings import Settings

_REF = "#/components/schemas/{model}"


def install_openapi(app: FastAPI, chosen: Settings) -> None:
    """Make `app.openapi` give the whole document, once; the operations stand in it in the order they have here."""
    documented = [*app.routes]

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=documented, tags=GROUPS
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas["CloudEvent"] = CLOUD_EVENT_SCHEMA
            _add(schemas, "Event", FACT.json_schema(ref_template=_REF))
            _add(schemas, "Problem", Problem.model_json_schema(ref_template=_REF))
            _add(schemas, "Terms", Terms.model_json_schema(ref_template=_REF))
            _fill_in(schema)
            document_access(schema, documented, chosen)
            for name, example in ANSWER_EXAMPLES.items():
                schemas[name]["examples"] = [example]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _fill_in(document: dict[str, Any]) -> None:
    """Give each parameter its example where the docs page looks for one: beside the schema, not in it."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                known = parameter["schema"].pop("examples", None) or [parameter["schema"].get("default")]
                if known[0] is not None:
                    parameter["example"] = known[0]


def _add(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    schemas.update(schema.pop("$defs", {}))
    schemas[name] = schema
