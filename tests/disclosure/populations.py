"""Populations behind statements: people by what is reported of them and when, and what an investor is sent of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.core.events import Fact
from service.core.pipeline import REGULAR, Draft, Occasion
from service.core.statement.since import IssuedStatement, changes_between
from tests.book import Book, document
from tests.builders import EXAM, a_contract, a_fact, employed, retraction, started
from tests.builders_shares import JOB

PERIODS = ("2022", "2023", "2024")
ATTACKER = "a"
VALUES = ("ordinary", "flexjob", "small_job")
Sizes = tuple[int, ...]


class Kind(NamedTuple):
    """People of whom the same is reported: for which metric, with which value ("" where it has none), in which period
    it was achieved (None: it is awaited), before which statement it became known, and before which it was withdrawn, or
    corrected to another value (None: never)."""

    metric: str
    value: str
    achieved: int | None
    known: int
    undone: int | None = None
    corrected: str | None = None


@dataclass(frozen=True)
class Population:
    """A contract's terms, the kinds of people there can be, and whether it is settled with the last statement."""

    terms: Document
    kinds: tuple[Kind, ...]
    is_settled: bool

    @property
    def smallest_group(self) -> int:
        """How many a group needs."""
        return int(self.terms["smallest_group"])

    def price(self, metric: str, value: str) -> int:
        """What one outcome pays, in major units, as the terms that the attacker has read say."""
        tariff = next(one for one in self.terms["metrics"] if one["id"] == metric)["tariff"]
        return int(tariff["prices"][value] if value else tariff["price"])


class Sent(NamedTuple):
    """Everything the attacker was sent, oldest first; and what it was not: the groups of each statement by size."""

    statements: tuple[Document, ...]
    changes: tuple[Document, ...]
    groups: Mapping[tuple[Any, ...], int]


def _person(kind: Kind, place: int, number: int) -> Iterator[tuple[int, Fact]]:
    """What is reported of somebody, each fact with the place of the statement before which it becomes known."""
    who, area = f"p{place}-{number}", {"area": kind.metric}
    if kind.achieved is None:
        yield kind.known, started(who, f"{2022 + kind.known}-12-20", attributes=area)
        return
    yield kind.known, started(who, f"{2022 + kind.achieved}-02-01", attributes=area)
    on = f"{2022 + kind.achieved}-02-20"
    if not kind.value:
        fact = a_fact("milestone", who, on, name=kind.metric, id=who)
    else:
        fact = employed(who, on, kind.value, id=who)
    yield kind.known, fact
    if kind.undone is None:
        return
    if kind.corrected is not None:
        yield kind.undone, employed(who, on, kind.corrected, id=f"{who}-corrected", replaces=who, reason="misread")
        return
    yield kind.undone, retraction(fact)
    yield kind.undone, a_fact("enrolment", who, f"{2022 + kind.achieved}-02-21", name="withdrew")


@lru_cache(maxsize=256)
def sent(population: Population, sizes: Sizes) -> Sent:
    """What the statements tell where there are so many people of each kind."""
    book = Book(population.terms)
    told: dict[int, list[Fact]] = defaultdict(list)
    for place, (kind, size) in enumerate(zip(population.kinds, sizes, strict=True)):
        for number in range(size):
            for turn, fact in _person(kind, place, number):
                told[turn].append(fact)
    statements, changes, groups, issued = [], [], {}, list[IssuedStatement]()
    for turn, label in enumerate(PERIODS):
        book.learn(*told[turn])
        is_final = population.is_settled and label == PERIODS[-1]
        previous = book.sequence if turn else 0
        drafts = book.issue(label, Occasion(is_final=True) if is_final else REGULAR)
        mine = drafts[ATTACKER]
        issued.append(IssuedStatement(mine.stored, book.terms, previous))
        statements.append(_as_read(document(mine)))
        changes.append(_as_read(changes_between(issued[-2] if turn else None, issued[-1:])))
        for draft in drafts.values():
            groups.update({(turn, *group): len(people) for group, people in groups_of(draft).items()})
    return Sent(tuple(statements), tuple(changes), groups)


def _as_read(whole: Any) -> Any:
    """Without digests, which are salted, and without n: how many facts are reported of somebody is not known."""
    if isinstance(whole, dict):
        return {
            name: _as_read(part) for name, part in whole.items() if name not in ("sha256", "detail_digest", "sequence")
        }
    return [_as_read(part) for part in whole] if isinstance(whole, list) else whole


