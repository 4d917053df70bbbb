"""What was recorded of a contract beside its statements: adjustments, drawdowns, reopenings, and what comes next."""

from datetime import date
from typing import NamedTuple

from service.core.canonical import Document
from service.core.life.statements import Postings
from service.core.period import Period
from service.core.pipeline import Occasion


class Proposed(NamedTuple):
    """An adjustment by hand as it was proposed, in minor units, and what became of it: approved, refused or neither."""

    number: int
    investor: str
    payer: str
    minor: int
    reason: str
    evidence: Document
    proposed_by: str
    on: date
    reverses: int | None
    approved: int | None = None
    refused: int | None = None
    decided_by: str | None = None


class Drawdown(NamedTuple):
    """Capital that an investor paid out to the programme, in minor units."""

    number: int
    investor: str
    minor: int
    value_date: date
    bank_reference: str
    postings: Postings
    reversed_by: int | None = None


class Reopening(NamedTuple):
    """A wish to state more after the final settlement; in force once a second person approved it."""

    number: int
    reason: str
    proposed_by: str
    approved_by: str | None = None


class Erasure(NamedTuple):
    """The erasure of a participant, who is not named: how many events and detail entries lost their content, and
    whether anything was kept, because a statement had been issued that knew of the participant."""

    number: int
    on: date
    erased_by: str
    reason: str
    legal_basis: str
    events: int
    entries: int
    is_kept: bool


class Following(NamedTuple):
    """The statements that come next: of which period, and whether they are the first of it and the last of all."""

    period: Period
    occasion: Occasion
