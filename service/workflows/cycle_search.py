"""Python's search for reference cycles, at rest while a contract is calculated or a large batch is taken in."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_calculations = 0


@contextmanager
def cycle_search_at_rest() -> Iterator[None]:
    """For work on many facts: its values never refer to each other in a circle, and going through all of
    them again and again, to find none, takes as long as the calculation itself.

    The search rests for the whole process, so that cycles of other requests are freed when the last calculation ends.
    """
    global _calculations
    with _lock:
        if not _calculations:
            gc.disable()
        _calculations += 1
    try:
        yield
    finally:
        with _lock:
            _calculations -= 1
            if _calculations:
                gc.collect(0)  # calculations that overlap without end must not put it off for ever
            else:
                gc.enable()
