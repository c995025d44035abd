"""Every screen of the installer's app, in both languages and themes: everything fits, everybody can use it.

The screens are read from `web/field/routes.ts`, so that a new one cannot be forgotten.
"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from playwright.async_api import Page, expect

from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from deploy.local.places import CHECKOUT
from tests.cast import Cast
from tests.field.forms_given import a_published_form, ask_for, rule
from tests.field.test_materials import a_material, norms, reported, used
from tests.stories import accepted_visit, booked_visit, measured_visit
from tests.tracking.conftest import consent
from tests.web.conftest import PHONE, OpenFace, in_theme, serious_findings
from tests.web.given import photograph
from tests.web.taps import open_screen
from tests.web.test_every_page import CODE, OVERFLOW, Visitor

ROUTES = CHECKOUT / "web" / "field" / "routes.ts"
NARROW = {"width": 320, "height": 640}
TWICE_AS_LARGE = "factor => document.documentElement.style.setProperty('font-size', factor)"
TOO_SMALL = """() => {
  const targets = 'button, a.button, a.line, select, input:not([hidden], [type=checkbox], [type=radio])';
  return [...document.querySelectorAll(targets)]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44)
    .map(one => one.outerHTML.slice(0, 90));
}"""
IS_SHOWN = "() => document.querySelector('main')?.innerText.trim() && !document.querySelector('.loading')"
SAID_OPEN = {
    "why he declines": ("/visits/{offer}", "Отказаться|Decline"),
    "which map": ("/visits/{id}", "➤ Маршрут|➤ Route"),
    "why he pauses": ("/visits/{id}", "Пауза|Pause"),
    "why it was not done": ("/visits/{id}", "Не состоялось|Not done"),
    "whether he sets out": ("/visits/{later}", "Выехал|On my way"),
    "what is left": ("/visits/{id}", "Завершить|Done"),
    "why the client does not sign": ("/visits/{id}/act", "Клиент не подписывает|The client does not sign"),
    "another act": ("/visits/{id}/act", "Составить заново|Draw up anew"),
    "a photo in large": ("/visits/{id}/photos", "Открыть: .*|Open: .*"),
    "a line corrected": ("/visits/{id}/materials", "Исправить: .*|Correct: .*"),
    "an opening": ("/visits/{id}/measure", r"\+ Добавить проём|\+ Add an opening"),
    "a QR code": ("/visits/{id}/tags", "Сканировать QR-код|Scan a QR code"),
    "leaving with a form begun": ("/me", "Выйти|Sign out"),
}
"""Dialogs and forms that a button opens, by what they ask: where it is, and its name."""
QUESTIONS = {
    "level": {"type": "boolean"},
    "gap_mm": {"type": "number", "minimum": 0, "maximum": 60},
    "foam": {"type": "string", "enum": ["winter", "summer"]},
    "photo": {"type": "string", "format": "attachment"},
}


def screens() -> list[str]:
    text = ROUTES.read_text()
    found = re.findall(r"\bpath: '([^']+)'", text)
    assert len(found) == text.count("=> import("), "routes.ts is written in another way now"
    return ["/", *found]


async def a_full_day(cast: Cast) -> dict[str, str]:
    """Pavel's day with something on every screen: ids that the addresses of screens need."""
    form = await a_published_form(cast, QUESTIONS)
    await ask_for(cast, rule("photos"), rule("photo_act"), rule("form", form_id=form["id"]))
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    foam = await a_material(cast)
    await norms(cast, {"material_id": foam, "per_job": 2}, job_type_id=cast.measurement_type_id)
    await consent(cast.pavel)
    now = datetime.now(UTC)
    visit, _ = await measured_visit(cast, starts_at=now + timedelta(hours=1))
    line = (await reported(visit, used(foam, 20)))["uses"][0]["id"]
    await reported(visit, corrections=[{"use_id": line, "quantity": 2, "reason": "Опечатка"}])
    await photograph(cast, visit.id)
    await visit.done("act", lines=[{"work_code": "window_install", "quantity": 2}])
    said = await cast.olga.post(f"/jobs/{visit.job_id}/messages", {"text": "Код домофона другой: 45В"})
    assert said.status_code == 201, said.text
    offer = await booked_visit(cast, starts_at=now + timedelta(hours=26))
    later = await accepted_visit(cast, starts_at=now + timedelta(hours=50))
    return {"id": visit.id, "form": form["id"], "offer": offer.id, "later": later.id}


