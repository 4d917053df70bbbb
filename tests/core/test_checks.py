"""Rules that can never be achieved, and steps and windows out of order, are refused before a contract is used."""

from typing import Any

import pytest

from service.core.errors import InvalidInput
from service.core.terms import read_amendment
from tests.builders import EMPLOYMENT, EXAM, HBA1C, HOUSING, NO_VISIT, ZONES, a_contract, a_timeline, read, with_rule
from tests.builders_terms import (
    A_UNIT,
    COMPARISON,
    COMPOSITE,
    MEAN,
    REDUCTION,
    SAVING,
    SAVING_OF_ONE,
    SHARE,
    SUM,
    SUSTAINED,
    TIME,
    Places,
    everything,
    places,
    required,
    with_metrics,
)


def test_a_contract_that_uses_every_field_is_sound() -> None:
    assert len(read(everything()).metrics) == 16


BANDS = [{"up_to": 10, "price": "1000.00"}, {"price": "500.00"}]
NEVER: dict[str, tuple[dict[str, Any], Places]] = {
    "a status to be kept longer than the contract runs": (
        with_metrics(HOUSING, outcomes_until="2022-12-31"),
        [("/metrics/0/rule/steps/2", "never-achieved")],
    ),
    "a time within which the duration does not fit": (
        with_metrics(
            with_rule(
                {**HOUSING, "tariff": EXAM["tariff"]},
                on_break="cumulative",
                steps=[{"months": 12, "within": {"months": 9}}],
            )
        ),
        [("/metrics/0/rule/steps/0/within", "never-achieved")],
    ),
    "a window longer than the contract runs": (
        with_metrics(NO_VISIT, outcomes_until="2022-06-30"),
        [("/metrics/0/rule/windows", "never-achieved")],
    ),
    "more windows than the contract has room for": (
        with_metrics(with_rule(NO_VISIT, windows={"months": 12, "count": 3}), outcomes_until="2023-06-30"),
        [("/metrics/0/rule/windows/count", "never-achieved")],
    ),
    "a window over before the contract begins": (
        with_metrics(with_rule(NO_VISIT, anchor="2020-06-01")),
        [("/metrics/0/rule/windows", "never-achieved")],
    ),
    "a reduction in windows that end too late": (
        with_metrics(REDUCTION, outcomes_until="2022-12-15"),
        [("/metrics/0/rule/windows/count", "never-achieved")],
    ),
    "a milestone in a window after the last day": (
        with_metrics(with_rule(EXAM, within={"anchor": "2041-01-01", "months": 3})),
        [("/metrics/0/rule/within", "never-achieved")],
    ),
    "a milestone in a window before the first day": (
        with_metrics(with_rule(EXAM, within={"anchor": "2021-01-01", "months": 12})),
        [("/metrics/0/rule/within", "never-achieved")],
    ),
    "a sum in a window after the last day": (
        with_metrics(with_rule(SUM, within={"anchor": "2041-01-01", "months": 3})),
        [("/metrics/0/rule/within", "never-achieved")],
    ),
    "a spell longer than the contract runs": (
        with_metrics(with_rule(TIME, least_spell={"months": 600})),
        [("/metrics/0/rule/least_spell", "never-achieved")],
    ),
    "a checkpoint before the first day": (
        with_metrics(with_rule(EMPLOYMENT, anchor="2020-12-01")),
        [("/metrics/0/rule/checkpoints/0", "never-achieved")],
    ),
    "a member of a composite that cannot be achieved": (
        with_metrics(with_rule(COMPOSITE, count=2), outcomes_until="2022-12-31"),
        [("/metrics/0/rule/members/1/rule/steps/1", "never-achieved")],
    ),
    "more members than there are": (
        with_metrics(with_rule(COMPOSITE, count=3)),
        [("/metrics/0/rule", "never-achieved")],
    ),
    "a part of a cohort that is more than the whole": (
        with_metrics(with_rule(SHARE, at_least={"fraction": "162/50"})),
        [("/metrics/0/rule/at_least/fraction", "never-achieved")],
    ),
    "a cohort judged before anybody can be enrolled": (
        with_metrics(with_rule(MEAN, evaluated={"on": "2022-01-01"})),
        [("/metrics/0/rule/evaluated/on", "never-achieved")],
    ),
    "a metric required and excluded at once": (
        with_metrics(HOUSING, {**EXAM, **required("housing"), "excludes": ["housing"]}),
        [("/metrics/1/excludes/0", "never-achieved")],
    ),
}
ORDER: dict[str, tuple[dict[str, Any], Places]] = {
    "steps from long to short": (
        with_metrics({**with_rule(HOUSING, steps=[{"months": 6}, {"weeks": 13}]), "tariff": EXAM["tariff"]}),
        [("/metrics/0/rule/steps/1", "wrong-order")],
    ),
    "checkpoints from late to early": (
        with_metrics(with_rule(HBA1C, checkpoints=[{"months": 24}, {"months": 12}])),
        [("/metrics/0/rule/checkpoints/1", "wrong-order")],
    ),
    "a follow-up window that begins before its anchor": (
        with_metrics(with_rule(HBA1C, checkpoints=[{"months": 1}])),
        [("/metrics/0/rule/checkpoints/0", "wrong-order")],
    ),
    "a cohort's follow-up window that begins before its anchor": (
        with_metrics(with_rule(MEAN, checkpoint={"weeks": 4})),
        [("/metrics/0/rule/checkpoint", "wrong-order")],
    ),
    "a saving measured before its anchor": (
        with_metrics(with_rule(SAVING_OF_ONE, checkpoints=[{"days": 20}])),
        [("/metrics/0/rule/checkpoints/0", "wrong-order")],
    ),
    "a follow-up named twice": (
        with_metrics(with_rule({**SAVING, "tariff": A_UNIT}, follow_ups=["2022", "2022"])),
        [("/metrics/0/rule/follow_ups/1", "repeated")],
    ),
    "indexation that goes back": (
        with_metrics(
            indexation=[{"from": "2024-01-01", "factor": 1}, {"from": "2023-01-01", "factor": 2}],
        ),
        [("/indexation/1/from", "wrong-order")],
    ),
    "two plans from one day": (
        with_metrics(
            plans=[
                {
                    "from": "2022-01-01",
                    "reason": "r",
                    "expected": [{"metric": "housing", "period": "2022", "outcomes": n}],
                }
                for n in (1, 2)
            ]
        ),
        [("/plans/1/from", "wrong-order")],
    ),
}
GROUPS: dict[str, tuple[dict[str, Any], Places]] = {
    f"{name} on a rule that judges a group": (
        with_metrics(HOUSING, {**SHARE, **fields}),
        [(f"/metrics/1/{place}", "not-allowed")],
    )
    for name, place, fields in (
        ("a condition", "requires", required("housing")),
        ("an exclusion", "excludes", {"excludes": ["housing"]}),
        ("an uplift", "uplifts", {"uplifts": [{"attribute": "area", "values": ["north"], "factor": 2}]}),
        ("every enrolment", "each", {"each": True}),
        ("a withdrawal", "after_withdrawal", {"after_withdrawal": True}),
        ("a limit each", "limits/participant", {"limits": {"participant": {"count": 1}}}),
        ("expected achievements", "deadweight", {"deadweight": {"expected_rate": "0.3"}}),
        ("the price of the enrolment", "price_basis", {"price_basis": "enrolled_on"}),
    )
}
A_LUMP = {"kind": "bands", "over": "quantity", "how": "whole", "lump": True, "bands": BANDS}
LOSSES: dict[str, tuple[dict[str, Any], Places]] = {
    f"a loss that {name}": (with_metrics({**metric, "tariff": tariff}), [("/metrics/0/tariff/kind", "not-allowed")])
    for name, metric, tariff in (
        ("pays like a gain", SAVING, EXAM["tariff"]),
        ("pays a lump sum", COMPARISON, A_LUMP),
        ("is one of a count", COMPARISON, {"kind": "bands", "over": "contract", "how": "marginal", "bands": BANDS}),
    )
}
FAULTS = NEVER | ORDER | GROUPS | LOSSES


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_contract_is_refused_for(name: str) -> None:
    document, expected = FAULTS[name]
    assert places(document) == expected


def test_an_amendment_may_ask_for_time_that_began_under_an_earlier_version() -> None:
    known = a_timeline(a_contract(outcomes_until="2024-06-30"))
    later = a_contract(version=2, effective_from="2024-01-01", outcomes_until="2024-06-30")
    assert read_amendment(later, ZONES, known).version == 2
    with pytest.raises(InvalidInput) as refused:
        read_amendment({**later, "metrics": [with_rule(SUSTAINED, steps=[{"months": 36}])]}, ZONES, known)
    assert [fault.pointer for fault in refused.value.faults] == ["/metrics/0/rule/steps/0"]


def test_an_amendment_read_again_alone_is_as_sound_as_it_was() -> None:
    assert read(a_contract(version=2, effective_from="2024-01-01", outcomes_until="2024-06-30")).version == 2