def groups_of(draft: Draft) -> Mapping[tuple[str, ...], set[str]]:
    """Who is in each group of a metric, by the detail: also of what waits and is not stated."""
    groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for stored in draft.items:
        item = canonical.from_bytes(stored.stored)
        if item["item"] in ("line", "deferred"):
            price = item["price"]["unit_price"] if "price" in item else ""
            groups[item["metric"], item["kind"], price, item["outcome_period"]].add(item["participant"])
            for clip in item.get("price", {}).get("clipped", ()):
                groups[item["metric"], "clipped", clip["limit"], item["outcome_period"]].add(item["participant"])
        elif item["item"] == "pending":
            groups[item["metric"], "pending", item["why"], ""].add(item["participant"])
    return groups


def a_population(random: Random, mode: str) -> tuple[Population, Sizes]:
    """A contract with its limits and plan, and a life of few people behind it."""
    metrics = [_metric(name, random) for name in ("exam", "course", "job")[: random.randint(1, 3)]]
    random.shuffle(metrics)
    names = [metric["id"] for metric in metrics]
    payers = [{"party": "city", "weight": 3}, {"party": "region", "weight": 2}]
    expected = [{"metric": name, "period": label, "outcomes": 4} for name in names for label in PERIODS]
    terms = a_contract(
        *metrics,
        smallest_group=random.choice([3, 3, 4]),
        small_groups=mode,
        attributes={"area": names},
        shares={"payers": payers, "investors": [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}]},
        limits=_limits(random),
        plans=[{"from": "2022-01-01", "reason": "as signed", "expected": expected}] if random.random() < 0.5 else [],
        drawdowns=[{"party": "a", "on": "2022-01-01", "amount": "9000.00"}] if random.random() < 0.3 else [],
    )
    life = [_kind(random, metric) for metric in metrics for _ in range(random.randint(1, 3))]
    kinds = tuple(dict.fromkeys([*life, *(other for kind in life for other in _alike(kind))]))
    sizes = tuple(random.choice([1, 1, 2, 2, 3, 4, 5]) if kind in life else 0 for kind in kinds)
    return Population(_frozen(terms), kinds, is_settled=random.random() < 0.3), sizes


class _Terms(dict[str, Any]):
    """Terms that a population can be remembered by."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def _frozen(terms: Document) -> Document:
    return _Terms(terms)


def _metric(name: str, random: Random) -> dict[str, Any]:
    price = random.choice([1_000, 2_000, 3_000])
    shape = EXAM if name != "job" else JOB
    metric = {**shape, "id": name, "title": f"The {name}", "eligible": {"area": [name]}}
    if name == "job":
        prices = {value: str(price * factor) for value, factor in zip(VALUES, (3, 2, 1), strict=True)}
        metric["tariff"] = {"kind": "graded", "prices": prices}
    else:
        metric |= {"rule": {"kind": "milestone", "milestone": name}, "tariff": {"kind": "flat", "price": str(price)}}
    if random.random() < 0.4:
        metric["payers"] = [{"party": random.choice(["city", "region"]), "weight": 1}]
    if random.random() < 0.4:
        metric["limits"] = {"metric": random.choice([{"amount": "90000"}, {"amount": "6000"}, {"count": 90}])}
    return metric


def _limits(random: Random) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if random.random() < 0.5:
        limits["contract"] = random.choice([{"amount": "12000"}, {"amount": "900000"}, {"count": 99}])
    if random.random() < 0.4:
        limits["period"] = random.choice([{"amount": "10000"}, {"amount": "900000"}, {"count": 99}, {"units": 99}])
        limits["period"]["counts_in"] = random.choice(["achieved", "stated"])
    return limits


def _kind(random: Random, metric: Mapping[str, Any]) -> Kind:
    value = random.choice(VALUES) if metric["id"] == "job" else ""
    known = random.randrange(len(PERIODS))
    if random.random() < 0.15:
        return Kind(metric["id"], "", None, known)
    undone = random.choice([None, None, *range(known + 1, len(PERIODS))])
    corrected = random.choice([None, *(other for other in VALUES if other != value)]) if value and undone else None
    return Kind(metric["id"], value, random.randint(0, known), known, undone, corrected)


def _alike(kind: Kind) -> Iterator[Kind]:
    """Kinds of which there is nobody, that an attacker has to reckon with: known at another time, another value, never
    undone, nothing but awaited."""
    for known in range(kind.achieved or 0, len(PERIODS)):
        if kind.undone is None or known < kind.undone:
            yield kind._replace(known=known)
    if kind.value:
        yield from (Kind(kind.metric, value, kind.achieved, kind.known) for value in VALUES)
    if kind.achieved is not None:
        yield Kind(kind.metric, kind.value, kind.achieved, kind.known)
        yield Kind(kind.metric, "", None, kind.known)
