"""Conditions between the metrics of one participant: `requires` (P18) and `excludes` (P17)."""

from typing import Any

import pytest

from service.core.evaluate import Finding, evaluate
from service.core.events import Fact
from service.core.issued import Issued, IssuedLine
from tests.book import Book, amounts, day, lines
from tests.builders import EXAM, a_contract, a_fact, housed, recorded, retraction, started, withdrew

WEEKS_13 = {"weeks": 13}
JOB: dict[str, Any] = {"kind": "flat", "price": "1000.00"}


def reached(metric: str, **more: Any) -> dict[str, Any]:
    """A metric that a milestone of its own name achieves."""
    rule = {"kind": "milestone", "milestone": metric.replace("-", "_")}
    return {"id": metric, "title": metric, "clause": "schedule 1", "rule": rule, "tariff": JOB, **more}


def at(metric: str, on: str, participant: str = "P1") -> Fact:
    return a_fact("milestone", participant, on, name=metric.replace("-", "_"))


ENTRY = reached("entry")
IN = started("P1", "2022-01-03")


def after_entry(**requirement: Any) -> dict[str, Any]:
    return reached("staying", requires=[{"metric": "entry", **requirement}])


def staying(*facts: Fact, label: str = "2022", **requirement: Any) -> Finding:
    return Book(a_contract(ENTRY, after_entry(**requirement))).learn(IN, *facts).finding(label, "staying", "reached")


def test_p18_an_outcome_counts_on_its_own_date_where_what_it_requires_came_before() -> None:
    finding = staying(at("entry", "2022-02-01"), at("staying", "2022-06-01"))
    assert (finding.state, str(finding.on)) == ("achieved", "2022-06-01")
    assert finding.sentence == "staying on 2022-06-01; after entry, reached on 2022-02-01"
    assert finding.facts[-1] == at("staying", "2022-06-01").ref
    assert at("entry", "2022-02-01").ref in finding.facts


def test_p18_it_counts_no_earlier_than_what_it_requires_and_the_gap() -> None:
    facts = at("entry", "2022-02-01"), at("staying", "2022-03-01")
    gap = staying(*facts, gap=WEEKS_13)
    assert (gap.state, str(gap.on)) == ("achieved", "2022-05-03")
    assert gap.sentence.endswith("after entry, reached on 2022-02-01 and 13 weeks: counts on 2022-05-03")
    later = staying(at("entry", "2022-04-01"), at("staying", "2022-03-01"))
    assert (str(later.on), later.sentence.endswith(": counts on 2022-04-01")) == ("2022-04-01", True)


def test_p18_while_what_it_requires_is_pending_it_is_pending_too() -> None:
    finding = staying(at("staying", "2022-06-01"))
    assert (finding.state, finding.why) == ("pending", "awaits-required")
    assert "requires entry, reached, pending: no entry known" in finding.sentence


def test_p18_where_what_it_requires_is_refused_it_is_refused_too() -> None:
    within = {**ENTRY, "rule": {**ENTRY["rule"], "within": {"anchor": "enrolled", "months": 1}}}
    book = Book(a_contract(within, after_entry())).learn(IN, at("staying", "2022-06-01"))
    finding = book.finding("2022", "staying", "reached")
    assert (finding.state, finding.why) == ("refused", "required-not-achieved")
    not_yet = Book(a_contract(within, after_entry())).learn(IN).finding("2022", "staying", "reached")
    assert not_yet.why == "required-not-achieved"


def test_what_is_pending_by_itself_keeps_its_own_reason() -> None:
    assert staying().why == "awaits-milestone"
    assert staying(at("entry", "2022-02-01")).why == "awaits-milestone"


def test_all_steps_are_required_unless_one_is_named() -> None:
    housing = {
        "id": "housing",
        "title": "Housing",
        "clause": "schedule 1",
        "rule": {
            "kind": "sustained_status",
            "domain": "housing",
            "qualifying": ["own"],
            "steps": [{"months": 3}, {"months": 12}],
        },
        "tariff": JOB,
    }
    facts = [IN, housed("P1", "2022-01-03", "own"), housed("P1", "2022-05-01", "own"), at("staying", "2022-02-01")]
    whole = a_contract(housing, reached("staying", requires=[{"metric": "housing"}]))
    assert Book(whole).learn(*facts).finding("2022", "staying", "reached").why == "awaits-required"
    one = a_contract(housing, reached("staying", requires=[{"metric": "housing", "step": "3 months"}]))
    assert str(Book(one).learn(*facts).finding("2022", "staying", "reached").on) == "2022-04-03"


