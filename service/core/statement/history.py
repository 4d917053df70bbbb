"""What an investor was told before: each statement with the lines of its detail, as inputs of the next."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from types import MappingProxyType

from service.core import canonical, money
from service.core.canonical import Document
from service.core.issued import Issued, IssuedLine
from service.core.statement.beside import BesideKind
from service.core.statement.lines import issued_line
from service.core.statement.prior import Prior, prior_of

# What later statements build on of a detail's items, by their kinds.
BUILT_ON = frozenset({"line", "deferral"})


@dataclass(frozen=True, slots=True)
class Told:
    """One statement an investor was told: its sequence n, its period and currency, the line items of its detail, and
    the metrics that waited for larger groups."""

    sequence: int
    period: str
    currency: str
    items: tuple[Document, ...]
    deferred: frozenset[str] = frozenset()

    @property
    def lines(self) -> Iterator[IssuedLine]:
        """Its lines as inputs of later calculations."""
        return (issued_line(item, self.period, self.currency) for item in self.items)


@dataclass(frozen=True, slots=True)
class History:
    """What an investor was told before: what its last statement left behind, all its statements, oldest first, and what
    they stated beside outcomes."""

    prior: Prior | None = None
    statements: tuple[Told, ...] = ()
    beside: tuple[Document, ...] = ()

    @property
    def items(self) -> Iterator[Document]:
        """The line items of all its details, oldest first."""
        return chain.from_iterable(told.items for told in self.statements)

    def beside_minor(self, kind: BesideKind) -> dict[str, int]:
        """What was stated of a kind beside outcomes, by whoever owes it, in minor units."""
        stated: dict[str, int] = {}
        for line in self.beside:
            if line["kind"] == kind and self.prior is not None:
                minor = money.from_text(line["amount"], self.prior.currency)
                stated[line["party"]] = stated.get(line["party"], 0) + minor
        return stated

    def told(
        self, statement: bytes, entries: Iterable[bytes], erased: Mapping[str, str] = MappingProxyType({})
    ) -> "History":
        """The history once a further statement is issued: its bytes, and the bytes of its detail's `BUILT_ON` items, in
        which participants who were erased are given their names in calculations, `erased` by label."""
        prior = prior_of(statement)
        items = tuple(_named(canonical.from_bytes(entry), erased) for entry in entries)
        lines = tuple(item for item in items if item["item"] == "line")
        deferred = frozenset(item["metric"] for item in items if item["item"] == "deferral")
        told = Told(prior.sequence, prior.period, prior.currency, lines, deferred)
        return History(prior, (*self.statements, told), (*self.beside, *prior.beside))


def _named(item: Document, erased: Mapping[str, str]) -> Document:
    name = erased.get(item.get("participant", ""))
    return item if name is None else {**item, "participant": name}


def last_told(histories: Mapping[str, History]) -> dict[str, int]:
    """By metric that any statement left out because it waited: n of the last issue that did not, 0 where none was."""
    issues = [(told.sequence, told.deferred) for history in histories.values() for told in history.statements]
    waited = {metric for _, deferred in issues for metric in deferred}
    return {metric: max((n for n, deferred in issues if metric not in deferred), default=0) for metric in waited}


def issued_of(histories: Mapping[str, History]) -> Issued:
    """The lines of every statement that these investors were told, in the order of issue; read when asked for."""
    statements = (told for history in histories.values() for told in history.statements)
    return Issued(line for told in sorted(statements, key=attrgetter("sequence")) for line in told.lines)
