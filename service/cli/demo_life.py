"""The life of the demo's contracts: capital is drawn, two people state, statements are paid, some things stay open."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from service.cli.answers import answer
from service.storage.contract_files import ContractFolder

LAST_ISSUED = "2023"
_OPEN = "2024"
# What the docs page's examples begin with: a draft, one that waits for approval, one that waits for its issue.
_LEFT_OPEN = {"laer-for-livet": 0, "sammen-om-diabetes": 1, "hygiejne-nudging": 2}
_ADJUSTED = "dialog-mod-vold"
_DISPUTED, _PAID_IN_PART = f"{_ADJUSTED}.2023.dsi.1", f"{_ADJUSTED}.2023.council.1"
_SETTLED, _TO_REOPEN = "fair-chance-fund", "innovation-fund-round-2"
_LETTER = {"kind": "letter", "ref": "letter of 2024-02-12 (illustrative)"}


@dataclass(frozen=True, slots=True)
class People:
    """The two who prepare and approve, each with a key of their own."""

    preparer: httpx.Client
    approver: httpx.Client


def live_through(people: People, folder: ContractFolder, contract: str) -> int:
    """Draw the capital the terms list and issue and pay every period through the last one; those issued before stay.
    Returns how many statements stand."""
    _draw(people, folder, contract)
    while (following := next_period(people.preparer, contract)) <= LAST_ISSUED:
        state(people, contract, following)
        if following < LAST_ISSUED:
            _pay(people.preparer, contract, following)
    issued: list[Any] = answer(people.preparer.get("/v1/statements", params={"contract": contract}))["data"]
    return len(issued)


def next_period(client: httpx.Client, contract: str) -> str:
    """Findings asked for without a period are judged at the earliest period that is not issued."""
    period: str = answer(client.get(f"/v1/contracts/{contract}/findings", params={"limit": 1}))["period"]
    return period


def state(people: People, contract: str, period: str, steps: int = 3) -> None:
    """Draft a period, then submit, approve and issue it, or so many steps of that; approved is what was seen."""
    path = f"/v1/contracts/{contract}/statements/{period}"
    digest = answer(people.preparer.post(path))["digest"]
    for client, step in ((people.preparer, "submit"), (people.approver, "approve"), (people.approver, "issue"))[:steps]:
        answer(client.post(f"{path}/{step}", headers={"If-Match": f'"{digest}"'}))


def leave_open(people: People) -> None:
    """What is not finished at the end of the demo, so that each operation has something to be tried on."""
    listed = answer(people.preparer.get("/v1/contracts"))["data"]
    if not {row["contract"] for row in listed}.issuperset({*_LEFT_OPEN, _ADJUSTED, _SETTLED, _TO_REOPEN}):
        return  # another folder of contracts than the project's own
    if answer(people.preparer.get(f"/v1/contracts/{_ADJUSTED}/adjustments"))["data"]:
        return  # the demo was run before
    for contract, steps in _LEFT_OPEN.items():
        state(people, contract, _OPEN, steps)
    _adjust(people)
    _dispute(people.preparer)
    _pay_in_part(people.preparer)
    for contract in (_SETTLED, _TO_REOPEN):
        _settle_for_good(people, contract)
    asked = {"reason": "a provider's archive was found (illustrative)"}
    answer(people.preparer.post(f"/v1/contracts/{_TO_REOPEN}/reopening", json=asked))
    # Of what the first person read: the second may sign it off.
    answer(people.approver.post("/v1/access-records/samples", json={"size": 5, "credential": "demo-preparer"}))


def _draw(people: People, folder: ContractFolder, contract: str) -> None:
    if answer(people.preparer.get(f"/v1/contracts/{contract}/drawdowns"))["data"]:
        return
    terms = tomllib.loads(folder.versions[-1].decode(), parse_float=Decimal)
    for place, drawdown in enumerate(terms.get("drawdowns", ()), start=1):
        if drawdown["on"].year <= int(LAST_ISSUED):
            body = {
                "investor": drawdown["party"],
                "amount": str(drawdown["amount"]),
                "currency": terms["currency"],
                "value_date": drawdown["on"].isoformat(),
                "bank_reference": f"draw-{place} (illustrative)",
            }
            answer(people.preparer.post(f"/v1/contracts/{contract}/drawdowns", json=body))


def _pay(client: httpx.Client, contract: str, period: str) -> None:
    """What a period states is paid in the middle of March of the next year."""
    params = {"contract": contract, "period": period}
    for statement in answer(client.get("/v1/statements", params=params))["data"]:
        life = answer(client.get(f"/v1/statements/{statement['id']}/life"))
        for party in life["parties"]:
            if party["outstanding"].strip("0."):
                body = {
                    "payer": party["party"],
                    "amount": party["outstanding"],
                    "currency": life["currency"],
                    "value_date": f"{int(period[:4]) + 1}-03-15",
                    "bank_reference": f"pay-{statement['id']} (illustrative)",
                }
                answer(client.post(f"/v1/statements/{statement['id']}/settlements", json=body))


def _adjust(people: People) -> None:
    """An adjustment that was approved, and two that wait for the second person."""
    path = f"/v1/contracts/{_ADJUSTED}/adjustments"
    body = {"investor": "council", "payer": "sfb", "currency": "DKK", "evidence": _LETTER}
    first = {**body, "amount": "1500.00", "reason": "interest agreed for a late payment (illustrative)"}
    second = {**body, "amount": "-200.00", "reason": "a fee that was charged twice (illustrative)"}
    third = {**body, "amount": "90.00", "reason": "an outlay of the evaluation (illustrative)"}
    approved = answer(people.preparer.post(path, json=first))
    answer(people.approver.post(f"{path}/{approved['number']}/approve"))
    for proposed in (second, third):
        answer(people.preparer.post(path, json=proposed))


def _dispute(client: httpx.Client) -> None:
    body = {"metric": "no-shelter-stay", "reason": "a family is missing (illustrative)", "evidence": _LETTER}
    answer(client.post(f"/v1/statements/{_DISPUTED}/disputes", json=body))


def _pay_in_part(client: httpx.Client) -> None:
    body = {
        "payer": "sfb",
        "amount": "100000.00",
        "currency": "DKK",
        "value_date": "2024-03-15",
        "bank_reference": "part of what is due (illustrative)",
    }
    answer(client.post(f"/v1/statements/{_PAID_IN_PART}/settlements", json=body))


def _settle_for_good(people: People, contract: str) -> None:
    told = answer(people.preparer.post(f"/v1/contracts/{contract}/final-settlement"))
    path = f"/v1/contracts/{contract}/statements/{told['period']}"
    for client, step in ((people.preparer, "submit"), (people.approver, "approve"), (people.approver, "issue")):
        answer(client.post(f"{path}/{step}", headers={"If-Match": f'"{told["digest"]}"'}))
