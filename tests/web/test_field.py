"""The installer's app on a phone: a day without network, sent once when there is network again."""

import asyncio
import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, expect

from app.db.session import Sessions, transaction
from app.documents.price_list.service import create_default_work_items
from tests.cast import Cast, Person
from tests.field.forms_given import a_published_form, ask_for, rule
from tests.running import RunningProduct, until
from tests.stories import BookedVisit, accepted_visit, booked_visit, visit_in_progress
from tests.web.conftest import OpenFace, assert_everybody_can_use, give_cookie
from tests.web.taps import SIZES, draw_signature, lose_network, open_screen, photograph, set_out

CLOCK_SLOW_BY = timedelta(hours=3)
SLOW_CLOCK = """(() => {
  const Right = Date, late = %d;
  globalThis.Date = class extends Right {
    constructor(...given) { if (given.length) super(...given); else super(Right.now() - late); }
    static now() { return Right.now() - late; }
  };
})()""" % (CLOCK_SLOW_BY.total_seconds() * 1000)  # noqa: UP031  # braces of JavaScript
DATABASE_BEFORE = """new Promise(done => {
  const asked = indexedDB.open('brigada.field', 1);
  asked.onupgradeneeded = () => {
    const db = asked.result;
    for (const store of ['outbox', 'files', 'items', 'meta', 'pings', 'drafts']) db.createObjectStore(store);
  };
  asked.onsuccess = () => { window.held = asked.result; done(); };
})"""
TYPED_IN_SECRET = """amount => new Promise(done => {
  indexedDB.open('brigada.field').onsuccess = ({ target: { result } }) => {
    const drafts = result.transaction('drafts', 'readwrite').objectStore('drafts');
    drafts.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor.key.includes(' payment ')) return cursor.continue();
      const typed = JSON.parse(JSON.stringify(cursor.value).replace('650', amount));
      cursor.update(typed).onsuccess = () => { result.close(); done(); };
    };
  };
})"""
PHONE_GETS_FULL = """() => {
  const put = IDBObjectStore.prototype.put;
  addEventListener('unhandledrejection', event => event.reason?.name === 'AbortError' && event.preventDefault());
  window.isFull = true;
  IDBObjectStore.prototype.put = function (...given) {
    const asked = put.apply(this, given);
    if (window.isFull) this.transaction.abort();
    return asked;
  };
}"""
WHAT_IS_KEPT = """() => new Promise(done => {
  indexedDB.open('brigada.field').onsuccess = ({ target: { result } }) => {
    const asked = result.transaction('drafts', 'readwrite').objectStore('drafts').getAll();
    asked.onsuccess = () => { result.close(); done(JSON.stringify(asked.result)); };
  };
})"""
TWO_WINDOWS = {"lines": [{"work_code": "window_install", "quantity": 2}]}


async def test_a_day_in_a_basement_is_sent_once(
    live_cast: Cast, product: RunningProduct, open_face: OpenFace, tmp_path: Path
):
    """Offer, flight mode from “on my way” to the end, restart of the app in between, and everything is there once."""
    office = live_cast.olga
    offer, signing, doomed = await _the_visits(live_cast)
    opened = await open_face("/field/", None)
    page, context = opened.page, opened.context
    await context.add_init_script(SLOW_CLOCK)
    await page.reload()
    await assert_everybody_can_use(page)
    await _sign_in(page, product, live_cast.pavel)

    await page.get_by_role("link", name="Ответить за").click()
    await _see_countdown(page, await offer.screen())
    await assert_everybody_can_use(page)
    await page.get_by_role("button", name="Принять").click()
    await expect(page.get_by_role("button", name="Выехал")).to_be_visible()
    await until(lambda: _has_status(offer, "accepted"), patience_s=10)

    await lose_network(page, context)
    await _work(page, tmp_path)
    await _sign_act(page, signing)
    await _leave_for(page, doomed)
    await _see_what_is_over(page, offer, signing)
    cancelled = await office.post(f"/visits/{doomed.id}/cancel", {"reason": "Клиент уехал"}, if_match="*")
    assert cancelled.status_code == 200, cancelled.text
    await _see_what_waits(page)

    await context.set_offline(False)
    await _see_what_was_refused(page)

    await _see_that_all_came_once(office, offer, signing)
    await _agree_to_be_tracked(page, live_cast.pavel)
    await open_screen(page, "/me")
    await page.get_by_role("button", name="Выйти").click()
    await expect(page.get_by_role("heading", name="Вход для мастеров")).to_be_visible()


