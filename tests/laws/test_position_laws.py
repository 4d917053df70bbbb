"""Laws of positions over random lives: what the accounts hold, at any date and sequence, and nothing else."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.core.events import kept
from service.core.life.ageing import ageing, by_bucket
from service.core.life.by_year import years_of
from service.core.life.owed import owed_between
from service.core.money import to_text
from tests.book import Book, day
from tests.builders import EXAM, retraction
from tests.builders_shares import a_shared_contract, passed, weights
from tests.lived import FAR, Lived

DAYS = ["2022-06-30", "2022-12-31", "2023-03-01", "2023-12-31", "2024-07-15", "2025-12-31", "2026-05-05"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pass", "retract", "issue", "pay", "pay back", "reverse", "draw"]),
        st.integers(0, 11),
        st.integers(1, 12_000),
        st.sampled_from(DAYS),
    ),
    max_size=25,
)


def contract() -> dict[str, Any]:
    """Two metrics, of which one is paid by the city alone and the other by city and region, shared by three."""
    other = {**EXAM, "id": "other", "payers": weights("city", "region"), "tariff": {"kind": "flat", "price": "70.01"}}
    other["rule"] = {"kind": "milestone", "milestone": "other_passed"}
    exam = {**EXAM, "tariff": {"kind": "flat", "price": "100.00"}}
    whole = a_shared_contract(exam, other, payers=weights("city"), investors=weights("a", "b", "c"))
    whole["parties"]["region"] = {"name": "The region", "roles": ["outcome_payer"]}
    return whole


@dataclass
class Walk:
    """A random life, and what its positions were as known after each step."""

    lived: Lived

    def step(self, what: str, place: int, minor: int, on: str) -> None:
        """One step, left out where nothing is there to do it to."""
        lived = self.lived
        reversed_before = set(lived.life().reversed_on)
        moved = [act.sequence for act in lived.acts if act.kind in ("settlement", "drawdown")]
        open_moves = [number for number in moved if number not in reversed_before]
        if what == "pass":
            enrolled, exam = passed(f"P{place}", f"202{2 + place % 3}-05-01")
            if all(known.fact.id != exam.id for known in lived.book.facts):
                name = "other_passed" if place % 2 else "exam_passed"
                lived.book.learn(enrolled, exam.model_copy(update={"name": name}))
        elif what == "retract":
            exams = [one.fact for one in lived.book.facts if isinstance(one.fact, kept.Milestone)]
            gone = {getattr(one.fact, "replaces", None) for one in lived.book.facts}
            left = [fact for fact in exams if fact.id not in gone]
            if left:
                lived.book.learn(retraction(left[place % len(left)]))
        elif what == "issue":
            period = lived.life().following.period
            if period.start.year < 2026:
                lived.issue(period.label, f"{period.start.year + 1}-02-01")
        elif what in ("pay", "pay back"):
            self._pay(place, minor if what == "pay" else -minor, on)
        elif what == "reverse" and open_moves:
            lived.take_back(open_moves[place % len(open_moves)], on)
        elif what == "draw":
            lived.draw("abc"[place % 3], to_text(minor, "DKK"), on)

    def _pay(self, place: int, minor: int, on: str) -> None:
        statements = list(self.lived.life().statements.values())
        if statements:
            paid_on = statements[place % len(statements)]
            payers = list(paid_on.payable) or ["city"]
            self.lived.pay(paid_on.id, payers[minor % len(payers)], to_text(minor, "DKK"), on)


@given(steps=STEPS, as_of=st.sampled_from([*DAYS, str(FAR)]))
def test_positions_are_sums_of_postings_and_stated_is_paid_outstanding_and_carried(steps: Any, as_of: str) -> None:
    walk = Walk(Lived(Book(contract())))
    as_known: dict[int, object] = {}
    for step in steps:
        walk.step(*step)
        as_known[walk.lived.book.sequence] = walk.lived.position(as_of)
    for sequence, position in as_known.items():
        again = walk.lived.position(as_of, known_at=sequence)
        assert (again.investors, again.payers) == (position.investors, position.payers)  # type: ignore[attr-defined]
    found = walk.lived.position(as_of)
    for one in (*found.investors, *found.payers):
        owed = one.owed
        assert owed.stated_minor == owed.paid_minor + owed.outstanding_minor + owed.carried_minor
    by_investor = [one.owed for one in found.investors]
    assert sum(one.stated_minor for one in by_investor) == sum(one.owed.stated_minor for one in found.payers)


@given(steps=STEPS, as_of=st.sampled_from(DAYS))
def test_what_is_outstanding_has_an_age_and_the_years_add_up_to_the_position(steps: Any, as_of: str) -> None:
    walk = Walk(Lived(Book(contract())))
    for step in steps:
        walk.step(*step)
    life, on = walk.lived.life(), day(as_of)
    outstanding = sum(one.outstanding_minor for one in owed_between(life, on).values())
    assert sum(by_bucket(ageing(life, on)).values()) == outstanding
    for one in walk.lived.position(as_of).investors:
        years = years_of(life, one.party, on).years.values()
        accounts = [year for year in years if year.holds == "accounts"]
        assert sum(year.stated_minor or 0 for year in accounts) == one.owed.stated_minor
        assert sum(year.paid_minor for year in years) == one.owed.paid_minor
        assert one.capital is not None
        assert sum(year.drawn_minor for year in years) == one.capital.drawn_minor


def test_the_far_day_lies_behind_every_other() -> None:
    assert max(map(day, DAYS)) < FAR < date.max
