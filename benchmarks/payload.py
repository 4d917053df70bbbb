"""What the benchmarks send: a contract with two metrics, and ten events of 350 bytes for each participant."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

CONTRACT, PERIOD, INVESTOR = "bench", "2023", "fund"
PERIOD_END = date(2024, 1, 1)
EVENTS_EACH, EVENT_BYTES = 10, 350
QUALIFYING = ("flexjob", "ordinary")
STEPS_MONTHS = (3, 6, 12)
_VALUES = ("ordinary", "ordinary", "flexjob", "public_support")
BASELINE_BEFORE_DAYS, BASELINE_AFTER_DAYS = 60, 30
CHECKPOINT_MONTHS, TOLERANCE_DAYS = 12, 45
THRESHOLD_PER_MILLE = 85
# Of 100,000 random numbers a few look like civil registration numbers, which the service refuses.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")

Event = dict[str, Any]


def contract_document(name: str = CONTRACT) -> dict[str, Any]:
    """The contract as it is posted: jobs kept for 3, 6 and 12 months, and lower long-term blood sugar."""
    return {
        "contract": name,
        "title": "Benchmark contract",
        "version": 1,
        "effective_from": "2022-01-01",
        "reason": "as signed",
        "currency": "DKK",
        "time_zone": "Europe/Copenhagen",
        "periods": "year",
        "first_statement_period": PERIOD,
        "participant": "person",
        "approval": "one-person",
        "outcomes_until": "2030-12-31",
        "evidence_until": "2031-06-30",
        "edition": "2026-12",
        "illustrative": ["all of it"],
        "parties": {
            INVESTOR: {"name": "The fund", "roles": ["investor"]},
            "city": {"name": "The city", "roles": ["outcome_payer", "service_provider"]},
        },
        "shares": {
            "payers": [{"party": "city", "weight": 1}],
            "investors": [{"party": INVESTOR, "weight": 1}],
        },
        "metrics": [_job_metric(), _blood_sugar_metric()],
    }


def _job_metric() -> dict[str, Any]:
    return {
        "id": "job",
        "title": "Kept a job",
        "clause": "schedule 1, 1",
        "rule": {
            "kind": "sustained_status",
            "domain": "employment",
            "qualifying": list(QUALIFYING),
            "steps": [{"months": months} for months in STEPS_MONTHS],
        },
        "tariff": {"kind": "flat", "price": {f"{months} months": "15000.00" for months in STEPS_MONTHS}},
    }


def _blood_sugar_metric() -> dict[str, Any]:
    return {
        "id": "hba1c",
        "title": "Lower long-term blood sugar",
        "clause": "schedule 1, 2",
        "rule": {
            "kind": "improvement",
            "measure": "hba1c",
            "unit": "mmol/mol",
            "direction": "down",
            "baseline": {"before_days": BASELINE_BEFORE_DAYS, "after_days": BASELINE_AFTER_DAYS},
            "checkpoints": [{"months": CHECKPOINT_MONTHS}],
            "tolerance_days": TOLERANCE_DAYS,
            "threshold": {"relative": f"0.{THRESHOLD_PER_MILLE:03d}"},
        },
        "tariff": {"kind": "flat", "price": "20000.00"},
    }


def events(participants: int, contract: str = CONTRACT) -> list[Event]:
    """Ten events for each participant in the order in which they happened, the same ones at every call."""
    chance = random.Random(20261122)  # always the same, so that two runs send the same bytes
    drawn = [event for number in range(participants) for event in _events_of(number, contract, chance)]
    return sorted(drawn, key=lambda event: (event["on"], event["id"]))


def _events_of(number: int, contract: str, chance: random.Random) -> Iterator[Event]:
    enrolled = date(2022, 1, 1) + timedelta(days=chance.randrange(365))
    shared = {"contract": contract, "source": "case-system.city.example", "participant": f"P-{number:06d}"}

    def event(on: date, **fields: str) -> Event:
        made = {**shared, "id": f"{chance.getrandbits(128):032x}".translate(_LETTERS), "on": on.isoformat(), **fields}
        return _padded(made)

    yield event(enrolled, kind="enrolment", name="started")
    for place in range(5):
        on = enrolled + timedelta(days=110 * place + chance.randrange(60))
        yield event(on, kind="status", name="employment", value=chance.choice(_VALUES))
    for place in range(4):
        on = enrolled + timedelta(days=121 * place + chance.randrange(20))
        yield event(on, kind="measurement", name="hba1c", value=str(chance.randrange(55, 90)), unit="mmol/mol")


def _padded(event: Event) -> Event:
    """The event with a reference of its evidence that makes it 350 bytes of JSON."""
    event["evidence"] = {"kind": "register", "ref": ""}
    missing = EVENT_BYTES - len(orjson.dumps(event))
    event["evidence"]["ref"] = ("extract of the register, archived under " + "abcdefghij" * 20)[:missing]
    return event


def batches(of: list[Event], size: int) -> list[bytes]:
    """The events as bodies of `size` events each."""
    return [orjson.dumps(of[start : start + size]) for start in range(0, len(of), size)]