async def test_what_waits_goes_once_and_in_no_other_name(
    live_cast: Cast,
    product: RunningProduct,
    its_sessions: Sessions,
    open_face: OpenFace,
):
    """Two taps are one payment. Somebody else signs in while it waits: he is refused, and nothing goes as his."""
    visit = await visit_in_progress(live_cast, starts_at=datetime.now(UTC) + timedelta(hours=1))
    opened = await open_face("/field/", None)
    page, context = opened.page, opened.context
    await _sign_in(page, product, live_cast.pavel)
    await expect(page.locator(f"a[href='/field/visits/{visit.id}']").first).to_be_visible()
    await _see_that_a_session_without_a_mark_is_asked_for(page, context)
    await lose_network(page, context)
    await open_screen(page, f"/visits/{visit.id}/payment")
    await page.get_by_role("spinbutton", name="Сумма").fill("1500")
    await page.get_by_role("button", name="Записать оплату").dblclick()
    await expect(page.get_by_role("link", name="Оплата")).to_be_visible()
    await open_screen(page, "/queue")
    await expect(page.get_by_role("heading", name="Ждёт (1)")).to_be_visible()
    await open_screen(page, f"/visits/{visit.id}/payment")
    await expect(page.get_by_role("spinbutton", name="Сумма")).to_have_value("")
    await page.evaluate("setTimeout(() => Promise.reject(new DOMException('', 'QuotaExceededError')))")
    await expect(page.get_by_text("на телефоне кончилось место")).to_be_visible()
    await context.clear_cookies()
    await context.set_offline(False)
    await page.reload()

    await _give_code(page, product, live_cast.nikolai)
    await expect(page.get_by_role("alert")).to_contain_text(f"{live_cast.pavel.name}, 1 действие")
    assert await context.cookies() == [], "the one who was refused is signed out"
    await give_cookie(context, "field", product, its_sessions, live_cast.nikolai)
    await page.reload()
    await expect(page.get_by_text("В телефоне ждут отправки 1 действие")).to_be_visible()
    assert await context.cookies() == [], "his session is not used for it, wherever it came from"
    assert await _payments(visit) == []

    await _give_code(page, product, live_cast.pavel)
    await until(lambda: _has_payments(visit), patience_s=10)
    assert [one["amount_kop"] for one in await _payments(visit)] == [150_000]
    await _see_that_a_form_stays_for_its_owner(page, product, its_sessions, live_cast, visit)
    await _see_that_a_full_phone_leaves_what_is_typed(page)
    await _see_that_no_window_overwrites_another(page, context)
    await _leave_with_a_form_begun(page, context)
    await _see_what_a_phone_without_storage_says(page, context)
    await _see_that_an_older_window_is_named(open_face)


async def _see_that_a_session_without_a_mark_is_asked_for(page: Page, context: BrowserContext) -> None:
    """An earlier version of the app began it. Where nobody answers, he stays in the app."""
    await page.evaluate("localStorage.removeItem('brigada.field.session')")
    await context.route("**/auth/refresh", lambda route: route.abort())
    async with page.expect_event("requestfailed", lambda request: "/auth/refresh" in request.url):
        await page.reload()
    await expect(page.get_by_role("heading", name="Мои выезды")).to_be_visible()
    await context.unroute("**/auth/refresh")


async def _see_that_a_full_phone_leaves_what_is_typed(page: Page) -> None:
    """What could not be kept stays on the screen, and is kept once there is room."""
    amount = page.get_by_role("spinbutton", name="Сумма")
    await page.evaluate(PHONE_GETS_FULL)
    for typed in ("601", "602"):
        await amount.fill(typed)
        assert "600" in await page.evaluate(WHAT_IS_KEPT)
    await expect(amount).to_have_value("602")
    await page.evaluate("window.isFull = false")
    await amount.fill("600")
    await expect(amount).to_have_value("600")


