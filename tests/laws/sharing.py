"""Strategies for contracts whose shares are decided when lines are stated, and for the facts that change such lines."""

from typing import Any

from hypothesis import strategies as st

from service.core.events import Fact
from tests.builders import EXAM, a_fact, correction, retraction
from tests.builders_shares import JOB, a_shared_contract, drawdown, in_job, passed

Document = dict[str, Any]
_AMOUNTS = st.sampled_from(["0.01", "7", "40.05", "90", "150", "333.33"])
_PEOPLE = [f"P{number}" for number in range(1, 6)]
_JOBS = ["ordinary", "flexjob", "small_job"]


@st.composite
def _weighted(draw: st.DrawFn, parties: list[str]) -> list[Document]:
    return [{"party": party, "weight": draw(st.sampled_from([1, 2, "0.5", "33.3"]))} for party in parties]


@st.composite
def _some(draw: st.DrawFn) -> list[Document]:
    parties = draw(st.permutations(["a", "b", "c"]))[: draw(st.integers(1, 3))]
    return draw(_weighted(parties))


@st.composite
def _tranches(draw: st.DrawFn) -> list[Document]:
    served = [
        {"id": f"t{number}", "investors": draw(_some()), "cap": draw(_AMOUNTS)}
        for number in range(draw(st.integers(1, 3)))
    ]
    if draw(st.booleans()):
        del served[-1]["cap"]
    return served


@st.composite
def _return_caps(draw: st.DrawFn) -> list[Document]:
    caps: list[Document] = [{"party": "a", "amount": draw(_AMOUNTS)}]
    beyond = draw(st.sampled_from([None, "b", "provider"]))
    if beyond is not None:
        caps[0]["beyond"] = beyond
    if beyond == "b" and draw(st.booleans()):
        caps.append({"party": "b", "amount": draw(_AMOUNTS), "beyond": "provider"})
    return caps


@st.composite
def sharing_contracts(draw: st.DrawFn, modes: tuple[str, ...] = ("weight", "drawn", "tranches")) -> Document:
    """A contract of a milestone, a graded status and a negative payment."""
    mode = draw(st.sampled_from(modes))
    shares: Document = {"by": mode}
    if mode == "tranches":
        shares["tranches"] = draw(_tranches())
    elif mode == "weight" or draw(st.booleans()):
        shares["return_caps"] = draw(_return_caps())
    days = st.sampled_from(["2022-03-01", "2022-12-31", "2023-06-01", "2024-01-01"])
    drawn = [drawdown(party, draw(days), draw(_AMOUNTS)) for party in draw(st.permutations(["a", "b", "c", "a"]))]
    exam = {**EXAM, "tariff": {"kind": "flat", "price": draw(_AMOUNTS)}}
    fine = {**EXAM, "id": "fine", "rule": {"kind": "milestone", "milestone": "fined"}}
    fine["tariff"] = {"kind": "flat", "price": "-25.00"}
    payers = draw(st.sampled_from([[("city", 1)], [("city", 60), ("region", 40)]]))
    return a_shared_contract(
        exam,
        JOB,
        *([fine] if draw(st.booleans()) else []),
        investors=draw(_weighted(["a", "b", "c"])),
        payers=[{"party": party, "weight": weight} for party, weight in payers],
        drawdowns=sorted(drawn, key=lambda one: one["on"]),
        **shares,
    )


@st.composite
def _outcomes(draw: st.DrawFn) -> list[Fact]:
    """What is reported of some people: outcomes of several years, each perhaps changed or withdrawn at once."""
    facts: list[Fact] = []
    for person in draw(st.permutations(_PEOPLE))[: draw(st.integers(1, 5))]:
        year = draw(st.integers(2022, 2024))
        enrolled, job = in_job(person, draw(st.sampled_from(_JOBS)))
        facts += [enrolled, job, passed(person, f"{year}-05-01")[1]]
        if draw(st.booleans()):
            facts.append(a_fact("milestone", person, f"{year}-06-01", name="fined", id=f"fined-{person}"))
    return facts


@st.composite
def told_in_turn(draw: st.DrawFn, with_changes: bool = True) -> list[list[Fact]]:
    """The facts known before each of four issues, with corrections and retractions after what they change."""
    facts = draw(_outcomes())
    turns: list[list[Fact]] = [[], [], [], []]
    for fact in facts:
        turn = draw(st.integers(0, 3))
        turns[turn].append(fact)
        if with_changes and fact.kind != "enrolment" and draw(st.integers(0, 2)) == 0:
            _change(fact, turns, draw(st.integers(turn, 3)), draw(st.sampled_from([*_JOBS, "withdrawn"])))
    return turns


def _change(fact: Fact, turns: list[list[Fact]], turn: int, into: str) -> None:
    if into == "withdrawn" or fact.kind != "status":
        turns[turn].append(retraction(fact))
    else:
        turns[turn].append(correction(fact, value=into))
