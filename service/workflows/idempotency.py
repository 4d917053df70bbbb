"""Requests under an Idempotency-Key: done once, in one unit with what was answered, and answered the same for ever."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.core.errors import Conflict, Fault, InvalidInput, LedgerError
from service.storage.rows import AnswerRow
from service.storage.store import Store
from service.workflows.ledger import Ledger

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller is told: the bytes of the body (JSON), with the address of what was made."""

    status: int
    body: bytes
    location: str | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its key: who asks, on which route; `fingerprint` (32 bytes) tells it from any other request."""

    actor: str
    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Keyed(Generic[Result]):
    """What a use case needs to keep its answer in the unit of its effect."""

    asked: Asked
    answer_of: Callable[[Result], Answer]


class _RolledBack(Exception, Generic[Result]):
    """Ends the unit of a preview without an effect."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


class _Answered(Exception):
    """Somebody else has answered under the key meanwhile; ends the unit without an effect."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def in_one_unit(
    ledger: Ledger,
    act: Callable[[Store], Awaitable[Result]],
    keyed: Keyed[Result] | None = None,
    *,
    preview: bool = False,
) -> Result:
    """Act in one unit of work that writes; with a key, what is answered is stored in the same unit or not at all.

    A preview takes the same path and is rolled back; nothing is stored under a key.
    """
    if preview:
        return await _rolled_back(ledger, act)
    async with ledger.database.begin() as store:
        if keyed is not None:
            await _reserve(store, keyed.asked)
        result = await act(store)
        if keyed is not None:
            answer, asked = keyed.answer_of(result), keyed.asked
            await store.add_answer(
                AnswerRow(
                    asked.actor,
                    asked.route,
                    asked.key,
                    asked.fingerprint,
                    answer.status,
                    answer.location,
                    answer.body,
                    ledger.now(),
                )
            )
    return result


async def _rolled_back(ledger: Ledger, act: Callable[[Store], Awaitable[Result]]) -> Result:
    try:
        async with ledger.database.begin() as store:
            raise _RolledBack(await act(store))
    except _RolledBack as ended:
        result: Result = ended.result
        return result


async def answer_once(
    ledger: Ledger,
    asked: Asked | None,
    act: Callable[[Keyed[Result] | None], Awaitable[Result]],
    answer_of: Callable[[Result], Answer],
) -> Answer:
    """The answer to a request, made by `act` once only; what is refused is not stored and may be sent again.

    Conflict while the same key is at work, InvalidInput where it was used for another request.
    """
    if asked is None:
        return answer_of(await act(None))
    found = await _kept(ledger, asked)
    if found is not None:
        return found
    try:
        return answer_of(await act(Keyed(asked, answer_of)))
    except _Answered as meanwhile:
        return meanwhile.answer
    except LedgerError:
        # Refused perhaps because the same request has just been done: then its answer is the right one.
        found = await _kept(ledger, asked)
        if found is None:
            raise
        return found


async def _kept(ledger: Ledger, asked: Asked) -> Answer | None:
    async with ledger.database.reading() as store:
        return await _found(store, asked)


async def _reserve(store: Store, asked: Asked) -> None:
    if not await store.reserve_key(asked.actor, asked.route, asked.key):
        raise Conflict(
            "The same Idempotency-Key is at work; send the request again after the time in Retry-After.",
            "request-in-progress",
        )
    found = await _found(store, asked)
    if found is not None:
        raise _Answered(found)


async def _found(store: Store, asked: Asked) -> Answer | None:
    row = await store.answer(asked.actor, asked.route, asked.key)
    if row is None:
        return None
    if row.fingerprint != asked.fingerprint:
        fault = Fault("Idempotency-Key", "repeated", "must be a new one for every request that differs from the last")
        raise InvalidInput("The key was used for another request.", [fault], "idempotency-key-reused")
    return Answer(row.status, row.body, row.location, replayed=True)
