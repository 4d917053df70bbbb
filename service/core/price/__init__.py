"""Achieved findings in, priced lines out: the tariff, one rounding, then the limits, each clip shown."""

from collections.abc import Iterable
from operator import attrgetter

from service.core.evaluate import Finding
from service.core.price.limits import LimitUse, apply_limits, limit_uses
from service.core.price.lines import Clip, OutcomeKey, PricedLine
from service.core.price.tariffs import gross_minor
from service.core.terms import TermsTimeline

__all__ = ["Clip", "LimitUse", "OutcomeKey", "PricedLine", "gross_minor", "limit_uses", "price"]


def price(terms: TermsTimeline, findings: Iterable[Finding]) -> tuple[PricedLine, ...]:
    """A line for every achieved finding, in fill order, after all limits; amounts in minor units."""
    version_of = {version.terms.version: version.terms for version in terms.versions}
    lines = []
    for finding in findings:
        if finding.state != "achieved":
            continue
        governing = version_of[finding.version]
        metric = governing.metrics[finding.order[0]]
        gross = gross_minor(governing, metric, finding)
        if gross is None:
            raise ValueError("an achieved finding always has a price")
        lines.append(PricedLine(finding, governing, metric, gross, gross))
    return apply_limits(terms, sorted(lines, key=attrgetter("fill_order")))
