"""The shapes of erasures: when, by whom, why and how much; never who was erased."""

from datetime import date

from pydantic import BaseModel, Field

from service.api.life_documents import PREVIEW
from service.core.life.recorded import Erasure


class ErasureOut(BaseModel):
    """The erasure of a participant, who is not named."""

    number: int = Field(description="its entry in the contract's log")
    contract: str
    erased_on: date
    erased_by: str
    reason: str
    legal_basis: str
    events: int = Field(description="how many events were deleted")
    entries: int = Field(description="how many entries of issued details lost their content")
    is_kept: bool = Field(description="whether findings are kept, because a statement was issued that rests on them")
    preview: bool = PREVIEW


class Erasures(BaseModel):
    """The erasures of a contract, in order."""

    data: list[ErasureOut]


def erasure_out(contract: str, one: Erasure, *, preview: bool = False) -> ErasureOut:
    """An erasure as it is shown."""
    return ErasureOut(
        number=one.number,
        contract=contract,
        erased_on=one.on,
        erased_by=one.erased_by,
        reason=one.reason,
        legal_basis=one.legal_basis,
        events=one.events,
        entries=one.entries,
        is_kept=one.is_kept,
        preview=preview,
    )
