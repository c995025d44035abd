"""The pages of clients on a phone, in a real browser: both languages, both themes, with and without scripts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from httpx import AsyncClient
from playwright.async_api import Browser, BrowserContext, Page, Response
from sqlalchemy import update

from app.clients.records.models import Client
from app.db.files import open_files
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch.api import Links
from app.identity.companies.models import Company
from tests.cast import Cast, Person
from tests.clients.consents import published
from tests.clients.given import a_client
from tests.clients.test_inbound import link_of
from tests.dispatch.confirming import times_in
from tests.dispatch.given import a_planned_visit
from tests.documents.given import a_signed_act, price_list
from tests.documents.test_brand import a_picture, set_logo
from tests.running import RunningProduct
from tests.stories import BookedVisit
from tests.tracking.conftest import a_ping, a_tap, consent
from tests.web.conftest import PHONE, Opened, serious_findings, watch

SMALL = 5_000
"""Bytes of a page on the wire."""
FAR = {"lat": 55.786431, "lon": 37.612345}
HALF_A_MINUTE = 31_000


class Stage(NamedTuple):
    """What there is to look at: visits of Anna at every stage, with the paths of their pages."""

    cast: Cast
    ahead: BookedVisit
    on_the_way: BookedVisit
    done: BookedVisit
    paths: dict[str, str]


async def a_visit(cast: Cast, worker: Person, *taps: str, starts_in: timedelta) -> BookedVisit:
    starts_at = (datetime.now(UTC) + starts_in).replace(minute=0, second=0, microsecond=0)
    visit_id = await a_planned_visit(cast, starts_at=starts_at)
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(worker.id)})
    assert answer.status_code == 200, answer.text
    visit = BookedVisit(id=visit_id, job_id=answer.json()["job_id"], worker=worker)
    for tap in ("accept", *taps):
        more = {"eta_minutes": 40} if tap == "depart" else {}
        await visit.done(tap, at=datetime.now(UTC), **more)
    return visit


async def link_to(cast: Cast, product: RunningProduct, visit: BookedVisit) -> str:
    """A link as a message would have it."""
    async with begin_work(cast.maker, cast.company_id) as work:
        url, row = Links.of(product.settings).make(
            UUID(visit.id), 1, window_ends_at=datetime.now(UTC) + timedelta(days=2)
        )
        work.write(row)
    return url.removeprefix(product.settings.public_url)


async def is_seen(worker: Person) -> None:
    """Pavel has agreed to be tracked, and is four kilometres away."""
    ping = a_ping(**FAR) | {"at": datetime.now(UTC).isoformat()}
    answer = await worker.post("/tracking/pings", {"pings": [ping]})
    assert answer.json()["verdicts"] == ["taken"], answer.text


@pytest.fixture
async def stage(live_cast: Cast, product: RunningProduct) -> Stage:
    cast = live_cast
    await price_list(cast)
    await set_logo(cast, a_picture())
    async with transaction(cast.maker, cast.company_id) as session:
        phone = update(Company).where(Company.id == cast.company_id).values(phone="+74951234567")
        await session.execute(phone)
    await published(cast.irina)
    await consent(cast.pavel)
    ahead = await a_visit(cast, cast.pavel, starts_in=timedelta(hours=26))
    on_the_way = await a_visit(cast, cast.pavel, "depart", starts_in=timedelta(hours=1))
    done = await a_visit(
        cast, cast.nikolai, "depart", "arrive", "start", "complete", starts_in=timedelta(hours=1)
    )
    await is_seen(cast.pavel)
    signed = await a_signed_act(cast, open_files(product.settings.files_url))
    paths = {
        "ahead": await link_to(cast, product, ahead),
        "way": await link_to(cast, product, on_the_way),
        "done": await link_to(cast, product, done),
    }
    paths["times"], paths["cancel"] = f"{paths['ahead']}/times", f"{paths['ahead']}/cancel"
    async with AsyncClient(base_url=product.address) as anybody:
        paths["move"] = f"{paths['times']}/{times_in(await anybody.get(paths['times']))[0]}"
    paths["rating"] = f"{paths['done']}/rating"
    paths["check"] = f"/check/{signed.act.check_code}"
    paths["passport"] = f"/p/{signed.passports[0].tag_code}"
    paths["unknown"] = "/v/7H3K9QXM2WAAA"
    anna = await a_client(cast.olga)
    paths["choices"] = await link_of(cast.maker, cast, anna["id"])
    return Stage(cast, ahead, on_the_way, done, paths)


@pytest.fixture
async def phone(browser: Browser, product: RunningProduct) -> AsyncIterator["Phone"]:
    phone = Phone(browser, product)
    yield phone
    await phone.close()


class Phone:
    """A client's phone. At the end no script may have failed, and nobody else's server may have been asked."""

    def __init__(self, browser: Browser, product: RunningProduct) -> None:
        self._browser, self._product = browser, product
        self._contexts: list[BrowserContext] = []
        self._opened: list[Opened] = []

    async def page(self, **options: Any) -> Page:
        context = await self._browser.new_context(
            base_url=self._product.address, **{"locale": "ru-RU", "viewport": PHONE, **options}
        )
        self._contexts.append(context)
        page = await context.new_page()
        self._opened.append(watch(page, context, self._product.address))
        return page

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()
        assert [fault for one in self._opened for fault in one.faults] == []


async def speaks(cast: Cast, lang: str) -> None:
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(update(Client).where(Client.company_id == cast.company_id).values(lang=lang))


TOO_SMALL = """() => [...document.querySelectorAll('button, .button, .choice, textarea, input[type=file], .stars span')]
    .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 100))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


