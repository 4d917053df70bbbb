"""Prices every achieved finding in fill order: what would come about anyway, then tariffs, then limits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from service.core.evaluate import Finding
from service.core.price.deadweight import Governed, expected_anyway
from service.core.price.gross import Gross, gross_of, is_plain, not_paid
from service.core.price.limits import apply_limits
from service.core.price.lines import Circumstances, PricedLine, fill_order
from service.core.price.payers import Parts, PayerSplitter
from service.core.price.standing import Standing, counts_achievements, standings
from service.core.terms import Metric, Terms, TermsTimeline

_GrossKey = tuple[int, str, str, str | None]


def price(terms: TermsTimeline, findings: Iterable[Finding], circumstances: Circumstances) -> tuple[PricedLine, ...]:
    """A line for every achieved finding, in fill order, after all limits; amounts in minor units."""
    achieved = _achieved(terms, findings)
    unpaid = expected_anyway(achieved, circumstances) if terms.counts_cohorts else {}
    standing_of = _standings(terms, achieved, unpaid, circumstances)
    rates = RateCard()
    lines = []
    for place, one in enumerate(achieved):
        told = unpaid.get(place)
        gross = not_paid(one.metric, told) if told else _gross(rates, one, standing_of.get(place))
        lines.append(
            PricedLine(
                one.finding,
                one.terms,
                one.metric,
                gross.minor,
                gross.minor,
                steps=gross.steps,
                parts=gross.parts,
                unit_price=gross.unit_price,
            )
        )
    return apply_limits(terms, lines, circumstances)


class RateCard:
    """Prices findings; where step and value alone decide, each price is worked out once for as long as this lives."""

    def __init__(self) -> None:
        self._plain: dict[tuple[int, str], bool] = {}
        self._gross: dict[_GrossKey, Gross | None] = {}

    def gross(self, terms: Terms, metric: Metric, finding: Finding, standing: Standing | None) -> Gross | None:
        """What the finding pays before limits, as `gross_of` says."""
        rate = (terms.version, metric.id)
        if rate not in self._plain:
            self._plain[rate] = is_plain(terms, metric)
        if not self._plain[rate]:
            return gross_of(terms, metric, finding, standing)
        key = (*rate, finding.step, finding.value)
        if key not in self._gross:
            self._gross[key] = gross_of(terms, metric, finding, standing)
        return self._gross[key]


def _gross(rates: RateCard, one: Governed, standing: Standing | None) -> Gross:
    gross = rates.gross(one.terms, one.metric, one.finding, standing)
    if gross is None:
        raise ValueError("an achieved finding always has a price")
    return gross


def _achieved(terms: TermsTimeline, findings: Iterable[Finding]) -> Sequence[Governed]:
    version_of = {version.terms.version: version.terms for version in terms.versions}
    in_order = sorted([finding for finding in findings if finding.state == "achieved"], key=fill_order)
    governed = []
    for finding in in_order:
        governing = version_of[finding.version]
        governed.append(Governed(finding, governing, governing.metrics[finding.order[0]]))
    return governed


def _standings(
    terms: TermsTimeline, achieved: Sequence[Governed], unpaid: Mapping[int, str], circumstances: Circumstances
) -> Mapping[int, Standing]:
    """By place among the achievements: its standing, where the price of its metric depends on it in any version."""
    metrics = (metric for version in terms.versions for metric in version.terms.metrics)
    places: dict[str, list[int]] = {metric.id: [] for metric in metrics if counts_achievements(metric)}
    if not places:
        return {}
    for place, one in enumerate(achieved):
        if one.metric.id in places and place not in unpaid:
            places[one.metric.id].append(place)
    found: dict[int, Standing] = {}
    for paid in places.values():
        alone = [achieved[place].finding for place in paid]
        standing = standings(alone, lambda day: terms.period_of(day).label, circumstances.period.end)
        found.update(zip(paid, standing, strict=True))
    return found


class Expected(NamedTuple):
    """What a pending finding would pay before limits: in all, and of each payer, in minor units."""

    minor: int
    parts: Parts


def would_pay(
    terms: Terms, metric: Metric, finding: Finding, rates: RateCard, splitter: PayerSplitter
) -> Expected | None:
    """What a finding that is not decided yet would pay, before limits; None where that is not known yet."""
    gross = rates.gross(terms, metric, finding, None)
    if gross is None:
        return None
    return Expected(gross.minor, gross.parts or splitter.parts(terms, metric, gross.minor))
