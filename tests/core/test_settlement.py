"""Final settlement: the guarantor's part, split by shortfall, and what an investor still owes (W11)."""

import pytest

from service.core.settlement import Outcome, final_settlement
from tests.book import Book, document
from tests.builders_shares import a_shared_contract, drawdown, passed

MILLION = 100_000_000  # in minor units


def covered(*outcomes: tuple[str, str], cap: str) -> list[int]:
    """What the guarantor pays each investor, in thousands, of (drawn, stated) in millions."""
    at_the_end = [
        Outcome(f"investor {place}", _millions(drawn), _millions(stated))
        for place, (drawn, stated) in enumerate(outcomes)
    ]
    return [settled.guaranteed_minor // 100_000 for settled in final_settlement(at_the_end, _millions(cap))]


def _millions(amount: str) -> int:
    whole, _, tenth = amount.partition(".")
    return (int(whole) * 10 + int(tenth or 0)) * MILLION // 10


@pytest.mark.parametrize(
    ("outcomes", "cap", "paid"),
    [
        ([("11.5", "12.0"), ("11.5", "8.0")], "2.0", [0, 2_000]),
        ([("11.5", "12.0"), ("11.5", "8.0")], "5.0", [0, 3_500]),
        ([("11.5", "10.0"), ("11.5", "10.0")], "2.0", [1_000, 1_000]),
    ],
)
def test_w11_the_guarantor_pays_the_shortfall_up_to_its_cap_by_shortfall(
    outcomes: list[tuple[str, str]], cap: str, paid: list[int]
) -> None:
    assert covered(*outcomes, cap=cap) == paid


def test_m3_a_guarantee_splits_to_the_minor_unit_and_never_pays_beyond_its_cap() -> None:
    outcomes = [Outcome(name, 100, 0) for name in "abc"]
    assert [settled.guaranteed_minor for settled in final_settlement(outcomes, 100)] == [34, 33, 33]
    assert sum(settled.guaranteed_minor for settled in final_settlement(outcomes, 1_000)) == 300


def test_without_a_shortfall_or_a_guarantee_nothing_is_paid() -> None:
    assert [one.guaranteed_minor for one in final_settlement([Outcome("a", 100, 100)], 50)] == [0]
    assert [(one.shortfall_minor, one.guaranteed_minor) for one in final_settlement([Outcome("a", 100, 0)])] == [
        (100, 0)
    ]


def test_l10_a_negative_balance_is_due_from_the_investor_unless_the_floor_is_nothing() -> None:
    outcome = Outcome("a", 0, -750, -750)
    assert [settled.owes_minor for settled in final_settlement([outcome])] == [750]
    assert [settled.owes_minor for settled in final_settlement([outcome], floor=0)] == [0]


def test_m3_a_statement_shows_capital_and_what_the_guarantee_would_cover_now() -> None:
    drawdowns = [drawdown("a", "2022-02-01", "150.00"), drawdown("b", "2022-02-01", "350.00")]
    later = drawdown("a", "2023-02-01", "1000.00")
    contract = a_shared_contract(drawdowns=[*drawdowns, later])
    contract["parties"]["fund"] = {"name": "The foundation", "roles": ["guarantor"]}
    contract["guarantee"] = {"party": "fund", "amount": "200.00"}
    book = Book(contract).learn(*passed("P1", "2022-05-01"))
    shown = document(book.issue("2022")["a"])
    assert shown["capital"] == {"drawn": "150.00", "balance": "-100.00"}
    assert shown["guarantee"] == {
        "party": "fund",
        "name": "The foundation",
        "amount": "200.00",
        "shortfall": "100.00",
        "would_cover": "50.00",
    }
    assert document(book.issue("2023")["a"])["capital"]["drawn"] == "1150.00"


def test_a_contract_without_capital_and_guarantee_shows_no_section_of_them() -> None:
    shown = document(Book(a_shared_contract()).learn(*passed("P1", "2022-05-01")).issue("2022")["a"])
    assert {"capital", "guarantee", "return_cap", "tranches", "plan"}.isdisjoint(shown)
