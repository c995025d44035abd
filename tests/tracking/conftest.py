from datetime import timedelta
from typing import Any

import pytest

from app.core.ids import uuid7
from app.db.session import transaction
from app.tracking.pings.queries import find_pings
from tests.cast import NOON, Cast, Person

FIELDS = (
    "at",
    "lat",
    "lon",
    "accuracy_m",
    "speed_mps",
    "heading_deg",
    "altitude_m",
    "battery_pct",
    "is_charging",
    "provider",
    "activity",
    "is_mock",
    "trigger",
)
"""Of a ping, as `kept` shows them."""
KREMLIN = {"lat": 55.7520, "lon": 37.6175}


def a_ping(minutes: float = 0, **changes: Any) -> dict[str, Any]:
    """A ping in our own JSON, so many minutes after noon."""
    return {
        "at": (NOON + timedelta(minutes=minutes)).isoformat(),
        **KREMLIN,
        "accuracy_m": 8.0,
        "speed_mps": 1.5,
        "heading_deg": 90.0,
        "altitude_m": 150.0,
        "battery_pct": 71.0,
        "is_charging": False,
        "provider": "gps",
        "activity": "walking",
        "is_mock": False,
        "trigger": "time",
        "seq": 17,
        **changes,
    }


def a_tap(person: Person, **changes: Any) -> dict[str, Any]:
    """A command of a phone, tapped now."""
    now = person.now().isoformat()
    return {"command_id": str(uuid7()), "occurred_at": now, "sent_at": now, **changes}


async def consent(person: Person, **changes: Any) -> None:
    """He agrees to be tracked: since an hour ago, if nothing else is said."""
    since = (person.now() - timedelta(hours=1)).isoformat()
    tap = a_tap(person, text_version=1, clients_see=True, lang="ru", occurred_at=since) | changes
    answer = await person.post("/field/tracking/consent", tap)
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def pavel(cast: Cast) -> Person:
    """Pavel measures, is on shift, and has agreed to be tracked."""
    await consent(cast.pavel)
    return cast.pavel


@pytest.fixture
async def tracker(pavel, cast):
    """Pavel's other phone, with its key."""
    body = {"worker_id": str(pavel.id), "name": "Старый телефон", "kind": "traccar"}
    answer = await pavel.post("/tracking/trackers", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def key(tracker):
    return tracker["key"]


@pytest.fixture
def kept(cast, maker):
    async def read(person=None):
        async with transaction(maker, cast.company_id) as session:
            rows = await find_pings(
                session,
                cast.company_id,
                (person or cast.pavel).id,
                NOON - timedelta(days=90),
                NOON + timedelta(hours=1),
            )
        return [{name: value for name in FIELDS if (value := getattr(one, name)) is not None} for one in rows]

    return read
