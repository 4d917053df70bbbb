"""What a body of events was read as: the documents, and how a place in one reads in what was sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.core.errors import Fault, InvalidInput


def _as_it_is(_: int, pointer: str) -> str:
    return pointer


@dataclass(frozen=True, slots=True)
class Reading:
    """The events of a body in order. `lines` are those on which they begin, in a form that has lines.

    `translate` turns the place of an event and a JSON Pointer into its document into the pointer that is told.
    """

    documents: Sequence[Any]
    lines: Sequence[int] | None = None
    translate: Callable[[int, str], str] = _as_it_is

    def told(self, place: int, fault: Fault) -> Fault:
        """A fault of the event at that place as it is told beside the event's own verdict.

        Where the body has lines, its pointer begins with the line: "/12/on".
        """
        pointer = self.translate(place, fault.pointer)
        if self.lines is not None:
            pointer = f"/{self.lines[place]}{pointer}"
        return replace(fault, pointer=pointer)

    def told_of_all(self, error: InvalidInput) -> InvalidInput:
        """The refusal of a whole batch, whose pointers begin with the place of an event, as it is told."""
        return InvalidInput(error.message, [self._told_in_batch(fault) for fault in error.faults], error.code)

    def _told_in_batch(self, fault: Fault) -> Fault:
        place, slash, rest = fault.pointer.removeprefix("/").partition("/")
        told = self.told(int(place), replace(fault, pointer=f"{slash}{rest}"))
        return told if self.lines is not None else replace(told, pointer=f"/{place}{told.pointer}")