async def _see_that_a_form_stays_for_its_owner(
    page: Page, product: RunningProduct, maker: Sessions, cast: Cast, visit: BookedVisit
) -> None:
    """His session ends, and Rinat works on the same phone: he sees no form and is asked about none."""
    await page.get_by_role("spinbutton", name="Сумма").fill("600")
    await open_screen(page, "/queue")
    await expect(page.get_by_text("Всё отправлено.")).to_be_visible()
    await page.context.clear_cookies()
    await page.reload()
    await _sign_in(page, product, cast.rinat)
    await open_screen(page, "/me")
    await page.get_by_role("button", name="Выйти").click()
    await expect(page.get_by_role("heading", name="Вход для мастеров")).to_be_visible()
    await give_cookie(page.context, "field", product, maker, cast.pavel)
    await page.reload()
    await expect(page.get_by_role("heading", name="Мои выезды")).to_be_visible()
    await open_screen(page, f"/visits/{visit.id}/payment")
    await expect(page.get_by_role("spinbutton", name="Сумма")).to_have_value("600")


async def _see_that_no_window_overwrites_another(page: Page, context: BrowserContext) -> None:
    """Both show what was typed last. What one has not heard of it shows, and does not write over it."""
    other = await context.new_page()
    await other.goto(page.url)
    here, there = (one.get_by_role("spinbutton", name="Сумма") for one in (page, other))
    await expect(there).to_have_value("600")
    await there.fill("650")
    await expect(here).to_have_value("650")
    await other.evaluate(TYPED_IN_SECRET, "655")
    await here.fill("660")
    await expect(page.get_by_text("изменили в другом окне")).to_be_visible()
    await expect(here).to_have_value("655")
    await here.fill("660")
    await expect(there).to_have_value("660")
    await other.close()


async def _see_what_a_phone_without_storage_says(page: Page, context: BrowserContext) -> None:
    await context.add_init_script("indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }")
    refused = await context.new_page()
    await refused.goto("/field/")
    await expect(refused.get_by_role("alert")).to_contain_text("не даёт приложению хранить данные")


async def _see_that_an_older_window_is_named(open_face: OpenFace) -> None:
    """It holds the database of the version before, and knows nothing of a newer one."""
    older = await open_face("/field/icon.svg", None)
    await older.page.evaluate(DATABASE_BEFORE)
    newer = await older.context.new_page()
    await newer.goto("/field/")
    await expect(newer.get_by_role("alert")).to_contain_text("Закройте другие окна приложения")
    await older.page.close()
    await expect(newer.get_by_role("heading", name="Вход для мастеров")).to_be_visible()


async def _leave_with_a_form_begun(page: Page, context: BrowserContext) -> None:
    """He is asked first, and stays signed in while the server does not answer."""
    await page.get_by_role("spinbutton", name="Сумма").fill("700")
    await open_screen(page, "/me")
    await context.set_offline(True)
    await page.get_by_role("button", name="Выйти").click()
    await expect(page.get_by_text("начатые и не отправленные формы")).to_be_in_viewport()
    await page.get_by_role("button", name="Выйти, формы не нужны").click()
    await expect(page.get_by_text("Сервер не ответил, вы не вышли")).to_be_visible()
    await context.set_offline(False)
    await page.get_by_role("button", name="Выйти").click()
    await page.get_by_role("button", name="Выйти, формы не нужны").click()
    await expect(page.get_by_role("heading", name="Вход для мастеров")).to_be_visible()


async def _payments(visit: BookedVisit) -> list[dict[str, Any]]:
    return list((await visit.screen())["payments"])


async def _has_payments(visit: BookedVisit) -> bool:
    return bool(await _payments(visit))


async def _work(page: Page, folder: Path) -> None:
    await set_out(page)
    await page.get_by_role("button", name="Прибыл").click()
    await page.get_by_role("button", name="Начать работу").click()
    await _measure(page)
    await photograph(page, folder)
    await _fill_in(page)
    await page.get_by_role("button", name="Завершить").click()
    await page.get_by_role("dialog").get_by_role("button", name="Завершить").click()
    await expect(page.get_by_text("завершён")).to_be_visible()


async def _leave_for(page: Page, visit: BookedVisit) -> None:
    await open_screen(page, f"/visits/{visit.id}")
    """It is of later, and another visit is under way: he is asked, for the client is told at once."""
    await page.get_by_role("button", name="Выехал").click()
    asked = page.get_by_role("dialog", name="Выехать сейчас?")
    await expect(asked).to_contain_text("Вы ещё не закончили наряд №")
    await expect(asked).to_contain_text("Клиент сразу получит SMS")
    await asked.get_by_role("button", name="Отмена").click()
    await expect(page.get_by_text("в пути")).to_be_hidden()
    await set_out(page)
    await expect(page.get_by_text("в пути")).to_be_visible()


