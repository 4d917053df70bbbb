"""The parts of a document that are well formed, read one by one, so that all faults show at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from service.core.money import EXPONENT_BY_CURRENCY
from service.core.terms.bookkeeping import Booking
from service.core.terms.contract import Cohort, Metric
from service.core.terms.limits import ContractLimits
from service.core.terms.parties import InvestorShare, Party, PayerShare, ReturnCap, Tranche
from service.core.terms.settling import Drawdown, Guarantee, Plan
from service.core.terms.tariffs import Indexed
from service.core.terms.words import Day

_Part = TypeVar("_Part")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\Z")
_ATTRIBUTES: TypeAdapter[Mapping[str, tuple[str, ...]]] = TypeAdapter(dict[str, tuple[str, ...]])
_DAY: TypeAdapter[date] = TypeAdapter(Day)


@dataclass(frozen=True)
class Parts:
    """What of a document can be read; entries of lists stand with their places in it.

    `begins` is the first day of the contract (of its first version), None where it is not known here: then nothing is
    said about what can be achieved in time.
    """

    document: Mapping[str, Any]
    begins: date | None
    outcomes_until: date | None
    currency: str | None
    parties: Mapping[str, Party]
    attributes: Mapping[str, tuple[str, ...]]
    payers: tuple[tuple[int, PayerShare], ...]
    investors: tuple[tuple[int, InvestorShare], ...]
    tranches: tuple[tuple[int, Tranche], ...]
    return_caps: tuple[tuple[int, ReturnCap], ...]
    limits: ContractLimits | None
    metrics: tuple[tuple[int, Metric], ...]
    cohorts: tuple[tuple[int, Cohort], ...]
    guarantee: Guarantee | None
    drawdowns: tuple[tuple[int, Drawdown], ...]
    plans: tuple[tuple[int, Plan], ...]
    indexation: tuple[tuple[int, Indexed], ...]
    bookkeeping: tuple[tuple[int, Booking], ...]

    @property
    def shares(self) -> Mapping[str, Any]:
        """The table of shares as it stands in the document."""
        shares = self.document.get("shares")
        return shares if isinstance(shares, dict) else {}

    def holds_all(self, *names: str) -> bool:
        """Whether every entry of these lists could be read: what is not among them then is not in the document."""
        read = {"metrics": self.metrics, "cohorts": self.cohorts, "payers": self.payers, "drawdowns": self.drawdowns}
        raw = {"payers": self.shares.get("payers")}
        lists = {name: raw.get(name, self.document.get(name, [])) for name in names}
        return all(isinstance(entry, list | tuple) and len(entry) == len(read[name]) for name, entry in lists.items())

    def metric(self, metric_id: str) -> Metric | None:
        """The metric by its id, among those that could be read."""
        return next((metric for _, metric in self.metrics if metric.id == metric_id), None)


def parts_of(document: Mapping[str, Any], begins: date | None = None) -> Parts:
    """Whatever of the document can be read; `begins` is the contract's first day where earlier versions are known."""
    currency, shares = document.get("currency"), document.get("shares")
    lists = shares if isinstance(shares, dict) else {}
    guarantee = document.get("guarantee")
    return Parts(
        document,
        begins or (_read(_DAY, document.get("effective_from")) if document.get("version") == 1 else None),
        _read(_DAY, document.get("outcomes_until")),
        currency if isinstance(currency, str) and currency in EXPONENT_BY_CURRENCY else None,
        _read_parties(document.get("parties")),
        _read(_ATTRIBUTES, document.get("attributes", {})) or {},
        _read_each(TypeAdapter(PayerShare), lists.get("payers")),
        _read_each(TypeAdapter(InvestorShare), lists.get("investors")),
        _read_each(TypeAdapter(Tranche), lists.get("tranches")),
        _read_each(TypeAdapter(ReturnCap), lists.get("return_caps")),
        _read(TypeAdapter(ContractLimits), document.get("limits", {})),
        _read_each(TypeAdapter(Metric), document.get("metrics")),
        _read_each(TypeAdapter(Cohort), document.get("cohorts")),
        None if guarantee is None else _read(TypeAdapter(Guarantee), guarantee),
        _read_each(TypeAdapter(Drawdown), document.get("drawdowns")),
        _read_each(TypeAdapter(Plan), document.get("plans")),
        _read_each(TypeAdapter(Indexed), document.get("indexation")),
        _read_each(TypeAdapter(Booking), document.get("bookkeeping")),
    )


def _read_parties(raw: Any) -> Mapping[str, Party]:
    entries = raw.items() if isinstance(raw, dict) else ()
    read = ((name, _read(TypeAdapter(Party), entry)) for name, entry in entries if _NAME.match(str(name)))
    return {name: party for name, party in read if party is not None}


def _read_each(kind: TypeAdapter[_Part], raw: Any) -> tuple[tuple[int, _Part], ...]:
    entries = raw if isinstance(raw, list | tuple) else ()
    read = ((place, _read(kind, entry)) for place, entry in enumerate(entries))
    return tuple((place, part) for place, part in read if part is not None)


def _read(kind: TypeAdapter[_Part], raw: Any) -> _Part | None:
    try:
        return kind.validate_python(raw)
    except ValidationError:
        return None
