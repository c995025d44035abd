"""The pages about clients: their cards, the tasks of a day, how they are kept and won back."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from tests.clients.consents import MOBILE, agreed, published
from tests.clients.given import a_client, a_site, phone
from tests.crm.given import ok
from tests.web.conftest import assert_everybody_can_use, serious_findings

LATE = timedelta(hours=-2)


async def assert_usable(page: Page, landmark: str, english: str) -> None:
    """No serious finding in both themes, in Russian and in English."""
    await expect(page.get_by_text(landmark).first).to_be_visible()
    await assert_everybody_can_use(page)
    await page.evaluate("localStorage.setItem('brigada.lang', 'en')")
    await page.reload()
    await expect(page.get_by_text(english).first).to_be_visible()
    assert await serious_findings(page) == []
    await page.evaluate("localStorage.setItem('brigada.lang', 'ru')")


async def test_a_client_is_found_by_a_phone_typed_badly_and_his_stop_can_be_taken_back(live_cast, open_face):
    anna = await a_client(live_cast.olga)
    await a_site(live_cast.olga, anna["id"])
    await a_client(live_cast.olga, name="Борис", surname="Ким", contacts=[phone("+7 916 765-43-21")])
    for purpose in ("marketing", "feedback"):
        await published(live_cast.sergei, purpose)
    await agreed(live_cast.olga, anna["id"], said_at=(datetime.now(UTC) - timedelta(hours=1)).isoformat())
    page = (await open_face("/console/clients", live_cast.olga)).page

    await expect(page.get_by_role("link", name="Ким Борис")).to_be_visible()
    await page.get_by_role("searchbox").fill("8 903-12")
    await expect(page.get_by_role("link", name="Ким Борис")).to_be_hidden()
    await page.wait_for_url("**/clients?q=8+903-12")
    await assert_usable(page, "Котова Анна", "Next need")
    await page.reload()

    await expect(page.get_by_role("link", name="Котова Анна")).to_be_visible()
    await page.get_by_role("searchbox").press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Котова Анна Сергеевна")).to_be_visible()
    await expect(page.get_by_text("Москва, Тверская улица, 12")).to_be_visible()
    await page.get_by_role("link", name="Согласия").click()
    table = page.get_by_role("table").first
    await expect(table.get_by_text("✔ SMS").first).to_be_visible()
    await assert_everybody_can_use(page)

    await page.get_by_role("button", name="Стоп: не писать").click()
    await page.get_by_role("dialog").get_by_role("button", name="Стоп: не писать").click()
    await expect(page.get_by_text("Отказ записан")).to_be_visible()
    assert not await may_advertise(live_cast, anna["id"])
    await page.get_by_role("button", name="Отменить").click()
    await expect(page.get_by_text("Согласие записано")).to_be_visible()
    assert await may_advertise(live_cast, anna["id"])


async def may_advertise(cast, client_id) -> bool:
    items = (await ok(await cast.olga.get(f"/clients/{client_id}/permissions")))["items"]
    return any(
        one["is_allowed"]
        for one in items
        if (one["value"], one["purpose"], one["channel"]) == (MOBILE, "marketing", "sms")
    )


async def test_a_task_of_the_day_is_late_and_is_finished_with_an_outcome(live_cast, open_face):
    anna = await a_client(live_cast.olga)
    body = {"client_id": anna["id"], "note": "Перезвонить по смете", "responsible_id": str(live_cast.olga.id)}
    late = (datetime.now(UTC) + LATE).isoformat()
    task = await ok(await live_cast.olga.post("/crm/tasks", body | {"due_at": late}))
    page = (await open_face("/console/tasks", live_cast.olga)).page

    row = page.get_by_role("row", name="Котова Анна")
    await expect(row.get_by_text("просрочено")).to_be_visible()
    await assert_usable(page, "Перезвонить по смете", "overdue")
    await page.reload()
    await row.get_by_role("link", name="Котова Анна").focus()
    await page.keyboard.press("KeyT")
    await expect(page.get_by_text("Задача за вами")).to_be_visible()
    await row.get_by_role("link", name="Котова Анна").focus()
    await page.keyboard.press("KeyO")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("отказался").check()
    await dialog.get_by_label("Причина из списка").select_option("price")
    await dialog.get_by_label("Словами клиента").fill("Дорого")
    await assert_everybody_can_use(page)
    await dialog.get_by_role("button", name="Записать").click()

    await expect(page.get_by_text("На этот день задач нет")).to_be_visible()
    found = await ok(await live_cast.olga.get(f"/crm/tasks/{task['id']}"))
    assert (found["status"], found["outcome"], found["loss_reason"]) == ("closed", "refused", "price")
