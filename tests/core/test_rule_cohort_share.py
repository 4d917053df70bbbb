"""`cohort_share`: a part of a cohort achieved a member rule, judged once on the evaluation date (P22, W9)."""

from decimal import Decimal
from typing import Any

import pytest

from service.core.evaluate import enrolled_by_cohort
from tests.book import Book, amounts, document, lines, pending, total
from tests.builders import a_contract, a_fact, completed, housed, recorded, retraction, started, withdrew
from tests.builders_groups import course, found, group_metric, of_group, pss, share_of

W9 = course(84, 72, 70, 43)
SIXTY = {"share": "0.6"}
TRACKS: dict[str, Any] = {
    "attributes": {"track": ["day", "evening"]},
    "cohorts": [{"id": "day", "where": {"track": ["day"]}}, {"id": "evening", "where": {"track": ["evening"]}}],
}


def test_w9_sixty_per_cent_of_those_measured_are_reached() -> None:
    finding = found(share_of("measured", SIXTY), *W9)
    assert (finding.state, str(finding.on), finding.participant, finding.people) == ("achieved", "2023-06-30", "", 70)
    assert finding.sentence == (
        "everybody enrolled on 2023-06-30: 43 of 70 measured achieved below-severe, 61.4286 % "
        "(84 enrolled, 72 completed, 70 measured); at least 60 % wanted"
    )


def test_w9_of_those_completed_they_are_not_and_of_those_enrolled_neither() -> None:
    finding = found(share_of("completed", SIXTY), *W9)
    assert (finding.state, finding.why, finding.people) == ("refused", "below-threshold", 72)
    assert "43 of 72 completed achieved below-severe, 59.7222 %" in finding.sentence
    assert "43 of 84 enrolled" in found(share_of("enrolled", SIXTY), *W9).sentence


def test_w9_fifty_of_162_are_less_than_31_per_cent_and_are_the_count_and_the_fraction() -> None:
    facts = course(450, 162, 162, 50)
    assert found(share_of("completed", {"share": "0.31"}), *facts).state == "refused"
    for level in ({"fraction": "50/162"}, {"count": 50}):
        assert found(share_of("completed", level), *facts).state == "achieved"
    assert found(share_of("completed", {"count": 51}), *facts).state == "refused"


def test_p22_it_pays_once_for_the_group_and_cites_one_fact_of_everybody_counted() -> None:
    book = Book(a_contract(group_metric(share_of("measured", SIXTY)))).learn(*W9)
    assert total(book.issue("2022")["a"]) == 0
    issued = book.issue("2023")["a"]
    assert amounts(issued) == [("new", "everybody", "", "2023-06-30", "50000.00")]
    assert len(lines(issued)[0]["facts"]) == 70


def test_before_its_date_a_cohort_waits_and_tells_how_far_it_is() -> None:
    finding = found(share_of("measured", SIXTY), *W9, label="2022")
    assert (finding.state, finding.why, str(finding.on)) == ("pending", "awaits-evaluation", "2023-06-30")
    assert "is judged on 2023-06-30; so far 43 of 70 measured" in finding.sentence


def test_what_happens_after_the_date_is_not_counted() -> None:
    rule = share_of("enrolled", {"count": 3}, evaluated={"on": "2023-02-10"})
    facts = course(3, 3, 2, 2)
    late = pss("P003", "2023-02-20", "20")
    assert found(rule, *facts, late).state == "refused"
    assert found({**rule, "evaluated": {"on": "2023-02-20"}}, *facts, late).state == "achieved"
    joins = started("P9", "2023-02-11")
    assert "of 3 enrolled" in found(rule, *facts, joins).sentence
    nearer = pss("P001", "2023-02-01", "28", id="nearer")
    replaced = found(share_of("enrolled", {"count": 1}), started("P001", "2022-02-01"), *facts[1:2], nearer)
    assert replaced.state == "refused"


def test_a_measurement_after_the_date_does_not_replace_the_one_counted() -> None:
    facts = [started("P1", "2022-02-01"), pss("P1", "2022-02-01", "30"), pss("P1", "2023-01-20", "20")]
    rule = share_of("measured", {"count": 1}, evaluated={"on": "2023-01-25"})
    assert found(rule, *facts, pss("P1", "2023-02-01", "29")).state == "achieved"


def test_the_date_may_be_so_many_months_after_the_last_enrolment() -> None:
    rule = share_of("enrolled", {"count": 1}, evaluated={"months": 14})
    facts = course(2, 2, 2, 1)
    assert str(found(rule, *facts).on) == "2023-04-01"
    assert str(found(rule, *facts, started("P9", "2022-03-31")).on) == "2023-05-31"
    nobody = found(rule, completed("P1", "2022-05-01"))
    assert (nobody.state, nobody.why, nobody.on) == ("pending", "awaits-enrolment", None)


