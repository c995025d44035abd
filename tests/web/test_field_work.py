"""What a worker corrects and draws on his phone, without network, and what the office sees of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.cast import Cast, Person
from tests.field.test_materials import a_material, norms
from tests.pictures import a_photo
from tests.running import until
from tests.stories import BookedVisit, booked_visit, visit_in_progress
from tests.web.conftest import OpenFace, assert_everybody_can_use
from tests.web.taps import SIZES, lose_network, open_screen

SLOW_SHRINKING = """(() => {
  const real = createImageBitmap;
  globalThis.createImageBitmap = async (...given) => {
    await new Promise(done => { globalThis.shrinkNow = done; });
    return real(...given);
  };
})()"""


@pytest.mark.covers("M34")
async def test_a_report_is_corrected_and_a_sketch_is_drawn_without_network(
    live_cast: Cast, open_face: OpenFace
):
    """Twenty instead of two, corrected twice, also against the office; and a sketch that survives a restart."""
    foam = await a_material(live_cast)
    per_job = {"material_id": foam, "per_job": 2}
    await norms(live_cast, per_job, job_type_id=live_cast.measurement_type_id)
    visit = await visit_in_progress(live_cast, starts_at=datetime.now(UTC) + timedelta(hours=1))
    opened = await open_face("/field/", live_cast.pavel)
    page, context = opened.page, opened.context
    await expect(page.locator(f"a[href='/field/visits/{visit.id}']").first).to_be_visible()

    await lose_network(page, context)
    await open_screen(page, f"/visits/{visit.id}/materials")
    await page.get_by_role("spinbutton", name="Сколько ушло сейчас").fill("20")
    await page.get_by_role("button", name="Списать").click()
    await expect(page.get_by_role("heading", name="Наряд №")).to_be_visible()
    await open_screen(page, f"/visits/{visit.id}/materials")
    await _correct(page, "2", "Опечатка")
    await expect(page.get_by_text("было 20")).to_be_visible()
    await page.reload()
    await _correct(page, "3", "Пересчитал")
    await expect(page.get_by_text("списано 3")).to_be_visible()
    await _draw(page, visit)
    await context.set_offline(False)

    await until(lambda: _has_uses(visit, [20, -18, 1]), patience_s=15)
    await open_screen(page, f"/visits/{visit.id}/materials")
    await expect(page.get_by_text("ждёт отправки").first).to_be_hidden(timeout=15_000)
    await until(lambda: _has_photos(live_cast.olga, visit), patience_s=15)
    await _see_that_the_office_is_not_overwritten(page, live_cast.olga, visit)
    await _remove_what_was_refused(page)
    await _hear_of_an_offer(page, live_cast)
    await _see_that_a_photo_sent_again_stays_in_the_form(page, live_cast.olga, visit)
    await _see_how_many_photos_are_left(page, visit)
    await _see_in_the_console(open_face, live_cast.olga, visit)


async def _correct(page: Page, quantity: str, reason: str) -> None:
    await page.get_by_role("button", name="Исправить").click()
    dialog = page.get_by_role("dialog")
    for wrong, why in {"-1": "Не меньше нуля", "10001": "Не больше 10 000"}.items():
        await dialog.get_by_role("spinbutton").fill(wrong)
        await expect(dialog.get_by_role("status")).to_contain_text(why)
    await dialog.get_by_role("spinbutton").fill(quantity)
    await expect(dialog.get_by_role("button", name="Исправить")).to_be_disabled()
    if quantity == "2":
        await assert_everybody_can_use(page)
    await dialog.get_by_label(reason).check()
    await dialog.get_by_role("button", name="Исправить").click()
    await expect(dialog).to_be_hidden()


async def _draw(page: Page, visit: BookedVisit) -> None:
    """Two strokes; one is taken back, everything is cleared and taken back, and the phone is started anew."""
    await open_screen(page, f"/visits/{visit.id}/measure")
    await page.get_by_role("button", name="Добавить проём").click()
    for index, size in enumerate(SIZES):
        await page.locator("fieldset input").nth(index).fill(str(size))
    await _photograph_slowly(page, visit)
    await page.get_by_role("button", name="Нарисовать от руки").click()
    await assert_everybody_can_use(page)
    await expect(page.get_by_role("heading", name="Эскиз от руки")).to_be_focused()
    blank = await _ink(page)
    await _stroke(page, 60)
    one = await _ink(page)
    await _stroke(page, 140)
    two = await _ink(page)
    await page.get_by_role("button", name="Шаг назад").click()
    assert blank < one < two
    assert abs(await _ink(page) - one) < one * 0.05
    await page.get_by_role("button", name="Стереть всё").click()
    assert await _ink(page) == blank
    await page.get_by_role("button", name="Шаг назад").click()
    assert abs(await _ink(page) - one) < one * 0.05
    await page.reload()
    await page.get_by_role("button", name="Продолжить рисунок").click()
    await _see_that_a_drawing_is_not_forgotten(page)
    assert abs(await _ink(page) - one) < one * 0.05
    await page.get_by_role("button", name="Приложить к замеру").click()
    await page.get_by_role("button", name="Открыть: Эскиз проёма О-1 от руки").click()
    await page.get_by_role("dialog").get_by_role("button", name="Закрыть").click()
    await page.get_by_role("button", name="Готово").click()
    await page.get_by_role("button", name="Отправить лист замера").click()
    await expect(page.get_by_text("проёмов: 1")).to_be_visible()


async def _photograph_slowly(page: Page, visit: BookedVisit) -> None:
    """Two of О-1. When the first is ready, О-2 is open; when the second is, no form at all. Both are in О-1."""
    photo = {"name": "tape.jpg", "mimeType": "image/jpeg", "buffer": a_photo(size=(640, 480))}
    files, shown = page.locator("input[type=file]"), page.get_by_role("button", name="Открыть: Фото проёма")
    await page.evaluate(SLOW_SHRINKING)
    await files.set_input_files(photo)
    await page.wait_for_function("() => !!globalThis.shrinkNow")
    await page.get_by_role("button", name="Готово").click()
    await expect(page.get_by_role("button", name="Отправить лист замера")).to_be_disabled()
    await expect(page.get_by_role("button", name="О-1")).to_be_focused()
    await page.get_by_role("button", name="Добавить проём").click()
    await page.evaluate("() => { shrinkNow(); shrinkNow = null; }")
    await expect(page.get_by_label("1 ждёт отправки")).to_be_hidden()
    await expect(shown).to_have_count(0)
    await page.get_by_role("button", name="Убрать проём").click()
    await page.get_by_role("button", name="О-1").click()
    await expect(shown).to_have_count(1)
    await files.set_input_files(photo)
    await page.wait_for_function("() => !!globalThis.shrinkNow")
    await open_screen(page, "/queue")
    await page.evaluate("() => shrinkNow()")
    await expect(page.get_by_role("heading", name="Фото и подписи (2)")).to_be_visible()
    await open_screen(page, f"/visits/{visit.id}/measure")
    await page.get_by_role("button", name="О-1").click()
    await expect(shown).to_have_count(2)
    await _see_where_back_leads(page, visit)


async def _see_where_back_leads(page: Page, visit: BookedVisit) -> None:
    """From an opening to the list, and from there to the visit, which tells of the sheet that was begun."""
    await page.go_back()
    await expect(page.get_by_role("button", name="О-1")).to_be_focused()
    await open_screen(page, f"/visits/{visit.id}")
    await expect(page.get_by_role("link", name="Замер")).to_contain_text("начат, проёмов: 1")
    await page.go_back()
    await page.get_by_role("button", name="О-1").click()


async def _see_that_a_drawing_is_not_forgotten(page: Page) -> None:
    """The opening is not sent while a drawing of it is neither attached nor cleared."""
    await page.get_by_role("button", name="Назад к проёму").click()
    await expect(page.get_by_role("button", name="Продолжить рисунок")).to_be_focused()
    await expect(page.get_by_text("Рисунок не приложен")).to_be_visible()
    await expect(page.get_by_role("button", name="Готово")).to_be_disabled()
    await page.get_by_role("button", name="Продолжить рисунок").click()


async def _see_that_a_photo_sent_again_stays_in_the_form(
    page: Page, office: Person, visit: BookedVisit
) -> None:
    """The server takes the photo under a new id only. The message that was begun names the new one, and no other photo
    that was given up."""
    uploads, expired = (
        "**/attachments/*/upload",
        {"status": 409, "code": "upload_expired", "title": "Время вышло"},
    )
    await page.context.route(uploads, lambda route: route.fulfill(status=409, json={**expired, "detail": ""}))
    await open_screen(page, f"/visits/{visit.id}/chat")
    shown = page.get_by_role("button", name="Открыть: Чат с офисом")
    for count, size in enumerate([(64, 48), (48, 64)], start=1):
        photo = {"name": "note.jpg", "mimeType": "image/jpeg", "buffer": a_photo(size=size)}
        await page.locator("input[type=file]").set_input_files(photo)
        await expect(shown).to_have_count(count)
    await expect(page.get_by_text("не принято")).to_have_count(2, timeout=15_000)
    await open_screen(page, "/queue")
    await page.get_by_role("button", name="Убрать").last.click()
    send_again = page.get_by_role("button", name="Отправить ещё раз")
    await expect(send_again).to_have_count(1)
    await send_again.click()
    await page.context.unroute(uploads)
    await open_screen(page, f"/visits/{visit.id}/chat")
    await expect(shown).to_have_count(1)
    await page.get_by_role("button", name="Отправить", exact=True).click()

    async def has_come() -> bool:
        messages = (await office.get(f"/jobs/{visit.job_id}/messages")).json()["items"]
        files = (await office.get(f"/visits/{visit.id}/attachments")).json()
        named = [photo["attachment_id"] for one in messages for photo in one["photos"]]
        return bool(named) and named == [
            one["id"] for one in files if one["purpose"] == "chat" and one["stored_at"]
        ]

    await until(has_come, patience_s=15)


async def _stroke(page: Page, down: int) -> None:
    box = await page.locator("canvas").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 40, box["y"] + down)
    await page.mouse.down()
    for step in range(1, 8):
        await page.mouse.move(box["x"] + 40 + 25 * step, box["y"] + down + (20 if step % 2 else 0))
    await page.mouse.up()


async def _ink(page: Page) -> int:
    """How many pixels are as dark as the pen."""
    found = await page.locator("canvas").evaluate(
        """canvas => {
             const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
             let dark = 0;
             for (let at = 0; at < data.length; at += 4) if (data[at] < 60 && data[at + 2] < 60) dark++;
             return dark;
           }"""
    )
    return int(found)


async def _uses(visit: BookedVisit) -> list[dict[str, Any]]:
    answer = await visit.worker.get(f"/jobs/{visit.job_id}/materials")
    return list(answer.json()["uses"])


async def _has_uses(visit: BookedVisit, quantities: list[float]) -> bool:
    return [one["quantity"] for one in await _uses(visit)] == quantities


async def _has_photos(office: Person, visit: BookedVisit) -> bool:
    """Two photos and a sketch, each stored and named in the sheet."""
    [sheet] = (await office.get(f"/jobs/{visit.job_id}/measurements")).json() or [None]
    named = (
        [photo["attachment_id"] for photo in sheet["measurement"]["openings"][0]["photos"]] if sheet else []
    )
    files = (await office.get(f"/visits/{visit.id}/attachments")).json()
    stored = [file["id"] for file in files if file["stored_at"]]
    purposes = sorted(file["purpose"] for file in files)
    return {*named} == {*stored} and purposes == ["measurement", "measurement", "sketch"]


async def _see_that_the_office_is_not_overwritten(page: Page, office: Person, visit: BookedVisit) -> None:
    first = (await _uses(visit))[0]["id"]
    await page.context.set_offline(True)
    correction = {"use_id": first, "quantity": 5, "reason": "Пересчёт на складе"}
    answer = await office.post(f"/jobs/{visit.job_id}/materials/corrections", {"corrections": [correction]})
    assert answer.status_code == 201, answer.text
    await _correct(page, "4", "Пересчитал")
    await page.context.set_offline(False)
    await open_screen(page, "/queue")
    await expect(page.get_by_text("Вы – 4; Офис – 5")).to_be_visible(timeout=15_000)
    assert await _has_uses(visit, [20, -18, 1, 2])


async def _remove_what_was_refused(page: Page) -> None:
    """Many at once, as when a visit may have no more photos."""
    await page.evaluate(
        """() => new Promise(done => {
             indexedDB.open('brigada.field').onsuccess = ({ target: { result } }) => {
               const turn = result.transaction('outbox', 'readwrite');
               for (let seq = 1e6; seq < 1e6 + 4; seq++) turn.objectStore('outbox').put({
                 id: `refused ${seq}`, seq, kind: 'scan_tag', subject: '', visit: null, fields: {}, place: null,
                 occurred_at: new Date().toISOString(), state: 'rejected', refusal: null, faults: 0,
               });
               turn.oncomplete = () => { result.close(); done(); };
             };
           })"""
    )
    await page.reload()
    await page.get_by_role("button", name="Убрать всё, что не принято (4)").click()
    await page.get_by_role("dialog").get_by_role("button", name="Убрать").click()
    await expect(page.get_by_role("heading", name="Не принято")).to_be_hidden()


async def _hear_of_an_offer(page: Page, cast: Cast) -> None:
    """The phone shakes, and the number of offers stands in the title and in the menu of every screen."""
    await page.evaluate("navigator.vibrate = () => { window.hasShaken = true; return true; }")
    await booked_visit(cast, starts_at=datetime.now(UTC) + timedelta(hours=30))
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_label("предложений: 1")).to_be_visible(timeout=15_000)
    await expect(page).to_have_title("(1) Отправка · Brigada")
    assert await page.evaluate("window.hasShaken")


async def _see_how_many_photos_are_left(page: Page, visit: BookedVisit) -> None:
    """Of three that were chosen at once two are kept, because there is room for two."""

    async def with_room_for_two(route: Route) -> None:
        answer = await route.fetch()
        limits = {"photos_per_job": 2, "proofs_per_visit": 60, "others_per_job": 200}
        await route.fulfill(json=await answer.json() | {"photo_limits": limits})

    await page.context.route("**/field/sync*", with_room_for_two)
    async with page.expect_response("**/field/sync*"):
        await page.evaluate("dispatchEvent(new Event('online'))")
    await open_screen(page, f"/visits/{visit.id}")
    await open_screen(page, f"/visits/{visit.id}/photos")
    await expect(page.get_by_text("Можно ещё 2 фото").first).to_be_visible()
    photos = [
        {"name": "note.jpg", "mimeType": "image/jpeg", "buffer": a_photo(size=(50 + n, 48))} for n in range(3)
    ]
    await page.locator("input[type=file]").first.set_input_files(photos)
    await expect(page.get_by_text("Сохранены не все: можно было ещё 2")).to_be_visible()
    await expect(page.get_by_text("Больше фото сделать нельзя").first).to_be_visible()
    await expect(page.get_by_role("button", name="Сфотографировать работу")).to_be_disabled()
    await page.context.unroute("**/field/sync*")


async def _see_in_the_console(open_face: OpenFace, office: Person, visit: BookedVisit) -> None:
    opened = await open_face(f"/console/visits/{visit.id}", office)
    await expect(opened.page.get_by_role("button", name="Открыть: Эскиз проёма О-1 от руки")).to_be_visible()
