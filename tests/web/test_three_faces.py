"""The main job through all three faces at once: office at the console, workers with phones, the client with a link."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Locator, Page, expect
from pypdf import PdfReader

from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from tests.cast import Cast
from tests.field.forms_given import a_published_form, rule
from tests.orders.given_estimates import FITTING, agreed
from tests.running import RunningProduct, until
from tests.web.conftest import PHONE, Opened, OpenFace
from tests.web.taps import MOSCOW, draw_signature, lose_network, measure, open_screen, photograph, set_out

SITE = {"latitude": 55.7634, "longitude": 37.6061}
ON_HIS_WAY = {"latitude": 55.7994, "longitude": 37.6061, "accuracy": 10}
"""Four kilometres north of the site."""
A_TURN = 31_000
"""Within so many milliseconds the app says where it is."""
TURN_NOW = "dispatchEvent(new Event('online'))"
LINK = re.compile(r"https://okna\.example(/v/\w+)")


@dataclass
class Faces:
    """What is on the screens, and what has really left as SMS."""

    cast: Cast
    product: RunningProduct
    open: OpenFace
    office: Page
    phone: str
    """Of the client."""

    def sms(self) -> list[str]:
        """What the client got."""
        file = Path(self.product.settings.sms_file)
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [one["text"] for one in map(json.loads, lines) if one["to"].lstrip("+") == self.phone]

    async def next_sms(self, *, after: int) -> str:
        async def has_come() -> bool:
            return len(self.sms()) > after

        await until(has_come, patience_s=15)
        return self.sms()[after]

    async def client_page(self, path: str) -> Page:
        return (await self.open(path, None, viewport=PHONE)).page

    @property
    def status(self) -> Locator:
        """Of the visit that the office looks at."""
        return self.office.locator("main .badge").first


@pytest.fixture
async def faces(live_cast: Cast, product: RunningProduct, open_face: OpenFace) -> Faces:
    """A company with its people, price list and checklist. No client is known yet."""
    cast = live_cast
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    form = await a_published_form(cast, {"level": {"type": "boolean"}})
    asks = {
        cast.measurement_type_id: [rule("photos"), rule("measurement")],
        cast.installation_type_id: [rule("photos"), rule("signature"), rule("form", form_id=form["id"])],
    }
    for job_type_id, proofs in asks.items():
        asked = await cast.sergei.patch(f"/job-types/{job_type_id}", {"proofs": proofs}, if_match="*")
        assert asked.status_code == 200, asked.text
    always = {"since": "00:00", "until": "24:00", "weekdays": [1, 2, 3, 4, 5, 6, 7]}
    at_night_too = await cast.irina.patch(
        "/message-settings",
        {"hours": dict.fromkeys(("service", "feedback", "marketing"), always)},
        if_match="*",
    )
    assert at_night_too.status_code == 200, at_night_too.text
    office = (await open_face("/console/requests", cast.olga)).page
    return Faces(cast, product, open_face, office, f"7903{uuid4().int % 10_000_000:07d}")


@pytest.mark.covers("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M28", "M29", "M31", "M42")
async def test_from_a_call_to_the_passport(faces: Faces, tmp_path: Path) -> None:
    await take_the_call(faces)
    await book_and_offer(faces)
    pavel = await faces.open("/field/", faces.cast.pavel, geolocation=ON_HIS_WAY, permissions=["geolocation"])
    await agree_to_be_seen(pavel)
    await accept(pavel)
    await expect(faces.status).to_contain_text("принят")
    client = await the_client_follows(faces, pavel)
    await measure_in_a_basement(pavel, tmp_path)
    await all_see_that_it_is_measured(faces, client)

    await agree_on_the_price(faces, tmp_path)
    await have_it_made(faces)
    await book_the_installation(faces)
    rinat = await faces.open("/field/", faces.cast.rinat)
    await install(faces, rinat, tmp_path)
    await the_client_checks_the_act(faces, client, tmp_path)
    await the_passport_opens(faces, client)
    await the_client_has_bought(faces)


async def take_the_call(faces: Faces) -> None:
    """Anna calls. Nobody knows her number yet."""
    office = faces.office
    await office.get_by_role("link", name="Новое обращение").click()
    await office.get_by_label("Телефон").fill(f"+{faces.phone}")
    await office.get_by_label("Как зовут").fill("Анна Сергеевна")
    await office.get_by_label("Адрес").fill("Москва, Тверская улица, 12")
    await office.get_by_label("Пожелания").fill("Дует из окна")
    await office.get_by_role("button", name="Записать").click()
    await expect(office.get_by_text("Первый ответ")).to_be_visible()


async def book_and_offer(faces: Faces) -> None:
    office = faces.office
    await office.get_by_role("button", name="Записать на замер").press("Enter")
    await office.keyboard.press("Tab")
    await expect(office.get_by_label("Имя и отчество")).to_be_focused()
    await office.get_by_label("Фамилия").fill("Котова")
    place = office.get_by_label("Координаты или ссылка на карту")
    await place.fill(f"{SITE['latitude']}, {SITE['longitude']}")
    await place.press("Tab")
    hours = office.locator(".day button")
    await hours.first.focus()
    await office.keyboard.press("ArrowRight")
    await expect(hours.nth(1)).to_be_focused()
    await office.keyboard.press("Enter")
    await office.get_by_role("button", name="Записать", exact=True).click()
    await expect(office.get_by_role("heading", name="Замер №")).to_be_visible()
    await office.get_by_role("button", name="Предложить…").click()
    await expect(office.get_by_role("radio", name="Павел Громов")).to_be_visible()
    await office.keyboard.press("Tab")
    await expect(office.get_by_role("radio").first).to_be_focused()
    await office.get_by_role("radio", name="Павел Громов").check()
    await office.get_by_role("button", name="Предложить", exact=True).click()
    await expect(office.get_by_text("Ждём ответа: Павел Громов")).to_be_visible()


async def agree_to_be_seen(worker: Opened) -> None:
    """The clock of his phone can be put forward from here on."""
    page = worker.page
    await page.clock.install()
    await page.get_by_role("link", name="Решите, можно ли компании видеть").click()
    await page.get_by_role("button", name="Согласен", exact=True).click()
    await expect(page.get_by_text("Вы согласились").first).to_be_visible()
    await page.get_by_role("link", name="Выезды").click()


async def accept(worker: Opened) -> None:
    """The offer stands on his screen, with the time that is left."""
    page = worker.page
    await page.get_by_role("link", name="Ответить за").click()
    await expect(page.get_by_role("timer")).to_contain_text(":")
    await page.get_by_role("button", name="Принять").click()
    await expect(page.get_by_role("button", name="Выехал")).to_be_visible()


async def the_client_follows(faces: Faces, pavel: Opened) -> Page:
    """The link stands in the SMS that left when Pavel set out. Her page stays open."""
    assert "замер" in await faces.next_sms(after=0)
    await set_out(pavel.page)
    await expect(faces.status).to_contain_text("в пути")
    on_my_way = await faces.next_sms(after=1)
    found = LINK.search(on_my_way)
    assert found, on_my_way
    await pavel.page.clock.fast_forward(A_TURN)
    await expect(pavel.page.get_by_text("не отправлено")).to_be_hidden()
    client = await faces.client_page(found[1])
    await expect(client.get_by_role("heading", name="Замер")).to_be_visible()
    await expect(client.get_by_text("Павел")).to_be_visible()
    await expect(client.get_by_text("Примерно в 4 км от вас")).to_be_visible()
    return client


async def measure_in_a_basement(pavel: Opened, folder: Path) -> None:
    page = pavel.page
    await lose_network(page, pavel.context)
    await page.get_by_role("button", name="Прибыл").click()
    await page.get_by_role("button", name="Начать работу").click()
    await measure(page)
    await photograph(page, folder)
    await page.get_by_role("button", name="Завершить").click()
    await page.get_by_role("dialog").get_by_role("button", name="Завершить").click()
    await expect(page.get_by_text("завершён")).to_be_visible()
    await page.get_by_role("link", name="Отправка").click()
    await see_that_it_waits(page, commands=4, files=1)
    await page.reload()
    await see_that_it_waits(page, commands=4, files=1)
    await pavel.context.set_offline(False)
    await expect(page.get_by_text("Всё отправлено.")).to_be_visible(timeout=15_000)


async def see_that_it_waits(page: Page, *, commands: int, files: int) -> None:
    await expect(page.get_by_role("heading", name=f"Ждёт ({commands})")).to_be_visible()
    await expect(page.get_by_role("heading", name=f"Фото и подписи ({files})")).to_be_visible()


async def all_see_that_it_is_measured(faces: Faces, client: Page) -> None:
    office = faces.office
    await expect(faces.status).to_contain_text("завершён")
    for once in ("На объекте", "В работе", "Завершён"):
        await expect(office.get_by_role("listitem").get_by_text(once, exact=True)).to_have_count(1)
    await expect(office.get_by_role("img", name="Эскиз проёма")).to_be_visible()
    await expect(office.get_by_role("button", name="Открыть").first).to_be_visible()
    await client.reload()
    await expect(client.get_by_role("link", name="Оценить работу")).to_be_visible()
    await expect(client.get_by_text("км от вас")).to_be_hidden()
    assert len(faces.sms()) == 2, "one word for the booking and one for the way, although all came at once"


async def agree_on_the_price(faces: Faces, folder: Path) -> None:
    office = faces.office
    await office.get_by_role("link", name="Заказ №").click()
    await office.get_by_role("button", name="Составить смету").click()
    await office.get_by_label("Что", exact=True).fill("Окно 1400 × 1300")
    await office.get_by_label("Цена, ₽").first.fill("30 000")
    await office.get_by_role("button", name="Сохранить").click()
    async with office.expect_download() as saving:
        await office.get_by_role("button", name="PDF", exact=True).click()
    await (await saving.value).save_as(folder / "estimate.pdf")
    assert (folder / "estimate.pdf").read_bytes().startswith(b"%PDF")
    await office.get_by_role("button", name="Клиент согласен…").click()
    await office.get_by_role("button", name="Согласована").click()
    await expect(office.locator(".sums")).to_contain_text("34 500 ₽")


async def have_it_made(faces: Faces) -> None:
    office = faces.office
    await office.get_by_text("Производство", exact=True).click()
    await office.get_by_role("button", name="Заказать на заводе…").click()
    await office.get_by_label("Готовность").fill(datetime.now(MOSCOW).date().isoformat())
    await office.get_by_label("Номер на заводе").fill("З-7/331")
    await office.get_by_role("button", name="Разместить").click()
    for step in ("Завод подтвердил", "Начали делать", "Готов"):
        await office.get_by_role("button", name=step, exact=True).click()


async def book_the_installation(faces: Faces) -> None:
    office = faces.office
    await office.get_by_role("button", name="Назначить монтаж…").click()
    await office.get_by_role("radio").first.check()
    await expect(office.get_by_text("Не хватает: согласия клиента на это время.")).to_be_visible()
    await office.get_by_label("Клиент согласен на это время").check()
    await office.get_by_role("button", name="Назначить", exact=True).click()
    await expect(office.get_by_role("heading", name="Монтаж №")).to_be_visible()


async def install(faces: Faces, rinat: Opened, folder: Path) -> None:
    """The act is drawn up on the way. On site there is no network, and the client signs it."""
    page = rinat.page
    await accept(rinat)
    await set_out_without_network(faces, rinat)
    await expect(page.get_by_role("link", name="Акт и подпись")).to_contain_text("составлен", timeout=10_000)
    await page.get_by_role("link", name="Акт и подпись").click()
    await see_what_was_agreed(page)
    await something_else_is_agreed(faces, page)
    await lose_network(page, rinat.context)
    await page.get_by_role("link", name="Назад").click()
    for tap in ("Прибыл", "Начать работу"):
        await page.get_by_role("button", name=tap).click()
    await page.get_by_role("link", name="Акт и подпись").click()
    await draw_signature(page)
    before = datetime.now(UTC)
    await page.get_by_role("button", name="Подписать").click()
    await expect(page.get_by_text("Подпись сохранена в телефоне")).to_be_visible()
    after = datetime.now(UTC)
    await page.get_by_role("link", name="Назад").click()
    await photograph(page, folder)
    await page.get_by_role("link", name="Сдача работ").click()
    await page.get_by_label("Да").check()
    await page.get_by_role("button", name="Готово").click()
    await page.get_by_role("link", name="Оплата").click()
    await expect(page.get_by_label("За что")).to_have_value("final")
    await expect(page.get_by_role("spinbutton", name="Сумма")).to_have_value("34500")
    await page.get_by_role("button", name="Записать оплату").click()
    await page.get_by_role("link", name="Оплата").click()
    await expect(page.get_by_text("Осталось к оплате по акту: 0 ₽")).to_be_visible()
    await page.get_by_role("spinbutton", name="Сумма").fill("34500")
    await expect(page.get_by_role("alert")).to_contain_text("больше, чем осталось")
    await page.get_by_role("spinbutton", name="Сумма").fill("")
    await page.get_by_role("link", name="Назад").click()
    await page.get_by_role("button", name="Завершить").click()
    await page.get_by_role("dialog").get_by_role("button", name="Завершить").click()
    await page.get_by_role("link", name="Отправка").click()
    await see_that_it_waits(page, commands=6, files=2)
    await page.reload()
    await see_that_it_waits(page, commands=6, files=2)
    await rinat.context.set_offline(False)
    await expect(page.get_by_text("Всё отправлено.")).to_be_visible(timeout=15_000)
    await expect(faces.status).to_contain_text("завершён")
    [_, act] = sorted((await faces.cast.olga.get("/acts")).json()["items"], key=lambda one: one["revision"])
    assert (act["status"], act["number"], act["revision"], act["total_kop"]) == ("signed", 1, 2, 450_000)
    assert act["content"]["contract_number"] == 2
    assert before <= datetime.fromisoformat(act["signed_at"]) <= after, "by the phone, not by the network"


async def set_out_without_network(faces: Faces, rinat: Opened) -> None:
    """The app is started anew before the departure has left, and the server is in trouble when it has. Nobody opens
    the visit: the act is drawn up all the same."""
    page, visit = rinat.page, rinat.page.url.partition("/field")[2]
    await lose_network(page, rinat.context)
    await set_out(page)
    await expect(page.get_by_text("в пути")).to_be_visible()
    await page.goto("/field/")
    await expect(page.get_by_role("heading", name="Мои выезды")).to_be_visible()
    async with in_trouble(page):
        await rinat.context.set_offline(False)

    async def is_drawn_up() -> bool:
        return bool((await faces.cast.olga.get("/acts")).json()["items"])

    await until(is_drawn_up, patience_s=10)
    await open_screen(page, visit)


@asynccontextmanager
async def in_trouble(page: Page) -> AsyncIterator[None]:
    """The server draws up no act, and the app has asked for one. Afterwards it does, and the app tries again."""
    drawing = "**/api/v1/field/visits/*/act"
    await page.route(drawing, lambda route: route.fulfill(status=503))
    async with page.expect_response(drawing):
        yield
    await page.unroute(drawing)
    await page.evaluate(TURN_NOW)


async def see_what_was_agreed(page: Page) -> None:
    """The act is there, and cannot be signed on the way. Another one would begin with what was agreed."""
    await expect(page.get_by_text("Акт составлен заранее, по договору")).to_be_visible()
    await expect(page.get_by_role("button", name="Подписать")).to_have_count(0)
    await page.get_by_role("button", name="Составить заново").click()
    await expect(page.get_by_text("По договору: 1 шт")).to_be_visible()
    await expect(page.get_by_role("spinbutton", name="Количество")).to_have_value("1")
    await page.get_by_role("button", name="Вернуться к готовому акту").click()
    await expect(page.get_by_role("heading", name="Акт выполненных работ")).to_be_visible()


async def something_else_is_agreed(faces: Faces, page: Page) -> None:
    """The act that he has is of no use any more, and it says so. Then it is drawn up anew."""
    [act] = (await faces.cast.olga.get("/acts")).json()["items"]
    window = {
        "part": "goods",
        "name": "Окно 1400 × 1300",
        "unit": "pcs",
        "quantity": 1,
        "price_kop": 30_000_00,
    }
    outdated = page.get_by_text("изменился договор")
    async with in_trouble(page):
        await agreed(faces.cast, act["order_id"], window, FITTING | {"quantity": 1})
        await page.evaluate(TURN_NOW)
        await expect(outdated).to_be_visible()
        await expect(page.get_by_text("Акт составлен заранее")).to_have_count(0)
    await expect(page.get_by_text("Акт составлен заранее")).to_be_visible()
    await expect(outdated).to_have_count(0)


async def the_client_checks_the_act(faces: Faces, client: Page, folder: Path) -> None:
    office, act = faces.office, folder / "act.pdf"
    await office.get_by_text("Акты, паспорта и метки").click()
    async with office.expect_download() as saving:
        await office.get_by_role("row", name="подписан").get_by_role("button", name="PDF").click()
    await (await saving.value).save_as(act)
    printed = "".join(page.extract_text() for page in PdfReader(act).pages)
    found = re.search(r"/check/\w+", printed)
    assert found, printed
    await client.goto(found[0])
    await client.locator("input[type=file]").set_input_files(act)
    await client.get_by_role("button", name="Проверить", exact=True).click()
    await expect(client.get_by_role("status")).to_contain_text("подлинный")


async def the_passport_opens(faces: Faces, client: Page) -> None:
    address = await faces.office.get_by_role("link", name="метка").first.get_attribute("href")
    assert address is not None
    await client.goto(address.removeprefix("https://okna.example"))
    await expect(client.get_by_text("Изделие установлено")).to_be_visible()


async def the_client_has_bought(faces: Faces) -> None:
    office = faces.office
    await office.get_by_role("link", name="Котова Анна").click()
    await expect(office.locator("main .badge").first).to_contain_text("Новичок", timeout=15_000)
