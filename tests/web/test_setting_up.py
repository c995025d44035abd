"""An owner sets up his company in the console: people, crews, territories, job types, forms, messages, prices."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.cast import Cast
from tests.web.conftest import OpenFace, assert_everybody_can_use


@pytest.fixture
async def page(open_face: OpenFace, live_cast: Cast) -> Page:
    return (await open_face("/console/people", live_cast.irina)).page


async def go(page: Page, path: str) -> None:
    """As a link does: without loading the console again."""
    await page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }", path
    )


async def test_workers_get_skills_shifts_and_a_day_off(page: Page, live_cast: Cast) -> None:
    await page.get_by_role("link", name="Павел Громов").click()
    await page.get_by_role("checkbox", name="Монтаж").check()
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.locator(".toasts")).to_contain_text("Сохранено")
    await page.get_by_text("Добавить отсутствие").click()
    await page.get_by_label("Примечание").fill("к врачу")
    await page.locator("form", has=page.get_by_label("Примечание")).get_by_role("button").click()
    await expect(page.get_by_text("к врачу")).to_be_visible()
    worker = (await live_cast.irina.get(f"/workers/{live_cast.pavel.id}")).json()
    assert sorted(worker["skills"]) == ["install", "measure"]

    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    await page.get_by_role("button", name="Исправить время…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("День").fill(yesterday.isoformat())
    await dialog.get_by_label("Причина").fill("Забыл отметить")
    await dialog.get_by_role("button", name="Исправить").click()
    await expect(dialog).to_be_hidden()
    days = f"from={yesterday}&to={yesterday + timedelta(days=1)}"
    sheet = (await live_cast.irina.get(f"/workers/{live_cast.pavel.id}/timesheet?{days}")).json()
    assert sheet["total"]["work_s"] == 3600
    await assert_everybody_can_use(page)

    await page.get_by_role("link", name="Сотрудники").click()
    await page.get_by_role("button", name="Навыки…").click()
    await dialog.get_by_label("Название", exact=True).fill("Остекление балконов")
    await dialog.get_by_label("Код латиницей").fill("balcony")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(dialog).to_be_hidden()
    skills = (await live_cast.irina.get("/skills")).json()["items"]
    assert {"code": "balcony", "name": "Остекление балконов"} in skills


async def test_a_territory_is_drawn_on_the_map(page: Page, live_cast: Cast) -> None:
    await go(page, "/console/people/territories")
    await page.get_by_role("button", name="Нарисовать территорию").click()
    box = await page.get_by_role("application").bounding_box()
    assert box is not None
    for x, y in [(0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6)]:
        await page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    await page.get_by_label("Название").fill("Центр")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("Центр")).to_be_visible()
    [drawn] = (await live_cast.irina.get("/territories")).json()["items"]
    assert len(drawn["coordinates"][0]) == 5
    await assert_everybody_can_use(page)


async def check_requisites(page: Page) -> None:
    """A wrong BIC is found in the form, with words beside it."""
    bic = page.get_by_label("БИК")
    for written, is_right in (("abc", False), ("04452522", False), ("044525225", True), ("", True)):
        await bic.fill(written)
        assert await bic.evaluate("input => input.checkValidity()") is is_right, written
    await expect(page.get_by_text("9 цифр", exact=True)).to_be_visible()


async def test_job_types_forms_messages_and_prices(page: Page, live_cast: Cast) -> None:
    foam = {"code": "foam", "name_ru": "Пена", "name_en": "Foam", "unit": "pcs"}
    assert (await live_cast.irina.post("/materials", foam)).status_code == 201
    await go(page, f"/console/settings/job-types?on={live_cast.measurement_type_id}")
    await page.get_by_label("Время на ответ, минут").fill("20")
    await page.get_by_role("button", name="Сохранить").first.click()
    await expect(page.locator(".toasts")).to_contain_text("Сохранено")
    await page.get_by_label("Пена: На проём").fill("2")
    await page.get_by_role("button", name="Сохранить").last.click()
    await expect(page.locator(".toasts").get_by_text("Сохранено")).to_have_count(2)
    norms = (await live_cast.irina.get(f"/job-types/{live_cast.measurement_type_id}/materials")).json()[
        "items"
    ]
    assert [(one["code"], one["per_job"], one["per_opening"]) for one in norms] == [("foam", 0, 2)]
    await assert_everybody_can_use(page)

    await go(page, "/console/settings/forms?on=new")
    await page.get_by_label("Название по-русски").fill("Сдача работ")
    await page.get_by_label("Код формы").fill("handover")
    await page.get_by_role("button", name="Добавить вопрос").click()
    await page.get_by_label("Вопрос по-русски").fill("Изделия стоят по уровню?")
    await page.get_by_role("button", name="Добавить вопрос").click()
    await page.get_by_label("Вопрос по-русски").last.fill("На сколько отклоняются, мм?")
    await page.get_by_label("Ответ").last.select_option("number")
    await page.get_by_label("не больше").fill("20")
    await page.get_by_label("Показывать").select_option(index=1)
    await page.get_by_role("checkbox", name="нет").check()
    await page.get_by_role("checkbox", name="да", exact=True).uncheck()
    await page.get_by_role("button", name="Сохранить черновик").click()
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(page.get_by_text("Опубликована версия 1")).to_be_visible()
    [form] = (await live_cast.irina.get("/forms")).json()["items"]
    asked = form["draft"]["schema"]["properties"]["q2"]
    assert (asked["type"], asked["maximum"]) == ("number", 20)
    assert asked["x-shown-if"] == {"field": "q1", "any_of": [False]}

    await go(page, "/console/settings/templates?kind=on_my_way")
    await page.get_by_label("SMS").first.fill("{company}: {worker} едет, ждите к {expected}.")
    await page.get_by_label("Очередь").select_option(label="2. разочарованному клиенту")
    await page.get_by_role("button", name="Сохранить черновик").click()
    await expect(page.get_by_text("Как это выглядит")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"знаков, \d част")).first).to_be_visible()
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(page.get_by_text("Опубликована версия 1")).to_be_visible()
    await expect(page.get_by_label("Очередь")).to_have_value("recovery")
    await assert_everybody_can_use(page)

    await go(page, "/console/settings/prices")
    await page.get_by_role("button", name="Добавить").click()
    for label, value in {
        "Код": "fit_window",
        "Название по-русски": "Монтаж окна",
        "Название по-английски": "Fitting",
    }.items():
        await page.get_by_label(label, exact=True).fill(value)
    await page.get_by_label("Цена, ₽").fill("3 500,50")
    await page.get_by_label("Вознаграждение, ₽").fill("900")
    await page.get_by_role("dialog").get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("Монтаж окна")).to_be_visible()
    [item] = (await live_cast.irina.get("/work-items")).json()["items"]
    assert (item["price_kop"], item["reward_kop"]) == (350050, 90000)


async def test_every_setting_is_readable_in_both_languages_and_themes(page: Page) -> None:
    await go(page, "/console/settings")
    await check_requisites(page)
    for path in ("", "/users", "/materials", "/tracking"):
        await go(page, f"/console/settings{path}")
        await expect(page.locator("main section")).to_be_visible()
        await expect(page.locator("main .loading")).to_have_count(0)
        await assert_everybody_can_use(page)
    await page.get_by_role("button", name="Ирина Орлова").click()
    await page.get_by_label("Язык").select_option("en")
    await expect(page.get_by_role("link", name="Settings", exact=True)).to_be_visible()
    await assert_everybody_can_use(page)
