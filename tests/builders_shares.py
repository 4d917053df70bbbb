"""Contracts that share outcomes by capital drawn, by tranches, or under return caps, and facts of one price each."""

from typing import Any

from service.core.events import Fact
from tests.builders import EXAM, a_contract, a_fact, employed, started

PARTIES: dict[str, Any] = {
    **a_contract()["parties"],
    "c": {"name": "Investor C", "roles": ["investor"]},
    "region": {"name": "The region", "roles": ["outcome_payer"]},
    "provider": {"name": "The provider", "roles": ["service_provider"]},
}
JOB: dict[str, Any] = {
    "id": "job",
    "title": "Has a job",
    "clause": "schedule 1, 1",
    "rule": {
        "kind": "status_at",
        "domain": "employment",
        "qualifying": ["ordinary", "flexjob", "small_job"],
        "checkpoints": [{"months": 1}],
        "tolerance_days": 30,
    },
    "tariff": {
        "kind": "graded",
        "prices": {"ordinary": "60.00", "flexjob": "45.00", "small_job": "10.00"},
    },
}


def weights(*parties: str) -> list[dict[str, Any]]:
    """Equal weights."""
    return [{"party": party, "weight": 1} for party in parties]


def a_shared_contract(*metrics: dict[str, Any], investors: Any = None, **shares: Any) -> dict[str, Any]:
    """A contract whose exam pays 100.00, shared between a and b as the shares say."""
    exam = {**EXAM, "tariff": {"kind": "flat", "price": "100.00"}}
    drawdowns = shares.pop("drawdowns", ())
    payers = shares.pop("payers", weights("city"))
    all_shares = {"payers": payers, "investors": investors or weights("a", "b"), **shares}
    return a_contract(
        *(metrics or (exam,)),
        parties={name: party for name, party in PARTIES.items() if f"'{name}'" in repr(all_shares)},
        shares=all_shares,
        drawdowns=list(drawdowns),
    )


def drawdown(party: str, on: str, amount: str) -> dict[str, str]:
    """Capital paid out."""
    return {"party": party, "on": on, "amount": amount}


def tranche(id: str, *parties: str, cap: str | None = None) -> dict[str, Any]:
    """A class of capital, its holders with equal weights."""
    return {"id": id, "investors": weights(*parties), **({"cap": cap} if cap else {})}


def passed(participant: str, on: str) -> tuple[Fact, Fact]:
    """A participant enrolled at the start of 2022 who passed the exam."""
    exam = a_fact("milestone", participant, on, name="exam_passed", id=f"exam-{participant}")
    return started(participant, "2022-01-01"), exam


def in_job(participant: str, value: str) -> tuple[Fact, Fact]:
    """A participant who enrolled at the start of 2022, and the status that decides what 2022-02-01 pays."""
    return started(participant, "2022-01-01"), employed(participant, "2022-01-15", value, id=f"job-{participant}")