async def _see_what_is_over(page: Page, done: BookedVisit, running: BookedVisit) -> None:
    """What he is at comes first, and what is finished is folded."""
    await open_screen(page, "/")
    await expect(page.locator("main a.card").first).to_have_attribute("href", f"/field/visits/{running.id}")
    await expect(page.locator(f"a[href='/field/visits/{done.id}']")).to_be_hidden()
    await page.get_by_text("Уже позади (1)").click()
    await expect(page.locator(f"a[href='/field/visits/{done.id}']")).to_be_visible()


async def _see_what_waits(page: Page) -> None:
    """Also after one more restart. Nobody signs out while something waits."""
    await page.goto("/field/queue")
    await expect(page.get_by_role("heading", name="Ждёт (8)")).to_be_visible()
    await expect(page.get_by_role("heading", name="Фото и подписи (2)")).to_be_visible()
    await expect(page.get_by_label("10 ждёт отправки")).to_be_visible()
    await expect(page.get_by_text("Фото: Кухня, вид от двери")).to_be_visible()
    await assert_everybody_can_use(page)
    await open_screen(page, "/me")
    await page.get_by_role("button", name="Выйти").click()
    await expect(page.get_by_text("Выйти нельзя")).to_be_visible()
    await page.get_by_label("Язык").select_option("en")
    await expect(page.get_by_text("You cannot sign out")).to_be_visible()
    await assert_everybody_can_use(page)
    await page.get_by_label("Language").select_option("ru")


async def _see_what_was_refused(page: Page) -> None:
    await page.get_by_role("link", name="Отправка").click()
    await expect(page.get_by_text("Не принято (1)")).to_be_visible(timeout=15_000)
    await expect(page.get_by_role("heading", name="Ждёт")).to_be_hidden(timeout=15_000)
    await expect(page.get_by_role("heading", name="Фото и подписи")).to_be_hidden()
    await expect(page.get_by_role("alert")).to_contain_text("Выехал")
    await page.get_by_role("button", name="Убрать").click()
    await expect(page.get_by_text("Всё отправлено.")).to_be_visible()


async def _has_status(visit: BookedVisit, status: str) -> bool:
    return bool((await visit.screen())["status"] == status)


async def _the_visits(cast: Cast) -> tuple[BookedVisit, BookedVisit, BookedVisit]:
    """An offer, a visit whose act the client has still to sign, and one that the office will call off."""
    form = await a_published_form(cast, {"level": {"type": "boolean"}, "note": {"type": "string"}})
    asked = {"form_id": form["id"]}
    await ask_for(cast, rule("photos"), rule("measurement"), rule("form", **asked))
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    now = datetime.now(UTC)
    signing = await visit_in_progress(cast, starts_at=now + timedelta(hours=1))
    presented = await signing.worker.post(f"/field/visits/{signing.id}/act", TWO_WINDOWS)
    assert presented.status_code == 201, presented.text
    doomed = await accepted_visit(cast, starts_at=now + timedelta(hours=5))
    offer = await booked_visit(cast, starts_at=now + timedelta(hours=3))
    return offer, signing, doomed


async def _sign_in(page: Page, product: RunningProduct, person: Person) -> None:
    await _give_code(page, product, person)
    await expect(page.get_by_role("heading", name="Мои выезды")).to_be_visible()


async def _give_code(page: Page, product: RunningProduct, person: Person) -> None:
    assert person.phone is not None
    messages = Path(product.settings.sms_file)
    known = len(_codes_in(messages, person.phone))
    await page.get_by_label("Ваш номер телефона").fill(person.phone)
    await page.get_by_role("button", name="Получить код по SMS").click()
    code = await _code_sent_to(person.phone, messages, known)
    await page.get_by_label("Код из SMS").fill(code)
    await page.get_by_role("button", name="Войти").click()


async def _code_sent_to(phone: str, file: Path, known: int) -> str:
    """The next one after those that are `known`."""
    deadline = time.monotonic() + 20
    while len(codes := _codes_in(file, phone)) <= known:
        assert time.monotonic() < deadline, f"no code came to {phone}"
        await asyncio.sleep(0.05)
    return codes[-1]


