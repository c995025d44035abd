"""Where people are and were: the map, the track of a day, and the question where somebody was at a moment."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from app.core.ids import uuid7
from app.db.session import Sessions, transaction
from app.dispatch.visits.models import Visit
from app.tracking.facts.models import TrackDerivation
from app.tracking.signals.models import StopSignal
from tests.cast import Cast
from tests.stories import accepted_visit
from tests.tracking.conftest import consent
from tests.web.conftest import OpenFace, assert_everybody_can_use

KREMLIN = {"lat": 55.7520, "lon": 37.6175}
MOSCOW = ZoneInfo("Europe/Moscow")


async def test_the_map_shows_who_is_where_and_a_click_leads_to_his_day(
    open_face: OpenFace, live_cast: Cast
) -> None:
    pavel, olga = live_cast.pavel, live_cast.olga
    await consent(pavel)
    now = datetime.now(UTC)
    pings = [
        {"at": (now - timedelta(seconds=age)).isoformat(), **KREMLIN, "accuracy_m": 8.0, "battery_pct": 71.0}
        for age in (90, 60, 30)
    ]
    sent = await pavel.post("/tracking/pings", {"pings": pings})
    assert sent.json()["taken"] == 3, sent.text

    page = (await open_face("/console/map", olga)).page
    person = page.get_by_role("listitem").filter(has_text="Павел Громов")
    await expect(person).to_contain_text("свободен")
    await expect(person).to_contain_text("заряд 71 %")
    await expect(page.get_by_role("application")).to_contain_text("Павел Громов")
    await assert_everybody_can_use(page)

    await person.get_by_role("link", name="Трек дня").click()
    clock = f"{now.astimezone(MOSCOW):%H:%M}"
    await page.get_by_label("Где был в").fill(clock)
    await expect(page.locator("strong", has_text=clock)).to_be_visible()
    assert f"at={clock.replace(':', '%3A')}" in page.url
    await assert_everybody_can_use(page)

    views = (await pavel.get("/field/my-track/views")).json()["items"]
    assert {view["viewer_name"] for view in views} == {olga.name}


async def test_figures_of_the_road_lead_to_the_person_and_a_stop_is_decided(
    open_face: OpenFace, live_cast: Cast, its_sessions: Sessions
) -> None:
    now = datetime.now(UTC)
    visit = await accepted_visit(live_cast, starts_at=now + timedelta(hours=2))
    await visit.done("depart", at=now, eta_minutes=5)
    await visit.done("arrive", at=now)
    pavel, today = live_cast.pavel, now.astimezone(MOSCOW).date()
    async with transaction(its_sessions, live_cast.company_id) as session:
        row = await session.get_one(Visit, (live_cast.company_id, UUID(visit.id)))
        row.window_starts_at, row.window_ends_at = now - timedelta(minutes=90), now - timedelta(minutes=40)
        session.add(a_driven_day(live_cast, today, now))
        session.add(a_stop(live_cast, today, now))

    page = (await open_face("/console/reports/lateness", live_cast.sergei)).page
    row_of_visit = page.get_by_role("row").filter(has_text=pavel.name).last
    await expect(row_of_visit).to_contain_text("40 мин")
    await expect(row_of_visit.get_by_role("link", name="трек")).to_have_attribute(
        "href", re.compile(rf"/tracks\?worker={pavel.id}&day=")
    )
    await expect(page.get_by_text("опоздали: 1")).to_be_visible()
    await page.get_by_label("Только опоздания").check()
    await expect(row_of_visit.get_by_role("link", name=pavel.name)).to_be_visible()
    assert "late=1" in page.url

    await page.get_by_role("link", name="Пробег").click()
    await expect(page.get_by_text("Всего 42,5 км.")).to_be_visible()
    await expect(page.locator(".uplot canvas")).to_be_visible()

    await page.get_by_role("link", name="Необъяснённые стоянки").click()
    await page.get_by_role("row").filter(has_text=pavel.name).get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("не объяснена").check()
    await dialog.get_by_label("Почему вы так решили").fill(
        "Сказал, что забирал сетки, на складе его не видели"
    )
    await assert_everybody_can_use(page)
    await dialog.get_by_role("button", name="Записать решение").click()
    await expect(page.get_by_text("Решение записано")).to_be_visible()
    await expect(page.get_by_text("Такие стоянки не ищутся")).to_be_visible()
    [mine] = (await pavel.get("/field/my-signals")).json()["items"]
    assert (mine["decision"], mine["decision_reason"][:6]) == ("not_explained", "Сказал")


def a_driven_day(cast: Cast, day: date, now: datetime) -> TrackDerivation:
    return TrackDerivation(
        company_id=cast.company_id,
        worker_id=cast.pavel.id,
        day=day,
        zone=MOSCOW.key,
        algorithm_version=1,
        ping_count=600,
        distance_m=42_500,
        moving_s=5_400,
        stopped_s=9_000,
        unseen_s=0,
        facts_hash=b"",
        edges_hash=b"",
        derived_at=now,
    )


def a_stop(cast: Cast, day: date, now: datetime) -> StopSignal:
    return StopSignal(
        company_id=cast.company_id,
        id=uuid7(),
        worker_id=cast.pavel.id,
        day=day,
        from_at=now - timedelta(hours=3),
        to_at=now - timedelta(hours=2),
        **KREMLIN,
        accuracy_m=8.0,
        counted_s=3_600,
        rules=[{"reason": "long", "value": 60, "limit": 20}],
        near_clients=[],
        evidence=[],
        found_at=now,
    )
