"""Whether a length of time fits before a day."""

from datetime import date

from service.core.terms.words import Duration


def ends_after(length: Duration, start: date, times: int, last: date) -> bool:
    """Whether the length, so many times over from the start, ends after the last day."""
    try:
        return length.after(start, times) > last
    except (ValueError, OverflowError):  # past the last year there is
        return True
