"""The board at its limits: nobody or far too much on it, clocks that change, no mouse, no network."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from playwright.async_api import Page, Route, expect

from tests.cast import Cast
from tests.crm.given import ok
from tests.dispatch.given import a_planned_visit
from tests.web.board import BoardOnScreen, an_offer, is_at, iso, open_board
from tests.web.conftest import OpenFace, serious_findings
from tests.web.days import tomorrow, tomorrow_at

LONG = (
    "Константинопольский-Преображенский Максимилиан Александрович, ООО «Управляющая компания Северо-Востока»"
)
BERLIN = ZoneInfo("Europe/Berlin")


async def test_a_crowded_board_stays_readable(open_face: OpenFace, live_cast: Cast) -> None:
    """What nobody wants to enter 200 times is put into the answer of the API."""
    await an_offer(live_cast, live_cast.pavel, hour=12)
    crowd: dict[str, str] = {}

    def add_crowd(board: dict[str, Any]) -> dict[str, Any]:
        return crowded(board, crowd)

    opened = await open_face("/console/inbox", live_cast.olga)
    page = opened.page
    await change_board(page, add_crowd)
    await page.evaluate("localStorage.setItem('brigada.board', JSON.stringify({ isMapOpen: true }))")
    await page.goto(f"/console/board?day={tomorrow()}")
    await page.locator("[data-visit]").first.wait_for()

    for one in ("overlapping 0", "overlapping 11", "of 5 minutes", "over midnight", "with a long name"):
        box = await page.locator(f'[data-visit="{crowd[one]}"]').bounding_box()
        assert box, one
        assert box["width"] >= 8, one
    lanes = [
        await page.locator(f'[data-visit="{crowd[f"overlapping {n}"]}"]').bounding_box() for n in range(12)
    ]
    assert len({lane["y"] for lane in lanes if lane}) == 12
    assert await too_wide(page) == []
    assert await page.locator("[data-row]").count() < 40, "rows far below are not drawn"
    assert await serious_findings(page) == []

    for width, height, least in ((640, 360, 300), (1920, 1080, 900)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate("localStorage.removeItem('brigada.board')")
        await page.reload()
        await page.locator("[data-visit]").first.wait_for()
        grid = await page.get_by_role("grid").bounding_box()
        assert grid
        assert grid["width"] > least, width
        assert grid["height"] > height / 3, width
        assert await too_wide(page) == []


async def change_board(page: Page, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """What the API answers, changed before the page gets it. Unchanged boards have no content."""

    async def answer_it(route: Route) -> None:
        answer = await route.fetch()
        if answer.status == 200:
            await route.fulfill(response=answer, json=change(await answer.json()))
        else:
            await route.fulfill(response=answer)

    await page.route("**/api/v1/board?*", answer_it)


def crowded(board: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """60 people with 200 visits, and one person with all that is hard to draw."""
    [proto] = board["visits"]
    first = board["workers"][0]
    others = [first | {"id": str(uuid4()), "name": f"Человек {number:02}"} for number in range(60)]
    board["workers"] = [first | {"name": LONG}, *others]

    def visit(name: str, worker: dict[str, Any], hour: float, minutes: int, **fields: Any) -> dict[str, Any]:
        ids.setdefault(name, str(uuid4()))
        start = tomorrow_at(hour)
        times = {"starts_at": iso(start), "ends_at": iso(start + timedelta(minutes=minutes))}
        whose = {"id": ids[name], "worker_id": worker["id"], "people": [worker["id"]]}
        return {**proto, **times, **whose, **fields}

    board["visits"] = [
        *(visit(f"overlapping {n}", first, 8 + n / 10, 120) for n in range(12)),
        visit("of 5 minutes", others[0], 8, 5, breaks=["outside_territory"], is_pinned=True),
        visit("over midnight", others[1], -2, 11 * 60),
        visit("with a long name", others[2], 8, 60, client_name=LONG, address=LONG),
        *(visit(f"usual {n}", others[n % 60], 9 + n // 60 * 2, 60) for n in range(200)),
    ]
    job = {name: proto[name] for name in ("kind", "priority", "required_skills", "order_id", "job_type_id")}
    job |= {
        name: proto[name] for name in ("job_type_name", "client_id", "site_id", "lat", "lon", "territory_ids")
    }
    job |= {
        "id": str(uuid4()),
        "number": 7,
        "instructions": "",
        "version": 1,
        "duration_min": 60,
        "visits_made": 0,
    }
    job |= {"client_name": LONG, "address": LONG, "priority": "urgent", "ready_on": None}
    board["tray"] |= {"jobs": [job], "jobs_total": 400}
    return board


async def too_wide(page: Page) -> list[str]:
    """What is wider than its place: the page, names beside the rows, cards of the tray."""
    return list(
        await page.evaluate(
            """() => [...document.querySelectorAll('html, main, [data-work], [role=rowheader]')]
              .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 120))"""
        )
    )


async def test_a_board_without_people_says_what_to_do(open_face: OpenFace, live_cast: Cast) -> None:
    def take_all_away(board: dict[str, Any]) -> dict[str, Any]:
        return board | {"workers": [], "crews": [], "visits": [], "shifts": [], "absences": []}

    opened = await open_face("/console/inbox", live_cast.olga)
    await change_board(opened.page, take_all_away)
    await opened.page.goto("/console/board")
    await opened.page.get_by_role("link", name="Добавить сотрудников").click()
    await opened.page.wait_for_url("**/console/people")


async def test_a_visit_is_given_out_without_a_mouse(open_face: OpenFace, live_cast: Cast) -> None:
    """From nobody to Nikolai, two hours later, pinned by the menu, and all of it back again."""
    cast = live_cast
    visit = await a_planned_visit(cast, starts_at=tomorrow_at(12))
    board = await open_board(open_face, cast)
    page = board.page

    await page.get_by_role("grid").focus()
    await page.keyboard.press("ArrowDown")
    await expect(board.visit(visit)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Предложить…")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+F10")
    await page.get_by_role("menuitem", name="Назначить, перенести…").press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Начало").fill("14:00")
    await dialog.get_by_label("Кто").select_option(label="Николай Седов")
    await expect(dialog).to_contain_text("Правила соблюдены")
    await dialog.get_by_role("button", name="Назначить").press("Enter")
    await board.until_stored(visit, is_at(cast.nikolai, tomorrow_at(14)))
    await expect(board.row(cast.nikolai).locator(f'[data-visit="{visit}"]')).to_be_visible()

    await page.keyboard.press("Control+z")
    await board.until_stored(visit, is_at(None, tomorrow_at(12)))


async def test_a_connection_that_is_lost_during_a_drag_loses_nothing(
    open_face: OpenFace, live_cast: Cast
) -> None:
    cast = live_cast
    visit = await an_offer(cast, cast.pavel, hour=12)
    board = await open_board(open_face, cast)
    page = board.page

    await board.drag(board.visit(visit), hours=1)
    await expect(board.label).to_contain_text("Можно ставить")
    await page.context.set_offline(True)
    await board.drag(board.visit(visit), to=cast.nikolai, hours=2)
    await board.drop()
    await expect(page.get_by_text("Нет связи с сервером").first).to_be_visible()
    await expect(board.row(cast.pavel).locator(f'[data-visit="{visit}"]')).to_be_visible()

    await page.get_by_role("link", name="Задачи").click()
    await expect(page.get_by_text("Страница не загрузилась")).to_be_visible()
    await page.context.set_offline(False)
    await page.go_back()
    await board.visit(visit).wait_for()
    await expect(page.locator(".problem")).to_have_count(0, timeout=15_000)
    assert is_at(cast.pavel, tomorrow_at(12))(await board.stored(visit))
    await board.drag(board.visit(visit), to=cast.nikolai)
    await board.drop()
    await board.until_stored(visit, is_at(cast.nikolai, tomorrow_at(12)))


async def test_a_day_on_which_clocks_change_is_seen_from_another_zone(
    open_face: OpenFace, live_cast: Cast
) -> None:
    """In Berlin the hour after two does not exist on the last Sunday of March. The dispatcher sits in Vladivostok."""
    cast = live_cast
    company = await ok(await cast.irina.get("/company"))
    berlin = {"timezone": "Europe/Berlin"}
    await ok(await cast.irina.patch("/company", berlin, if_match=f'"{company["version"]}"'))
    sunday = last_sunday_of_march()
    starts_at = datetime(sunday.year, sunday.month, sunday.day, 1, 30, tzinfo=BERLIN).astimezone(UTC)
    visit = await a_planned_visit(cast, starts_at=starts_at, minutes=90)
    evening = datetime(sunday.year, sunday.month, sunday.day, 20, tzinfo=BERLIN)
    night = {"starts_at": iso(evening), "ends_at": iso(evening + timedelta(hours=10))}
    await ok(await cast.irina.post(f"/workers/{cast.nikolai.id}/shifts", {"periods": [night]}))
    opened = await open_face("/console/inbox", cast.olga, timezone_id="Asia/Vladivostok")
    page = opened.page
    await page.goto(f"/console/board?day={sunday}")
    board = BoardOnScreen(page, cast)

    await expect(board.visit(visit)).to_contain_text("01:30–04:00")
    await expect(page.get_by_text("Europe/Berlin")).to_be_visible()
    hours = await page.locator("[data-hour]").all_inner_texts()
    assert "03:00" in hours
    assert "02:00" not in hours
    assert "23:00" in hours
    assert "00:00" not in hours, "the shift goes on into the next day, which is not shown"
    box = await board.visit(visit).bounding_box()
    one, three = [await page.locator("[data-hour]").nth(at).bounding_box() for at in (0, 1)]
    assert box
    assert one
    assert three
    assert abs(box["width"] - 1.5 * (three["x"] - one["x"])) < 4

    await board.visit(visit).focus()
    for minutes in (15, 30):
        await page.keyboard.press("Alt+ArrowRight")
        await board.until_stored(visit, is_at(None, starts_at + timedelta(minutes=minutes)))
    await expect(board.visit(visit)).to_contain_text("03:00–04:30")


def last_sunday_of_march() -> date:
    """The next one that is not today."""
    today = datetime.now(UTC).date() + timedelta(days=1)
    for year in (today.year, today.year + 1):
        last = date(year, 3, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if sunday > today:
            return sunday
    raise AssertionError(today)