PALE = """async () => (await axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']}))
    .violations.flatMap(one => one.nodes).map(one => one.html.slice(0, 100) + one.failureSummary.slice(0, 150))"""
"""A theme changes colours and nothing else."""


async def faults_of(page: Page, response: Response | None) -> list[str]:
    """What is wrong with a page as it is shown now, in either theme."""
    assert response is not None
    found = []
    size = (await response.request.sizes())["responseBodySize"]
    if size > SMALL:
        found.append(f"{size} bytes")
    if wide := await page.evaluate(TOO_WIDE):
        found.append(f"wider than the phone by {wide}")
    found += [f"too small to touch: {one}" for one in await page.evaluate(TOO_SMALL)]
    await page.emulate_media(color_scheme="light")
    found += await serious_findings(page)
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in await page.evaluate(PALE)]
    return found


@pytest.mark.covers("M28")
async def test_everybody_can_use_every_page_in_both_languages_and_themes(stage, phone):
    faults = {}
    for lang, locale in (("ru", "ru-RU"), ("en", "en-GB")):
        await speaks(stage.cast, lang)
        page = await phone.page(locale=locale)
        for name, path in stage.paths.items():
            response = await page.goto(path)
            if found := await faults_of(page, response):
                faults[f"{name} ({lang})"] = found

    assert faults == {}


@pytest.mark.covers("M27", "M28")
async def test_without_scripts_a_client_confirms_goes_back_moves_cancels_rates_and_chooses(stage, phone):
    page, forgotten = [await phone.page(java_script_enabled=False) for _ in range(2)]
    await forgotten.goto(stage.paths["times"])
    await forgotten.locator(".slots a").first.click()
    await page.goto(stage.paths["ahead"])
    await page.get_by_role("button", name="Да, подходит").click()
    confirmed = await page.get_by_text("Спасибо, ждём встречи.").count()
    await page.go_back()
    await page.get_by_role("link", name="Выбрать другое время").click()
    await page.locator(".slots a").last.click()
    await page.get_by_role("button", name="Да, перенести").click()
    moved = await page.get_by_text("Визит перенесён на").count()
    await forgotten.get_by_role("button", name="Да, перенести").click()
    stale = await forgotten.get_by_role("alert").inner_text()
    await page.goto(stage.paths["ahead"])
    await page.get_by_role("link", name="Отменить визит").click()
    await page.get_by_label("Дорого").check()
    await page.get_by_role("button", name="Отменить визит").click()
    canceled = await page.get_by_text("Визит отменён.").count()

    await page.goto(stage.paths["done"])
    await page.get_by_role("link", name="Оценить работу").click()
    await page.locator(".stars span").nth(4).click()
    await page.get_by_label("Что понравилось").fill("Спасибо Николаю")
    await page.get_by_role("button", name="Отправить оценку").click()
    rated = await page.get_by_role("status").inner_text()

    await page.goto(stage.paths["way"])
    refreshes = await page.get_by_role("link", name="Обновить").count()
    await page.get_by_role("button", name="Какие сообщения вы получаете").click()
    await page.get_by_label("Предложения и напоминания").check()
    await page.get_by_role("button", name="Сохранить").click()
    saved = await page.get_by_role("status").inner_text()
    agreed = await page.get_by_label("Предложения и напоминания").is_checked()

    assert (confirmed, canceled, refreshes, agreed) == (1, 1, 1, True)
    assert moved == 1
    assert stale.lower() == "время визита уже другое"
    assert (rated, saved) == ("Спасибо! Ваша оценка: 5 из 5.", "Сохранено.")


@pytest.mark.covers("M28")
async def test_the_page_follows_the_master_and_stops_when_he_has_come(stage, phone):
    page = await phone.page()
    await page.clock.install()
    await page.goto(stage.paths["way"])
    away = await page.locator("#live").inner_text()
    drawn = await page.get_by_role("img", name="Примерно в 4 км от вас").count()
    await page.evaluate("window.sameDocument = true")
    await stage.cast.pavel.post("/field/tracking/private-time/start", a_tap(stage.cast.pavel))
    await page.clock.fast_forward(HALF_A_MINUTE)
    await page.get_by_text("не видно").wait_for()
    is_same = await page.evaluate("window.sameDocument === true")
    await stage.on_the_way.done("arrive", at=datetime.now(UTC))
    await page.clock.fast_forward(HALF_A_MINUTE)
    await page.get_by_text("Мастер у вас.").wait_for()
    seen = await page.locator("main").inner_text()
    for tap in ("start", "complete"):
        await stage.on_the_way.done(tap, at=datetime.now(UTC))
    await page.clock.fast_forward(HALF_A_MINUTE)
    await page.get_by_role("link", name="Оценить работу").wait_for()

    assert "Примерно в 4 км от вас, к северу." in away
    assert (drawn, is_same) == (1, True)
    assert "км" not in seen
