"""`sustained_status` with good exits: ways to leave that count as success (P11)."""

from typing import Any

import pytest

from service.core.evaluate import Finding
from tests.builders import EXAM, HOUSING, housed, started, with_rule
from tests.builders_rules import found

HOME, TEMPORARY, BOUGHT = "own_tenancy", "temporary", "bought_a_home"
Report = tuple[str, str]


def judged(statuses: list[Report], step: str = "3 months", label: str = "2022", **rule: Any) -> Finding:
    metric = {**with_rule(HOUSING, good_exits=[BOUGHT], **rule), "tariff": EXAM["tariff"]}
    facts = (housed("P1", on, value) for on, value in statuses)
    return found(metric, step, started("P1", "2022-01-10"), *facts, label=label)


def told(finding: Finding) -> tuple[str, str | None]:
    return finding.state, str(finding.on) if finding.on else None


def test_p11_a_spell_that_ends_with_a_good_exit_completes_every_step_on_that_date() -> None:
    statuses = [("2022-01-10", HOME), ("2022-06-01", BOUGHT)]
    assert told(judged(statuses)) == ("achieved", "2022-04-10")
    for step in ("6 months", "12 months"):
        finding = judged(statuses, step)
        assert told(finding) == ("achieved", "2022-06-01")
        assert finding.sentence == (
            f"own_tenancy 2022-01-10 to 2022-06-01, then bought_a_home, a good exit; counts as {step}"
        )
        assert finding.facts[-1].id == "P1-2022-06-01-housing-bought_a_home"


def test_p11_any_other_exit_ends_the_spell_for_nothing() -> None:
    assert told(judged([("2022-01-10", HOME), ("2022-03-01", TEMPORARY)])) == ("pending", None)
    later = [("2022-01-10", HOME), ("2022-03-01", TEMPORARY), ("2022-04-01", BOUGHT)]
    assert told(judged(later)) == ("pending", None)


@pytest.mark.parametrize(("left", "state"), [("2022-02-15", "achieved"), ("2022-02-16", "pending")])
def test_a_good_exit_out_of_a_bridged_gap_ends_the_spell_well(left: str, state: str) -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-01", TEMPORARY), (left, BOUGHT)]
    assert judged(statuses, allowed_gap_days=14).state == state


def test_a_good_exit_is_the_end_even_of_a_short_absence_and_a_return_begins_anew() -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-01", BOUGHT), ("2022-02-05", HOME), ("2022-12-01", HOME)]
    assert told(judged(statuses, allowed_gap_days=14)) == ("achieved", "2022-02-01")


def test_good_exits_alone_make_no_spell() -> None:
    assert told(judged([("2022-01-10", BOUGHT), ("2022-06-01", BOUGHT)])) == ("pending", None)


def test_cumulative_days_end_well_too_within_the_agreed_time() -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-01", TEMPORARY), ("2022-06-01", HOME), ("2022-06-05", BOUGHT)]
    steps = [{"days": 90, "within": {"days": 146}}]
    rule: dict[str, Any] = {"on_break": "cumulative", "steps": steps}
    assert told(judged(statuses, "90 days", **rule)) == ("achieved", "2022-06-05")
    statuses[-1] = ("2022-06-06", BOUGHT)
    assert judged(statuses, "90 days", **rule).sentence.startswith("own_tenancy 2022-06-01 to 2022-06-06")


def test_a_break_after_a_good_exit_is_no_gap_in_the_spell_that_ended() -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-01", BOUGHT), ("2022-02-03", TEMPORARY), ("2022-02-08", HOME)]
    finding = judged([*statuses, ("2022-12-01", HOME)], allowed_gap_days=14)
    assert told(finding) == ("achieved", "2022-02-01")
