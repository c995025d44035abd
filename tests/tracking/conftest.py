from datetime import timedelta
from typing import Any

import pytest

from app.core.ids import uuid7
from tests.cast import NOON, Cast, Person

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
    tap = a_tap(person, text_version=1, lang="ru", occurred_at=since) | changes
    answer = await person.post("/field/tracking/consent", tap)
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def pavel(cast: Cast) -> Person:
    """Pavel measures, is on shift, and has agreed to be tracked."""
    await consent(cast.pavel)
    return cast.pavel
