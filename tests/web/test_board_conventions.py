"""What dispatchers know from other boards: picking out, filters, palettes, and the map that one can drag on.

docs/conventions.md lists all of it with the tests.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from tests.cast import Cast, Person
from tests.crm.given import ok
from tests.dispatch.given import a_command, a_job, a_planned_visit
from tests.running import until
from tests.tracking.conftest import consent
from tests.web.board import BoardOnScreen, an_offer, is_at, iso, open_board
from tests.web.conftest import OpenFace, assert_everybody_can_use
from tests.web.days import tomorrow_at

AROUND_THE_JOBS = [[[37.5, 55.7], [37.7, 55.7], [37.7, 55.8], [37.5, 55.8], [37.5, 55.7]]]
ELSEWHERE = [[[30.1, 59.8], [30.4, 59.8], [30.4, 60.0], [30.1, 60.0], [30.1, 59.8]]]


async def test_visits_are_picked_out_filtered_and_coloured(open_face: OpenFace, live_cast: Cast) -> None:
    cast = live_cast
    early = await an_offer(cast, cast.pavel, hour=10)
    middle = await an_offer(cast, cast.pavel, hour=13)
    other = await an_offer(cast, cast.nikolai, hour=12)
    crews = await a_planned_visit(cast, starts_at=tomorrow_at(9), kind="installation", minutes=240)
    await ok(await cast.olga.post(f"/visits/{crews}/offer", {"crew_id": str(cast.crew_id)}))
    centre, far = [
        await ok(await cast.irina.post("/territories", {"name": name, "coordinates": border}))
        for name, border in (("Центр", AROUND_THE_JOBS), ("Питер", ELSEWHERE))
    ]
    for person, territory in (
        (cast.pavel, far),
        (cast.nikolai, centre),
        (cast.rinat, centre),
        (cast.timur, centre),
    ):
        works = {"territory_ids": [territory["id"]]}
        assert (await cast.irina.put(f"/workers/{person.id}/territories", works)).status_code < 300
    await a_job(cast)
    board = await open_board(open_face, cast)

    await draw_a_frame(board, around=[early, middle])
    await picked_are(board, early, middle)
    await board.page.keyboard.press("Escape")
    await picked_are(board)
    await board.visit(middle).click(modifiers=["ControlOrMeta"])
    await board.visit(other).click(modifiers=["Shift"])
    await picked_are(board, early, other, middle)
    await board.page.keyboard.press("Escape")
    await board.page.keyboard.press("Control+KeyA")
    await picked_are(board, early, middle, other, crews)
    await board.page.keyboard.press("Escape")

    await filters_leave(board, "Бригада", "Бригада Рината", rows={crews}, people=[cast.rinat, cast.timur])
    await filters_leave(board, "Территория", "Питер", rows={early, middle}, people=[cast.pavel], tray=0)
    await filters_leave(board, "Вид работ", "монтаж", rows={crews}, tray=0)
    await filters_leave(board, "Состояние", "принят", rows=set())

    await board.page.get_by_role("button", name="Вид", exact=True).click()
    palette = board.page.get_by_label("Цвет показывает")
    for name, tones in {
        "kind": ("colour-0", "colour-1"),
        "team": ("planned", "colour-0"),
        "due": ("due-today|due-later", "due-today|due-later"),
        "status": ("offered", "offered"),
    }.items():
        await palette.select_option(name)
        for visit, tone in zip((early, crews), tones, strict=True):
            assert await board.visit(visit).get_attribute("data-tone") in tone.split("|"), name
        if name == "kind":
            await assert_everybody_can_use(board.page)
    await board.page.keyboard.press("Escape")

    await board.visit(early).focus()
    await board.page.keyboard.press("KeyN")
    await expect(board.page.get_by_label("Пожелания")).to_be_visible()


async def draw_a_frame(board: BoardOnScreen, *, around: list[str]) -> None:
    """From empty time to empty time."""
    boxes = [await board.visit(one).bounding_box() for one in around]
    known = [box for box in boxes if box]
    mouse = board.page.mouse
    await mouse.move(min(box["x"] for box in known) - 12, known[0]["y"] + 4)
    await mouse.down()
    await mouse.move(max(box["x"] + box["width"] for box in known) + 12, known[0]["y"] + 20, steps=3)
    await mouse.up()


async def picked_are(board: BoardOnScreen, *visits: str) -> None:
    await expect(board.page.locator("[data-visit][aria-selected=true]:not([data-shared])")).to_have_count(
        len(visits)
    )
    for one in visits:
        await expect(board.visit(one)).to_have_attribute("aria-selected", "true")


async def filters_leave(
    board: BoardOnScreen,
    filter_name: str,
    choice: str,
    *,
    rows: set[str],
    people: list[Person] | None = None,
    tray: int = 1,
) -> None:
    """The visits and, if they are named, the people that stay. Then the filter is taken away."""
    await board.page.get_by_label(filter_name, exact=True).select_option(label=choice)
    shown = board.page.locator("[data-visit]:not([data-shared])")
    await expect(shown).to_have_count(len(rows))
    assert {await one.get_attribute("data-visit") for one in await shown.all()} == rows, filter_name
    await expect(board.page.locator("[data-count]")).to_have_text(str(tray))
    for person in people or []:
        await expect(board.row(person)).to_be_visible()
    if people is not None:
        await expect(board.page.locator('[data-row^="person"]')).to_have_count(len(people))
    await board.page.get_by_role("button", name="Сбросить").click()


async def test_people_and_sites_on_the_map_are_shown_and_dragged(
    open_face: OpenFace, live_cast: Cast
) -> None:
    cast = live_cast
    await stand(cast.pavel, lon=37.66, minutes_ago=0)
    await stand(cast.nikolai, lon=37.56, minutes_ago=20)
    await stand(cast.timur, lon=37.70, minutes_ago=0)
    await set_out(cast, cast.timur)
    page = (await open_face("/console/map", cast.olga)).page
    for person, state in (
        (cast.pavel, "свободен"),
        (cast.nikolai, "не слышно больше 15 мин"),
        (cast.timur, "на задании"),
    ):
        await expect(page.get_by_role("listitem").filter(has_text=person.name)).to_contain_text(state)
    await expect(labels(page, "Николай Седов")).to_contain_text("20 мин назад")
    for colour in ("--good", "--line-strong", "--accent"):
        await dot(page, colour)

    await an_offer(cast, cast.nikolai, hour=14)
    visit = await an_offer(cast, cast.pavel, hour=14)
    job = await a_job(cast, point=(37.60, 55.73))
    board = await open_board(open_face, cast, "&q=Громов")
    page = board.page
    await page.get_by_role("button", name="Карта", exact=True).click()
    await expect(labels(page, "Павел Громов")).to_be_visible()

    await page.mouse.click(*await dot(page, "--s-offered"))
    await expect(board.visit(visit)).to_be_focused()
    await it_does_not_lock_the_map(page)
    await an_edge_gives_nothing_away(board, visit)

    await carry(page, await dot(page, "--s-offered"), await dot(page, "--line-strong"))
    await expect(board.label).to_contain_text("Отдать: Николай Седов")
    await board.drop()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Кто").locator("option:checked")).to_contain_text("Николай Седов")
    await expect(dialog).to_contain_text("Так нельзя: другой выезд в это время")
    await dialog.get_by_label("Начало").fill("17:00")
    await expect(dialog).to_contain_text("Правила соблюдены")
    await dialog.get_by_role("button", name="Назначить").click()
    await board.until_stored(visit, is_at(cast.nikolai, tomorrow_at(17)))

    await page.get_by_role("button", name="Сбросить").click()
    await expect(page.locator(f'[data-work="{job}"]')).to_have_css("opacity", "1")
    await page.get_by_role("button", name="Показать всё").click()
    row = await board.row(cast.pavel).bounding_box()
    assert row
    await carry(page, await dot(page, "--s-planned"), (450, row["y"] + 10))
    await it_scrolls_at_the_edge(page, row["y"] + 10)
    await page.mouse.move(450, row["y"] + 10)
    await expect(board.label).to_contain_text("Можно ставить")
    await board.drop()
    await expect(page.locator("[data-count]")).to_have_text("0")
    [made] = (await cast.olga.get(f"/visits?job_id={job}")).json()["items"]
    assert (made["status"], made["worker_id"]) == ("offered", str(cast.pavel.id))


async def it_does_not_lock_the_map(page: Page) -> None:
    """A finger on a visit, and a pointer that is taken away."""
    the_map = page.locator(".leaflet-container")
    at = await dot(page, "--s-offered")
    await page.evaluate(TOUCH, at)
    await expect(the_map).to_have_class(MAY_MOVE)
    await page.mouse.move(*at)
    await page.mouse.down()
    await expect(the_map).not_to_have_class(MAY_MOVE)
    await page.evaluate("dispatchEvent(new PointerEvent('pointercancel'))")
    await expect(the_map).to_have_class(MAY_MOVE)
    await page.mouse.up()


async def an_edge_gives_nothing_away(board: BoardOnScreen, visit: str) -> None:
    """Whoever makes a visit longer may pass over the dot of a person."""
    page = board.page
    block = await board.visit(visit).bounding_box()
    assert block
    edge = (block["x"] + block["width"] - 2, block["y"] + block["height"] / 2)
    await carry(page, edge, await dot(page, "--line-strong"))
    await expect(board.visit(visit)).to_have_class(re.compile("dragged"))
    await expect(board.label).not_to_contain_text("Отдать")
    await page.evaluate("dispatchEvent(new PointerEvent('pointercancel'))")
    await page.mouse.up()


async def it_scrolls_at_the_edge(page: Page, y: float) -> None:
    grid = page.locator("[role=grid]")
    box = await grid.bounding_box()
    assert box
    scrolled = "grid => grid.scrollLeft"
    before = await grid.evaluate(scrolled)
    await page.mouse.move(box["x"] + box["width"] - 10, y)

    async def is_farther() -> bool:
        return bool(await grid.evaluate(scrolled) > before)

    await until(is_farther)


MAY_MOVE = re.compile("leaflet-grab")
TOUCH = """([clientX, clientY]) => {
  const canvas = document.querySelector('.leaflet-overlay-pane canvas');
  const at = { clientX, clientY, bubbles: true };
  canvas.dispatchEvent(new PointerEvent('pointerdown', { ...at, pointerType: 'touch' }));
  canvas.dispatchEvent(new PointerEvent('pointerup', { ...at, pointerType: 'touch' }));
  canvas.dispatchEvent(new MouseEvent('mousedown', at));
  canvas.dispatchEvent(new MouseEvent('mouseup', at));
}"""
"""What a browser tells of a finger, in this order."""


async def stand(person: Person, *, lon: float, minutes_ago: int) -> None:
    """He has agreed to be located, and is seen there."""
    await consent(person)
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago, seconds=5)
    ping = {"at": iso(at), "lat": 55.752, "lon": lon, "accuracy_m": 8.0}
    assert (await ok(await person.post("/tracking/pings", {"pings": [ping]})))["taken"] == 1


async def set_out(cast: Cast, person: Person) -> None:
    """To an installation that begins in an hour."""
    visit = await a_planned_visit(cast, starts_at=datetime.now(UTC) + timedelta(hours=1), kind="installation")
    await ok(await cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(person.id)}))
    for step in ("accept", "depart"):
        await ok(await person.post(f"/field/visits/{visit}/{step}", a_command(datetime.now(UTC))))


def labels(page: Page, name: str) -> Any:
    """What stands beside a person's dot."""
    return page.locator(".leaflet-tooltip.name").filter(has_text=name)


