"""A case system that posts events, retries safely and corrects: python examples/case_system.py URL KEY."""

import sys
import time
from collections.abc import Callable
from typing import Any

import httpx

Event = dict[str, Any]


def post(client: httpx.Client, events: list[Event], pause: Callable[[float], None] = time.sleep) -> list[Event]:
    """The ledger's verdict on each event. The same bytes are sent until they are answered: an id is taken once."""
    for attempt in range(8):
        wait = float(2**attempt)
        try:
            answer = client.post("/v1/events/batch", json=events)
        except httpx.TransportError:  # timed out or cut off: stored or not, and sending it again is right either way
            pause(wait)
            continue
        if answer.status_code < 500 and answer.status_code != 429:
            answer.raise_for_status()  # this does not mend itself: the body is a problem that says what to do
            return list(answer.json()["verdicts"])
        pause(float(answer.headers.get("Retry-After", wait)))
    raise TimeoutError("The ledger does not answer; keep the events and post them again later, as they are.")


def corrected(event: Event, id: str, reason: str, **changes: Any) -> Event:
    """The whole event again, with what was wrong changed, under an id of its own."""
    return {**event, **changes, "id": id, "replaces": event["id"], "reason": reason}


def main(url: str, key: str, pause: Callable[[float], None] = time.sleep, timeout: float = 30) -> list[Event]:
    """Tell the sandbox of a start and a plan, then correct the plan's date. Run it twice: all is a duplicate."""
    who = {"contract": "sandbox", "source": "example-client", "participant": "C-01"}
    start = {**who, "id": "C-01-start", "kind": "enrolment", "on": "2024-03-04", "name": "started"}
    plan = {**who, "id": "C-01-plan", "kind": "milestone", "on": "2024-03-18", "name": "plan_agreed"}
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=timeout) as client:
        verdicts = post(client, [start, plan], pause)
        verdicts += post(client, [corrected(plan, "C-01-plan-2", "wrong week", on="2024-03-11")], pause)
    return verdicts


if __name__ == "__main__":
    for verdict in main(sys.argv[1], sys.argv[2]):
        print(verdict["verdict"], verdict.get("id", ""), verdict.get("detail", ""))
