"""What is paid in the field, and the most of it, by the numbers of the coverage table: prices, bands, limits."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from service.core.events import Fact
from service.core.terms.tariffs import FlatTariff
from service.storage.contract_files import TOML, contract_file, terms_in
from service.storage.toml_text import parse_toml
from tests.book import Book
from tests.builders import a_contract, started
from tests.builders_field import a_figure, a_metric, a_milestone, better, did, lasting, net, scored, works

CONTRACTS = Path(__file__).parents[2] / "contracts"
IN = started("P1", "2022-01-01")
BY_FIGURES = {"kind": "comparison", "measure": "figure", "unit": "weeks", "direction": "down"}


def everybody(count: int, **attributes: str) -> list[Fact]:
    """So many participants, one a day from 2022-02-01 on, each reaching the milestone."""
    told = {"attributes": attributes} if attributes else {}
    return [
        fact
        for number in range(1, count + 1)
        for fact in (started(f"P{number:02d}", "2022-01-01", **told), did(f"P{number:02d}", f"2022-02-{number:02d}"))
    ]


def amounts_of(*facts: Fact, contract: dict[str, Any]) -> list[str]:
    """The amount of each outcome before shares, in fill order."""
    return [amount for _, _, _, amount in net(Book(contract).learn(*facts))]


def paid_for(value: str, tariff: dict[str, Any]) -> list[str]:
    """What a comparison pays whose group stands at this value against 50 weeks."""
    figures = a_figure("participants", value, 120), a_figure("comparison", "50", 480)
    return amounts_of(*figures, contract=a_contract(a_metric(BY_FIGURES, tariff)))


def test_a1_a_fixed_price_an_outcome() -> None:
    assert amounts_of(*everybody(2), contract=a_contract(a_milestone())) == ["100.00", "100.00"]


def test_a4_a_bid_is_a_price_of_the_contracts_own_over_that_of_the_card() -> None:
    card = parse_toml((CONTRACTS / "cards" / "innovation-fund.toml").read_bytes())
    bid = terms_in(contract_file(CONTRACTS / "innovation-fund-round-1" / "1.toml"), TOML, None)
    on_the_card = {metric["id"]: metric["tariff"]["price"] for metric in card["metrics"]}
    own = {metric.id: metric.tariff.price for metric in bid.metrics if isinstance(metric.tariff, FlatTariff)}
    assert (on_the_card["level-2"], own["level-2"]) == (Decimal(3_300), Decimal(2_200))
    assert on_the_card["improved-behaviour"] == own["improved-behaviour"] == Decimal(1_300)


def test_a6_a_price_times_the_quantity() -> None:
    tariff = {"kind": "per_unit", "price": "12.18", "unit": "points"}
    facts = IN, scored("P1", "2022-01-05", "40"), scored("P1", "2023-01-02", "52.5")
    assert amounts_of(*facts, contract=a_contract(a_metric(better(absolute="1"), tariff))) == ["152.25"]


def test_a7_a_line_in_pieces_between_points() -> None:
    points = [{"quantity": q, "price": p} for q, p in (("0", "0.00"), ("5", "1000.00"), ("10", "1500.00"))]
    tariff = {"kind": "sliding", "points": points}
    assert [paid_for(value, tariff) for value in ("47.5", "42.5", "30")] == [["500.00"], ["1250.00"], ["1500.00"]]


def test_a8_steps_that_pay_a_lump_each() -> None:
    bands = [{"up_to": "5", "price": "0.00"}, {"up_to": "10", "price": "1000.00"}, {"price": "3000.00"}]
    tariff = {"kind": "bands", "over": "quantity", "how": "whole", "lump": True, "bands": bands}
    assert [paid_for(value, tariff) for value in ("45", "44.9", "30")] == [["0.00"], ["1000.00"], ["3000.00"]]


def test_a13_the_weights_of_the_metrics_are_their_prices() -> None:
    main = a_metric({"kind": "milestone", "milestone": "reached_it"}, {"kind": "flat", "price": "800.00"}, id="main")
    side = a_metric({"kind": "milestone", "milestone": "other"}, {"kind": "flat", "price": "200.00"}, id="side")
    assert amounts_of(*everybody(1), did("P01", "2022-05-01", "other"), contract=a_contract(main, side)) == [
        "800.00",
        "200.00",
    ]


def test_a19_another_way_of_paying_for_a_time_is_an_amendment_and_the_old_one_comes_back_with_the_next() -> None:
    usual, instead = a_milestone(), a_metric(lasting({"months": 1}), id="in-the-programme")
    book = Book(a_contract(usual)).learn(*everybody(1))
    for version, first, metric in ((2, "2022-02-01", instead), (3, "2022-07-01", usual)):
        book.amend(a_contract(metric, version=version, effective_from=first, reason="a pandemic"))
    book.learn(
        works("P01", "2022-02-10"), works("P01", "2022-04-01"), started("P02", "2022-01-01"), did("P02", "2022-07-01")
    )
    assert [line.metric.id for line in book.calculate("2022").lines] == ["in-the-programme", "reached_it"]


def test_l1_the_most_for_one_participant_over_all_outcomes() -> None:
    metrics = (a_milestone(name) for name in ("reached_it", "other"))
    contract = a_contract(*metrics, limits={"participant": {"amount": "150.00"}})
    assert amounts_of(*everybody(1), did("P01", "2022-05-01", "other"), contract=contract) == ["100.00", "50.00"]


def test_l2_an_outcome_once_a_participant() -> None:
    rule = {"kind": "milestone", "milestone": "reached_it", "repeats": {"at_most": 3}}
    metric = a_metric(rule, limits={"participant": {"count": 1}})
    again = did("P01", "2022-05-01")
    assert amounts_of(*everybody(2), again, contract=a_contract(metric)) == ["100.00", "100.00", "0.00"]


def test_l3_the_most_for_a_metric_in_achievements_or_in_money() -> None:
    for limit, expected in (
        ({"count": 2}, ["100.00", "100.00", "0.00"]),
        ({"amount": "150.00"}, ["100.00", "50.00", "0.00"]),
    ):
        contract = a_contract(a_milestone() | {"limits": {"metric": limit}})
        assert amounts_of(*everybody(3), contract=contract) == expected


def test_l5_the_most_for_the_contract() -> None:
    contract = a_contract(a_milestone(), limits={"contract": {"amount": "120.00"}})
    assert amounts_of(*everybody(2), contract=contract) == ["100.00", "20.00"]


def test_l7_a_share_of_the_planned_outcomes_is_said_as_their_number() -> None:
    through_school = a_milestone() | {"limits": {"metric": {"count": 4}}}  # 40 % of the ten that are planned
    assert amounts_of(*everybody(5), contract=a_contract(through_school)) == ["100.00"] * 4 + ["0.00"]


def test_l8_below_the_least_difference_nothing_is_paid() -> None:
    tariff = {"kind": "per_unit", "price": "10.00", "unit": "weeks"}
    contract = a_contract(a_metric(BY_FIGURES | {"floor": "8.5"}, tariff))
    against = a_figure("comparison", "50")
    assert amounts_of(a_figure("participants", "41.6"), against, contract=contract) == []
    assert amounts_of(a_figure("participants", "41.5"), against, contract=contract) == ["85.00"]


def test_l9_an_outcome_after_its_window_or_after_the_contracts_last_day_is_not_paid() -> None:
    rule = {"kind": "milestone", "milestone": "reached_it", "within": {"anchor": "enrolled", "months": 12}}
    last = {"outcomes_until": "2022-02-01", "evidence_until": "2022-12-31"}
    assert amounts_of(IN, did("P1", "2023-01-01"), contract=a_contract(a_metric(rule))) == []
    assert amounts_of(*everybody(2), contract=a_contract(a_metric(rule), **last)) == ["100.00"]


def test_l11_the_order_is_fixed_and_each_clip_is_shown() -> None:
    limited = a_milestone() | {"limits": {"participant": {"amount": "90.00"}, "metric": {"amount": "70.00"}}}
    whole = {"participant": {"amount": "80.00"}, "contract": {"amount": "60.00"}}
    (line,) = Book(a_contract(limited, limits=whole)).learn(*everybody(1)).calculate("2022").lines
    clips = [(clip.limit, clip.minor) for clip in line.clips]
    assert clips == [("participant-in-metric", 1000), ("participant", 1000), ("metric", 1000), ("contract", 1000)]
