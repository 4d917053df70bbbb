"""Reads contract files: TOML or JSON text into a document, and a folder of contracts/ with its versions and facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from service.core.calculation import EDITIONS
from service.core.errors import Fault, InvalidInput, NotFound
from service.core.terms import Terms, TermsTimeline, read_amendment, read_terms
from service.storage.rate_cards import CARD, CARDS, whole_file
from service.storage.strict_json import strict_json
from service.storage.toml_text import malformed, parse_toml, utf8_text

TOML, JSON = "application/toml", "application/json"


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """The names of all time zones known to this installation."""
    return frozenset(available_timezones())


def zone_of(terms: Terms) -> ZoneInfo:
    """The contract's time zone."""
    return ZoneInfo(terms.time_zone)


def read_file(file: bytes, media_type: str) -> Mapping[str, Any]:
    """The document in a contract file; InvalidInput where the text is not TOML or JSON at all."""
    if media_type == JSON:
        utf8_text(file)
    document = strict_json(file) if media_type == JSON else parse_toml(file)
    if not isinstance(document, dict):
        raise malformed("The contract is not a table.", "send an object with the fields of a contract")
    return document


def terms_in(file: bytes, media_type: str, known: TermsTimeline | None) -> Terms:
    """The terms in a file, as a first version or as an amendment of what is known."""
    document = read_file(file, media_type)
    if CARD in document:
        remedy = "stands in contract folders only; send the contract with the metrics of its rate card written out"
        raise InvalidInput(
            "The contract names a rate card.", [Fault(f"/{CARD}", "rate-card", remedy)], "contract-invalid"
        )
    if known is None:
        return read_terms(document, time_zones(), EDITIONS)
    return read_amendment(document, time_zones(), known, EDITIONS)


@dataclass(frozen=True, slots=True)
class ContractFolder:
    """One agreement on disk: the bytes of each version in order, and the file of facts where there is one."""

    path: Path
    versions: tuple[bytes, ...]
    events: Path | None


def contract_file(path: Path, folder: Path | None = None) -> bytes:
    """The contract in a file, whole: a rate card it names is written out.

    Cards stand beside the agreement's folder, which is the file's own unless another is named.
    """
    agreement = path.resolve().parent if folder is None else folder.resolve()
    return whole_file(path.read_bytes(), agreement.parent / CARDS)


def media_type_of(path: Path) -> str:
    """JSON by its ending, else TOML."""
    return JSON if path.suffix == ".json" else TOML


def contract_folder(path: Path) -> ContractFolder:
    """The folder of one agreement: 1.toml, 2.toml, ... and events.csv; the cards they name stand beside it."""
    versions: list[bytes] = []
    while (file := path / f"{len(versions) + 1}.toml").is_file():
        versions.append(contract_file(file))
    if not versions:
        raise NotFound(f"There is no 1.toml in {path.name}; a contract folder holds its first version under that name.")
    events = path / "events.csv"
    return ContractFolder(path, tuple(versions), events if events.is_file() else None)


def contract_folders(path: Path) -> tuple[ContractFolder, ...]:
    """Every agreement under a folder of contracts, by name; the folder itself where it is one."""
    return tuple(map(contract_folder, agreements_in(path)))


def agreements_in(path: Path) -> tuple[Path, ...]:
    """Where the agreements under a folder of contracts are, by name; the folder itself where it is one."""
    if (path / "1.toml").is_file():
        return (path,)
    return tuple(entry for entry in sorted(path.iterdir()) if (entry / "1.toml").is_file())
