"""The daily work in a browser: requests, alerts and inbox, the card of a visit, an order with its money."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Dialog, Locator, Page, expect

from tests.cast import Cast
from tests.clients.given import a_client, a_site
from tests.dispatch.given import a_command, a_job, a_planned_visit
from tests.pictures import a_photo
from tests.stories import tapped, visit_in_progress
from tests.web.conftest import OpenFace, in_theme, serious_findings
from tests.web.given import photograph

BANK = {
    "inn": "7707083893",
    "bank_name": "ПАО Сбербанк, г. Москва",
    "bank_bic": "044525225",
    "bank_account": "40702810138250123017",
    "bank_corr_account": "30101810400000000225",
}
OPENING = {
    "label": "О-1",
    "kind": "window",
    "wall": "panel",
    "room": "Кухня",
    "width_top_mm": 1462,
    "width_middle_mm": 1460,
    "width_bottom_mm": 1461,
    "height_left_mm": 1412,
    "height_middle_mm": 1411,
    "height_right_mm": 1413,
    "diagonal_1_mm": 2032,
    "diagonal_2_mm": 2034,
}

COUNT_TONES = """() => {
  const Node = OscillatorNode;
  window.tones = 0;
  window.OscillatorNode = function (...given) { window.tones++; return new Node(...given); };
}"""
TONES_OF_A_CALL = 2


async def assert_usable(page: Page) -> None:
    """In Russian, light; then in English, dark, without loading the page again."""
    assert await serious_findings(page) == []
    await _choose_language(page, "Язык", "en")
    async with in_theme(page, "dark"):
        assert await serious_findings(page) == []
    await _choose_language(page, "Language", "ru")


async def _choose_language(page: Page, label: str, lang: str) -> None:
    await page.locator("button.who").click()
    await page.get_by_label(label).select_option(lang)
    await page.keyboard.press("Escape")


async def done(answer: Any) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


async def test_a_request_is_written_down_booked_and_offered(live_cast: Cast, open_face: OpenFace) -> None:
    anna = await a_client(live_cast.olga)
    await a_site(live_cast.olga, anna["id"])
    page = (await open_face("/console/requests/new", live_cast.olga)).page

    await expect(page.get_by_role("button", name="Записать")).to_be_disabled()
    await expect(page.get_by_text("пустое обращение не записать")).to_be_visible()
    await page.get_by_label("Телефон").fill("123-45-67")
    await page.get_by_role("button", name="Это он").click()
    await expect(page.get_by_label("Как зовут")).to_have_value("Котова Анна Сергеевна")
    await page.get_by_label("Пожелания").fill("Три окна")
    await assert_usable(page)
    await page.get_by_role("button", name="Записать").click()
    await expect(page.get_by_text("Первый ответ")).to_be_visible()
    await page.get_by_role("link", name="Обращения").first.click()
    row = page.get_by_role("row", name="Котова Анна Сергеевна")
    await expect(row.get_by_text("29:", exact=False)).to_be_visible()
    await assert_usable(page)

    await row.get_by_role("link", name="Котова Анна").click()
    await page.get_by_role("button", name="Записать на замер").click()
    await page.get_by_role("button", name="12:00 2 свободны").last.click()
    await assert_usable(page)
    await page.get_by_role("button", name="Записать", exact=True).click()
    await expect(page.get_by_role("heading", name="Замер №")).to_be_visible()

    await page.get_by_role("button", name="Предложить…").click()
    await page.get_by_role("radio", name="Павел Громов").check()
    await page.get_by_role("button", name="Предложить", exact=True).click()
    await expect(page.get_by_text("Ждём ответа: Павел Громов")).to_be_visible()
    await page.get_by_role("button", name="Передать другому…").click()
    await page.get_by_role("radio", name="Николай Седов").check()
    await page.get_by_role("button", name="Предложить", exact=True).click()
    await expect(page.get_by_text("Ждём ответа: Николай Седов")).to_be_visible()
    await expect(page.get_by_text("напомнить исполнителю").first).to_be_visible()
    await expect(page.locator(".offer time").first).to_contain_text(":")
    await assert_usable(page)


async def test_what_cannot_wait_calls_until_somebody_takes_it(live_cast: Cast, open_face: OpenFace) -> None:
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    request = {"channel": "site", "contact_name": "Борис Ким", "received_at": hour_ago}
    asked = await done(await live_cast.marina.post("/requests", request))
    visit = await a_planned_visit(live_cast, starts_at=datetime.now(UTC) + timedelta(days=1))
    await done(await live_cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(live_cast.pavel.id)}))
    page = (await open_face("/console/inbox", live_cast.olga)).page

    alert = page.get_by_role("row", name="Борис Ким")
    await expect(alert.get_by_text("−30:")).to_be_visible()
    await expect(page.get_by_text("Ждём ответа")).to_be_visible()
    await expect(page).to_have_title("(1) Brigada")
    others = (await open_face("/console/inbox", live_cast.sergei)).page
    await expect(others).to_have_title("(1) Brigada")
    await others.evaluate(COUNT_TONES)
    await others.keyboard.press("Shift")  # a page that nobody has touched may not sound
    await alert.get_by_role("button", name="Беру").click()
    await expect(alert.get_by_text("Ольга Белова")).to_be_visible()
    await expect(page).to_have_title("Brigada")
    await expect(others).to_have_title("Brigada")
    taken = others.get_by_role("row", name="Борис Ким")
    await expect(taken.get_by_text("занимается Ольга Белова")).to_be_visible()
    await expect(taken.get_by_role("button", name="Беру")).to_be_hidden()
    await done(await live_cast.marina.post("/requests", request | {"contact_name": "Вера Юдина"}))
    await expect(others).to_have_title("(1) Brigada")
    assert await others.evaluate("window.tones") == TONES_OF_A_CALL
    await page.get_by_role("row", name="Вера Юдина").get_by_role("button", name="Беру").click()
    await expect(others).to_have_title("Brigada")
    assert await others.evaluate("window.tones") == TONES_OF_A_CALL

    sick = a_command(datetime.now(UTC), reason="sick")
    await done(await live_cast.pavel.post(f"/field/visits/{visit}/decline", sick))
    item = page.get_by_role("row", name="Исполнитель отказался от выезда: болеет")
    await expect(item).to_be_visible()
    await assert_usable(page)
    await item.get_by_role("button", name="Готово").click()
    await expect(item).to_be_hidden()

    await alert.get_by_role("link", name="Борис Ким").click()
    await page.get_by_role("button", name="Закрыть…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Закрыть")).to_be_disabled()
    await dialog.get_by_label("Чем закончилось").select_option("price")
    await dialog.get_by_label("Словами клиента").fill("У соседей дешевле")
    newer = await done(await live_cast.olga.get(f"/requests/{asked['id']}"))
    change = {"comment": "Дача в Химках"}
    await done(
        await live_cast.marina.patch(f"/requests/{asked['id']}", change, if_match=f'"{newer["version"]}"')
    )
    await dialog.get_by_role("button", name="Закрыть").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_text("Дача в Химках")).to_be_visible()
    await dialog.get_by_role("button", name="Закрыть").click()
    await expect(page.get_by_text("цена: У соседей дешевле")).to_be_visible()


async def test_an_order_is_invoiced_and_paid(live_cast: Cast, open_face: OpenFace) -> None:
    company = await done(await live_cast.irina.get("/company"))
    await done(await live_cast.irina.patch("/company", BANK, if_match=f'"{company["version"]}"'))
    job = await done(await live_cast.olga.get(f"/jobs/{await a_job(live_cast)}"))
    order = job["order"]["id"]
    page = (await open_face("/console/orders", live_cast.irina)).page
    await assert_usable(page)
    await page.get_by_role("link", name="Котова Анна").click()

    await _write_an_estimate(page)
    await _write_at_the_same_time(page, live_cast, order)
    await page.get_by_role("button", name="Клиент согласен…").click()
    await expect(page.get_by_label("согласовать, хотя срок вышел")).to_have_count(0)
    await page.get_by_role("button", name="Согласована").click()
    await expect(page.locator(".sums")).to_contain_text("30 000 ₽")

    await page.get_by_text("Счета", exact=True).click()
    await page.get_by_role("button", name="Выставить счёт…").click()
    await page.get_by_role("button", name="Выставить", exact=True).click()
    await expect(page.get_by_role("row", name="на всю сумму").get_by_text("выставлен")).to_be_visible()

    await page.get_by_text("Оплаты и возвраты").click()
    await page.get_by_role("button", name="Записать оплату…").click()
    await page.get_by_label("По счёту").select_option(index=1)
    await page.get_by_role("button", name="Записать", exact=True).click()
    await expect(page.get_by_role("row", name="оплата, перевод")).to_be_visible()
    await expect(page.get_by_role("row", name="на всю сумму").get_by_text("оплачен")).to_be_visible()
    await expect(page.locator(".sums .late")).to_have_count(0)
    await assert_usable(page)
    await page.get_by_role("link", name="Заказы").first.click()
    for tab in ("Счета", "Производство"):
        await page.get_by_role("link", name=tab).click()
        await expect(page.get_by_role("heading", name=tab)).to_be_visible()
        await assert_usable(page)

    visit = await visit_in_progress(live_cast, starts_at=datetime.now(UTC) + timedelta(hours=1))
    taken = {"kind": "prepayment", "amount_kop": 450_000, "method": "cash", "receipt_ref": "7"}
    await done(
        await visit.worker.post(f"/field/visits/{visit.id}/payments", tapped(datetime.now(UTC), **taken))
    )
    await page.get_by_role("link", name="Деньги у исполнителей").click()
    await page.get_by_role("row", name="Павел Громов").get_by_role("button", name="Принять…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Пересчитано, ₽")).to_have_value("4500")
    await dialog.get_by_label("Пересчитано, ₽").fill("4000")
    await dialog.get_by_label("Почему другая сумма").fill("500 ₽ вернёт завтра")
    await dialog.get_by_role("button", name="Принять").click()
    await expect(page.get_by_role("row", name="Павел Громов").locator(".late")).to_have_text("500 ₽")
    await page.get_by_role("button", name="Подробно").click()
    await expect(dialog.get_by_role("row")).to_contain_text("чек 7")
    await expect(dialog.get_by_text("500 ₽ вернёт завтра")).to_be_visible()
    await dialog.get_by_role("button", name="Закрыть").click()
    await assert_usable(page)

    money = await done(await live_cast.galina.get(f"/orders/{order}/money"))
    assert (money["contract_kop"], money["held_kop"], money["due_kop"]) == (3_000_000, 3_000_000, 0)


async def _write_an_estimate(page: Page) -> None:
    """VAT and the discount of 500 ₽ stay when the draft is opened and saved again."""
    await page.get_by_role("button", name="Составить смету").click()
    await page.get_by_label("Что", exact=True).fill("Окно 1400 × 1300")
    await page.get_by_label("Цена, ₽").fill("30 500")
    await page.get_by_label("НДС").select_option("20 %")
    await page.get_by_label("Скидка", exact=True).fill("500")
    await page.get_by_label("Скидка в").select_option("₽")
    await page.get_by_label("Почему такая цена").fill("Второй заказ")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("row", name="в том числе НДС")).to_contain_text("5 000 ₽")
    await page.get_by_role("button", name="Изменить", exact=True).click()
    await expect(page.get_by_label("НДС")).to_have_value("20")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("Смета сохранена")).to_have_count(2)


async def _write_at_the_same_time(page: Page, cast: Cast, order: str) -> None:
    """Olga is faster: what Irina has typed stays, also when she presses Back, and she may insist."""
    stood = (await done(await cast.olga.get(f"/orders/{order}/estimates")))["items"][0]
    await page.get_by_role("button", name="Изменить", exact=True).click()
    await page.get_by_label("Примечание").fill("Два окна")
    theirs = {"lines": [{"part": "goods", "name": "Окно", "unit": "pcs", "quantity": 1, "price_kop": 9900}]}
    await done(await cast.olga.put(f"/estimates/{stood['id']}", theirs, if_match=f'"{stood["version"]}"'))
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(dialog.get_by_text("Так смету сохранил другой сотрудник: 99 ₽")).to_be_visible()
    asked: list[str] = []

    async def stay(question: Dialog) -> None:
        asked.append(question.message)
        await question.dismiss()

    page.once("dialog", stay)
    await page.go_back()
    await expect(dialog.get_by_label("Примечание")).to_have_value("Два окна")
    assert asked == ["Введённое не сохранено. Уйти со страницы?"]
    assert await cut_off(dialog.get_by_label("Убрать строку")) is False
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("Два окна", exact=True)).to_be_visible()


async def cut_off(one: Locator) -> bool:
    """Whether a part of it lies outside what its dialog shows."""
    return await one.evaluate(
        """one => {
          const { right } = one.getBoundingClientRect();
          const frame = one.closest('.scroll').getBoundingClientRect();
          return right > frame.left + one.closest('.scroll').clientWidth;
        }"""
    )


async def test_the_card_shows_the_sketch_and_the_photo_of_a_visit(
    live_cast: Cast, open_face: OpenFace
) -> None:
    visit = await a_planned_visit(live_cast, starts_at=datetime.now(UTC) + timedelta(hours=1))
    await done(await live_cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(live_cast.pavel.id)}))
    for step in ("accept", "depart", "arrive", "start"):
        await done(await live_cast.pavel.post(f"/field/visits/{visit}/{step}", a_command(datetime.now(UTC))))
    sheet = a_command(datetime.now(UTC), openings=[OPENING])
    await done(await live_cast.pavel.post(f"/field/visits/{visit}/measurements", sheet))
    await photograph(live_cast, visit)
    page = (await open_face(f"/console/visits/{visit}", live_cast.olga)).page

    await expect(page.get_by_role("img", name="Эскиз проёма О-1")).to_be_visible()
    picture = page.get_by_role("img", name="Кухня до замера")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    await page.get_by_role("button", name="Открыть: Кухня").click()
    await expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    await page.keyboard.press("Escape")

    for title in ("Чат с исполнителем", "Кто был на объекте", "Почему этот исполнитель", "Деньги"):
        await page.get_by_text(title, exact=True).click()
    await page.get_by_label("Сообщение исполнителю").fill("Сетку считаем")
    await page.get_by_role("button", name="Отправить").click()
    await expect(page.get_by_role("listitem").get_by_text("Сетку считаем")).to_be_visible()
    plan = {"name": "plan.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    await page.locator("input[type=file]").set_input_files(plan)
    await expect(page.get_by_text("Фото: plan.jpg")).to_be_visible()
    await page.get_by_role("button", name="Отправить").click()
    await expect(page.get_by_role("listitem").get_by_role("img", name="Фото из чата")).to_be_visible()
    await expect(page.get_by_text("ещё там")).to_be_visible()
    for title in ("Когда и где снято", "Все записи и исправления"):
        await page.get_by_text(title, exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="нет данных")).to_have_count(2)
    await expect(page.get_by_role("listitem").filter(has_text="Павел Громов: ")).to_be_visible()
    await assert_usable(page)

    site = await _say_otherwise(live_cast, visit)
    await page.get_by_role("link", name="Входящие").click()
    await page.get_by_role("button", name="Верно у исполнителя").click()
    await expect(page.get_by_text("Телефон говорит одно, офис другое")).to_be_hidden()
    assert (await done(await live_cast.olga.get(f"/sites/{site}")))["floor"] == "7"
    await _answer_in_the_chat(page, live_cast, visit)
    await _ask_about_the_quality(page, live_cast, visit)


async def _answer_in_the_chat(page: Page, cast: Cast, visit: str) -> None:
    """What Pavel writes stands in the inbox until Olga opens the chat."""
    job = (await done(await cast.olga.get(f"/visits/{visit}")))["job_id"]
    said = a_command(datetime.now(UTC), text="Ключ у соседки")
    await done(await cast.pavel.post(f"/field/jobs/{job}/messages", said))
    unread = page.get_by_role("row").filter(has_text="Наряд №").get_by_role("link")
    await unread.click()
    await expect(page.get_by_role("listitem").get_by_text("Ключ у соседки")).to_be_visible()


async def _ask_about_the_quality(page: Page, cast: Cast, visit: str) -> None:
    await done(await cast.pavel.post(f"/field/visits/{visit}/complete", a_command(datetime.now(UTC))))
    await page.get_by_role("button", name="Доволен ли клиент…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("отчасти").check()
    await dialog.get_by_label("Слова клиента").fill("Пыльно")
    await dialog.get_by_role("button", name="Записать").click()
    await expect(page.get_by_text("Ответ о качестве записан")).to_be_visible()


async def _say_otherwise(cast: Cast, visit: str) -> str:
    """The office has changed the floor from 5 to 6, and the worker on site from 5 to 7."""
    site = (await done(await cast.olga.get(f"/visits/{visit}/card")))["site"]
    path = f"/sites/{site['id']}"
    await done(await cast.olga.patch(path, {"floor": "6"}, if_match=f'"{site["version"]}"'))
    command = a_command(datetime.now(UTC), base={"floor": "5"}, changes={"floor": "7"})
    await done(await cast.pavel.post(f"/field/visits/{visit}/site-access", command))
    return str(site["id"])
