"""Where people are and were: the map, the track of a day, and the question where somebody was at a moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.cast import Cast
from tests.tracking.conftest import consent
from tests.web.conftest import OpenFace, assert_everybody_can_use

KREMLIN = {"lat": 55.7520, "lon": 37.6175}


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
    clock = f"{now.astimezone(ZoneInfo('Europe/Moscow')):%H:%M}"
    await page.get_by_label("Где был в").fill(clock)
    await expect(page.locator("strong", has_text=clock)).to_be_visible()
    assert f"at={clock.replace(':', '%3A')}" in page.url
    await assert_everybody_can_use(page)

    views = (await pavel.get("/field/my-track/views")).json()["items"]
    assert {view["viewer_name"] for view in views} == {olga.name}
