"""The document of the API as a list of examples: what each operation shows, and how it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import orjson

METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        """How it is named in a failure."""
        return f"{self.method.upper()} {self.path}"

    @property
    def changes_nothing(self) -> bool:
        """Whether its examples can be sent before all others."""
        return self.method == "get" or self.path.endswith(("/validate", "/verify"))

    def address(self, filled: bool = True) -> tuple[str, dict[str, Any]]:
        """The path and the query with its examples filled in; without, only what is required."""
        path, query = self.path, {}
        for parameter in self.told.get("parameters", ()):
            value = parameter.get("example")
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", quote(str(value)))
            elif parameter["in"] == "query" and value is not None and (filled or parameter.get("required")):
                query[parameter["name"]] = str(value).lower() if isinstance(value, bool) else value
        return path, query

    def bodies(self) -> Iterator[tuple[str, str, bytes]]:
        """Media type, name and bytes of every example of a body."""
        for media_type, content in self.told.get("requestBody", {}).get("content", {}).items():
            for name, value in examples_in(content):
                yield media_type, name, value.encode() if isinstance(value, str) else orjson.dumps(value)

    def requests(self) -> Iterator[tuple[str, httpx.Request]]:
        """Every request that the docs page would send from the examples, with a name for a failure."""
        for filled in (True, False):
            path, query = self.address(filled)
            for media_type, name, body in [*self.bodies()] or [("", "", b"")]:
                headers = {"Content-Type": media_type} if media_type else {}
                request = httpx.Request(
                    self.method.upper(), f"http://ledger{path}", params=query, content=body, headers=headers
                )
                yield f"{self.name} {media_type} {name}{'' if filled else ' (required parameters only)'}", request


def examples_in(content: dict[str, Any]) -> list[tuple[str, Any]]:
    """The examples of a media type, by name."""
    named = [(name, entry["value"]) for name, entry in content.get("examples", {}).items()]
    return named + ([("", content["example"])] if "example" in content else [])


def operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation, those that change nothing first, each group in the document's order."""
    found = [
        Operation(method, path, methods[method])
        for path, methods in document["paths"].items()
        for method in METHODS
        if method in methods
    ]
    return sorted(found, key=lambda operation: not operation.changes_nothing)