def _codes_in(file: Path, phone: str) -> list[str]:
    """Offers go to the same phone."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    own = [one["text"] for one in map(json.loads, lines) if one["to"].lstrip("+") == phone.lstrip("+")]
    return [code for text in own for code in re.findall(r"(?i)код\D{0,20}(\d{6})\b", text)]


async def _see_countdown(page: Page, visit: dict[str, Any]) -> None:
    """By the server's clock, although the phone's is three hours slow."""
    shown = await page.get_by_role("timer").inner_text()
    left = sum(int(part) * 60**place for place, part in enumerate(reversed(shown.split(":"))))
    right = (datetime.fromisoformat(visit["accept_by"]) - datetime.now(UTC)).total_seconds()
    assert abs(left - right) <= 3, f"{shown} is shown, {right:.0f} s are left"


async def _measure(page: Page) -> None:
    """A slip in one diagonal is doubted at once, before the measurer leaves the wall."""
    await page.get_by_role("link", name="Замер").click()
    await page.get_by_role("button", name="Добавить проём").click()
    fields = page.locator("fieldset input")
    for index, size in enumerate([*SIZES[:-1], SIZES[-1] + 100]):
        await fields.nth(index).fill(str(size))
    await expect(page.get_by_text("Диагональ отклоняется на 101 мм")).to_be_visible()
    await expect(page.get_by_role("button", name="Готово")).to_be_disabled()
    await fields.nth(7).fill(str(SIZES[-1]))
    await assert_everybody_can_use(page)
    await page.get_by_role("button", name="Готово").click()
    await page.get_by_role("button", name="Отправить лист замера").click()
    await expect(page.get_by_text("проёмов: 1")).to_be_visible()


async def _fill_in(page: Page) -> None:
    await page.get_by_role("link", name="Сдача работ").click()
    await page.get_by_role("button", name="Готово").click()
    await expect(page.get_by_text("Осталось ответить: 1")).to_be_visible()
    await page.get_by_label("Да").check()
    await page.get_by_role("button", name="Готово").click()
    await expect(page.get_by_text("заполнено", exact=True)).to_be_visible()


async def _sign_act(page: Page, visit: BookedVisit) -> None:
    await open_screen(page, f"/visits/{visit.id}/act")
    await draw_signature(page)
    await page.get_by_role("button", name="Подписать").click()
    await expect(page.get_by_text("Подпись сохранена в телефоне")).to_be_visible()


async def _agree_to_be_tracked(page: Page, pavel: Person) -> None:
    """What is kept are the words that were on the screen, and not those of an earlier wording."""
    await open_screen(page, "/me/tracking")
    shown = await page.locator(".said").inner_text()
    await page.get_by_role("button", name="Согласен", exact=True).click()

    async def kept() -> list[str]:
        own = (await pavel.get("/tracking/consents/own")).json()
        return [one["text"] for one in own["items"]]

    async def is_kept() -> bool:
        return bool(await kept())

    await until(is_kept, patience_s=10)
    assert [one.split() for one in await kept()] == [shown.split()]


async def _see_that_all_came_once(office: Person, visit: BookedVisit, signing: BookedVisit) -> None:
    async def told(path: str) -> Any:
        answer = await office.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    history = [one["kind"] for one in await told(f"/visits/{visit.id}/history")]
    done = [one for one in history if one in ("accepted", "en_route", "on_site", "in_progress", "completed")]
    assert done == ["accepted", "en_route", "on_site", "in_progress", "completed"], history
    assert len(await told(f"/jobs/{visit.job_id}/measurements")) == 1
    [photo] = await told(f"/visits/{visit.id}/attachments")
    assert (photo["width_px"], photo["height_px"]) == (1200, 1600), "upright, and scaled on the phone"
    assert photo["taken_at"] is not None, "what the camera wrote came with it"
    [form] = (await told(f"/visits/{visit.id}/forms"))["items"]
    assert form["answers"] == {"level": True}
    assert form["is_complete"]
    [act] = [one for one in (await told("/acts"))["items"] if one["visit_id"] == signing.id]
    assert act["status"] == "signed"
    started = datetime.fromisoformat((await told(f"/visits/{visit.id}"))["started_at"])
    assert abs(datetime.now(UTC) - started) < timedelta(minutes=2), "the slow clock was corrected"
