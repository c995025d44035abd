"""A phone works without network while the office changes the same visits. Nothing is lost, and a person decides."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.cast import Cast
from tests.running import until
from tests.stories import BookedVisit, accepted_visit
from tests.web.conftest import Opened, OpenFace, assert_everybody_can_use
from tests.web.taps import lose_network, measure, photograph
from tests.web.test_crm import go

FIVE_MINUTES = 300_000
A_TURN = 31_000
"""Within so many milliseconds the app asks what is new."""


@dataclass
class Scene:
    """Pavel has two visits. The office will give the first one to Nikolai and change the floor of the second one."""

    cast: Cast
    lost: BookedVisit
    kept: BookedVisit
    pavel: Opened
    office: Page

    def conflict(self, name: str) -> Locator:
        return self.office.get_by_role("row", name=name)

    async def told(self, path: str) -> Any:
        answer = await self.cast.olga.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def scene(live_cast: Cast, open_face: OpenFace) -> Scene:
    now = datetime.now(UTC)
    lost = await accepted_visit(live_cast, starts_at=now + timedelta(hours=2))
    kept = await accepted_visit(live_cast, starts_at=now + timedelta(hours=5))
    pavel = await open_face("/field/", live_cast.pavel)
    await pavel.page.clock.install()
    office = (await open_face(f"/console/visits/{lost.id}", live_cast.olga)).page
    return Scene(live_cast, lost, kept, pavel, office)


@pytest.mark.covers("M29")
async def test_the_office_decides_what_counts_of_the_work_of_a_phone(scene: Scene, tmp_path: Path) -> None:
    await work_without_network(scene, tmp_path)
    await change_both_visits(scene)
    await come_back(scene)
    await see_both_versions(scene)
    await decide(scene)
    await hear_what_was_decided(scene)
    await see_that_nothing_is_lost(scene)


async def work_without_network(scene: Scene, folder: Path) -> None:
    page = scene.pavel.page
    await expect(page.get_by_text("принят")).to_have_count(2)
    await lose_network(page, scene.pavel.context)
    await page.locator(f"a[href='/field/visits/{scene.kept.id}']").click()
    await page.get_by_role("link", name="Как пройти").click()
    await page.get_by_label("Этаж").fill("7")
    await page.get_by_role("button", name="Сохранить").click()
    await page.get_by_role("link", name="Назад").click()
    await page.locator(f"a[href='/field/visits/{scene.lost.id}']").click()
    await page.get_by_role("button", name="Прибыл").click()
    await page.get_by_role("button", name="Начать работу").click()
    await measure(page)
    await photograph(page, folder)
    await page.clock.fast_forward(FIVE_MINUTES)


async def change_both_visits(scene: Scene) -> None:
    """Olga does not reach Pavel, and sends Nikolai."""
    office = scene.office
    await office.get_by_role("button", name="Передать другому…").click()
    await office.get_by_role("radio", name="Николай Седов").check()
    await office.get_by_role("button", name="Предложить", exact=True).click()
    await expect(office.get_by_text("Ждём ответа: Николай Седов")).to_be_visible()
    await go(office, f"/console/visits/{scene.kept.id}")
    await office.get_by_role("button", name="Исправить адрес и проход").click()
    await office.get_by_label("Этаж").fill("6")
    await office.get_by_role("button", name="Сохранить").click()
    await expect(office.get_by_text("этаж 6")).to_be_visible()


async def come_back(scene: Scene) -> None:
    """The phone says what waits for the office, and why. The photo stays in it."""
    page = scene.pavel.page
    await scene.pavel.context.set_offline(False)
    await page.get_by_role("link", name="Отправка").click()
    await expect(page.get_by_role("heading", name="Не принято (4)")).to_be_visible(timeout=15_000)
    for done in ("Прибыл на объект", "Начать работу", "Лист замера", "Фото"):
        note = page.get_by_role("alert").filter(has_text=f"{done}, ")
        await expect(note).to_contain_text("Решает диспетчер")
        await expect(note).to_contain_text("Этого выезда у вас больше нет")
    await expect(page.get_by_role("heading", name="Фото и подписи (1)")).to_be_visible()
    await expect(page.get_by_text("этаж: Вы – 7; Офис – 6")).to_be_visible()
    await assert_everybody_can_use(page)


async def see_both_versions(scene: Scene) -> None:
    office = scene.office
    await office.get_by_role("link", name="Входящие").click()
    await expect(office.get_by_role("heading", name="Телефон говорит одно, офис другое (5)")).to_be_visible()
    for said in ("Павел Громов", "было: 5", "7", "6"):
        await expect(scene.conflict("этаж")).to_contain_text(said)
    sheet = scene.conflict("Лист замера")
    await expect(sheet.get_by_role("img", name="Эскиз проёма")).to_be_visible()
    await expect(sheet).to_contain_text("выезд предложен, Николай Седов")
    await assert_everybody_can_use(office)


async def decide(scene: Scene) -> None:
    """The floor, the sheet and the photo count. That he was there does not: Nikolai goes."""
    office = scene.office
    await scene.conflict("этаж").get_by_role("button", name="Верно у исполнителя").click()
    await scene.conflict("Лист замера").get_by_role("button", name="Принять").click()
    await scene.conflict("Фото").get_by_role("button", name="Принять").click()
    await scene.conflict("Прибыл").get_by_role("button", name="Не учитывать…").click()
    await office.get_by_label("Причина").fill("Поедет Николай")
    await office.get_by_role("button", name="Не учитывать", exact=True).click()
    await scene.conflict("Начать").get_by_role("button", name="Учли вручную…").click()
    await office.get_by_label("Причина").fill("Часы внесла в табель")
    await office.get_by_role("button", name="Учли", exact=True).click()
    await expect(office.get_by_text("Телефон говорит одно, офис другое")).to_be_hidden()


async def hear_what_was_decided(scene: Scene) -> None:
    page = scene.pavel.page
    await page.clock.fast_forward(A_TURN)
    await expect(page.get_by_text("Диспетчер: Поедет Николай")).to_be_visible()
    await expect(page.get_by_text("Диспетчер: Часы внесла в табель")).to_be_visible()
    for outcome, count in (
        ("решено: как у вас", 1),
        ("принято", 2),
        ("не учитывается", 1),
        ("учли в офисе", 1),
    ):
        await expect(page.locator(".badge").get_by_text(outcome, exact=True)).to_have_count(count)
    await expect(page.get_by_text("Решает диспетчер")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Фото и подписи")).to_be_hidden()


async def see_that_nothing_is_lost(scene: Scene) -> None:
    [past] = await scene.told(f"/jobs/{scene.lost.job_id}/measurements")
    assert past["measurement"]["author_id"] == str(scene.cast.pavel.id)
    assert (await scene.told(f"/visits/{scene.kept.id}/card"))["site"]["floor"] == "7"
    assert (await scene.told(f"/visits/{scene.lost.id}"))["status"] == "offered"

    async def photo_is_there() -> bool:
        return [one["stored_at"] for one in await scene.told(f"/visits/{scene.lost.id}/attachments")] != [
            None
        ]

    await until(photo_is_there, patience_s=10)
