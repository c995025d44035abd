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
    """Irina, who owns the company and may see everything."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str) -> Any:
        answer = await self._http.get(API + path)
        assert answer.status_code == 200, answer.text
        return answer.json()

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
    irina = next(one for one in logins["office"] if one["role"] == "owner")
    body = {name: irina[name] for name in ("email", "password")} | {"company_id": logins["company_id"]}
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


async def test_the_desk_of_the_dispatcher_is_full(office: Office):
    inbox = {one["kind"] for one in await office.all("/inbox", is_open="true")}
    requests = await office.all("/requests", status="new")
    jobs = await office.all("/jobs", status="new")

    assert inbox >= {
        *(
            "offer_unanswered",
            "nobody_accepts",
            "offer_declined",
            "client_wants_other_time",
            "new_time_needed",
        ),
        *("chat_question", "readiness_near", "answer_unclear"),
    }
    assert len(requests) >= 5
    assert len(jobs) >= 5


async def test_orders_are_in_each_state_between_estimate_and_installation(office: Office):
    production = await office.all("/production-orders")
    invoices = await office.all("/invoices")
    payments = await office.get("/books/proof")

    today = LEAP_NIGHT.date().isoformat()
    awaited = [one for one in production if one["status"] == "in_production"]
    assert any(one["planned_ready_on"] < today for one in awaited), "one order of windows is late"
    assert any(one["status"] == "delivered" for one in production)
    assert {one["status"] for one in invoices} >= {"paid", "overdue"}
    assert payments["is_proved"]


async def test_clients_have_histories_and_somebody_takes_care_of_them(office: Office):
    statuses = {one["status"] for one in (await office.get("/crm/statuses"))["items"] if one["clients"]}
    tasks = await office.all("/crm/tasks")
    cases = await office.all("/crm/cases")
    plans = (await office.get("/crm/plans"))["items"]

    assert len(statuses) >= 4
    assert len(tasks) >= 5
    assert any(one["status"] == "open" for one in cases)
    assert "care" in {one["code"] for one in plans}


async def test_the_map_knows_where_people_are(office: Office):
    positions = (await office.get("/tracking/positions"))["items"]

    ages = [LEAP_NIGHT - datetime.fromisoformat(one["at"]) for one in positions]
    assert len(positions) >= 12
    assert sum(age < timedelta(minutes=10) for age in ages) >= 8
    assert max(ages) > timedelta(minutes=30), "one phone has been silent for a while"


async def test_a_second_start_adds_nothing(settings: Settings, logins: dict[str, Any]):
    assert await seed_demo_company(settings, logins, Standing()) is None
