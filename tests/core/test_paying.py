"""When facts start and stop to pay: by what is stated as due, and by the facts that the last line rests on."""

from typing import Any

from service.core.statement.paying import Paying
from tests.book import lines
from tests.core.test_contracts import DIABETES, HOUSING, VIOLENCE, book_of


def line(due: str, *facts: str, position: int = 1, kind: str = "new", **key: Any) -> dict[str, Any]:
    """A line of a detail about one step of one participant."""
    return {
        **{"item": "line", "kind": kind, "position": position, "metric": "m", "step": "s", "participant": "P"},
        **{"version": 1, "achieved_on": "2023-01-01", "payer": "city"},
        **{"due": due, "facts": [{"source": "cs", "id": fact} for fact in facts]},
        **key,
    }


def turns(paying: Paying, *items: dict[str, Any]) -> list[tuple[str, str, int]]:
    """What a statement with these lines brings about."""
    return [(turn.fact.id, turn.turn, turn.position) for turn in paying.take(items, "DKK")]


def test_a_fact_starts_with_the_first_line_and_stops_with_its_reversal() -> None:
    paying = Paying()
    assert turns(paying, line("10.00", "a", "b")) == [("a", "started", 1), ("b", "started", 1)]
    assert turns(paying, line("0.00", "a", "b", kind="reversal")) == [("a", "stopped", 1), ("b", "stopped", 1)]
    assert turns(paying, line("10.00", "a", kind="late")) == [("a", "started", 1)]


def test_another_amount_for_the_same_facts_turns_nothing() -> None:
    paying = Paying()
    turns(paying, line("10.00", "a"))
    assert turns(paying, line("7.00", "a", kind="change")) == []
    assert turns(paying) == []


def test_a_correction_stops_what_it_replaces_and_starts_itself() -> None:
    paying = Paying()
    turns(paying, line("10.00", "start", "home"))
    assert turns(paying, line("12.00", "start", "corrected", kind="change")) == [
        ("home", "stopped", 1),
        ("corrected", "started", 1),
    ]


def test_a_limit_that_takes_everything_starts_nothing_and_later_stops_what_paid() -> None:
    paying = Paying()
    assert turns(paying, line("0.00", "a")) == []
    assert turns(paying, line("5.00", "a", kind="change")) == [("a", "started", 1)]
    assert turns(paying, line("0.00", "a", kind="displaced")) == [("a", "stopped", 1)]


def test_what_moves_to_another_version_date_or_payer_pays_on() -> None:
    paying = Paying()
    turns(paying, line("10.00", "a"), line("5.00", "a", position=2, payer="region"))
    assert turns(paying, line("0.00", "a", kind="amendment"), line("8.00", "a", position=2, version=2)) == []
    assert turns(paying, line("0.00", "a", kind="reversal", version=2)) == []
    assert turns(paying, line("0.00", "a", position=3, payer="region")) == [("a", "stopped", 3)]


def test_each_step_has_turns_of_its_own() -> None:
    paying = Paying()
    assert len(turns(paying, line("10.00", "a"), line("10.00", "a", position=2, step="t"))) == 2
    assert turns(paying, line("0.00", "a", step="t", kind="reversal")) == [("a", "stopped", 1)]


def test_a_check_of_everybody_starts_with_the_first_and_stops_with_the_last() -> None:
    paying = Paying()
    assert ("all", "started", 1) in turns(paying, line("1.00", "all"), line("1.00", "all", position=2, participant="Q"))
    assert turns(paying, line("0.00", "all", kind="reversal")) == []
    assert turns(paying, line("0.00", "all", kind="reversal", participant="Q")) == [("all", "stopped", 1)]


def test_over_the_shipped_contracts_a_fact_starts_before_it_stops_and_never_twice() -> None:
    for name, periods in ((HOUSING, ("2022", "2023", "2024")), (VIOLENCE, ("2023", "2024")), (DIABETES, ("2024",))):
        book, paying = book_of(name), Paying()
        pays: set[tuple[str, str, str]] = set()
        for period in periods:
            for turn in paying.take(lines(book.issue(period)["council"]), "DKK"):
                key = (turn.metric, turn.step, turn.fact.id)
                assert (key in pays) == (turn.turn == "stopped")
                pays.symmetric_difference_update({key})
