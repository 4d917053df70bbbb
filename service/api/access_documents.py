"""The shapes of the access trail: its records, what was read about one participant, samples and what was found."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from service.api.pages import Page
from service.api.statement_documents import Sha256
from service.core.faults import Refused
from service.core.life.requests import Text
from service.core.terms.words import Frozen
from service.workflows.access_records import AccessesOf, AccessRecord
from service.workflows.access_samples import LARGEST_SAMPLE, Sample
from service.workflows.access_trail import RecordKind


def _in_our_time(moment: datetime) -> datetime:
    """So that it can be told in UTC on either database."""
    if not 2000 <= moment.year < 2200:
        raise Refused("out-of-range", "must lie in the years 2000 to 2199")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class ReadTold(BaseModel):
    """A read about participants: in which roles, to which end, by which operation, of what."""

    roles: list[str]
    purpose: str
    operation: str = Field(description="as the document of the API has it, without what was filled in")
    contracts: list[str]
    statement: str | None
    names_participant: bool = Field(description="whether it was about one participant alone")
    rows: int = Field(description="how many events, lines, findings or entries were told")


class CredentialTold(BaseModel):
    """An act on a credential, and what that may do from then on."""

    act: Literal["made", "changed", "key-made", "revoked"]
    credential: str
    roles: list[str]
    party: str | None
    contracts: list[str] | None = Field(description="null: all contracts")
    purpose: str


class SampleTold(BaseModel):
    """The draw of a sample: of `among` reads those whose SHA-256 of "seed:sequence" are the smallest."""

    number: int
    since: datetime | None
    until: datetime | None
    contract: str | None
    credential: str | None
    through: int = Field(description="the last record of the trail at the draw")
    contracts: list[str] | None = Field(description="what the drawing credential may see; null: all contracts")
    seed: str
    among: int
    records: list[int]


class SignOffTold(BaseModel):
    """What somebody found in a sample."""

    number: int
    sample: int = Field(description="the record of the draw")
    contracts: list[str] | None
    found: str


class AccessRecordOut(BaseModel):
    """A record of the access trail; of the last four members the one of its kind is given."""

    sequence: int
    kind: RecordKind
    recorded_at: datetime
    actor: str = Field(description="the credential")
    request_id: str | None
    before: Sha256 = Field(description="the digest of the record before; of the first record, zeros")
    after: Sha256 = Field(description="its own digest, which covers `before`")
    read: ReadTold | None = None
    credential: CredentialTold | None = None
    sample: SampleTold | None = None
    sign_off: SignOffTold | None = None


class AccessOut(BaseModel):
    """A record found for a participant, and how sure it is that they were read about."""

    match: Literal["named", "may-have-been-among"] = Field(
        description="named: about them alone; else a list from a contract that knew them, of which they may have been "
        "among"
    )
    record: AccessRecordOut


class AccessesPage(Page[AccessOut]):
    """What was read about a participant."""

    contracts: list[str] = Field(description="those of the caller's contracts that know them")


class SampleAsked(Frozen):
    """Of which reads a sample is drawn, and how many."""

    size: int = Field(strict=True, ge=1, le=LARGEST_SAMPLE)
    since: Moment | None = Field(None, description="only from this time on")
    until: Moment | None = Field(None, description="only before this time")
    contract: str | None = Field(None, max_length=60, pattern="^[a-z0-9_-]+$", description="only of this contract")
    credential: str | None = Field(None, max_length=60, pattern="^[a-z0-9._-]+$", description="only by this credential")


class SignOffAsked(Frozen):
    """What was found in a sample."""

    found: Text = Field(min_length=3, description="what was looked at and found, in words; no participant is named")


class SampleOut(BaseModel):
    """A sample: its draw, and its sign-off once there is one."""

    number: int
    drawn: AccessRecordOut
    signed_off: AccessRecordOut | None


class SampleDrawn(SampleOut):
    """A sample with the records that were drawn."""

    records: list[AccessRecordOut]


class SampleList(BaseModel):
    """Every sample, by number."""

    data: list[SampleOut]


def record_out(record: AccessRecord) -> AccessRecordOut:
    """A record as it is shown: of a participant only that there is one."""
    told, body = record.told, dict(record.body)
    if told["kind"] == "read":
        body["names_participant"] = bool(body.pop("participants"))
    shown: dict[str, Any] = {
        **{name: told[name] for name in ("sequence", "kind", "recorded_at", "actor", "request_id")},
        "before": told["previous"],
        "after": record.row.digest.hex(),
        told["kind"].replace("-", "_"): body,
    }
    return AccessRecordOut.model_validate(shown)


def access_outs(found: AccessesOf) -> list[AccessOut]:
    """What was read about a participant, as it is shown."""
    return [AccessOut.model_validate({"match": how, "record": record_out(record)}) for record, how in found.records]


def sample_out(sample: Sample) -> SampleOut:
    """A sample as it is shown."""
    signed_off = record_out(sample.signed_off) if sample.signed_off is not None else None
    return SampleOut(number=sample.number, drawn=record_out(sample.drawn), signed_off=signed_off)
