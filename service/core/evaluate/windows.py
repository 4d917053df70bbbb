"""What rules with a window share: the verdict while the event that opens the window is not known."""

from service.core.evaluate.finding import Verdict, Why, pending, refused
from service.core.evaluate.timeline import Anchored


def no_anchor(step: str, anchored: Anchored) -> Verdict:
    """The window has no beginning: refused where it can never have one, else pending."""
    facts = (anchored.ref,) if anchored.ref else ()
    if anchored.impossible:
        return refused(step, Why.ANCHOR_IMPOSSIBLE, anchored.missing, facts)
    return pending(step, Why.AWAITS_ANCHOR, anchored.missing, facts)
