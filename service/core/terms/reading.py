"""Reads a contract file's document into terms, or refuses it with every fault at once."""

from collections.abc import Collection, Container, Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from service.core.errors import Fault, InvalidInput
from service.core.faults import faults_of
from service.core.terms.checks import circles_over_versions, faults_between, parts_of
from service.core.terms.contract import Terms
from service.core.terms.versions import TermsTimeline

_FIXED = ("contract", "currency", "time_zone", "periods", "participant")


def read_terms(
    document: Mapping[str, Any], time_zones: Container[str], editions: Collection[str] | None = None
) -> Terms:
    """The terms in a document (TOML or JSON already parsed); InvalidInput with every fault, each with a pointer.

    `editions` are those that it may name; None for terms that were in force before, whose edition may be gone.
    """
    return _read(document, time_zones, editions, None)


def _read(
    document: Mapping[str, Any], time_zones: Container[str], editions: Collection[str] | None, begins: date | None
) -> Terms:
    if not isinstance(document, Mapping):
        whole = Fault("", "wrong-type", "must be a table of keys and values")
        raise InvalidInput("The contract has one fault.", (whole,), "contract-invalid")
    faults: tuple[Fault, ...] = ()
    terms: Terms | None = None
    try:
        terms = Terms.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error, document)
    faults += faults_between(parts_of(document, begins), time_zones)
    if editions is not None:
        faults += tuple(_edition_faults(document.get("edition"), editions))
    if terms is None or faults:
        raise InvalidInput(f"The contract has {_count(faults)}.", faults, "contract-invalid")
    return terms


def _edition_faults(edition: Any, editions: Collection[str]) -> Iterator[Fault]:
    if isinstance(edition, str) and edition not in editions:
        yield Fault("/edition", "not-allowed", f"must be an edition that is installed: {', '.join(sorted(editions))}")


def read_amendment(
    document: Mapping[str, Any],
    time_zones: Container[str],
    known: TermsTimeline,
    editions: Collection[str] | None = None,
) -> Terms:
    """A further version of a known contract: the whole terms again, with what may not change unchanged."""
    terms = _read(document, time_zones, editions, known.begins)
    faults = tuple(_amendment_faults(terms, known))
    if faults:
        raise InvalidInput(f"The amendment has {_count(faults)}.", faults, "contract-invalid")
    return terms


def _amendment_faults(terms: Terms, known: TermsTimeline) -> Iterator[Fault]:
    for name in _FIXED:
        if getattr(terms, name) != getattr(known.latest, name):
            yield Fault(f"/{name}", "fixed", "cannot change by amendment; a new contract is needed")
    expected = max(version.terms.version for version in known.versions) + 1
    if terms.version != expected:
        yield Fault("/version", "wrong-version", f"the next version of this contract is {expected}")
    if any(version.terms.effective_from == terms.effective_from for version in known.versions):
        yield Fault("/effective_from", "same-start", "another version starts on this date; choose another date")
    yield from circles_over_versions(terms, (version.terms for version in known.versions))


def _count(faults: tuple[Fault, ...]) -> str:
    return "one fault" if len(faults) == 1 else f"{len(faults)} faults"
