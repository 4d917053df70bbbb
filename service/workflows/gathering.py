"""Takes single events in together: those that come while one unit of work is under way share the next one.

A unit costs the same handful of statements and one durable commit whether it takes in one event or fifty. Nobody
waits on purpose: where nothing is under way an event is taken in at once.
"""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from typing import Any, NamedTuple

from service.core.errors import Unavailable
from service.workflows.ingest import post_events
from service.workflows.ledger import Ledger
from service.workflows.reading_events import EventVerdict

_MOST_AT_ONCE = 200


class _Waiting(NamedTuple):
    """An event whose sender waits for the verdict."""

    document: Any
    ledger: Ledger  # as its sender may see it
    actor: str
    verdict: asyncio.Future[EventVerdict]


class Gathering:
    """The events of one ledger that wait to be taken in, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def post_event(self, ledger: Ledger, document: Any, actor: str) -> EventVerdict:
        """The verdict on one event, as `post_events` gives it; what is accepted is committed by then."""
        verdict: asyncio.Future[EventVerdict] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(document, ledger, actor, verdict))
        if self._work is None or self._work.done():
            # In a context of its own: nothing it logs belongs to the request that happened to start it.
            self._work = asyncio.get_running_loop().create_task(self._take_in_all(), context=Context())
        return await verdict

    async def _take_in_all(self) -> None:
        while self._waiting:
            together: list[_Waiting] = []
            others: list[_Waiting] = []
            for one in self._waiting:
                fits = one.actor == self._waiting[0].actor and len(together) < _MOST_AT_ONCE
                (together if fits else others).append(one)
            self._waiting = others
            await self._take_in(together)

    async def _take_in(self, together: Sequence[_Waiting]) -> None:
        try:
            verdicts = await post_events(together[0].ledger, [one.document for one in together], together[0].actor)
        except asyncio.CancelledError:
            for one in together:
                one.verdict.cancel()
            raise
        except Exception as error:
            if len(together) > 1 and not isinstance(error, Unavailable):
                for one in together:  # what stops one must not stop the others
                    await self._take_in([one])
                return
            for one in together:
                _tell(one, error)
        else:
            for one, verdict in zip(together, verdicts, strict=True):
                _tell(one, verdict)


def _tell(one: _Waiting, outcome: EventVerdict | Exception) -> None:
    if one.verdict.done():  # its sender has gone; the event is taken in all the same
        return
    if isinstance(outcome, Exception):
        one.verdict.set_exception(outcome)
    else:
        one.verdict.set_result(outcome)