FIND = """(name) => {
  const canvas = document.querySelector('.leaflet-overlay-pane canvas');
  const probe = document.createElement('i');
  probe.style.color = getComputedStyle(document.documentElement).getPropertyValue(name);
  document.body.append(probe);
  const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
  probe.remove();
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const found = [];
  for (let at = 0; at < width * height; at++)
    if (data[at * 4] === r && data[at * 4 + 1] === g && data[at * 4 + 2] === b) found.push(at);
  const box = canvas.getBoundingClientRect();
  const middle = (all) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const x = middle(found.map((at) => at % width)), y = middle(found.map((at) => Math.floor(at / width)));
  return { count: found.length, x: box.left + x * (box.width / width), y: box.top + y * (box.height / height) };
}"""
"""The pixels of a colour on the canvas of the map: dots are no elements."""


async def dot(page: Page, colour: str) -> tuple[float, float]:
    """Where the only dot of this colour is, once the map stands still."""
    seen: list[dict[str, float]] = [{}]

    async def stands_still() -> bool:
        seen.append(await page.evaluate(FIND, colour))
        return seen[-1]["count"] > 20 and seen[-1] == seen[-2]

    await until(stands_still, patience_s=10)
    return seen[-1]["x"], seen[-1]["y"]


async def carry(page: Page, since: tuple[float, float], to: tuple[float, float]) -> None:
    """Without letting go."""
    await page.mouse.move(*since)
    await page.mouse.down()
    await page.mouse.move(since[0] + 8, since[1], steps=2)
    await page.mouse.move(*to, steps=4)
