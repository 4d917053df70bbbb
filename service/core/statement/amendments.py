"""The amendments learned between two statements, and how they are named to whoever reads what they changed."""

from collections.abc import Iterable

from service.core.canonical import Document
from service.core.terms import TermsTimeline, TermsVersion


def amendments_learned(terms: TermsTimeline, after: int) -> tuple[TermsVersion, ...]:
    """The versions learned at sequence numbers above `after`, in the order of their first days."""
    return tuple(version for version in terms.versions if version.sequence > after)


def amendments_in_words(versions: Iterable[TermsVersion]) -> str:
    """Each version with its first day and its reason: "terms version 2, effective from 2023-01-01: cheaper"."""
    return "; ".join(
        f"terms version {v.terms.version}, effective from {v.terms.effective_from}: {v.terms.reason}" for v in versions
    )


def amendment_document(version: TermsVersion) -> Document:
    """A version as it is named beside what it changed."""
    terms = version.terms
    return {"version": terms.version, "effective_from": str(terms.effective_from), "reason": terms.reason}
