"""The demo company of `make run`. It is made once here, because that takes many calls; all tests look at it.

It is smaller than the one of `make run`: the scene around now is whole, the usual hours are mostly free.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.core.clock import Clock
from app.core.settings import Settings
from app.main import API
from app.seed import days, seed_demo_company

LEAP_NIGHT = datetime(2024, 2, 29, 21, 30, tzinfo=UTC)
"""Half past midnight in Moscow, on the first of March of a leap year."""


class Standing(Clock):
    def now(self) -> datetime:
        return LEAP_NIGHT


class Office:
    """Olga, who looks at everything."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every page of a list."""
        found: list[dict[str, Any]] = []
        params = {"limit": 100, **query}
        while True:
            answer = await self._http.get(API + path, params=params)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            if not page.get("next_cursor"):
                return found
            params["cursor"] = page["next_cursor"]


@pytest.fixture(scope="module")
async def logins(settings: Settings) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(days, "FULL_PERCENT", [12, 15, 8, 4, 2, 0, 0, 0, 0])
        made = await seed_demo_company(settings, None, Standing())
    assert made is not None
    return made


@pytest.fixture
async def office(anonymous: httpx.AsyncClient, logins: dict[str, Any], clock: Any) -> Office:
    clock.moment = LEAP_NIGHT
    olga = next(one for one in logins["office"] if one["role"] == "dispatcher")
    body = {name: olga[name] for name in ("email", "password")} | {"company_id": logins["company_id"]}
    signed_in = await anonymous.post(f"{API}/auth/sign-in", json=body)
    assert signed_in.status_code == 200, signed_in.text
    anonymous.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"
    return Office(anonymous)


async def test_the_board_of_today_has_each_state(office: Office):
    visits = await office.all("/visits")

    today = [
        one
        for one in visits
        if abs(datetime.fromisoformat(one["starts_at"]) - LEAP_NIGHT) < timedelta(hours=24)
    ]
    statuses = Counter(one["status"] for one in today)
    assert set(statuses) == {
        *("planned", "offered", "accepted", "en_route", "on_site", "in_progress", "paused"),
        *("completed", "partially_completed", "not_completed", "canceled"),
    }
    running = [one for one in today if one["status"] == "offered"]
    assert any(datetime.fromisoformat(one["accept_by"]) > LEAP_NIGHT for one in running)


async def test_a_second_start_adds_nothing(settings: Settings, logins: dict[str, Any]):
    assert await seed_demo_company(settings, logins, Standing()) is None
