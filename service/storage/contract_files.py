"""Reads contract files: TOML or JSON text into a document, and a folder of contracts/ with its versions and facts."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from service.core.errors import Fault, InvalidInput, NotFound
from service.core.terms import Terms, TermsTimeline, read_amendment, read_terms
from service.storage.strict_json import strict_json

TOML, JSON = "application/toml", "application/json"
_MOST_DOTS = 300
_PLACE = re.compile(r"at (line \d+, column \d+|end of document)")


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """The names of all time zones known to this installation."""
    return frozenset(available_timezones())


def zone_of(terms: Terms) -> ZoneInfo:
    """The contract's time zone."""
    return ZoneInfo(terms.time_zone)


def read_file(file: bytes, media_type: str) -> Mapping[str, Any]:
    """The document in a contract file; InvalidInput where the text is not TOML or JSON at all."""
    try:
        text = file.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("The file is not UTF-8 text.", "save the file as UTF-8") from None
    if media_type == JSON:
        document = strict_json(file)
    else:
        _refuse_deep_keys(text)
        try:
            document = tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal)
        except (ValueError, RecursionError) as error:  # ValueError alone: a whole number of thousands of digits
            found = _PLACE.search(str(error))
            place = found[1] if found else "an unknown place"
            raise _malformed(
                "The text is not TOML.", f"mend the TOML at {place}; keys stand once, text stands in quotes"
            ) from None
    if not isinstance(document, dict):
        raise _malformed("The contract is not a table.", "send an object with the fields of a contract")
    return document


def _malformed(message: str, remedy: str) -> InvalidInput:
    return InvalidInput(message, [Fault("", "malformed", remedy)], "malformed")


def _refuse_deep_keys(text: str) -> None:
    """The parser's work grows with the square of the dots in a key; no contract nests as deeply."""
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        raise _malformed("The text is not TOML.", f"a line holds more than {_MOST_DOTS} points; nest less deeply")


def terms_in(file: bytes, media_type: str, known: TermsTimeline | None) -> Terms:
    """The terms in a file, as a first version or as an amendment of what is known."""
    document = read_file(file, media_type)
    if known is None:
        return read_terms(document, time_zones())
    return read_amendment(document, time_zones(), known)


@dataclass(frozen=True, slots=True)
class ContractFolder:
    """One agreement on disk: the bytes of each version in order, and the file of facts where there is one."""

    path: Path
    versions: tuple[bytes, ...]
    events: Path | None


def contract_folder(path: Path) -> ContractFolder:
    """The folder of one agreement: 1.toml, 2.toml, ... and events.csv."""
    versions: list[bytes] = []
    while (file := path / f"{len(versions) + 1}.toml").is_file():
        versions.append(file.read_bytes())
    if not versions:
        raise NotFound(f"There is no 1.toml in {path.name}; a contract folder holds its first version under that name.")
    events = path / "events.csv"
    return ContractFolder(path, tuple(versions), events if events.is_file() else None)


def contract_folders(path: Path) -> tuple[ContractFolder, ...]:
    """Every agreement under a folder of contracts, by name; the folder itself where it is one."""
    if (path / "1.toml").is_file():
        return (contract_folder(path),)
    return tuple(contract_folder(entry) for entry in sorted(path.iterdir()) if (entry / "1.toml").is_file())
