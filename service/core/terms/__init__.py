"""The terms of a contract: parties, rules, tariffs, limits and shares, as data, version by version."""

from service.core.terms.contract import Metric, PriceBasis, Terms
from service.core.terms.reading import read_amendment, read_terms
from service.core.terms.versions import TermsTimeline, TermsVersion

__all__ = ["Metric", "PriceBasis", "Terms", "TermsTimeline", "TermsVersion", "read_amendment", "read_terms"]
