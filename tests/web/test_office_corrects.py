"""The office corrects what came from the field: answers, sizes and materials, each with its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from tests.cast import Cast
from tests.field.forms_given import QUESTIONS, a_published_form, ask_for, rule
from tests.stories import BookedVisit, an_opening, tapped, visit_in_progress
from tests.web.conftest import OpenFace
from tests.web.given import photograph
from tests.web.test_work import assert_usable, done

PICTURES = {"type": "array", "items": {"type": "string", "format": "attachment"}}


async def test_the_office_corrects_what_came_from_the_field(live_cast: Cast, open_face: OpenFace) -> None:
    visit = await _a_reported_visit(live_cast)
    page = (await open_face(f"/console/visits/{visit.id}", live_cast.olga)).page

    await _correct_the_answers(page)
    await _correct_the_sheet(page, live_cast, visit)
    await _correct_the_materials(page)
    await assert_usable(page)

    (form,) = (await done(await live_cast.olga.get(f"/visits/{visit.id}/forms")))["items"]
    newest, irinas, first = await done(await live_cast.olga.get(f"/jobs/{visit.job_id}/measurements"))
    (foam,) = (await done(await live_cast.olga.get(f"/jobs/{visit.job_id}/materials")))["items"]
    [photo] = await done(await live_cast.olga.get(f"/visits/{visit.id}/attachments"))
    said = {"level": False, "gap_mm": 12, "why_not": "стена завалена", "pictures": [photo["id"]]}
    assert form["answers"] == said
    kitchen, added = newest["measurement"]["openings"]
    assert (kitchen["sill_mm"], kitchen["room"], added["label"]) == (300, "Столовая", "О-2")
    assert [one["measurement"]["openings"][0]["sill_mm"] for one in (irinas, first)] == [250, 250]
    assert (foam["used"], foam["expected"]) == (2, 5)


async def _correct_the_answers(page: Page) -> None:
    await page.get_by_text("Анкеты и чек-листы", exact=True).click()
    await page.get_by_role("article").get_by_role("button", name="Исправить…").last.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Вопрос gap_mm").fill("61")
    await expect(dialog.get_by_text("Слишком много")).to_be_visible()
    await dialog.get_by_label("Вопрос gap_mm").fill("12")
    await dialog.get_by_label("Вопрос level").select_option("no")
    await dialog.get_by_label("Вопрос why_not").fill("стена завалена")
    await dialog.get_by_role("group", name="Вопрос pictures").get_by_role("checkbox").check()
    await expect(dialog.get_by_role("button", name="Исправить")).to_be_disabled()
    await dialog.get_by_label("Причина").fill("Сказал по телефону")
    await dialog.get_by_role("button", name="Исправить").click()
    await page.get_by_text("История ответов").click()
    entry = page.get_by_role("listitem").filter(has_text="исправлено: Сказал по телефону")
    await expect(entry).to_contain_text("Ольга Белова")
    await expect(entry).to_contain_text("Вопрос level – да → нет")
    await page.get_by_text("История ответов").click()


async def _correct_the_sheet(page: Page, cast: Cast, visit: BookedVisit) -> None:
    """Irina is faster: what she wrote stays, and Olga's size comes on top of it."""
    await page.get_by_role("button", name="Исправить…").first.click()
    dialog = page.get_by_role("dialog")
    width = dialog.get_by_label("по центру").first
    before = await width.input_value()
    await width.fill("1900")
    await expect(dialog.get_by_text("Ширины расходятся")).to_be_visible()
    await width.fill(before)
    await dialog.get_by_label("Вынос подоконника").fill("300")
    await dialog.get_by_label("Что исправлено и почему").fill("Клиент просил подоконник шире")
    await _try_to_lose_what_is_typed(page)
    openings = [an_opening(room="Столовая"), an_opening("О-2")]
    body = {"openings": openings, "comment": "Забыли второе окно", "seen_version": 1}
    await done(await cast.irina.post(f"/jobs/{visit.job_id}/measurements", body))
    await dialog.get_by_role("button", name="Исправить").click()
    await expect(dialog.get_by_text("записана версия 2 (О-1, О-2)")).to_be_visible()
    await expect(dialog.get_by_label("Вынос подоконника").first).to_have_value("300")
    await expect(dialog.get_by_label("Комната").first).to_have_value("Столовая")
    await dialog.get_by_role("button", name="Исправить").click()
    await expect(page.get_by_text("Версия 3 от")).to_have_count(2)
    await expect(page.get_by_role("listitem").filter(has_text="подоконник")).to_contain_text("→ 300")


async def _try_to_lose_what_is_typed(page: Page) -> None:
    """A click beside a form does nothing, and Escape asks."""
    dialog = page.get_by_role("dialog")
    await page.mouse.click(4, 360)
    await page.keyboard.press("Escape")
    await expect(dialog.get_by_text("Введённое ещё не сохранено")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog.get_by_role("button", name="Исправить")).to_be_enabled()


async def _correct_the_materials(page: Page) -> None:
    await page.get_by_text("Материалы", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Пена").filter(has_text="Павел Громов")
    await row.get_by_role("button", name="Исправить…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("На самом деле").fill("2")
    await dialog.get_by_label("Причина").fill("Один баллон вернул")
    await dialog.get_by_role("button", name="Исправить").click()
    await expect(row).to_contain_text("−1 шт., исправление: Один баллон вернул")
    await expect(row).to_contain_text("теперь 2")
    await page.get_by_role("button", name="Сколько надо…").click()
    await dialog.get_by_label("Пена").fill("5")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("row").filter(has_text="5 шт.")).to_contain_text("−3")


async def _a_reported_visit(cast: Cast) -> BookedVisit:
    """Measured, with a form that is filled in, and three cans of foam."""
    form = await a_published_form(cast, QUESTIONS | {"pictures": PICTURES})
    await ask_for(cast, rule("form", form_id=form["id"]))
    body = {"code": "foam", "name_ru": "Пена", "name_en": "Foam", "unit": "pcs"}
    foam = await done(await cast.irina.post("/materials", body))
    visit = await visit_in_progress(cast, starts_at=datetime.now(UTC) + timedelta(hours=1))
    answers = {"level": True, "gap_mm": 12.5}
    await _send(visit, "forms", form_id=form["id"], version=form["published_version"], answers=answers)
    await _send(visit, "measurements", openings=[an_opening()])
    await photograph(cast, visit.id)
    await _send(visit, "materials", lines=[{"material_id": foam["id"], "quantity": 3}])
    return visit


async def _send(visit: BookedVisit, what: str, **fields: Any) -> None:
    await done(
        await visit.worker.post(f"/field/visits/{visit.id}/{what}", tapped(datetime.now(UTC), **fields))
    )
