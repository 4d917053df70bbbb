"""Evidence that is not accepted and says otherwise than what is: nothing is paid until it is settled (terms 3)."""

from typing import Any

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book
from tests.builders import EMPLOYMENT, EXAM, HOUSING, a_contract, a_fact, employed, housed, started
from tests.builders_groups import figure, found
from tests.builders_rules import TIME_HOUSED

REGISTER: dict[str, Any] = {"evidence": {"kind": "register", "ref": "r"}}
SURVEY: dict[str, Any] = {"evidence": {"kind": "survey", "ref": "s"}}


def judged(metric: dict[str, Any], step: str, *facts: Fact) -> Finding:
    """The finding of 2023 of a metric that accepts the register alone, of one who enrolled on 2022-03-01."""
    contract = a_contract({**metric, "accepts_evidence": ["register"]})
    return Book(contract).learn(started("P1", "2022-03-01"), *facts).finding("2023", metric["id"], step)


def test_another_value_by_other_evidence_leaves_an_outcome_pending() -> None:
    known = [employed("P1", on, "ordinary", **REGISTER) for on in ("2022-09-15", "2023-02-01")]
    assert judged(EMPLOYMENT, "12 months", *known).state == "achieved"
    finding = judged(EMPLOYMENT, "12 months", *known, employed("P1", "2023-02-15", "small_job", **SURVEY))
    assert (finding.state, finding.why, str(finding.on)) == ("pending", "awaits-evidence", "2023-03-01")
    assert finding.sentence.endswith("reported with evidence that is not accepted, accepted: register")
    settled = employed("P1", "2023-02-20", "ordinary", **REGISTER)
    hearsay = employed("P1", "2023-02-15", "small_job", **SURVEY)
    assert judged(EMPLOYMENT, "12 months", *known, hearsay, settled).value == "ordinary"


def test_a_break_or_a_later_date_by_other_evidence_leaves_an_outcome_pending() -> None:
    known = [housed("P1", "2022-03-01", **REGISTER), housed("P1", "2022-06-10", **REGISTER)]
    away = housed("P1", "2022-04-20", "shelter", **SURVEY)
    assert judged(HOUSING, "3 months", *known).state == "achieved"
    broken = judged(HOUSING, "3 months", *known, away)
    assert (broken.state, broken.why, str(broken.on)) == ("pending", "awaits-evidence", "2022-06-01")
    later = judged(HOUSING, "3 months", *known, away, housed("P1", "2022-12-01", **REGISTER))
    assert (later.state, later.why) == ("pending", "awaits-evidence")


def test_another_quantity_by_other_evidence_leaves_a_period_pending() -> None:
    known = [housed("P1", "2022-03-01", **REGISTER), housed("P1", "2022-06-10", **REGISTER)]
    assert judged(TIME_HOUSED, "2022", *known).quantity == 101
    finding = judged(TIME_HOUSED, "2022", *known, housed("P1", "2022-04-20", "shelter", **SURVEY))
    assert (finding.state, finding.why) == ("pending", "awaits-evidence")


def test_that_it_may_have_come_about_earlier_holds_nothing_up() -> None:
    facts = [
        a_fact("milestone", "P1", on, name="exam_passed", **evidence)
        for on, evidence in (("2022-05-01", SURVEY), ("2022-06-01", REGISTER))
    ]
    finding = judged(EXAM, "reached", *facts)
    assert (finding.state, str(finding.on)) == ("achieved", "2022-06-01")


def test_another_figure_by_other_evidence_leaves_a_comparison_pending() -> None:
    rule = {"kind": "comparison", "measure": "weeks", "unit": "weeks", "direction": "down"}
    known = [figure("participants", "41.2", 120), figure("comparison", "46.9", 480)]
    draft: dict[str, Any] = {"id": "draft", "evidence": {"kind": "draft", "ref": "d"}}
    accepts: dict[str, Any] = {"step": "reached", "accepts_evidence": ["evaluation_report"]}
    assert found(rule, *known, **accepts).state == "achieved"
    assert found(rule, *known, figure("participants", "41.2", 120, **draft), **accepts).state == "achieved"
    older = figure("participants", "46", 120, on="2023-06-30", **draft)
    assert found(rule, *known, older, **accepts).state == "achieved"
    for another in (figure("participants", "46", 120, **draft), figure("participants", "41.2", 60, **draft)):
        finding = found(rule, *known, another, **accepts)
        assert (finding.state, finding.why) == ("pending", "awaits-evidence")
        assert finding.facts[-1] == another.ref
