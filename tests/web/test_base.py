"""The pages that keep the base of clients in order: birthdays, duplicates, targets, consents, handing over."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from playwright.async_api import Page, Route, expect

from app.core.ids import uuid7
from app.crm.first_statuses.models import FirstAssignment, FirstStatus
from app.db.session import transaction
from tests.cast import Cast
from tests.clients.consents import MOBILE
from tests.clients.given import a_client, phone
from tests.crm.given import ok
from tests.web.conftest import assert_everybody_can_use
from tests.web.test_crm import go, until


async def test_the_base_is_kept_in_order(live_cast, open_face):
    soon = (datetime.now(UTC) + timedelta(days=3)).strftime("%m-%d")
    shared = [phone(MOBILE, is_shared=True)]
    anna = await a_client(live_cast.olga, contacts=shared, birthday=soon)
    twin = await a_client(live_cast.olga, name="Аня", surname="Котова", contacts=shared)
    task = await a_task(live_cast, anna, "Позвонить")
    page = (await open_face("/console/clients/birthdays", live_cast.sergei)).page

    await expect(page.get_by_role("link", name="Котова Анна")).to_be_visible()
    await assert_everybody_can_use(page)

    await go(page, "/console/clients/duplicates")
    await expect(page.get_by_text("одинаковый телефон")).to_have_count(1)
    await page.get_by_role("button", name="Один клиент").click()
    await assert_everybody_can_use(page)
    await page.get_by_role("dialog").get_by_role("button", name="Объединить").click()
    await expect(page.get_by_text("Похожих карточек нет")).to_be_visible()
    assert (await ok(await live_cast.olga.get(f"/clients/{twin['id']}")))["id"] == anna["id"]
    await page.get_by_role("button", name="Отменить").click()
    await expect(page.get_by_text("одинаковый телефон")).to_have_count(1)
    assert (await ok(await live_cast.olga.get(f"/clients/{twin['id']}")))["id"] == twin["id"]
    await page.get_by_role("button", name="Разные клиенты").click()
    await page.get_by_role("dialog").get_by_role("button", name="Разные клиенты").click()
    await expect(page.get_by_text("Похожих карточек нет")).to_be_visible()

    await go(page, "/console/clients/targets")
    await page.get_by_role("button", name="Новый портрет").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Название").fill("Семья с дачей")
    await dialog.get_by_label("дача").check()
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("heading", name="Семья с дачей")).to_be_visible()
    drawn = (await ok(await live_cast.olga.get("/crm/portraits")))["items"]
    assert drawn[0]["traits"]["object_kind"] == ["dacha"]

    await go(page, "/console/clients/consents")
    await page.get_by_role("button", name="Новый текст").first.click()
    await dialog.get_by_label("По-русски").fill("Согласен получать рекламу")
    await dialog.get_by_label("По-английски").fill("I agree to advertising")
    await dialog.get_by_role("button", name="Опубликовать").click()
    await expect(page.get_by_text("Согласен получать рекламу")).to_be_visible()

    await work_is_handed_over(page, live_cast, task, twin)


async def work_is_handed_over(page: Page, cast: Cast, task: dict[str, Any], client: dict[str, Any]) -> None:
    """A late answer about somebody else is not shown; one task that is refused does not keep the rest."""
    others = [await a_task(cast, client, note) for note in ("Оставить", "Уже сделано")]
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def answer_late(route: Route) -> None:
        is_asked.set()
        await may_answer.wait()
        await route.continue_()

    await page.route(f"**/crm/tasks?holder_id={cast.olga.id}*", answer_late, times=1)
    await go(page, f"/console/tasks/handover?from={cast.olga.id}")
    await is_asked.wait()
    await page.get_by_label("Чьи дела").select_option(str(cast.marina.id))
    async with page.expect_response(f"**/crm/tasks?holder_id={cast.olga.id}*"):
        may_answer.set()
    await expect(page.get_by_text("нет открытых задач и дел")).to_be_visible()
    await expect(page.get_by_role("row")).to_have_count(0)

    await page.get_by_label("Чьи дела").select_option(str(cast.olga.id))
    await page.get_by_label("Кому").select_option(str(cast.marina.id))
    await assert_everybody_can_use(page)
    await page.get_by_role("row", name="Оставить").get_by_role("checkbox").uncheck()
    dropped = {"reason": "Клиент перезвонил сам"}
    await ok(await cast.olga.post(f"/crm/tasks/{others[1]['id']}/drop", dropped))
    await page.get_by_role("button", name="Передать выбранное (2)").click()
    await expect(page.get_by_text("Передано: 1")).to_be_visible()
    await expect(page.get_by_role("button", name="Передать выбранное (0)")).to_be_disabled()
    holders = [
        (await ok(await cast.olga.get(f"/crm/tasks/{one['id']}")))["holder_id"] for one in (task, others[0])
    ]
    assert holders == [str(cast.marina.id), str(cast.olga.id)]


async def a_task(cast: Cast, client: dict[str, Any], note: str) -> dict[str, Any]:
    """Something that Olga has to do for the client."""
    due = {"due_at": datetime.now(UTC).isoformat(), "responsible_id": str(cast.olga.id)}
    return dict(await ok(await cast.olga.post("/crm/tasks", due | {"client_id": client["id"], "note": note})))


async def a_base_from_before(cast, maker, *client_ids: str) -> None:
    """As the product leaves it when it takes over a base: nobody has looked at these clients yet."""
    now = datetime.now(UTC)
    async with transaction(maker, cast.company_id) as session:
        base = FirstAssignment(id=uuid7(), company_id=cast.company_id)
        session.add(base)
        await session.flush()  # its clients point to it
        for client_id in client_ids:
            first = FirstStatus(company_id=cast.company_id, client_id=UUID(client_id), assignment_id=base.id)
            first.status, first.reason, first.params, first.assigned_at = "lead", "has_contact", {}, now
            first.doubts, first.weight = ["nothing_known"], 1
            session.add(first)


async def test_first_statuses_are_confirmed_for_many_and_the_base_is_released(
    live_cast, its_sessions, open_face
):
    numbers = ("+79031112233", "+79031112244")
    clients = [await a_client(live_cast.olga, contacts=[phone(number)]) for number in numbers]
    for one in clients:
        await until(
            lambda one=one: live_cast.olga.get(f"/crm/clients?query={one['surname']}"),
            lambda found: all(client["life"] for client in found["items"]),
        )
    await a_base_from_before(live_cast, its_sessions, *(one["id"] for one in clients))
    page = (await open_face("/console/clients/first-statuses", live_cast.sergei)).page

    await expect(page.get_by_text("Сомнительных, на которых никто не смотрел: 2")).to_be_visible()
    await page.get_by_label("Выбрать всех на странице").check()
    await assert_everybody_can_use(page)
    await page.get_by_role("button", name="Факты верны у выбранных (2)").click()
    await expect(page.get_by_text("Проверено клиентов: 2")).to_be_visible()
    await page.get_by_role("button", name="Разрешить рассылки").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Что проверено").fill("Обзвонили всех")
    await dialog.get_by_role("button", name="Разрешить рассылки").click()
    await expect(page.get_by_text("Обзвонили всех")).to_be_visible()
    base = (await ok(await live_cast.olga.get("/crm/first-assignments")))["items"][0]
    assert (base["confirmed"], base["released_by"]) == (2, str(live_cast.sergei.id))

    await go(page, "/console/retention/rules")
    await page.get_by_label("Покупок до поклонника").fill("3")
    await page.get_by_label("Монтаж окон: Подробнее").click()
    await page.get_by_label("нужно в сезон").check()
    of_two = page.get_by_role("group", name="Остальные наряды вида").get_by_label("сервис")
    await of_two.check()
    await assert_everybody_can_use(page)
    await page.get_by_role("button", name="Добавить уровень").click()
    for name in ("Название", "По-английски"):
        await page.get_by_label(f"Уровни клиентов: {name}").last.fill("VIP")
    await page.get_by_role("button", name="Опубликовать правила").click()
    await expect(page.get_by_text("Что исправить, написано у полей")).to_be_visible()
    await of_two.uncheck()
    await page.get_by_label("VIP: От суммы, ₽").fill("900000")
    await page.get_by_role("button", name="Опубликовать правила").click()
    await expect(page.get_by_text("Правила опубликованы")).to_be_visible()
    rules = (await ok(await live_cast.olga.get("/crm/rules")))["content"]
    season = next(one["season"] for one in rules["categories"] if one["name_ru"] == "Монтаж окон")
    assert (rules["fan_purchases"], season) == (3, {"first": "04-01", "last": "10-31"})
    assert rules["tiers"][-1]["from_kop"] == 900_000_00
