import gc
from collections.abc import Iterator

import pytest

from app.core.garbage import ALLOCATIONS, leave_out_what_stays


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_stays_is_left_out_and_the_rest_still_collected(as_before):
    leave_out_what_stays()
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle

    assert (gc.isenabled(), gc.get_threshold()[0]) == (True, ALLOCATIONS)
    assert gc.get_freeze_count() > 1000
    assert 1 <= gc.collect() < gc.get_freeze_count()
