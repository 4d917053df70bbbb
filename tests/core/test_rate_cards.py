"""A contract on a rate card takes its metrics over; what is registered is the whole document, the same every time."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service.core.errors import InvalidInput
from service.storage.contract_files import TOML, contract_folder, terms_in
from service.storage.toml_text import parse_toml, write_toml
from tests.builders import EXAM, HOUSING, NO_VISIT, a_contract

CARD = {"title": "A card", "currency": "DKK", "participant": "person", "source": "a list", "metrics": [HOUSING, EXAM]}


def folder(tmp_path: Path, rates: dict[str, Any] | None = None, **document: Any) -> Path:
    """A folder of one agreement beside a folder of cards."""
    whole = a_contract(**{"card": "a-card", **document})
    if "metrics" not in document:
        del whole["metrics"]
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "a-card.toml").write_bytes(write_toml(rates or CARD, "A card."))
    (tmp_path / "agreement").mkdir()
    (tmp_path / "agreement" / "1.toml").write_bytes(write_toml(whole, "An agreement."))
    return tmp_path / "agreement"


def refused(path: Path) -> list[tuple[str, str]]:
    """Where the agreement does not fit its card."""
    with pytest.raises(InvalidInput) as error:
        contract_folder(path)
    assert all(fault.detail for fault in error.value.faults)
    return [(fault.pointer, fault.code) for fault in error.value.faults]


def test_a_contract_takes_over_the_metrics_of_its_card_in_order(tmp_path: Path) -> None:
    (file,) = contract_folder(folder(tmp_path, metrics=[NO_VISIT])).versions
    assert [metric.id for metric in terms_in(file, TOML, None).metrics] == ["housing", "exam", "no-visit"]
    assert b"card_overrides" not in file and file.startswith(b"# Written out with the rate card a-card.\n")


def test_prices_and_limits_are_replaced_and_metrics_dropped_by_id(tmp_path: Path) -> None:
    changes = {"tariff": {"kind": "flat", "price": Decimal("700.00")}, "limits": {"participant": {"count": 1}}}
    overrides = {"drop": ["housing"], "metrics": {"exam": changes}}
    (file,) = contract_folder(folder(tmp_path, card_overrides=overrides)).versions
    (exam,) = terms_in(file, TOML, None).metrics
    assert (exam.id, exam.tariff.model_dump()["price"], exam.rule.kind) == ("exam", Decimal(700), "milestone")
    assert exam.limits.participant is not None and exam.limits.participant.count == 1


def test_the_written_out_contract_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    path = folder(tmp_path)
    assert contract_folder(path).versions == contract_folder(path).versions


def test_a_contract_without_a_card_stays_the_bytes_that_were_signed(tmp_path: Path) -> None:
    path = folder(tmp_path)
    signed = b"# signed, with no card\n" + write_toml(a_contract(), "x")
    (path / "1.toml").write_bytes(signed)
    assert contract_folder(path).versions == (signed,)
    (path / "1.toml").write_bytes(b"card = [")
    assert contract_folder(path).versions == (b"card = [",)


MISFITS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "a card that is not there": ({"card": "other"}, [("/card", "unknown-card")]),
    "a card outside the folder": ({"card": "../a-card"}, [("/card", "unknown-card")]),
    "another currency": ({"currency": "EUR"}, [("/currency", "fixed")]),
    "another unit": ({"participant": "family"}, [("/participant", "fixed")]),
    "an unknown metric dropped": ({"card_overrides": {"drop": ["x"]}}, [("/card_overrides/drop/0", "unknown-metric")]),
    "an unknown metric changed": (
        {"card_overrides": {"metrics": {"x": {}}}},
        [("/card_overrides/metrics/x", "unknown-metric")],
    ),
    "a metric dropped and changed": (
        {"card_overrides": {"drop": ["exam"], "metrics": {"exam": {}}}},
        [("/card_overrides/metrics/exam", "unknown-metric")],
    ),
    "another rule": (
        {"card_overrides": {"metrics": {"exam": {"rule": HOUSING["rule"]}}}},
        [("/card_overrides/metrics/exam", "not-allowed")],
    ),
    "overrides of no known sort": ({"card_overrides": {"add": []}}, [("/card_overrides", "wrong-form")]),
    "an override that is no table": (
        {"card_overrides": {"metrics": {"exam": 5}}},
        [("/card_overrides/metrics", "wrong-form")],
    ),
}


@pytest.mark.parametrize("name", list(MISFITS))
def test_a_contract_does_not_fit_its_card_for(name: str, tmp_path: Path) -> None:
    changes, expected = MISFITS[name]
    assert refused(folder(tmp_path, **changes)) == expected


@pytest.mark.parametrize("card", [{"metrics": [{"title": "no id"}]}, {"metrics": [], "price": 5}, {"title": "nothing"}])
def test_a_card_that_is_none_is_told(card: dict[str, Any], tmp_path: Path) -> None:
    assert refused(folder(tmp_path, card)) == [("/card", "wrong-form")]


def test_toml_is_written_as_it_is_read() -> None:
    text = """
        name = "quotes \\" and \\\\ and \\t tabs, å"
        "a key" = [1, 2.50, true, 2022-01-01, 2022-01-01T10:00:00Z, 10:00:00, {x = []}]
        large = 1_000_000.00
        odd = [inf, nan, -inf]
        [table]
        empty = {}
        [[list]]
        inner = { deep = [{ a = 1 }] }
        [[list]]
    """
    document = parse_toml(text.encode())
    written = write_toml(document, "Written.")
    again = parse_toml(written)
    assert str(again) == str(document) and write_toml(again, "Written.") == written


def test_a_contract_posted_by_itself_cannot_name_a_card(tmp_path: Path) -> None:
    file = write_toml({**a_contract(), "card": "a-card"}, "An agreement.")
    with pytest.raises(InvalidInput) as error:
        terms_in(file, TOML, None)
    assert [(fault.pointer, fault.code) for fault in error.value.faults] == [("/card", "rate-card")]


def test_what_is_dropped_is_named_by_an_id(tmp_path: Path) -> None:
    assert refused(folder(tmp_path, card_overrides={"drop": [["exam"]]})) == [
        ("/card_overrides/drop/0", "unknown-metric")
    ]
