"""Events as text, one a line: CSV with the columns of contracts/README.md, and JSON lines."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.api.formats.reading import Reading
from service.core.errors import Fault, InvalidInput
from service.storage.event_files import column_of, read_rows
from service.storage.strict_json import strict_json
from service.workflows.reading_events import Misread


def read_csv(body: bytes, contract: str | None) -> Reading:
    """The events of a CSV text; pointers are "/<line>/<column>"."""
    rows = read_rows(_text(body), contract)
    # The line stands before every pointer that is told, so that the faults of a row name no place inside it.
    documents = [
        row.event if row.event is not None else Misread(tuple(replace(fault, pointer="") for fault in row.faults))
        for row in rows
    ]

    def translate(_: int, pointer: str) -> str:
        return f"/{column}" if (column := column_of(pointer)) else ""

    return Reading(documents, [row.line for row in rows], translate)


def read_json_lines(body: bytes) -> Reading:
    """The events of a text with one JSON object a line; pointers are "/<line>" and a pointer into the object."""
    numbered = enumerate(_text(body).removeprefix("\ufeff").split("\n"), start=1)
    filled = [(number, line) for number, line in numbered if line.strip()]
    return Reading([_document(line) for _, line in filled], [number for number, _ in filled])


def with_contract(document: Any, contract: str | None) -> Any:
    """The document with the contract filled in where it names none."""
    if contract is None:
        return document
    if isinstance(document, Misread):
        return replace(document, document=with_contract(document.document, contract))
    return {"contract": contract, **document} if isinstance(document, Mapping) else document


def _document(line: str) -> Any:
    try:
        return strict_json(line.encode("utf-8"))
    except InvalidInput as error:
        return Misread(tuple(error.faults))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        fault = Fault("", "malformed", "save the text as UTF-8")
        raise InvalidInput("The body is not UTF-8 text.", [fault], "malformed") from None
