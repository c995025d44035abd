"""The pages about clients: their cards, the tasks of a day, how they are kept and won back."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from tests.cast import Cast
from tests.clients.consents import MOBILE, agreed, published
from tests.clients.given import a_client, a_site, phone
from tests.crm.given import ok
from tests.crm.test_planning import SHOP
from tests.web.conftest import assert_everybody_can_use, serious_findings

LATE = timedelta(hours=-2)


async def assert_usable(page: Page, landmark: str, english: str) -> None:
    """No serious finding in both themes, in Russian and in English."""
    await expect(page.get_by_text(landmark).first).to_be_visible()
    await assert_everybody_can_use(page)
    await speak(page, "en")
    await expect(page.get_by_text(english).first).to_be_visible()
    assert await serious_findings(page) == []
    await speak(page, "ru")


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


async def go(page: Page, path: str) -> None:
    """Another page of the console, without loading it anew."""
    await page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }", path
    )


async def speak(page: Page, lang: str) -> None:
    """Choose the language as people do."""
    await page.locator("nav button.who").click()
    await page.locator("[popover] select").first.select_option(lang)
    await page.keyboard.press("Escape")


async def until(ask, is_there) -> Any:
    """What the API answers once the background process has done its work."""
    for _ in range(150):
        found = await ok(await ask())
        if is_there(found):
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(found)


async def a_lost_client(cast) -> str:
    """He bought long ago, did not come when he was due, and has said why."""
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])
    today = datetime.now(UTC).date()
    for days in (900, 560):
        past = {"category": "maintenance", "amount_kop": 450_000, "site_id": site["id"]}
        on = (today - timedelta(days=days)).isoformat()
        await ok(await cast.olga.post(f"/crm/clients/{anna['id']}/past-purchases", past | {"on": on}))
    said = {"outcome": "refused", "reason": "У соседа дешевле", "loss_reason": "competitor_price"}
    await ok(await cast.olga.post("/crm/interactions", said | {"client_id": anna["id"]}))
    return str(anna["id"])


async def test_the_lost_are_listed_with_a_reason_and_figures_are_drawn(live_cast, open_face):
    client_id = await a_lost_client(live_cast)
    period = f"from={datetime.now(UTC).year - 2}-01-01&to={datetime.now(UTC).date().isoformat()}"
    await until(
        lambda: live_cast.olga.get(f"/crm/returns/due/lost?{period}"),
        lambda found: any(one["client_id"] == client_id for one in found["items"]),
    )
    page = (await open_face("/console/retention/returns?" + period, live_cast.sergei)).page

    row = page.get_by_role("row", name="Котова Анна")
    await expect(row.get_by_text("Конкурент: цена")).to_be_visible()
    await expect(row.get_by_text("У соседа дешевле")).to_be_visible()
    await assert_everybody_can_use(page)
    for path, landmark, english in (
        ("/console/retention", "Кто кем стал", "Who became what"),
        (
            f"/console/retention/returns?view=curves&{period}",
            "Какая доля купила снова",
            "What share has bought again",
        ),
        ("/console/retention/invitations", "Кого пригласить", "Whom to invite"),
        ("/console/retention/rules", "Категории", "Categories"),
        ("/console/reports/cohorts?" + period, "Новички и поклонники", "Newcomers and fans"),
    ):
        await go(page, path)
        await expect(page.get_by_text(landmark).first).to_be_visible()
        await assert_everybody_can_use(page)
        await speak(page, "en")
        await expect(page.get_by_text(english).first).to_be_visible()
        assert await serious_findings(page) == [], path
        await speak(page, "ru")
    await assert_a_plan_is_calculated_and_set(page, live_cast)
    await go(page, f"/console/retention/returns?view=curves&{period}")
    await expect(page.locator(".uplot canvas")).to_be_visible()
    await page.get_by_text("Таблицей").click()
    await expect(page.get_by_role("columnheader", name="Всего")).to_be_visible()


async def assert_a_plan_is_calculated_and_set(page: Page, cast: Cast) -> None:
    """What was calculated becomes the plan of the month; whoever is slower sees the plan of the other one."""
    await go(page, "/console/reports/monthly-plan")
    await page.get_by_role("button", name="Рассчитать").click()
    await page.get_by_role("button", name="Задать план на месяц").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading")).to_have_text(
        re.compile(r"План на месяц:\s[а-я]+\s20\d\d\sг\.")
    )
    await dialog.get_by_label("Новички").fill("31")
    await dialog.get_by_label("Оплаты клиентов").fill("310000")
    await assert_everybody_can_use(page)
    month = f"/crm/monthly-plan?month={datetime.now(UTC).date().isoformat()}"
    theirs = {"newcomers": 7, "new_fans": 2, "business": SHOP._asdict()}
    await ok(await cast.irina.put(month, theirs, if_match='"0"'))

    await dialog.get_by_role("button", name="Задать план").click()
    await expect(dialog.get_by_text("Уже задан: 7 новичков и 2 новых поклонника (Ирина")).to_be_visible()
    await dialog.get_by_role("button", name="Задать план").click()
    await expect(page.get_by_role("row", name="Новички")).to_contain_text("31")
    await expect(page.get_by_role("row", name="Оплачено")).to_contain_text("310\xa0000")
    await expect(page.get_by_text("Задан: Сергей")).to_be_visible()
    assert (await ok(await cast.olga.get(month)))["plan"]["newcomers"]["planned"] == 31
    await assert_everybody_can_use(page)


async def texts_of_plans_are_published(cast) -> None:
    """The first look at the plans brings them with drafts of their texts."""
    await ok(await cast.olga.get("/crm/plans"))
    for text in (await until(lambda: cast.olga.get("/message-templates"), lambda found: found["items"]))[
        "items"
    ]:
        path = f"/message-templates/{text['id']}/publish"
        await ok(await cast.irina.post(path, if_match=f'"{text["version"]}"'))


async def assert_the_draft_of_another_person_is_kept(page: Page, cast: Cast, plan_id: str) -> None:
    """Two people change the draft at once: the form takes what the other one has changed."""
    path = f"/crm/plans/{plan_id}"
    await page.get_by_label("План", exact=True).fill("План Сергея")
    plan = await ok(await cast.olga.get(path))
    theirs = {"content": plan["draft"] | {"holdout_bp": 1_000}}
    await ok(await cast.irina.patch(path, theirs, if_match=f'"{plan["version"]}"'))

    await page.get_by_role("button", name="Сохранить черновик").click()
    await expect(page.get_by_text("другой сотрудник изменил: «Контрольная группа, %»")).to_be_visible()
    await page.get_by_role("button", name="Сохранить черновик").click()
    await expect(page.get_by_text("другой сотрудник изменил")).to_be_hidden()
    kept = await ok(await cast.olga.get(path))
    assert (kept["name"], kept["draft"]["holdout_bp"]) == ("План Сергея", 1_000)


async def test_a_plan_is_tried_and_a_case_moves_one_step(live_cast, open_face):
    client_id = await a_lost_client(live_cast)
    complaint = {"kind": "complaint", "comment": "Створка провисла", "severity": 3}
    await ok(await live_cast.olga.post(f"/crm/clients/{client_id}/disappointments", complaint))
    await texts_of_plans_are_published(live_cast)
    page = (await open_face("/console/retention/plans", live_cast.sergei)).page

    await page.get_by_role("table").get_by_role("link").first.click()
    await expect(page.get_by_role("button", name="Сохранить черновик")).to_be_visible()
    await page.locator("summary").first.click()
    await assert_everybody_can_use(page)
    step = page.locator("details").first
    await step.get_by_label("повторять").check()
    await step.get_by_label("До или после").select_option("before")
    await page.get_by_role("button", name="Сохранить черновик").click()
    await expect(page.get_by_text("Что исправить, написано у полей")).to_be_visible()
    await expect(step.get_by_role("alert")).to_be_visible()
    await step.get_by_label("До или после").select_option("after")
    await page.get_by_role("button", name="Сохранить черновик").click()
    await expect(page.get_by_text("Черновик сохранён")).to_be_visible()
    plan_id = page.url.rsplit("/", 1)[1]
    kept = (await ok(await live_cast.olga.get(f"/crm/plans/{plan_id}")))["draft"]["steps"][0]["repeat"]
    assert kept == {"every": {"amount": 1, "unit": "week"}, "times": 2}
    await assert_the_draft_of_another_person_is_kept(page, live_cast, plan_id)
    await page.get_by_role("link", name="Проба").click()
    await page.get_by_role("button", name="Провести пробу").click()
    await expect(page.get_by_text("Проба закончена")).to_be_visible(timeout=30_000)
    await expect(page.get_by_text("Просмотрено клиентов")).to_be_visible()
    await speak(page, "en")
    await expect(page.get_by_text("Clients looked at")).to_be_visible()
    await assert_everybody_can_use(page)
    await speak(page, "ru")

    cases = await until(lambda: live_cast.olga.get("/crm/cases"), lambda found: found["items"])
    await go(page, "/console/retention/cases")
    await assert_everybody_can_use(page)
    await page.get_by_role("link", name="Котова Анна").click()
    await expect(page.get_by_role("heading", name="Шаг 1 из 7")).to_be_visible()
    await page.get_by_role("button", name="Материалы изучены").click()
    await expect(page.get_by_role("heading", name="Шаг 2 из 7")).to_be_visible()
    await assert_everybody_can_use(page)
    found = await ok(await live_cast.olga.get(f"/crm/cases/{cases['items'][0]['id']}"))
    assert (found["case"]["step"], len(found["files"])) == ("money", 1)
