"""Faults in the head of a contract: its currency and the names of its periods."""

from collections.abc import Iterator

from service.core.errors import Fault
from service.core.period import PeriodKind, period_named
from service.core.terms.checks.parts import Parts

EXAMPLES: dict[PeriodKind, str] = {"year": "2023", "half-year": "2023-H1", "quarter": "2023-Q4", "month": "2023-12"}


def header_faults(parts: Parts) -> Iterator[Fault]:
    """An unknown currency, a period of another kind."""
    if isinstance(parts.document.get("currency"), str) and parts.currency is None:
        yield Fault("/currency", "unknown-currency", "must be an active ISO 4217 code, as DKK")
    first = parts.document.get("first_statement_period")
    if isinstance(first, str):
        yield from period_faults("/first_statement_period", first, parts)


def period_faults(pointer: str, label: str, parts: Parts) -> Iterator[Fault]:
    """The name of a period that the contract's kind of period does not have."""
    kind = parts.document.get("periods")
    if kind not in ("year", "half-year", "quarter", "month"):
        return
    try:
        period_named(label, kind)
    except ValueError:
        yield Fault(pointer, "wrong-form", f"must name a {kind}, as {EXAMPLES[kind]}")
