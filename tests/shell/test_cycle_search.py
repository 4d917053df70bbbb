"""While contracts are calculated Python's search for reference cycles rests; after the last one it goes on."""

import gc

import pytest

from service.core.errors import NotFound
from service.workflows.cycle_search import cycle_search_at_rest
from service.workflows.drafting import preview_statements
from tests.shell.calling import Api


def test_the_search_rests_until_the_last_of_several_calculations_has_ended() -> None:
    with cycle_search_at_rest():
        with cycle_search_at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_calculation_that_overlaps_others_has_young_cycles_freed_when_it_ends() -> None:
    with cycle_search_at_rest():
        with cycle_search_at_rest():
            gc.collect()
            circle: list[object] = []
            circle.append(circle)
            del circle
        assert gc.collect() == 0


async def test_a_preview_that_fails_lets_the_search_go_on(api: Api) -> None:
    with pytest.raises(NotFound):
        await preview_statements(api.ledger, "no-such-contract", "2024")
    assert gc.isenabled()