async def faults_of(page: Page, visitor: Visitor) -> list[str]:
    """What is wrong with the screen as it stands."""
    found = await serious_findings(page)
    async with in_theme(page, "dark"):
        found += [f"dark: {one}" for one in await serious_findings(page, ["color-contrast"])]
    found += [f"too small to touch: {one}" for one in await page.evaluate(TOO_SMALL)]
    await page.evaluate(TWICE_AS_LARGE, "34px")
    found += [f"in letters twice as large: {one}" for one in await page.evaluate(OVERFLOW)]
    await page.evaluate(TWICE_AS_LARGE, "")
    await page.set_viewport_size(NARROW)
    found += [f"on a narrow phone: {one}" for one in await page.evaluate(OVERFLOW)]
    await page.set_viewport_size(PHONE)
    codes = {*re.findall(CODE, await page.locator("main").inner_text())} - {*QUESTIONS}
    return found + [f"code: {one}" for one in codes] + visitor.noted


async def test_every_screen(open_face: OpenFace, live_cast: Cast) -> None:
    ids = await a_full_day(live_cast)
    opened = await open_face("/field/", live_cast.pavel)
    page, visitor = opened.page, Visitor(opened.page)
    await expect(page.locator(f"a[href='/field/visits/{ids['id']}']").first).to_be_visible()
    addresses = {path: re.sub(r":(\w+)", lambda found: ids[found[1]], path) for path in screens()}
    addresses["an offer"], addresses["a visit that is gone"] = f"/visits/{ids['offer']}", f"/visits/{uuid4()}"

    await page.wait_for_function(
        "() => localStorage['brigada.field.consent']"
    )  # he has decided on another phone
    await expect(page.get_by_text("Решите, можно ли")).to_have_count(0)
    await open_screen(page, f"/visits/{ids['id']}")
    await expect(page.get_by_role("link", name="Фото")).to_contain_text("нет: фото бумажного акта")
    faults: dict[str, list[str]] = {}
    for lang in ("ru", "en"):
        await open_screen(page, "/me")
        await (
            page.get_by_label("Язык" if lang == "ru" else "Language")
            .or_(page.get_by_label("Язык"))
            .first.select_option(lang)
        )
        for screen, address in addresses.items():
            visitor.noted.clear()
            await open_screen(page, address)
            await page.wait_for_function(IS_SHOWN)
            if found := await faults_of(page, visitor):
                faults[f"{screen} in {lang}"] = found
        if lang == "ru":  # the longer words
            faults |= {asked: found async for asked, found in _faults_of_dialogs(page, visitor, ids)}

    assert not faults, "\n".join(
        f"{where}: {one}" for where, all_of_it in faults.items() for one in all_of_it
    )


async def _faults_of_dialogs(
    page: Page, visitor: Visitor, ids: dict[str, str]
) -> AsyncIterator[tuple[str, list[str]]]:
    """What is wrong with each of `SAID_OPEN`, while it is open."""
    await open_screen(page, f"/visits/{ids['id']}/payment")
    await page.locator("input[type=number]").first.fill("700")
    for asked, (address, button) in SAID_OPEN.items():
        await open_screen(page, address.format(**ids))
        await page.get_by_role("button", name=re.compile(f"^({button})$")).first.click()
        if found := await faults_of(page, visitor):
            yield asked, found
        await page.keyboard.press("Escape")
