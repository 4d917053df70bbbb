"""What a verification found not to hold: the first thing, by step, contract, sequence, table and column."""

from dataclasses import asdict, dataclass

from service.core.canonical import Document

STEPS = {
    1: "bytes",
    2: "chain",
    3: "look-ups",
    4: "double entry",
    5: "statements and their tree",
    6: "checkpoints kept outside",
}


@dataclass
class Broken(Exception):
    """Raised at the first thing that does not hold, in the step (1 to 6) that finds it."""

    step: int
    says: str
    table: str | None = None
    field: str | None = None
    contract: str | None = None
    sequence: int | None = None

    def __str__(self) -> str:
        places = (
            f"contract {self.contract}" if self.contract else "",
            "" if self.sequence is None else f"sequence {self.sequence}",
            ".".join(part for part in (self.table, self.field) if part),
        )
        place = ", ".join(part for part in places if part)
        return f"step {self.step} ({STEPS[self.step]}){f', {place}' if place else ''}: {self.says}"

    @property
    def document(self) -> Document:
        """For programs."""
        return {**asdict(self), "step_name": STEPS[self.step]}
