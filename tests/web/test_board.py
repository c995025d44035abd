"""The schedule board in a browser: what a dispatcher does with it, and what another one sees of that."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from playwright.async_api import Page, Route, expect

from tests.cast import Cast, Person
from tests.dispatch.given import a_job
from tests.web.board import BoardOnScreen, an_offer, is_at, iso, open_board
from tests.web.conftest import OpenFace, assert_everybody_can_use
from tests.web.days import tomorrow, tomorrow_at


async def test_a_visit_is_dragged_to_another_person_and_taken_back(
    open_face: OpenFace, live_cast: Cast
) -> None:
    cast = live_cast
    visit = await an_offer(cast, cast.pavel, hour=12)
    board = await open_board(open_face, cast)

    await board.drag(board.visit(visit), to=cast.nikolai, hours=1)
    await expect(board.page.locator("[data-slot]")).to_contain_text("13:00–14:00")
    await expect(board.label).to_contain_text("Николай Седов")
    await expect(board.label).to_contain_text("Можно ставить")
    await board.drop()
    await expect(board.row(cast.nikolai).locator(f'[data-visit="{visit}"]')).to_be_visible()
    await board.until_stored(visit, is_at(cast.nikolai, tomorrow_at(13)))

    await board.page.keyboard.press("Control+z")
    await board.until_stored(visit, is_at(cast.pavel, tomorrow_at(12)))
    await expect(board.row(cast.pavel).locator(f'[data-visit="{visit}"]')).to_be_visible()

    await board.visit(visit).focus()
    await board.page.keyboard.press("Alt+ArrowRight")
    await board.until_stored(visit, is_at(cast.pavel, tomorrow_at(12.25)))
    await expect(board.visit(visit)).to_be_focused()
    await board.page.keyboard.press("Alt+ArrowUp")
    await board.until_stored(visit, is_at(cast.nikolai, tomorrow_at(12.25)))

    await board.stretch(visit, hours=0.5)
    await board.until_stored(visit, lambda one: ends_at(one, tomorrow_at(13.75)))
    await board.drag(board.visit(visit), to=None)
    await board.page.locator("[data-tray]").hover()
    await expect(board.label).to_contain_text("Отозвать предложение")
    await board.drop()
    await board.until_stored(visit, is_at(None, tomorrow_at(12.25)))
    await expect(board.page.locator('[data-row="nobody"] [data-visit]')).to_have_count(1)

    await board.page.keyboard.press("Control+z")
    await board.until_stored(visit, is_at(cast.nikolai, tomorrow_at(12.25)))
    await board.page.keyboard.press("Control+z")
    await board.until_stored(visit, lambda one: ends_at(one, tomorrow_at(13.25)))

    await lose_the_next_answers(board.page)
    await board.visit(visit).focus()
    await board.page.keyboard.press("Alt+ArrowDown")
    await expect(board.page.locator(".problem")).to_be_visible()
    await board.until_stored(visit, is_at(cast.pavel, tomorrow_at(12.25)))
    await expect(board.row(cast.pavel).locator(f'[data-visit="{visit}"]')).to_be_visible(timeout=15_000)
    await expect(board.page.locator(".problem")).to_have_count(0)


async def lose_the_next_answers(page: Page) -> None:
    """A command is done, but its answer is lost, and so are the answers of the first reads after it."""

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/place", lose, times=1)
    await page.route("**/api/v1/board/visits*", lose, times=2)


async def test_what_a_drop_would_break_is_told_before_it(open_face: OpenFace, live_cast: Cast) -> None:
    cast = live_cast
    await an_offer(cast, cast.pavel, hour=10)
    visit = await an_offer(cast, cast.nikolai, hour=12)
    board = await open_board(open_face, cast)

    await board.drag(board.visit(visit), to=cast.pavel, hours=-2)
    await expect(board.label).to_contain_text("Так нельзя: другой выезд в это время")
    await board.drop()
    await expect(board.page.get_by_text("Сюда поставить нельзя.")).to_be_visible()
    assert is_at(cast.nikolai, tomorrow_at(12))(await board.stored(visit))

    await board.drag(board.visit(visit), to=cast.timur)
    await expect(board.label).to_contain_text("нет навыка: Замер")
    await board.drop()
    await board.page.get_by_role("button", name="Не делать").click()
    await expect(board.row(cast.nikolai).locator(f'[data-visit="{visit}"]')).to_be_visible()
    assert is_at(cast.nikolai, tomorrow_at(12))(await board.stored(visit))

    await board.drag(board.visit(visit), to=cast.timur)
    await board.drop()
    await board.page.get_by_label("Причина").fill("Замерщики заняты")
    await board.page.get_by_role("button", name="Всё равно сделать").click()
    await board.until_stored(visit, is_at(cast.timur, tomorrow_at(12)))

    await board.visit(visit).click(button="right")
    await board.page.get_by_role("menuitem", name="Закрепить").click()
    await board.until_stored(visit, lambda one: one["is_pinned"])
    await board.drag(board.visit(visit), hours=1)
    await expect(board.label).to_have_count(0)
    await board.drop()


async def test_work_is_dragged_from_the_tray(open_face: OpenFace, live_cast: Cast) -> None:
    cast = live_cast
    job, _ = await a_job(cast), await a_job(cast)
    board = await open_board(open_face, cast)
    count = board.page.locator("[data-count]")
    await expect(count).to_have_text("2")

    await board.page.locator(f'[data-work="{job}"]').hover()
    await board.page.mouse.down()
    row = await board.row(cast.pavel).bounding_box()
    assert row
    await board.page.mouse.move(row["x"] + 500, row["y"] + 10, steps=4)
    await expect(board.label).to_contain_text("Можно ставить")
    await board.drop()
    await expect(board.row(cast.pavel).locator("time")).to_have_count(1)
    await expect(count).to_have_text("1")
    [visit] = (await cast.olga.get(f"/visits?job_id={job}")).json()["items"]
    assert (visit["status"], visit["worker_id"]) == ("offered", str(cast.pavel.id))
    shown = await board.row(cast.pavel).locator("time").inner_text()
    left = datetime.fromisoformat(visit["accept_by"]) - datetime.now(UTC)
    assert abs(seconds_in(shown) - left.total_seconds()) < 5

    await board.page.get_by_role("button", name="Отменить", exact=True).click()
    await expect(count).to_have_text("2")
    assert (await board.stored(visit["id"]))["status"] == "canceled"

    await board.page.locator(f'[data-work="{job}"]').press("Enter")
    await board.page.get_by_label("Начало").fill("15:00")
    await board.page.get_by_label("Кто").select_option(label="Николай Седов")
    await expect(board.page.get_by_text("Правила соблюдены")).to_be_visible()
    await board.page.get_by_role("button", name="Назначить", exact=True).click()
    await expect(board.row(cast.nikolai).locator("[data-visit]")).to_have_count(1)

    visits = (await cast.olga.get(f"/visits?job_id={job}")).json()["items"]
    [visit] = [one for one in visits if one["status"] == "offered"]
    pin, version = {"is_pinned": True}, f'"{visit["version"]}"'
    pinned = await cast.sergei.post(f"/visits/{visit['id']}/pin", pin, if_match=version)
    assert pinned.status_code == 200, pinned.text
    await board.page.keyboard.press("Control+z")
    await expect(board.page.get_by_text("выезд уже изменил(а) Сергей")).to_be_visible()
    assert (await board.stored(visit["id"]))["status"] == "offered"


async def test_two_dispatchers_see_each_other(open_face: OpenFace, live_cast: Cast) -> None:
    cast = live_cast
    visit = await an_offer(cast, cast.pavel, hour=12)
    olgas = await open_board(open_face, cast)
    sergeis = await open_board(open_face, cast, person=cast.sergei)

    await olgas.drag(olgas.visit(visit), to=cast.nikolai)
    await expect(olgas.label).to_contain_text("Можно ставить")
    await olgas.drop()
    await expect(sergeis.row(cast.nikolai).locator(f'[data-visit="{visit}"]')).to_be_visible()

    await hold_news(sergeis.page)
    await olgas.visit(visit).focus()
    await olgas.page.keyboard.press("Alt+ArrowRight")
    await olgas.until_stored(visit, is_at(cast.nikolai, tomorrow_at(12.25)))
    await sergeis.drag(sergeis.visit(visit), to=cast.pavel)
    await sergeis.drop()
    await expect(sergeis.page.get_by_text("выезд уже изменил(а) Ольга Белова")).to_be_visible()
    await expect(sergeis.row(cast.nikolai).locator(f'[data-visit="{visit}"]')).to_be_visible()
    assert is_at(cast.nikolai, tomorrow_at(12.25))(await olgas.stored(visit))

    await olgas.drag(olgas.visit(visit), hours=2)
    await move_as_sergei(olgas, visit, cast.pavel, 15)
    await expect(olgas.row(cast.pavel).locator(f'[data-visit="{visit}"]')).to_be_visible()
    await olgas.drop()
    await expect(olgas.page.get_by_text("выезд уже изменил(а) Сергей")).to_be_visible()
    async with olgas.page.expect_response("**/place") as undone:
        await olgas.page.keyboard.press("Control+z")
    assert (await undone.value).status == 412
    await expect(olgas.row(cast.pavel).locator(f'[data-visit="{visit}"]')).to_be_visible()
    assert is_at(cast.pavel, tomorrow_at(15))(await olgas.stored(visit))


async def move_as_sergei(board: BoardOnScreen, visit_id: str, person: Person, hour: int) -> None:
    place = {"worker_id": str(person.id), "starts_at": iso(tomorrow_at(hour))}
    version = (await board.stored(visit_id))["version"]
    answer = await board.cast.sergei.post(f"/visits/{visit_id}/place", place, if_match=f'"{version}"')
    assert answer.status_code == 200, answer.text


async def hold_news(page: Page) -> None:
    """What others change is not read until this page sends a command itself."""
    sent = asyncio.Event()

    async def wait(route: Route) -> None:
        await sent.wait()
        await route.continue_()

    async def send(route: Route) -> None:
        sent.set()
        await route.continue_()

    await page.route("**/api/v1/board/visits*", wait)
    await page.route("**/place", send)


async def test_a_dispatcher_finds_her_way(open_face: OpenFace, live_cast: Cast) -> None:
    cast = live_cast
    first = await an_offer(cast, cast.pavel, hour=12)
    second = await an_offer(cast, cast.nikolai, hour=14)
    await cast.olga.post(f"/visits/{second}/client-answers", {"says": "yes"})
    board = await open_board(open_face, cast, "&skill=measure&q=Котова")
    page = board.page

    await expect(board.row(cast.timur)).to_have_count(0)
    await expect(page.get_by_label("Навык")).to_have_value("measure")
    await page.get_by_label("Мои отборы").select_option(label="Сохранить отбор…")
    await page.get_by_label("Название").fill("Замерщики")
    await page.get_by_role("button", name="Сохранить", exact=True).click()
    await expect(page.get_by_label("Мои отборы").locator("option:checked")).to_have_text("Замерщики")
    await page.keyboard.press("/")
    await page.keyboard.type(" Нетакого")
    await expect(board.visit(first)).to_have_css("opacity", "0.28")
    assert "q=" in page.url
    await page.get_by_role("button", name="Сбросить").click()
    await expect(board.row(cast.timur)).to_have_count(1)
    await page.get_by_role("button", name="Не подтверждены").click()
    await expect(board.visit(second)).to_have_css("opacity", "0.28")
    await expect(board.visit(first)).to_have_css("opacity", "1")
    await page.get_by_role("button", name="Не подтверждены").click()

    await page.keyboard.press("KeyW")
    await expect(page.get_by_role("button", name="Неделя")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("KeyD")
    await board.visit(first).click(modifiers=["ControlOrMeta"])
    await board.visit(second).click(modifiers=["ControlOrMeta"])
    await expect(page.get_by_role("toolbar")).to_contain_text("Выделено: 2 выезда")
    await page.get_by_role("button", name="На день позже").click()
    await board.until_stored(first, is_at(cast.pavel, tomorrow_at(36)))
    await board.until_stored(second, is_at(cast.nikolai, tomorrow_at(38)))
    await expect(page.get_by_text("Сделано: 2 из 2")).to_be_visible()
    await page.keyboard.press("Control+z")
    await board.until_stored(first, is_at(cast.pavel, tomorrow_at(12)))
    await page.keyboard.press("Escape")

    await board.visit(first).hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("Павел Громов")
    await page.get_by_role("button", name="Вид", exact=True).click()
    await page.get_by_label("Цвет показывает").select_option("kind")
    await expect(board.visit(first)).to_have_attribute("data-tone", "colour-0")
    await page.get_by_label("Цвет показывает").select_option("status")
    await page.get_by_label("Шаг перетаскивания").select_option("30")
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("Цвет показывает")).to_be_hidden()
    await board.visit(first).focus()
    await page.keyboard.press("Alt+ArrowLeft")
    await board.until_stored(first, is_at(cast.pavel, tomorrow_at(11.5)))
    await assert_everybody_can_use(page)

    await assert_the_next_day_is_shown_although_the_board_is_read_anew(board)


async def assert_the_next_day_is_shown_although_the_board_is_read_anew(board: BoardOnScreen) -> None:
    """The answer for the next day comes after news for which the whole board is read."""
    visit = await an_offer(board.cast, board.cast.pavel, hour=40)
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def wait(route: Route) -> None:
        asked.set()
        await goes_on.wait()
        await route.continue_()

    await board.page.route("**/api/v1/board?*", wait)
    await board.page.keyboard.press("BracketRight")
    await asked.wait()
    await a_job(board.cast)
    await asyncio.sleep(0.8)  # the news has come, and the board has waited for more of it
    goes_on.set()
    await expect(board.visit(visit)).to_be_visible()


async def test_a_board_says_what_wants_attention(open_face: OpenFace, live_cast: Cast) -> None:
    """What the API would not let happen now, such as two visits at once, is put into its answer."""
    cast = live_cast
    visit = await an_offer(cast, cast.pavel, hour=12)
    now = datetime.now(UTC)

    async def add_trouble(route: Route) -> None:
        answer = await route.fetch()
        board = await answer.json()
        [given] = board["visits"]
        half_an_hour_ago = {
            "starts_at": iso(now - timedelta(minutes=30)),
            "ends_at": iso(now + timedelta(minutes=30)),
        }
        late = {**given, **half_an_hour_ago, "id": str(uuid4()), "status": "accepted", "accept_by": None}
        given |= half_an_hour_ago | {"breaks": ["outside_territory"], "escalated_to": "dispatcher"}
        for step in given["ladder"][:2]:
            step["is_done"] = True
        board["visits"].append(late)
        board["shifts"] = [one for one in board["shifts"] if one["worker_id"] != str(cast.timur.id)]
        sick = {"id": str(uuid4()), "worker_id": str(cast.nikolai.id), "kind": "sick"}
        board["absences"] = [{**sick, "starts_at": iso(now), "ends_at": iso(now + timedelta(hours=5))}]
        await route.fulfill(response=answer, json=board)

    opened = await open_face("/console/inbox", cast.olga)
    await opened.page.route("**/api/v1/board?*", add_trouble)
    await opened.page.goto(f"/console/board?day={tomorrow() - timedelta(days=2)}&days=3")
    board = BoardOnScreen(opened.page, cast)

    await expect(board.visit(visit)).to_contain_text("↑2")
    await expect(board.visit(visit).get_by_title("Нарушает: объект вне территории")).to_be_visible()
    await expect(board.row(cast.pavel).locator(".late")).to_have_count(2)
    await expect(board.row(cast.pavel).locator(".double")).to_have_count(2)
    boxes = [await one.bounding_box() for one in await board.row(cast.pavel).locator("[data-visit]").all()]
    assert len({box["y"] for box in boxes if box}) == 2, "they stand one below the other"
    await expect(board.page.locator("[data-now]")).to_be_visible()
    await expect(board.row(cast.nikolai)).to_contain_text("болеет")
    await expect(board.row(cast.timur).locator(".off")).to_have_count(1)
    await expect(board.row(cast.pavel).get_by_role("rowheader")).to_contain_text("%")
    for name in ("Опаздывают 2", "Никто не берёт 1", "Нарушают правила 1"):
        await expect(board.page.get_by_role("button", name=name)).to_be_visible()
    await board.visit(visit).click(button="right")
    await board.page.get_by_role("menuitem", name="Показать на карте").click()
    await expect(board.page.get_by_role("application", name="Карта")).to_be_visible()
    await assert_everybody_can_use(board.page)


def seconds_in(countdown: str) -> int:
    seconds = 0
    for part in countdown.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def ends_at(visit: dict[str, Any], moment: datetime) -> bool:
    return datetime.fromisoformat(visit["ends_at"]) == moment