def test_an_open_cohort_waits_for_its_last_day_of_enrolment() -> None:
    rule = share_of("enrolled", {"count": 1}, cohorts=["all"], evaluated={"months": 12})
    metric = group_metric(rule)
    facts = course(2, 2, 2, 2)
    open_until_2024 = a_contract(metric, cohorts=[{"id": "all", "closes_on": "2024-01-31"}])
    assert of_group(open_until_2024, *facts, step="all").why == "awaits-evaluation"
    assert of_group(open_until_2024, *facts, step="all", label="2024").state == "achieved"


def test_a_cohort_that_is_too_small_is_refused_after_its_date() -> None:
    rule = share_of("measured", SIXTY, least_group=20)
    assert found(rule, *course(30, 25, 19, 19), label="2022").why == "awaits-evaluation"
    finding = found(rule, *course(30, 25, 19, 19))
    assert (finding.state, finding.why) == ("refused", "group-too-small")
    assert "19 measured, at least 20 needed" in finding.sentence
    assert found(rule, *course(30, 25, 20, 19)).state == "achieved"


def test_an_empty_cohort_waits_for_its_date_and_is_refused_after_it() -> None:
    rule = share_of("measured", SIXTY)
    assert found(rule, started("P1", "2022-01-01"), label="2022").why == "awaits-evaluation"
    assert found(rule, started("P1", "2022-01-01")).why == "group-too-small"


def test_each_cohort_is_a_step_of_its_own() -> None:
    rule = share_of("enrolled", {"count": 2}, cohorts=["day", "evening"])
    day = course(3, 3, 3, 2, attributes={"track": "day"})
    evening = [started("E1", "2022-02-01", attributes={"track": "evening"})]
    book = Book(a_contract(group_metric(rule), **TRACKS)).learn(*day, *evening)
    states = {f.step: (f.state, f.people) for f in book.calculate("2023").findings if f.metric == "group"}
    assert states == {"day": ("achieved", 3), "evening": ("refused", 1)}


def test_only_who_is_eligible_is_counted() -> None:
    metric = group_metric(share_of("enrolled", {"share": "1"}), eligible={"track": ["day"]})
    day = course(2, 2, 2, 2, attributes={"track": "day"})
    others = [started("E1", "2022-02-01", attributes={"track": "evening"}), started("E2", "2022-02-01")]
    finding = of_group(a_contract(metric, **TRACKS), *day, *others)
    assert (finding.state, finding.people) == ("achieved", 2)


def test_a_member_that_is_not_proved_yet_keeps_the_group_open_only_where_it_could_make_the_difference() -> None:
    housing = {"kind": "sustained_status", "domain": "housing", "qualifying": ["own"], "steps": [{"months": 6}]}
    rule = share_of("enrolled", {"count": 2}, member={"id": "housed", "rule": housing})
    facts = [started(name, "2022-02-01") for name in ("P1", "P2", "P3")]
    facts += [housed("P1", "2022-02-01", "own"), housed("P1", "2022-09-01", "own"), housed("P2", "2022-03-01", "own")]
    finding = found(rule, *facts)
    assert (finding.state, finding.why) == ("pending", "awaits-members")
    assert finding.sentence.endswith("at least 2 wanted; 2 more are not proved yet")
    assert found(rule, *facts, housed("P2", "2023-09-01", "own")).state == "achieved"
    moved = [housed("P2", "2022-04-01", "street"), housed("P3", "2022-04-01", "street")]
    assert found(rule, *facts, moved[0]).why == "awaits-members"
    assert found(rule, *facts, *moved).state == "refused"
    assert found({**rule, "at_least": {"count": 4}}, *facts).state == "refused"


def test_unaccepted_evidence_keeps_the_group_open() -> None:
    rule = share_of("enrolled", {"count": 1})
    facts = [started("P1", "2022-02-01"), pss("P1", "2022-02-01", "30"), pss("P1", "2023-02-01", "20")]
    assert found(rule, *facts, accepts_evidence=["questionnaire"]).why == "awaits-members"
    form = {"evidence": {"kind": "questionnaire"}}
    told = [facts[0], pss("P1", "2022-02-01", "30", **form), pss("P1", "2023-02-01", "20", **form)]
    assert found(rule, *told, accepts_evidence=["questionnaire"]).state == "achieved"


