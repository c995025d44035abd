"""A person calls: what the dispatcher types is not lost, and becomes a visit without a map of streets."""

import re

from playwright.async_api import Dialog, Page, expect

from tests.cast import Cast
from tests.crm.given import ok
from tests.web.conftest import OpenFace

PLACES = {
    "55.7558, 37.6173": "55.7558, 37.6173",
    "55.7558 37.6173": "55.7558, 37.6173",
    "https://yandex.ru/maps/213/moscow/?ll=37.6173%2C55.7558&z=16": "55.7558, 37.6173",
    "https://yandex.ru/maps/?ll=30.1%2C59.9&whatshere%5Bpoint%5D=37.6173%2C55.7558&z=17": "55.7558, 37.6173",
    "https://2gis.ru/moscow/geo/4504127908589159/37.6173,55.7558?m=37.5,55.5%2F17": "55.7558, 37.6173",
    "https://2gis.ru/moscow?m=37.6173%2C55.7558%2F16": "55.7558, 37.6173",
    "https://www.google.com/maps/@55.7558,37.6173,17z": "55.7558, 37.6173",
    "https://www.google.com/maps/place/X/@55.1,37.1,17z/data=!3d55.7558!4d37.6173": "55.7558, 37.6173",
    "https://www.openstreetmap.org/#map=17/55.7558/37.6173": "55.7558, 37.6173",
    "https://yandex.ru/maps/?poi%5Bpoint%5D=37.6173%2C55.7558&ll=37.5%2C55.5": "55.7558, 37.6173",
    "https://yandex.ru/maps/?pt=37.6173,55.7558&ll=37.5,55.5": "55.7558, 37.6173",
    "55,7558 37,6173": "55.7558, 37.6173",
    "-33.85, 151.21": "-33.85, 151.21",
}
NO_PLACES = ("Тверская, 12", "https://example.org/?ll=37.6,55.7", "95.1, 37.6", "55.75", "55,75")


async def test_a_call_is_written_down_and_booked(open_face: OpenFace, live_cast: Cast) -> None:
    page = (await open_face("/console/requests", live_cast.olga)).page
    await page.get_by_role("link", name="Новое обращение").click()
    await page.get_by_label("Как зовут").fill("Кузнецова Анна Петровна")
    await page.get_by_label("Адрес").fill("Москва, Арбат, 10")
    await it_is_not_left_without_a_question(page)
    await page.get_by_role("button", name="Записать").click()
    await page.get_by_role("button", name="Записать на замер").click()

    await expect(page.get_by_label("Фамилия")).to_have_value("Кузнецова")
    await expect(page.get_by_label("Имя и отчество")).to_have_value("Анна Петровна")
    await expect(page.get_by_text("Не хватает: места на карте, дня и часа.")).to_be_visible()
    place = page.get_by_label("Координаты или ссылка на карту")
    for copied in NO_PLACES:
        await place.fill(copied)
        await place.press("Tab")
        await expect(page.get_by_role("alert"), copied).to_contain_text("Здесь нет координат")
    for copied, shown in PLACES.items():
        await place.fill(copied)
        await place.press("Tab")
        await expect(place, copied).to_have_value(shown)
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.get_by_text("Не хватает: дня и часа.")).to_be_visible()


async def test_the_surname_is_told_from_the_patronymic(open_face: OpenFace, live_cast: Cast) -> None:
    page = (await open_face("/console/requests", live_cast.olga)).page
    for said, surname, name in (
        ("Иван Петрович Абрамович", "Абрамович", "Иван Петрович"),
        ("Абрамович Иван Ильич", "Абрамович", "Иван Ильич"),
        ("Анна Сергеевна", "", "Анна Сергеевна"),
        ("Мастер Окон ООО", "", "Мастер Окон ООО"),
    ):
        made = await ok(await live_cast.olga.post("/requests", {"channel": "phone", "contact_name": said}))
        await page.goto(f"/console/requests/{made['id']}")
        await page.get_by_role("button", name="Записать на замер").click()
        await expect(page.get_by_label("Фамилия"), said).to_have_value(surname)
        await expect(page.get_by_label("Имя и отчество"), said).to_have_value(name)


async def it_is_not_left_without_a_question(page: Page) -> None:
    asked: list[str] = []
    answers = [False, False, False, True]

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await (dialog.accept() if answers[len(asked) - 1] else dialog.dismiss())

    page.on("dialog", answer)
    typed = page.get_by_label("Как зовут")
    await page.get_by_label("Телефон").fill("12345")
    await page.get_by_role("button", name="Записать").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_role("link", name="Клиенты").click()
    await page.get_by_role("link", name="Заказы").click()
    await expect(typed).to_have_value("Кузнецова Анна Петровна")
    await page.go_back()
    await expect(typed).to_have_value("Кузнецова Анна Петровна")
    await expect(page).to_have_url(re.compile("/requests/new$"))
    await page.go_back()
    await expect(typed).to_have_count(0)
    await expect(page).to_have_url(re.compile("/requests$"))
    assert asked == ["Введённое не сохранено. Уйти со страницы?"] * 4

    await page.go_forward()
    await typed.fill("Кузнецова Анна Петровна")
    await page.get_by_label("Адрес").fill("Москва, Арбат, 10")
