"""Findings over HTTP: achieved, refused and pending, each with its sentence."""

from typing import Annotated, Literal

from fastapi import Query

from service.api.audiences import FINANCE
from service.api.errors import problems
from service.api.pages import Limit, after_query, cursor, parts_of, whole
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.routes.contracts import ContractId
from service.api.schemas import FindingOut, FindingsPage, PlannedOut, Reference
from service.api.security import LedgerDep, guarded_router
from service.core import money
from service.core.errors import Fault, InvalidInput
from service.core.evaluate import Finding
from service.core.evaluate.erased import label_of
from service.core.statement.plans import Planned
from service.workflows.findings import Findings, read_findings

router = guarded_router(FINANCE)


def finding_out(finding: Finding, outcome_period: str | None, sentence: str) -> FindingOut:
    """A finding as it is shown."""
    return FindingOut(
        metric=finding.metric,
        step=finding.step,
        participant=label_of(finding.participant),
        version=finding.version,
        state=finding.state,
        why=str(finding.why) if finding.why else None,
        achieved_on=finding.on if finding.state == "achieved" else None,
        outcome_period=outcome_period,
        sentence=sentence,
        facts=[Reference(source=ref.source, id=ref.id) for ref in finding.facts],
    )


def _planned_out(row: Planned, found: Findings) -> PlannedOut:
    currency = found.terms.latest.currency
    return PlannedOut(
        metric=row.metric,
        period=row.period,
        planned=row.outcomes,
        achieved=row.achieved,
        planned_amount=None if row.amount_minor is None else money.to_text(row.amount_minor, currency),
    )


@router.get(
    "/contracts/{contract}/findings",
    summary="See what is achieved, refused and pending",
    responses=problems("contract-not-found", "period-not-found"),
)
@needs("findings:read")
async def list_findings(
    contract: ContractId,
    ledger: LedgerDep,
    recording: RecordingDep,
    period: Annotated[
        str | None,
        Query(max_length=10, description="judged at its end, as 2023; else the next to be stated", examples=["2023"]),
    ] = None,
    metric: Annotated[
        str | None, Query(max_length=60, description="only this metric, by its id", examples=["violence-ceased"])
    ] = None,
    participant: Annotated[
        str | None, Query(max_length=200, description="only this one, by pseudonym", examples=["F-02"])
    ] = None,
    state: Annotated[
        Literal["achieved", "refused", "pending"] | None,
        Query(description="only findings in this state", examples=["achieved"]),
    ] = None,
    after: Annotated[str | None, after_query(0)] = None,
    limit: Limit = 100,
) -> FindingsPage:
    """A finding for every participant, metric and step, with the sentence that says why and the events it rests on."""
    place = parts_of(after, 1)
    start = whole(place[0]) if place else 0
    found = await read_findings(ledger, contract, period=period, metric=metric, participant=participant, state=state)
    known = {one.id for version in found.terms.versions for one in version.terms.metrics}
    if metric is not None and metric not in known:
        fault = Fault("metric", "unknown-metric", f"must be one of: {', '.join(sorted(known))}")
        raise InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")
    shown = found.findings[start : start + limit]
    await recording.of(contract, len(shown), participant=participant)
    has_more = len(found.findings) > start + limit
    return FindingsPage(
        contract=contract,
        period=found.period.label,
        sequence=found.sequence,
        data=[finding_out(one, found.period_of(one), found.sentence_of(one)) for one in shown],
        plan=[_planned_out(row, found) for row in found.plan] or None,
        has_more=has_more,
        next=cursor(start + limit) if has_more else None,
    )