def test_of_several_requirements_the_latest_decides() -> None:
    metric = reached("staying", requires=[{"metric": "entry", "gap": {"months": 2}}, {"metric": "course"}])
    book = Book(a_contract(ENTRY, reached("course"), metric))
    book.learn(IN, at("entry", "2022-02-01"), at("course", "2022-03-15"), at("staying", "2022-03-01"))
    assert str(book.finding("2022", "staying", "reached").on) == "2022-04-01"


def test_requirements_are_judged_in_the_order_they_need_whatever_the_order_of_the_contract() -> None:
    last = reached("last", requires=[{"metric": "staying", "gap": {"months": 1}}])
    book = Book(a_contract(last, after_entry(gap={"months": 1}), ENTRY))
    book.learn(IN, at("entry", "2022-02-01"), at("staying", "2022-02-01"), at("last", "2022-02-01"))
    found = [(finding.metric, str(finding.on)) for finding in book.calculate("2022").findings]
    assert found == [("last", "2022-04-01"), ("staying", "2022-03-01"), ("entry", "2022-02-01")]


def test_a_date_moved_beyond_the_last_day_or_the_withdrawal_is_not_achieved() -> None:
    contract = a_contract(ENTRY, after_entry(gap={"months": 6}), outcomes_until="2022-07-31")
    book = Book(contract).learn(IN, at("entry", "2022-02-01"), at("staying", "2022-06-01"))
    assert book.finding("2022", "staying", "reached").why == "after-last-day"
    left = Book(a_contract(ENTRY, after_entry(gap={"months": 6})))
    left.learn(IN, at("entry", "2022-02-01"), at("staying", "2022-03-01"), withdrew("P1", "2022-04-01"))
    assert left.finding("2022", "staying", "reached").why == "withdrew"


def stated(minor: int) -> Issued:
    line = IssuedLine("entry", "reached", "P1", 1, day("2022-02-01"), "city", "a", "2022", minor)
    return Issued((line,))


def test_p18_already_stated_asks_for_more_than_achieved() -> None:
    terms = Book(a_contract(ENTRY, after_entry(already="stated"))).terms
    facts = recorded(IN, at("entry", "2022-02-01"), at("staying", "2022-06-01"))

    def judged(issued: Issued) -> Finding:
        return evaluate(terms, facts, day("2023-01-01"), issued)[1]

    waiting = judged(Issued())
    assert (waiting.state, waiting.why) == ("pending", "awaits-required")
    assert waiting.sentence.endswith("requires entry, reached on an issued statement, where it does not stand yet")
    assert judged(stated(50_000)).state == "achieved"


def test_what_is_stated_and_no_longer_achieved_is_not_enough() -> None:
    terms = Book(a_contract(ENTRY, after_entry(already="stated"))).terms
    facts = recorded(IN, at("staying", "2022-06-01"))
    assert evaluate(terms, facts, day("2023-01-01"), stated(50_000))[1].why == "awaits-required"


def test_a_retracted_requirement_takes_back_what_rested_on_it() -> None:
    book = Book(a_contract(ENTRY, after_entry())).learn(IN, at("entry", "2022-02-01"), at("staying", "2022-06-01"))
    book.issue("2022")
    book.learn(retraction(at("entry", "2022-02-01")))
    assert [line[:2] + line[4:] for line in amounts(book.issue("2023")["a"])] == [
        ("reversal", "reached", "-500.00"),
        ("reversal", "reached", "-500.00"),
    ]


def test_time_in_a_status_is_required_from_the_first_period_that_holds_some() -> None:
    time = {
        "id": "time",
        "title": "Time at home",
        "clause": "schedule 1",
        "rule": {"kind": "time_in_status", "domain": "housing", "qualifying": ["own"], "unit": "weeks"},
        "tariff": {"kind": "per_unit", "price": "10.00", "unit": "a week"},
    }
    book = Book(a_contract(time, reached("staying", requires=[{"metric": "time"}])))
    book.learn(IN, at("staying", "2022-02-01"), at("staying", "2022-02-01", "P2"), started("P2", "2022-01-03"))
    book.learn(housed("P1", "2023-03-01", "own"), housed("P1", "2024-12-31", "own"))
    assert str(book.finding("2024", "staying", "reached").on) == "2023-12-31"
    assert book.finding("2024", "staying", "reached", "P2").why == "awaits-required"