def test_who_withdrew_stays_enrolled_and_achieves_nothing_after() -> None:
    facts = course(2, 0, 2, 2)
    finding = found(share_of("enrolled", {"share": "1"}), *facts, withdrew("P002", "2022-09-01"))
    assert "1 of 2 enrolled" in finding.sentence


def test_a_member_needs_its_named_step_or_all_of_them() -> None:
    member = {"kind": "milestone", "milestone": "control", "repeats": {"at_most": 2}}
    facts = [started("P1", "2022-02-01"), a_fact("milestone", "P1", "2022-03-01", name="control")]
    rule = share_of("enrolled", {"count": 1}, member={"id": "controls", "rule": member})
    assert found(rule, *facts).state == "refused"
    assert found({**rule, "member": {**rule["member"], "step": "time 1"}}, *facts).state == "achieved"


def test_a_broken_spell_counts_as_measured_and_a_silent_participant_does_not() -> None:
    housing = {"kind": "sustained_status", "domain": "housing", "qualifying": ["own"], "steps": [{"months": 6}]}
    rule = share_of("measured", {"share": "0.5"}, member={"id": "housed", "rule": housing})
    facts = [started(name, "2022-02-01") for name in ("P1", "P2", "P3")]
    facts += [housed("P1", "2022-02-01", "own"), housed("P1", "2022-09-01", "own")]
    facts += [housed("P2", "2022-02-01", "own"), housed("P2", "2022-04-01", "street")]
    assert "1 of 2 measured" in found(rule, *facts).sentence


def test_an_evaluation_after_the_last_day_is_refused() -> None:
    rule = share_of("enrolled", {"count": 1}, evaluated={"on": "2024-06-30"})
    book = Book(a_contract(group_metric(rule), outcomes_until="2024-05-31", evidence_until="2025-01-31"))
    finding = book.learn(*course(1, 1, 1, 1)).finding("2024", "group", "everybody", "")
    assert (finding.state, finding.why) == ("refused", "after-last-day")


def test_a_retracted_measurement_takes_the_payment_of_the_group_back() -> None:
    book = Book(a_contract(group_metric(share_of("measured", {"count": 2})))).learn(*course(6, 6, 6, 2))
    assert total(book.issue("2023")["a"]) == Decimal(50000)
    relieved = next(entry.fact for entry in book.facts if getattr(entry.fact, "value", None) == 20)
    book.learn(retraction(relieved, "2024-02-01"))
    assert amounts(book.issue("2024")["a"]) == [("reversal", "everybody", "", "2023-06-30", "-50000.00")]


def test_the_version_in_force_on_its_date_governs_a_group_whatever_the_price_basis() -> None:
    metric = group_metric(share_of("enrolled", {"count": 1}))
    dearer = a_contract(
        group_metric(share_of("enrolled", {"count": 1}), "200000.00"),
        version=2,
        effective_from="2023-01-01",
        price_basis="enrolled_on",
    )
    book = Book(a_contract(metric, price_basis="enrolled_on")).learn(*course(1, 1, 1, 1))
    book.amend(dearer)
    assert total(book.issue("2023")["a"]) == Decimal(100000)


def test_a_group_counts_as_its_people_in_a_statement_that_protects_small_groups() -> None:
    shown = {}
    for size in (4, 5):
        book = Book(a_contract(group_metric(share_of("measured", SIXTY)))).learn(*course(size, size, size, size))
        section = document(book.issue("2023")["a"])["metrics"][0]
        shown[size] = section["merged"] or section["lines"][0]["participants"]
    assert shown == {4: True, 5: 5}


def test_a_pending_group_is_listed_with_what_it_would_pay() -> None:
    book = Book(a_contract(group_metric(share_of("measured", SIXTY)))).learn(*W9)
    (waiting,) = pending(book.preview("2022")["a"])
    assert (waiting["participant"], waiting["why"], waiting["would_be_due"]) == ("", "awaits-evaluation", "50000.00")


@pytest.mark.parametrize("again", ["2022-02-01", "2022-01-01"])
def test_cohorts_are_counted_by_the_first_enrolment_and_of_one_date_by_the_later_recorded(again: str) -> None:
    contract = a_contract(group_metric(share_of("enrolled", {"count": 1})), **TRACKS)
    facts = [
        started("P1", "2022-02-01", attributes={"track": "day"}),
        started("P1", again, attributes={"track": "evening"}, id="again"),
        started("P1", "2023-01-01", attributes={"track": "day"}, id="later"),
        started("P2", "2022-02-01"),
    ]
    counts = enrolled_by_cohort(Book(contract).terms, recorded(*facts))
    assert counts == {(1, "everybody"): 2, (1, "day"): 0, (1, "evening"): 1}
