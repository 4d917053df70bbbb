"""Corrections act on the head of a chain, a retraction withdraws the whole of it for good."""

from service.core.events import Fact, effective_at
from tests.book import Book
from tests.builders import EMPLOYMENT, a_contract, correction, employed, housed, recorded, retraction, started

FACT = employed("P1", "2022-03-01", "flexjob", id="job")


def again(of: Fact, place: int, value: str) -> Fact:
    """A further correction with an id of its own."""
    return correction(of, id=f"c{place}", value=value)


def effective(*facts: Fact, at: int | None = None) -> list[str]:
    return [entry.fact.id for entry in effective_at(recorded(*facts), at).facts]


def test_a_correction_stands_for_what_it_corrects() -> None:
    corrected = effective_at(recorded(FACT, again(FACT, 1, "ordinary")))
    assert [entry.fact.id for entry in corrected.facts] == ["c1"]
    assert {ref.id: by.id for ref, by in corrected.replaced_by.items()} == {"job": "c1"}


def test_a_correction_of_a_correction_stands_whichever_of_them_it_names() -> None:
    first = again(FACT, 1, "ordinary")
    assert effective(FACT, first, again(first, 2, "small_job")) == ["c2"]
    assert effective(FACT, first, again(FACT, 2, "small_job")) == ["c2"]


def test_before_a_correction_was_known_the_fact_itself_stands() -> None:
    facts = (FACT, again(FACT, 1, "ordinary"), retraction(FACT))
    assert effective(*facts, at=2) == ["job"]
    assert effective(*facts, at=3) == ["c1"]
    assert effective(*facts, at=4) == []
    assert effective(*facts, at=1) == []


def test_a_retraction_of_any_fact_of_a_chain_withdraws_all_of_it() -> None:
    first = again(FACT, 1, "ordinary")
    second = again(first, 2, "small_job")
    for withdrawn in (FACT, first, second):
        chain = effective_at(recorded(FACT, first, second, retraction(withdrawn)))
        assert chain.facts == ()
        assert {ref.id: by.id for ref, by in chain.replaced_by.items()} == dict.fromkeys(
            ("job", "c1", "c2"), f"retract-{withdrawn.id}"
        )


def test_a_correction_after_a_retraction_brings_nothing_back_and_a_new_fact_does() -> None:
    withdrawal = retraction(FACT)
    assert effective(FACT, withdrawal, again(FACT, 1, "ordinary")) == []
    assert effective(FACT, withdrawal, housed("P1", "2022-03-01")) == ["P1-2022-03-01-housing-own_tenancy"]


def test_two_retractions_are_as_one() -> None:
    other = retraction(FACT).model_copy(update={"id": "again"})
    chain = effective_at(recorded(FACT, retraction(FACT), other))
    assert [by.id for by in chain.replaced_by.values()] == ["retract-job"]


def test_the_effective_facts_stand_in_order_of_sequence() -> None:
    first, second = housed("P1", "2022-03-01"), housed("P1", "2022-02-01")
    assert [entry.sequence for entry in effective_at(recorded(first, second)[::-1]).facts] == [2, 3]
    chain = recorded(FACT, first, again(FACT, 1, "ordinary"))
    assert [entry.fact.id for entry in effective_at(chain[::-1]).facts] == [first.id, "c1"]


def test_of_two_corrections_of_one_fact_the_later_stands_and_the_finding_says_so() -> None:
    job = employed("P1", "2023-02-20", "flexjob", id="job")
    book = Book(a_contract(EMPLOYMENT)).learn(
        started("P1", "2022-03-01"), job, again(job, 1, "small_job"), again(job, 2, "ordinary")
    )
    finding = book.finding("2023", "employment", "12 months")
    assert finding.value == "ordinary"
    assert "c2 of case-system stands, c1, another correction of the same event, does not" in finding.sentence
    one_only = Book(a_contract(EMPLOYMENT)).learn(started("P1", "2022-03-01"), job, again(job, 1, "small_job"))
    assert "stands" not in one_only.finding("2023", "employment", "12 months").sentence