FULL, PART = reached("full-time"), reached("part-time", excludes=["full-time"])


def test_p17_what_takes_its_place_leaves_a_metric_unpaid() -> None:
    book = Book(a_contract(PART, FULL)).learn(IN, at("part-time", "2022-03-01"))
    assert book.finding("2022", "part-time", "reached").state == "achieved"
    book.learn(at("full-time", "2022-05-01"))
    finding = book.finding("2022", "part-time", "reached")
    assert (finding.state, finding.why) == ("refused", "excluded")
    assert finding.sentence.startswith("not paid beside full-time, achieved on 2022-05-01; part_time on 2022-03-01")


def test_p17_a_pending_rival_excludes_nothing() -> None:
    book = Book(a_contract(PART, FULL)).learn(IN, at("part-time", "2022-03-01"))
    assert book.finding("2022", "full-time", "reached").state == "pending"
    assert book.finding("2022", "part-time", "reached").state == "achieved"


def test_conditions_look_at_the_same_participant_only() -> None:
    book = Book(a_contract(ENTRY, after_entry())).learn(IN, started("P2", "2022-01-03"))
    book.learn(at("entry", "2022-02-01", "P2"), at("staying", "2022-06-01"))
    assert book.finding("2022", "staying", "reached").why == "awaits-required"


@pytest.mark.parametrize(("entry_on", "version"), [("2022-10-01", 1), ("2023-01-02", 2)])
def test_the_moved_date_decides_which_version_governs(entry_on: str, version: int) -> None:
    dearer = a_contract(ENTRY, {**after_entry(), "tariff": {"kind": "flat", "price": "3000.00"}})
    book = Book(a_contract(ENTRY, after_entry())).learn(IN, at("staying", "2022-06-01"), at("entry", entry_on))
    book.amend({**dearer, "version": 2, "effective_from": "2023-01-01"})
    finding = book.finding("2023", "staying", "reached")
    assert (finding.state, str(finding.on), finding.version) == ("achieved", entry_on, version)


def test_a_requirement_that_an_amendment_adds_counts_under_the_new_version_only() -> None:
    book = Book(a_contract(ENTRY, reached("staying"))).learn(IN, at("staying", "2022-06-01"))
    book.learn(started("P2", "2022-01-03"), at("staying", "2023-06-01", "P2"))
    book.amend(a_contract(ENTRY, after_entry(), version=2, effective_from="2023-01-01"))
    assert book.finding("2023", "staying", "reached").state == "achieved"
    assert book.finding("2023", "staying", "reached", "P2").why == "awaits-required"


def test_the_attributes_of_the_enrolment_go_with_the_finding() -> None:
    contract = a_contract(EXAM, attributes={"age": ["young", "old"]})
    passed = a_fact("milestone", "P1", "2022-05-01", name="exam_passed")
    book = Book(contract).learn(started("P1", "2022-01-03", attributes={"age": "young"}), passed)
    finding = book.finding("2022", "exam", "reached")
    assert (dict(finding.attributes), finding.people) == ({"age": "young"}, 1)


def test_a_line_that_only_waited_for_a_statement_says_so_and_so_does_what_it_pushes_out() -> None:
    cap = {"participant": {"amount": "2000.00"}}
    later = reached("later")
    book = Book(a_contract(ENTRY, after_entry(already="stated"), later, limits=cap))
    book.learn(IN, at("entry", "2022-02-01"), at("staying", "2022-06-01"), at("later", "2022-09-01"))
    book.issue("2022")
    told = {line["metric"]: (line["kind"], line["cause"]) for line in lines(book.issue("2023")["a"])}
    kind, cause = told["staying"]
    assert (kind, cause["code"]) == ("late", "outcome-stated")
    assert cause["sentence"] == "it waited until entry stood on a statement, as the previous one did"
    kind, cause = told["later"]
    assert (kind, cause["code"], [fact["id"] for fact in cause["facts"]]) == (
        "displaced",
        "limit-filled",
        [at("entry", "2022-02-01").id, IN.id, at("staying", "2022-06-01").id],
    )
    assert "by staying (reached), which waited for an earlier statement" in cause["sentence"]
