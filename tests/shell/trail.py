"""The access trail as tests read it behind the ledger's back, and others who call beside the first."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from service.storage.rows import AccessRecordRow
from service.storage.trail_tables import AccessRecordTable
from service.workflows.credentials import NewCredential
from tests.core.worked import W1_FACTS
from tests.shell.calling import JSON, Api, Document, key_of
from tests.shell.tampering import rows_of

TRAIL, OF, SAMPLES = "/v1/access-records", "/v1/access-records/of-participant", "/v1/access-records/samples"


async def stated_in(w: Api) -> Api:
    """Contract W with the facts of its first worked example, which are about P1, and the year 2022 issued."""
    await w.learn(W1_FACTS)
    await w.issue("2022")
    return w


async def trail_of(api: Api) -> list[Document]:
    """What every record says, read behind the ledger's back, which leaves no record."""
    rows = await rows_of(api.ledger.database, AccessRecordTable)
    return [orjson.loads(AccessRecordRow._make(row).entry_bytes) for row in rows]


async def reads_of(api: Api) -> list[Document]:
    return [told for told in await trail_of(api) if told["kind"] == "read"]


async def as_somebody(api: Api, name: str, roles: tuple[str, ...], **bound: Any) -> dict[str, str]:
    """The headers of somebody else."""
    return {"Authorization": f"Bearer {await key_of(api.ledger, NewCredential(name, roles, **bound))}"}


async def posted(api: Api, path: str, body: Document, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return await api.client.post(path, content=orjson.dumps(body), headers={**JSON, **(headers or {})})
