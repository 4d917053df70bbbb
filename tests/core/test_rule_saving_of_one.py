"""`saving` by a participant's own measurements: baseline cost less actual cost (A10)."""

from typing import Any

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book, amounts
from tests.builders import a_contract, completed, started, with_rule
from tests.builders_rules import OWN_COST, cost, found


def judged(*facts: Fact, label: str = "2023", **rule: Any) -> Finding:
    return found(with_rule(OWN_COST, **rule), "12 months", started("P1", "2022-03-01"), *facts, label=label)


def told(finding: Finding) -> tuple[str, str]:
    return finding.state, str(finding.why or finding.on)


BASELINE = cost("2022-02-20", "240000.50")


def test_a10_what_costs_less_than_before_pays_a_share_of_the_saving() -> None:
    finding = judged(BASELINE, cost("2023-03-10", "200000"))
    assert told(finding) == ("achieved", "2023-03-10")
    assert finding.sentence == ("service_cost 240000.5 DKK on 2022-02-20, 200000 DKK on 2023-03-10; saved 40000.5 DKK")
    book = Book(a_contract(OWN_COST)).learn(started("P1", "2022-03-01"), BASELINE, cost("2023-03-10", "200000"))
    book.issue("2022")
    assert amounts(book.issue("2023")["a"]) == [("new", "12 months", "P1", "2023-03-10", "10000.13")]


def test_a10_no_saving_pays_nothing_and_a_loss_is_negative_only_where_losses_count() -> None:
    assert told(judged(BASELINE, cost("2023-03-10", "240000.50"))) == ("refused", "below-threshold")
    dearer = cost("2023-03-10", "250000.50")
    assert told(judged(BASELINE, dearer)) == ("refused", "below-threshold")
    loss = judged(BASELINE, dearer, counts_losses=True)
    assert told(loss) == ("achieved", "2023-03-10")
    assert loss.quantity == -10_000
    assert told(judged(BASELINE, cost("2023-03-10", "240000.50"), counts_losses=True)) == ("refused", "below-threshold")


def test_a_cost_in_another_currency_is_no_cost_of_this_contract_and_the_finding_says_so() -> None:
    finding = judged(cost("2022-02-20", "32000", "EUR"), cost("2023-03-10", "200000"))
    assert told(finding) == ("refused", "no-baseline")
    assert finding.sentence.endswith("from 2022-01-30 to 2022-03-01; reported in EUR, which is not DKK")
    pending = judged(BASELINE, cost("2023-03-10", "27000", "EUR"), label="2022")
    assert told(pending) == ("pending", "awaits-window")
    refused = judged(BASELINE, cost("2023-03-10", "27000", "EUR"))
    assert told(refused) == ("refused", "no-measurement")
    assert refused.sentence == ("no measurement within 30 days of 2023-03-01; reported in EUR, which is not DKK")


def test_a_missing_cost_is_pending_until_its_window_has_ended() -> None:
    assert told(judged(label="2021")) == ("pending", "awaits-measurement")
    assert told(judged(label="2022")) == ("refused", "no-baseline")
    assert told(judged(BASELINE, label="2022")) == ("pending", "awaits-window")
    assert told(judged(BASELINE)) == ("refused", "no-measurement")


def test_each_checkpoint_is_compared_with_the_one_baseline() -> None:
    steps = [{"months": 12}, {"months": 24}]
    metric = with_rule(OWN_COST, checkpoints=steps)
    facts = (started("P1", "2022-03-01"), BASELINE, cost("2023-03-01", "240000"), cost("2024-03-01", "140000"))
    book = Book(a_contract(metric)).learn(*facts)
    quantities = [book.finding("2024", "own-cost", step).quantity for step in ("12 months", "24 months")]
    assert [str(quantity) for quantity in quantities] == ["1/2", "200001/2"]


def test_the_follow_up_can_be_counted_from_another_event() -> None:
    assert told(judged(BASELINE, anchor="completed")) == ("pending", "awaits-anchor")
    facts = (BASELINE, completed("P1", "2022-06-01"), cost("2023-06-02", "1"))
    assert told(judged(*facts, anchor="completed")) == ("achieved", "2023-06-02")
