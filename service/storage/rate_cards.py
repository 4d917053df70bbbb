"""Rate cards: a contract file that takes its metrics over from a card becomes the whole document that is agreed."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.core.errors import Fault, InvalidInput
from service.storage.toml_text import parse_toml, write_toml

CARDS, CARD = "cards", "card"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\Z")
_OF_A_CARD = {"title", "currency", "participant", "source", "metrics"}
_REPLACED = (
    "title",
    "clause",
    "tariff",
    "limits",
    "uplifts",
    "deadweight",
    "deductions",
    "indexed",
    "eligible",
    "accepts_evidence",
    "payers",
)


def whole_file(file: bytes, folder: Path) -> bytes:
    """The file with the card it names written out, or as it is where it names none.

    `folder` holds the cards, each <name>.toml. A file that is no TOML comes back as it is: reading it tells why.
    InvalidInput where the card, or what is changed of it, does not fit.
    """
    if b"card" not in file:
        return file
    try:
        document = parse_toml(file)
    except InvalidInput:
        return file
    if CARD not in document:
        return file
    return write_toml(_expanded(document, folder), f"Written out with the rate card {document['card']}.")


def _expanded(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    card = _card(document[CARD], folder)
    own = document.get("metrics", [])
    overrides = document.get("card_overrides", {})
    faults = [*_shape_faults(overrides, own), *_fit_faults(document, card, overrides)]
    if faults:
        raise InvalidInput("The contract does not fit its rate card.", faults, "contract-invalid")
    dropped, changes = overrides.get("drop", []), overrides.get("metrics", {})
    taken = [metric | changes.get(metric["id"], {}) for metric in card["metrics"] if metric["id"] not in dropped]
    whole = {key: value for key, value in document.items() if key not in (CARD, "card_overrides", "metrics")}
    return whole | {"metrics": [*taken, *own]}


def _card(name: Any, folder: Path) -> dict[str, Any]:
    file = folder / f"{name}.toml"
    if not (isinstance(name, str) and _NAME.match(name) and file.is_file()):
        raise _wrong("/card", "unknown-card", f"must name a file of the folder {CARDS}, without .toml")
    card = parse_toml(file.read_bytes())
    metrics = card.get("metrics")
    if not set(card) <= _OF_A_CARD or not isinstance(metrics, list):
        raise _wrong("/card", "wrong-form", f"the card must hold metrics, and beside them {', '.join(_OTHERS)} only")
    if not all(isinstance(metric, dict) and isinstance(metric.get("id"), str) for metric in metrics):
        raise _wrong("/card", "wrong-form", "every metric of the card needs an id")
    return card


_OTHERS = sorted(_OF_A_CARD - {"metrics"})


def _wrong(pointer: str, code: str, remedy: str) -> InvalidInput:
    return InvalidInput("The rate card cannot be read.", [Fault(pointer, code, remedy)], "contract-invalid")


def _shape_faults(overrides: Any, own: Any) -> Iterator[Fault]:
    whole = overrides if isinstance(overrides, dict) else {}
    known = {"drop": list, "metrics": dict}
    if not isinstance(overrides, dict) or any(
        key not in known or not isinstance(value, known[key]) for key, value in whole.items()
    ):
        yield Fault("/card_overrides", "wrong-form", "must hold drop, a list of ids, and metrics, a table by id")
    elif not all(isinstance(changes, dict) for changes in whole.get("metrics", {}).values()):
        yield Fault("/card_overrides/metrics", "wrong-form", "must be a table of the fields to replace for each metric")
    if not isinstance(own, list):
        yield Fault("/metrics", "wrong-type", "must be a list")


def _fit_faults(document: Mapping[str, Any], card: Mapping[str, Any], overrides: Any) -> Iterator[Fault]:
    for field in ("currency", "participant"):
        if field in card and card[field] != document.get(field):
            yield Fault(f"/{field}", "fixed", "must be the card's own; a card in another currency is another card")
    ids = {metric["id"] for metric in card["metrics"]}
    drop = overrides.get("drop", []) if isinstance(overrides, dict) else []
    changed = overrides.get("metrics", {}) if isinstance(overrides, dict) else {}
    for place, name in enumerate(drop if isinstance(drop, list) else []):
        if not isinstance(name, str) or name not in ids:
            yield Fault(f"/card_overrides/drop/{place}", "unknown-metric", "must be the id of a metric of the card")
    for name, fields in changed.items() if isinstance(changed, dict) else ():
        here = f"/card_overrides/metrics/{name}" if _NAME.match(name) else "/card_overrides/metrics"
        if name not in ids or name in (drop if isinstance(drop, list) else []):
            yield Fault(here, "unknown-metric", "must be a metric of the card that is not dropped")
        elif isinstance(fields, dict) and not set(fields) <= set(_REPLACED):
            remedy = f"may replace {', '.join(_REPLACED)}; with another rule drop it and write it under metrics"
            yield Fault(here, "not-allowed", remedy)
