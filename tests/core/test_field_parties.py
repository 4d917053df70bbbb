"""Who pays and who is paid in the field, by the numbers of the coverage table: payers, investors, holders."""

from typing import Any

from tests.book import Book, document, total
from tests.builders import CONTRACT_W, a_contract, started
from tests.builders_field import a_milestone, did, owed

CITY = {"city": CONTRACT_W["parties"]["city"]}
IN = started("P1", "2022-01-01")
REACHED = (IN, did("P1", "2022-05-01"))
PARTIES = CITY | {
    "a": {"name": "The bank", "roles": ["investor"]},
    "b": {"name": "The foundation", "roles": ["investor"]},
    "home": {"name": "The provider", "roles": ["service_provider"]},
}
INVESTORS = [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}]
SENIOR = {"id": "senior", "investors": [{"party": "a", "weight": 1}], "cap": "150.00"}


def stated(contract: dict[str, Any]) -> dict[str, int]:
    """What two outcomes of 100.00 in 2022 state to each recipient, in major units."""
    book = Book(contract).learn(*REACHED, started("P2", "2022-01-01"), did("P2", "2022-06-01"))
    return {recipient: int(total(draft)) for recipient, draft in book.issue("2022").items() if total(draft)}


def sharing(**how: Any) -> dict[str, Any]:
    """The contract with one payer, sharing like this."""
    shares = {"payers": [{"party": "city", "weight": 1}], "investors": INVESTORS, **how}
    return a_contract(a_milestone(), parties=PARTIES, shares=shares)


def junior(party: str) -> dict[str, Any]:
    """The last tranche, held by one party."""
    return {"id": "junior", "investors": [{"party": party, "weight": 1}]}


def test_m1_several_payers_carry_an_outcome_by_their_shares_of_the_metric() -> None:
    payers = [{"party": "city", "weight": 80}, {"party": "region", "weight": 20}]
    book = Book(a_contract(a_milestone() | {"payers": payers})).learn(*REACHED)
    assert owed(book) == [("2022-05-01", "city", 8_000), ("2022-05-01", "region", 2_000)]


def test_m2_a_fund_tops_up_to_its_own_cap_and_leaves_by_amendment_on_its_last_day() -> None:
    both = {
        "payers": [{"party": "city", "weight": 1}, {"party": "region", "weight": 1}],
        "investors": [{"party": "a", "weight": 1}],
    }
    cap = {"payers": [{"party": "region", "amount": "60.00"}]}
    book = Book(a_contract(a_milestone(), shares=both, limits=cap)).learn(*REACHED)
    book.learn(
        started("P2", "2022-01-01"), did("P2", "2022-06-01"), started("P3", "2022-01-01"), did("P3", "2023-02-01")
    )
    alone = both | {"payers": [{"party": "city", "weight": 1}]}
    book.amend(a_contract(a_milestone(), shares=alone, version=2, effective_from="2023-01-01", reason="the fund ends"))
    assert [one for one in owed(book) if one[2]] == [
        ("2022-05-01", "city", 5_000),
        ("2022-05-01", "region", 5_000),
        ("2022-06-01", "city", 5_000),
        ("2022-06-01", "region", 1_000),
        ("2023-02-01", "city", 10_000),
    ]


def test_m6_the_recipient_may_be_the_provider_itself() -> None:
    shares = {"payers": [{"party": "city", "weight": 1}], "investors": [{"party": "home", "weight": 1}]}
    parties = CITY | {"home": {"name": "The provider", "roles": ["service_provider"]}}
    book = Book(a_contract(a_milestone(), parties=parties, shares=shares)).learn(*REACHED)
    assert total(book.issue("2022")["home"]) == 100


def test_m8_capital_paid_in_and_outcome_payments_stand_beside_each_other() -> None:
    drawn = [{"party": "a", "on": on, "amount": "40.00"} for on in ("2022-03-01", "2022-09-01", "2023-03-01")]
    book = Book(sharing() | {"drawdowns": drawn}).learn(*REACHED)
    capital = document(book.issue("2022")["a"])["capital"]
    assert (capital["drawn"], capital["balance"]) == ("80.00", "-30.00")


def test_m9_three_hundred_holders_share_to_the_last_cent() -> None:
    holders = [f"holder-{number}" for number in range(1, 301)]
    parties = CITY | {holder: {"name": holder, "roles": ["investor"]} for holder in holders}
    shares = {
        "payers": [{"party": "city", "weight": 1}],
        "investors": [{"party": holder, "weight": 1} for holder in holders],
    }
    book = Book(a_contract(a_milestone(), parties=parties, shares=shares)).learn(*REACHED)
    book.learn(started("P2", "2022-01-01"), did("P2", "2022-06-01"))
    issued = book.issue("2022")
    assert len(issued) == 300
    assert sum(total(draft) for draft in issued.values()) == 200
    assert document(issued["holder-1"])["totals"]["lines"] == "0.68"
    assert document(issued["holder-300"])["totals"]["lines"] == "0.66"


def test_m5_a_waterfall_ends_where_the_return_cap_sends_what_is_left() -> None:
    caps = [{"party": "b", "amount": "30.00", "beyond": "home"}]
    assert stated(sharing(by="tranches", tranches=[SENIOR, junior("b")], return_caps=caps)) == {
        "a": 150,
        "b": 30,
        "home": 20,
    }


def test_m10_a_deferred_fee_is_the_providers_tranche() -> None:
    assert stated(sharing(by="tranches", tranches=[SENIOR, junior("home")])) == {"a": 150, "home": 50}
