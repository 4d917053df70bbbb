"""Findings of a contract: what is achieved, refused or pending as of a period's end, each with its sentence."""

import asyncio
from dataclasses import dataclass, replace

from service.core.evaluate import Finding, State
from service.core.evaluate.finding import refused_at_settlement
from service.core.period import Period
from service.core.pipeline import calculate
from service.core.statement.plans import Planned, planned_against_actual
from service.core.terms import TermsTimeline
from service.workflows.known import inputs_known, issued_for_findings, period_in, stated_so_far, terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings asked for, the period they are judged at, and the sequence number they are closed at.

    `plan` holds planned against actual of every metric and period, whichever findings were asked for.
    """

    findings: tuple[Finding, ...]
    period: Period
    sequence: int
    terms: TermsTimeline
    plan: tuple[Planned, ...]

    def period_of(self, finding: Finding) -> str | None:
        """The period an achieved finding belongs to."""
        return self.terms.period_of(finding.achieved_on).label if finding.state == "achieved" else None

    def sentence_of(self, finding: Finding) -> str:
        """The finding's sentence, and for an outcome after the period which period it waits for."""
        if finding.state == "achieved" and finding.achieved_on >= self.period.end:
            return f"{finding.sentence}; waits for period {self.period_of(finding)}"
        return finding.sentence


async def read_findings(
    ledger: Ledger,
    contract: str,
    *,
    period: str | None = None,
    metric: str | None = None,
    participant: str | None = None,
    state: State | None = None,
) -> Findings:
    """The findings as of the end of a period; without one, of the earliest period not yet issued.

    Once the contract is settled for good they are those of its settlement: what was pending is refused, and what became
    known later counts no more.
    """
    async with ledger.database.reading() as store:
        terms = await terms_known(store, contract)
        settled_through = (await life_known(store, contract, terms)).settled_through
        inputs = await inputs_known(store, contract, settled_through)
        stated = await stated_so_far(store, contract, inputs.terms)
        issued = await issued_for_findings(store, stated.statements, inputs.terms)
    judged_at = period_in(inputs.terms, period) if period is not None else stated.next_period
    calculation = await asyncio.to_thread(calculate, replace(inputs, issued=issued), judged_at)
    findings = calculation.findings
    if settled_through is not None:
        findings = tuple(map(refused_at_settlement, findings))
    wanted = tuple(
        finding
        for finding in findings
        if metric in (None, finding.metric)
        and participant in (None, finding.participant)
        and state in (None, finding.state)
    )
    plan = planned_against_actual(inputs.terms, findings, judged_at.last_day)
    return Findings(wanted, judged_at, inputs.sequence, inputs.terms, plan)
