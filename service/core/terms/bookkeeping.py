"""Where a payer books what it owes; vocabulary only."""

from typing import Annotated

from pydantic import Field

from service.core.terms.words import Frozen, Word

AccountCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./_-]*$", max_length=60)]


class Booking(Frozen):
    """The account and cost centre under which a payer books one metric; without a metric, all that has no entry."""

    payer: Word
    metric: Word | None = Field(None, description="absent: whatever has no entry of its own, adjustments too")
    account: AccountCode
    cost_centre: AccountCode | None = None
    debt_account: AccountCode | None = Field(
        None, description="where what is owed stands until it is paid; in the payer's entry without a metric"
    )
