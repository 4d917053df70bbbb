"""Reads that leave a record before they are answered: what every operation that tells about participants depends on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Request

from service.api.security import CallerDep, LedgerDep
from service.core.errors import Fault, InvalidInput
from service.workflows.access_trail import Read, Reader, record_read
from service.workflows.ledger import Ledger
from service.workflows.personal_data import personal_data_faults

_NAME = "Access-Purpose"
_PURPOSE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{3,200}")


@dataclass(frozen=True, slots=True)
class Recording:
    """The record that a read is going to leave: who reads, to which end, by which operation."""

    ledger: Ledger
    reader: Reader
    operation: str

    async def of(
        self, contracts: str | Iterable[str], rows: int, *, statement: str | None = None, participant: str | None = None
    ) -> None:
        """Record that so many rows of these contracts are about to be told; with a participant, about them alone.

        Unavailable where that cannot be recorded: then nothing is told.
        """
        named = frozenset({contracts} if isinstance(contracts, str) else contracts)
        await record_read(self.ledger, self.reader, Read(self.operation, rows, named, statement, participant))


async def _recording(
    request: Request,
    ledger: LedgerDep,
    caller: CallerDep,
    access_purpose: Annotated[
        str | None,
        Header(
            description="to which end you read, in 3 to 200 characters; it stands in the record of this read. Left "
            "out, the purpose of your credential does",
        ),
    ] = None,
) -> Recording:
    purpose = caller.purpose if access_purpose is None else _purpose_in(access_purpose)
    operation = f"{request.method} {request.scope['route'].path}"
    return Recording(ledger, Reader(caller.name, caller.roles, purpose), operation)


RecordingDep = Annotated[Recording, Depends(_recording)]


def _purpose_in(header: str) -> str:
    """The purpose in a header, which the server reads as ISO 8859-1 where it is UTF-8; InvalidInput."""
    try:
        text = header.encode("latin-1").decode().strip()
    except UnicodeError:
        text = ""
    faults = [replace(fault, pointer=_NAME) for fault in personal_data_faults(text)]
    if not _PURPOSE.fullmatch(text):
        faults.append(Fault(_NAME, "wrong-form", "must be 3 to 200 printable characters in UTF-8"))
    if faults:
        raise InvalidInput("The request's parameters are not valid.", faults, "parameter-invalid")
    return text
