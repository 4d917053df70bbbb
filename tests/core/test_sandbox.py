"""The sandbox under contracts/: nobody's contract, in which every kind of event has a use."""

from service.core.events.facts import KINDS, participant_of
from tests.core.test_contracts import (
    AARHUS,
    ABROAD,
    AGREEMENTS,
    NAMES,
    OTHERS,
    SANDBOX,
    book_of,
    facts_of,
    in_force,
    stated,
)


def test_thirteen_danish_agreements_are_shipped_four_more_to_prove_the_language_and_a_sandbox() -> None:
    assert (len(AARHUS), len(OTHERS), len(ABROAD)) == (10, 3, 4)
    assert sorted(NAMES) == sorted([*AARHUS, *OTHERS, *ABROAD, SANDBOX])


def test_its_parties_are_invented_and_in_no_agreement() -> None:
    parties = in_force(SANDBOX, "2024-12-31").parties
    assert all("invented" in party.name for party in parties.values())
    for name in AGREEMENTS:
        others = in_force(name, "2024-12-31").parties
        assert not parties.keys() & others.keys()
    assert all("council" in in_force(name, "2024-12-31").parties for name in AARHUS)


def test_it_is_marked_as_illustrative_altogether() -> None:
    (marked,) = in_force(SANDBOX, "2024-12-31").illustrative
    assert marked.startswith("all of it")


def test_its_facts_are_of_every_kind_and_every_metric_is_achieved_by_some_and_not_by_all() -> None:
    assert {fact.kind for fact in facts_of(SANDBOX)} == KINDS.keys()
    findings = book_of(SANDBOX).calculate("2024").findings
    metrics = {metric.id for metric in in_force(SANDBOX, "2024-12-31").metrics}
    assert {finding.metric for finding in findings if finding.state == "achieved"} == metrics
    assert {participant_of(fact) for fact in facts_of(SANDBOX)} == {"S-01", "S-02", None}
    assert {finding.state for finding in findings} >= {"achieved", "refused"}


def test_its_invented_investor_is_stated_30_000_for_2024() -> None:
    ((investor, total),) = stated(SANDBOX, "2024")[0].items()
    assert (investor, str(total)) == ("example-fund", "30000.00")
