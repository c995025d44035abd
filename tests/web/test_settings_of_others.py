"""Who may not change a setting sees it locked, with the roles that may, and no button that is refused."""

from playwright.async_api import Page, expect

from tests.cast import Cast
from tests.field.forms_given import a_published_form
from tests.web.conftest import OpenFace
from tests.web.test_setting_up import go

OPEN_FIELDS = """() => [...document.querySelectorAll('main :is(input, select, textarea):enabled')]
  .map((one) => one.labels?.[0]?.textContent.trim() || one.getAttribute('aria-label') || one.outerHTML)"""
HERS = ["Название", "Радиус, м"]
"""Places where workers may stand are named by dispatchers, too."""


async def test_a_dispatcher_sees_settings_locked(live_cast: Cast, open_face: OpenFace) -> None:
    form = await a_published_form(live_cast)
    page = (await open_face("/console/settings", live_cast.olga)).page
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)

    for path, who in {
        "": "только владелец",
        f"/job-types?on={live_cast.measurement_type_id}": "владелец и руководитель",
        f"/forms?on={form['id']}": "владелец и руководитель",
        "/templates?kind=on_my_way": "владелец и руководитель",
        "/prices": "владелец и руководитель",
        "/materials": "владелец и руководитель",
        "/tracking": "только владелец",
    }.items():
        await go(page, f"/console/settings{path}")
        await expect(page.locator("main section")).to_be_visible()
        await expect(page.locator("main .loading")).to_have_count(0)
        await expect(page.locator("main").get_by_text(f"{who}.").first).to_be_visible()
        fields = await page.evaluate(OPEN_FIELDS)
        assert fields == (HERS if path == "/tracking" else []), path
        await _press_every_button(page)

    await go(page, "/console/settings/users")
    await expect(page.get_by_text("Её видят: владелец и руководитель.")).to_be_visible()
    assert refused == []


async def test_a_supervisor_changes_whom_he_may(live_cast: Cast, open_face: OpenFace) -> None:
    given = {"new_password": "Кит-и-47-берёз"}
    answer = await live_cast.irina.post(f"/users/{live_cast.sergei.id}/password", given)
    assert answer.status_code < 300, answer.text
    page = (await open_face("/console/settings/users", live_cast.sergei)).page

    await expect(page.get_by_role("row", name="Ирина Орлова").get_by_role("button")).to_have_count(0)
    await page.get_by_role("row", name="Марина Котова").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("checkbox", name="владелец")).to_have_count(0)
    await dialog.get_by_label("Имя").fill("Марина Котова-Седова")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("row", name="Марина Котова-Седова")).to_be_visible()

    await page.locator("button.who").click()
    await page.get_by_role("button", name="Сменить пароль…").click()
    await dialog.get_by_label("Прежний пароль").fill("не тот пароль")
    await dialog.get_by_label("Новый пароль").fill("Лось-и-31-ольха")
    await dialog.get_by_role("button", name="Сменить").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Прежний пароль").fill(given["new_password"])
    await dialog.get_by_role("button", name="Сменить").click()
    await expect(page.get_by_text("Пароль сменён")).to_be_visible()


async def _press_every_button(page: Page) -> None:
    buttons = page.locator("main button:enabled")
    for index in range(await buttons.count()):
        await buttons.nth(index).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
