"""Findings in, priced lines out: tariff and adjustments, one rounding, then the limits, each clip shown."""

from service.core.price.gross import Gross, gross_of
from service.core.price.lines import Circumstances, Clip, OutcomeKey, PricedLine, PriceStep, TakenOver
from service.core.price.outcomes import RateCard, price, would_pay
from service.core.price.standing import follows_others
from service.core.price.uses import LimitUse, limit_uses

__all__ = [
    "Circumstances",
    "Clip",
    "Gross",
    "LimitUse",
    "OutcomeKey",
    "PriceStep",
    "PricedLine",
    "RateCard",
    "TakenOver",
    "follows_others",
    "gross_of",
    "limit_uses",
    "price",
    "would_pay",
]
