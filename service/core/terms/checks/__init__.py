"""Whether the parts of the terms fit together: every reference known, every step priced, every outcome possible."""

from collections.abc import Callable, Container, Iterator

from service.core.errors import Fault
from service.core.terms.checks.amounts import amount_faults
from service.core.terms.checks.bookkeeping import bookkeeping_faults
from service.core.terms.checks.conditions import circles_over_versions, condition_faults
from service.core.terms.checks.dates import date_faults
from service.core.terms.checks.groups import group_faults
from service.core.terms.checks.header import header_faults
from service.core.terms.checks.metrics import metric_faults
from service.core.terms.checks.oddities import oddities
from service.core.terms.checks.parties import party_faults
from service.core.terms.checks.parts import Parts, parts_of
from service.core.terms.checks.plans import plan_faults
from service.core.terms.checks.rules import rule_faults
from service.core.terms.checks.tariffs import tariff_faults
from service.core.terms.checks.unreachable import unreachable_faults

__all__ = ["Parts", "circles_over_versions", "faults_between", "oddities", "parts_of"]

_CHECKS: tuple[Callable[[Parts], Iterator[Fault]], ...] = (
    header_faults,
    date_faults,
    party_faults,
    group_faults,
    metric_faults,
    rule_faults,
    tariff_faults,
    condition_faults,
    unreachable_faults,
    plan_faults,
    bookkeeping_faults,
    amount_faults,
)


def faults_between(parts: Parts, time_zones: Container[str]) -> tuple[Fault, ...]:
    """Every way in which the parts do not fit together."""
    found = [fault for check in _CHECKS for fault in check(parts)]
    zone = parts.document.get("time_zone")
    if isinstance(zone, str) and zone not in time_zones:
        found.append(Fault("/time_zone", "unknown-zone", "must be an IANA time zone, as Europe/Copenhagen"))
    return tuple(found)
