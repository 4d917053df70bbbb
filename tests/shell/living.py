"""A small contract that two people state and settle, and the calls by which its statements and money move."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import select

from service.core.events import Fact
from service.storage.access_tables import CredentialKeyTable, CredentialTable
from service.storage.bulk import table_of
from service.storage.database import Database
from service.storage.tables import LedgerTable
from tests.builders import EXAM, a_contract, a_fact, started
from tests.shell.calling import Api, Document, answered, second_person
from tests.shell.tampering import as_owner

PERIOD = "2022"
STATEMENT = "w.2022.a.1"
LETTER = {"kind": "letter", "ref": "letter of 2024-03-01"}
BECAUSE = {"reason": "agreed in the letter"}


def two_people(**changes: Any) -> Document:
    """Contract W with an exam at 10,000: investors a and b in equal shares, the city pays 60 and the region 40 of 100;
    its last outcomes are of 2024, and its evidence is taken until mid-2025."""
    shares = {
        "payers": [{"party": "city", "weight": 60}, {"party": "region", "weight": 40}],
        "investors": [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}],
    }
    terms = {"approval": "two-people", "outcomes_until": "2024-12-31", "evidence_until": "2025-06-30"}
    return a_contract(EXAM, shares=shares, **{**terms, **changes})


def exam(participant: str, on: str) -> list[Fact]:
    """A participant who enrolled at the start of 2022 and passed on that day: 3,000 of the city and 2,000 of the
    region to each investor."""
    passed = a_fact("milestone", participant, on, name="exam_passed", id=f"exam-{participant}")
    return [started(participant, "2022-01-01"), passed]


def paid(payer: str = "city", amount: str = "3000.00", **changes: Any) -> Document:
    """A payment as it is recorded."""
    told = {"currency": "DKK", "value_date": "2024-03-15", "bank_reference": "DK-2024-0315-118"}
    return {"payer": payer, "amount": amount, **told, **changes}


def drawn(investor: str = "a", amount: str = "250000.00", **changes: Any) -> Document:
    """A drawdown as it is recorded."""
    told = {"currency": "DKK", "value_date": "2022-04-02", "bank_reference": "DK-2022-0402-007"}
    return {"investor": investor, "amount": amount, **told, **changes}


def adjusted(amount: str = "1250.00", **changes: Any) -> Document:
    """An adjustment as it is proposed."""
    told = {"investor": "a", "payer": "city", "currency": "DKK", "reason": "interest agreed", "evidence": LETTER}
    return {**told, "amount": amount, **changes}


def disputed(**changes: Any) -> Document:
    """A dispute as it is raised."""
    return {"metric": "exam", "reason": "one exam is missing", "evidence": LETTER, **changes}


def rejected(**changes: Any) -> Document:
    """The end of a dispute that is not upheld."""
    return {"outcome": "rejected", "reason": "the register shows no further exam", **changes}


async def whole(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those of who may call: what must be the same when something is refused or only
    previewed."""
    found = {}
    async with as_owner(database) as connection:
        for model in set(LedgerTable.__subclasses__()) - {CredentialTable, CredentialKeyTable}:
            table = table_of(model)
            rows = await connection.execute(select(table).order_by(*table.primary_key))
            found[table.name] = [tuple(row) for row in rows]
    return found


@dataclass
class Living:
    """The contract in the service, and the two people: the first prepares, the second approves."""

    api: Api
    second: dict[str, str]
    contract: str = "w"
    dispute: int = 0
    payments: list[int] = field(default_factory=list)

    async def call(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        """POST to a path under /v1."""
        return await self.api.client.post(f"/v1/{path}", json=body, headers=headers, params=query)

    async def done(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Document:
        """The JSON of a call that succeeds."""
        response = await self.call(path, body, headers)
        assert response.status_code in (200, 201), (path, response.status_code, response.text)
        told: Document = response.json()
        return told

    def round(self, step: str = "", period: str = PERIOD) -> str:
        """The path of a period's statements, or of a step of theirs."""
        return f"contracts/{self.contract}/statements/{period}" + (f"/{step}" if step else "")

    async def seen(self, period: str = PERIOD) -> dict[str, str]:
        """If-Match on what stands there now."""
        told = await self.api.get(f"/v1/{self.round(period=period)}")
        return {"If-Match": f'"{told["digest"]}"'}

    async def take(self, steps: int, period: str = PERIOD, *, final: bool = False) -> Document:
        """Draft a period and take it so many steps further: submitted, approved, issued."""
        told = await self.done(f"contracts/{self.contract}/final-settlement" if final else self.round(period=period))
        match = {"If-Match": f'"{told["digest"]}"'}
        walk: list[tuple[str, dict[str, str]]] = [
            ("submit", {}),
            ("approve", {**self.second, **match}),
            ("issue", match),
        ]
        for step, headers in walk[:steps]:
            told = await self.done(self.round(step, period), headers=headers)
        return told

    async def issue(self, period: str = PERIOD, *, final: bool = False) -> Document:
        """Draft, submit, approve and issue a period."""
        return await self.take(3, period, final=final)

    async def reopen(self) -> None:
        """Reopen a settled contract, the second person approving."""
        await self.done(f"contracts/{self.contract}/reopening", BECAUSE)
        await self.done(f"contracts/{self.contract}/reopening/approve", headers=self.second)

    async def adjust(self, amount: str = "1250.00", **changes: Any) -> int:
        """An adjustment that the second person approved, by its number."""
        told = await self.done(f"contracts/{self.contract}/adjustments", adjusted(amount, **changes))
        await self.done(f"contracts/{self.contract}/adjustments/{told['number']}/approve", headers=self.second)
        number: int = told["number"]
        return number

    async def life(self, statement: str = STATEMENT) -> Document:
        """A statement's life."""
        told: Document = await self.api.get(f"/v1/statements/{statement}/life")
        return told

    async def document(self, statement: str = STATEMENT) -> Document:
        """An issued statement."""
        told: Document = await self.api.get(f"/v1/statements/{statement}")
        return told

    async def verified(self, statement: str) -> bool:
        """Whether an issued statement is made again to the byte."""
        told = answered(await self.api.client.post(f"/v1/statements/{statement}/verify"))
        return bool(told["match"])

    async def reach(self, state: str) -> None:
        """Take the period, and with it the first investor's statement, to a state."""
        steps = {"draft": 0, "submitted": 1, "approved": 2, "discarded": 0}.get(state, 3)
        await self.take(steps)
        if state == "discarded":
            await self.done(self.round("discard"), BECAUSE)
        if state in ("disputed", "resolved"):
            self.dispute = (await self.done(f"statements/{STATEMENT}/disputes", disputed()))["number"]
        if state == "resolved":
            await self.done(f"statements/{STATEMENT}/disputes/{self.dispute}/resolve", rejected())
        if state == "settled":
            for payment in (paid(), paid("region", "2000.00")):
                self.payments.append((await self.done(f"statements/{STATEMENT}/settlements", payment))["number"])


async def living(api: Api, **changes: Any) -> Living:
    """The contract registered with one exam passed in 2022."""
    await api.register(two_people(**changes))
    await api.learn(exam("P1", "2022-05-01"))
    return Living(api, await second_person(api.ledger))
