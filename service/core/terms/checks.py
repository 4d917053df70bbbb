"""Whether the parts of the terms fit together: every reference known, every step priced, every amount payable."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar, assert_never

from pydantic import BaseModel, TypeAdapter, ValidationError

from service.core.errors import Fault
from service.core.money import EXPONENT_BY_CURRENCY, to_minor
from service.core.period import period_named
from service.core.terms.contract import InvestorShare, Metric, Party, PayerShare, Role
from service.core.terms.rules import ImprovementRule, StatusAtRule
from service.core.terms.tariffs import ContractLimits, FlatTariff, GradedTariff, Limit, PerUnitTariff
from service.core.units import known_units

_Part = TypeVar("_Part", bound=BaseModel)
_ATTRIBUTES: TypeAdapter[dict[str, tuple[str, ...]]] = TypeAdapter(dict[str, tuple[str, ...]])


@dataclass(frozen=True)
class Parts:
    """The parts of a document that are well formed, each None where it is not, so that all faults show at once."""

    document: Mapping[str, Any]
    currency: str | None
    parties: Mapping[str, Party]
    attributes: Mapping[str, tuple[str, ...]]
    payers: tuple[tuple[int, PayerShare], ...]
    investors: tuple[tuple[int, InvestorShare], ...]
    limits: ContractLimits | None
    metrics: tuple[tuple[int, Metric], ...]


def parts_of(document: Mapping[str, Any]) -> Parts:
    """Whatever of the document can be read."""
    parties, currency = document.get("parties"), document.get("currency")
    shares = document.get("shares")
    lists = shares if isinstance(shares, dict) else {}
    read_parties = {
        name: party
        for name, raw in (parties.items() if isinstance(parties, dict) else ())
        if (party := _read(Party, raw)) is not None
    }
    return Parts(
        document,
        currency if isinstance(currency, str) and currency in EXPONENT_BY_CURRENCY else None,
        read_parties,
        _read_attributes(document.get("attributes", {})),
        _read_each(PayerShare, lists.get("payers")),
        _read_each(InvestorShare, lists.get("investors")),
        _read(ContractLimits, document.get("limits", {})),
        _read_each(Metric, document.get("metrics")),
    )


def _read_each(model: type[_Part], raw: Any) -> tuple[tuple[int, _Part], ...]:
    entries = raw if isinstance(raw, list | tuple) else ()
    read = ((place, _read(model, entry)) for place, entry in enumerate(entries))
    return tuple((place, part) for place, part in read if part is not None)


def _read(model: type[_Part], raw: Any) -> _Part | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def _read_attributes(raw: Any) -> Mapping[str, tuple[str, ...]]:
    try:
        return _ATTRIBUTES.validate_python(raw)
    except ValidationError:
        return {}


def faults_between(parts: Parts, time_zones: Container[str]) -> tuple[Fault, ...]:
    """Every way in which the parts do not fit together."""
    checks: tuple[Callable[[Parts], Iterator[Fault]], ...] = (
        _check_header,
        _check_dates,
        _check_shares,
        _check_metrics,
        _check_amounts,
    )
    found = [fault for check in checks for fault in check(parts)]
    zone = parts.document.get("time_zone")
    if isinstance(zone, str) and zone not in time_zones:
        found.append(Fault("/time_zone", "unknown-zone", "must be an IANA time zone, as Europe/Copenhagen"))
    return tuple(found)


def _check_header(parts: Parts) -> Iterator[Fault]:
    if isinstance(parts.document.get("currency"), str) and parts.currency is None:
        yield Fault("/currency", "unknown-currency", "must be an active ISO 4217 code, as DKK")
    first, kind = parts.document.get("first_statement_period"), parts.document.get("periods")
    if isinstance(first, str) and kind in ("year", "half-year", "quarter", "month"):
        try:
            period_named(first, kind)
        except ValueError:
            examples = {"year": "2023", "half-year": "2023-H1", "quarter": "2023-Q4", "month": "2023-12"}
            yield Fault("/first_statement_period", "wrong-form", f"must name a {kind}, as {examples[kind]}")


def _check_dates(parts: Parts) -> Iterator[Fault]:
    order = ("effective_from", "outcomes_until", "evidence_until")
    texts = [str(parts.document.get(name)) for name in order]
    for (before, earlier), (after, later) in zip(
        zip(order, texts, strict=True), list(zip(order, texts, strict=True))[1:], strict=False
    ):
        if len(earlier) == len(later) == 10 and later < earlier:
            yield Fault(f"/{after}", "wrong-order", f"must not lie before {before}")


def _check_shares(parts: Parts) -> Iterator[Fault]:
    yield from _check_parties(parts, "/shares/payers", parts.payers, "outcome_payer")
    yield from _check_parties(parts, "/shares/investors", parts.investors, "investor")
    for place, metric in parts.metrics:
        if metric.payers is not None:
            payers = tuple(enumerate(metric.payers))
            yield from _check_parties(parts, f"/metrics/{place}/payers", payers, "outcome_payer")


def _check_parties(
    parts: Parts, pointer: str, shares: tuple[tuple[int, PayerShare | InvestorShare], ...], role: Role
) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, share in shares:
        party = parts.parties.get(share.party)
        declared = isinstance(parts.document.get("parties"), dict) and share.party in parts.document["parties"]
        here = f"{pointer}/{place}/party"
        if not declared:
            yield Fault(here, "unknown-party", "must be one of the parties declared under parties")
        elif party is not None and role not in party.roles:
            yield Fault(here, "wrong-role", f"this party needs the role {role} under parties")
        if share.party in seen:
            yield Fault(here, "repeated", "stands twice in the list; give it one weight")
        seen.add(share.party)


def _check_metrics(parts: Parts) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, metric in parts.metrics:
        if metric.id in seen:
            yield Fault(f"/metrics/{place}/id", "repeated", "two metrics have this id; ids are used once")
        seen.add(metric.id)
        yield from _check_eligible(parts, place, metric)
        yield from _check_unit(place, metric)
        yield from _check_tariff(place, metric)


def _check_eligible(parts: Parts, place: int, metric: Metric) -> Iterator[Fault]:
    for attribute, values in metric.eligible.items():
        pointer = f"/metrics/{place}/eligible/{attribute}"
        if attribute not in parts.attributes:
            yield Fault(pointer, "unknown-attribute", "must be an attribute declared under attributes")
        elif not set(values) <= set(parts.attributes[attribute]):
            yield Fault(pointer, "unknown-value", "holds a value that the attribute does not declare")


def _check_unit(place: int, metric: Metric) -> Iterator[Fault]:
    rule = metric.rule
    known = known_units(rule.measure) if isinstance(rule, ImprovementRule) else ()
    if isinstance(rule, ImprovementRule) and known and rule.unit not in known:
        yield Fault(f"/metrics/{place}/rule/unit", "unknown-unit", f"must be one of: {', '.join(known)}")


def _check_tariff(place: int, metric: Metric) -> Iterator[Fault]:
    tariff, rule = metric.tariff, metric.rule
    pointer = f"/metrics/{place}/tariff"
    match tariff:
        case FlatTariff():
            if isinstance(tariff.price, dict) and set(tariff.price) != set(rule.step_ids):
                steps = ", ".join(rule.step_ids)
                yield Fault(f"{pointer}/price", "steps-differ", f"must give one price for each of the steps: {steps}")
        case GradedTariff():
            if not isinstance(rule, StatusAtRule):
                yield Fault(pointer, "not-allowed", "a graded tariff stands on a rule of kind status_at only")
            elif set(tariff.prices) != set(rule.qualifying):
                values = ", ".join(rule.qualifying)
                yield Fault(f"{pointer}/prices", "values-differ", f"must give one price for each of: {values}")
        case PerUnitTariff():
            pass
        case _:
            assert_never(tariff)


def _amounts(parts: Parts) -> Iterator[tuple[str, Decimal | None]]:
    for place, share in parts.investors:
        yield f"/shares/investors/{place}/committed", share.committed
    if parts.limits is not None:
        yield from _limit_amounts(
            "/limits", {"participant": parts.limits.participant, "contract": parts.limits.contract}
        )
    for place, metric in parts.metrics:
        limits = {"participant": metric.limits.participant, "metric": metric.limits.metric}
        yield from _limit_amounts(f"/metrics/{place}/limits", limits)
        yield from _prices(f"/metrics/{place}/tariff", metric)


def _limit_amounts(pointer: str, limits: Mapping[str, Limit | None]) -> Iterator[tuple[str, Decimal | None]]:
    for scope, limit in limits.items():
        if limit is not None:
            yield f"{pointer}/{scope}/amount", limit.amount


def _prices(pointer: str, metric: Metric) -> Iterator[tuple[str, Decimal | None]]:
    tariff = metric.tariff
    if isinstance(tariff, GradedTariff):
        yield from ((f"{pointer}/prices/{value}", price) for value, price in tariff.prices.items())
    elif isinstance(tariff, FlatTariff):
        price = tariff.price
        by_step = price.items() if isinstance(price, dict) else ()
        yield from ((f"{pointer}/price/{step}", amount) for step, amount in by_step)
        yield (f"{pointer}/price", None if isinstance(price, dict) else price)


def _check_amounts(parts: Parts) -> Iterator[Fault]:
    """A price per unit may be finer than the minor unit: it is rounded once it is multiplied (terms 4)."""
    if parts.currency is None:
        return
    for pointer, amount in _amounts(parts):
        try:
            if amount is not None:
                to_minor(amount, parts.currency)
        except ValueError:
            decimals = EXPONENT_BY_CURRENCY[parts.currency]
            yield Fault(pointer, "too-precise", f"may have at most {decimals} decimals in {parts.currency}")
