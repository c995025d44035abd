"""What others read about the days of workers."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.ids import uuid7
from app.core.places import Place
from app.db.session import transaction
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.queries import find_facts, find_mileage
from app.tracking.facts.values import DayMileage
from app.tracking.tables import TrackDerivation, TrackFact
from tests.cast import NOON

MINUTE = timedelta(minutes=1)
DAY = NOON.date()


def a_fact(cast: Any, kind: str, *, begin: int, minutes: int, **fields: Any) -> TrackFact:
    """Begins so many minutes after noon."""
    given = {"distance_m": 0, "confidence": 90, "algorithm_version": 1, "evidence": {}, **fields}
    return TrackFact(
        company_id=cast.company_id,
        id=uuid7(),
        worker_id=cast.pavel.id,
        day=DAY,
        kind=kind,
        from_at=NOON + begin * MINUTE,
        to_at=NOON + (begin + minutes) * MINUTE,
        **given,
    )


@pytest.mark.covers("M18")
async def test_facts_that_touch_a_time_are_found_whole_and_in_order(cast, maker):
    async with transaction(maker, cast.company_id) as session:
        session.add_all(
            [
                a_fact(cast, "trip", begin=30, minutes=20, distance_m=8_100),
                a_fact(cast, "stop", begin=0, minutes=30, lat=55.75, lon=37.61, accuracy_m=12.0),
                a_fact(cast, "gap", begin=50, minutes=40, cause="no_network"),
            ]
        )
        await session.flush()
        found = await find_facts(
            session, cast.company_id, cast.pavel.id, NOON + 29 * MINUTE, NOON + 50 * MINUTE
        )

    assert [(fact.kind, fact.distance_m) for fact in found] == [(FactKind.STOP, 0), (FactKind.TRIP, 8_100)]
    assert (found[0].from_at, found[0].place) == (NOON, Place(lat=55.75, lon=37.61))


@pytest.mark.covers("M33")
async def test_mileage_is_read_by_days(cast, maker):
    async with transaction(maker, cast.company_id) as session:
        for day, metres in ((date(2026, 3, 1), 5), (date(2026, 3, 2), 41_250), (date(2026, 3, 4), 7)):
            session.add(
                TrackDerivation(
                    company_id=cast.company_id,
                    worker_id=cast.pavel.id,
                    day=day,
                    zone="Europe/Moscow",
                    algorithm_version=1,
                    ping_count=1,
                    distance_m=metres,
                    moving_s=1,
                    stopped_s=2,
                    unseen_s=3,
                    facts_hash=b"",
                    edges_hash=b"",
                    derived_at=NOON,
                )
            )
        await session.flush()
        days = await find_mileage(
            session, cast.company_id, [cast.pavel.id], date(2026, 3, 2), date(2026, 3, 3)
        )

    assert days == [
        DayMileage(worker_id=cast.pavel.id, day=DAY, distance_m=41_250, moving_s=1, stopped_s=2, unseen_s=3)
    ]
