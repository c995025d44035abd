"""Every kind of stored file: what is missing, cut or changed is not served. It is put before the office until it is
good again. And a store that hangs holds up those who need a file and nobody else."""

import asyncio
import io
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass

import obstore
import pytest
from PIL import Image
from sqlalchemy import select

from app.db.damage import LOOK_AGAIN_AFTER
from app.db.files import Room, open_files, put_file, read_file
from app.db.session import transaction
from app.documents.acts.queries import get_act_of_company
from app.identity.companies.models import Company
from app.orders.estimates.paper import read_logo
from tests.cast import Cast
from tests.documents.given import a_signed_act, price_list
from tests.field.test_attachments import stored_photo
from tests.pictures import a_photo, a_signature
from tests.stories import visit_in_progress


@dataclass
class Shown:
    """A stored file, and the address at which people get it."""

    key: str
    address: str
    title: str
    """Of the inbox item, its beginning."""


async def an_attachment(cast, files, *, purpose="photo", content=None, title="Фото наряда № ") -> Shown:
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit, content or a_photo(), purpose=purpose)
    key = f"{cast.company_id}/attachment/{stored['id']}"
    return Shown(key, f"/attachments/{stored['id']}/content", title)


async def a_photo_of_a_paper(cast, files) -> Shown:
    return await an_attachment(cast, files, purpose="photo_act", title="Фото бумажного акта, наряд № ")


async def a_signature_on_the_screen(cast, files) -> Shown:
    return await an_attachment(
        cast, files, purpose="signature", content=a_signature(), title="Подпись, наряд № "
    )


async def a_png(cast, files) -> Shown:
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit, a_photo("PNG"))
    key = f"{cast.company_id}/attachment/{stored['id']}"
    return Shown(key, f"/attachments/{stored['id']}/content", "Фото наряда № ")


async def a_pdf_of_an_act(cast, files) -> Shown:
    await price_list(cast)
    act = (await a_signed_act(cast, files)).act
    address = f"/acts/{act.id}/pdf?lang=ru"
    assert (await cast.olga.get(address)).status_code == 200
    async with transaction(cast.maker, cast.company_id) as session:
        printed = await get_act_of_company(session, cast.company_id, act.id)
    return Shown(printed.pdf_ru_key, address, f"PDF акта № {act.number}")


async def a_signature_to_be_printed(cast, files) -> Shown:
    await price_list(cast)
    act = (await a_signed_act(cast, files)).act
    return Shown(act.signature_key, f"/acts/{act.id}/pdf", f"Подпись акта № {act.number}")


async def a_logo(cast, files) -> Shown:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "PNG")
    assert (await cast.irina.put("/company/logo", out.getvalue())).status_code == 204
    async with transaction(cast.maker, cast.company_id) as session:
        key = await session.scalar(select(Company.logo_key).where(Company.id == cast.company_id))
    return Shown(key, "/company/logo", "Логотип компании")


KINDS = {
    "photo": an_attachment,
    "photo as png": a_png,
    "photo of a paper act": a_photo_of_a_paper,
    "signature": a_signature_on_the_screen,
    "pdf of an act": a_pdf_of_an_act,
    "signature of an act": a_signature_to_be_printed,
    "logo": a_logo,
}
HARMS = {
    "missing": None,
    "cut": lambda content: content[:-10],
    "changed": lambda content: content[:60] + bytes([content[60] ^ 1]) + content[61:],
}


@pytest.fixture
def files(app):
    return app.state.files


async def harm(files, key: str, how: str) -> bytes:
    content = await read_file(files, key)
    spoil = HARMS[how]
    if spoil is None:
        await obstore.delete_async(files, key)
    else:
        await put_file(files, key, spoil(content))
    return content


async def inbox(cast: Cast) -> list[str]:
    items = (await cast.olga.get("/inbox?is_open=true")).json()["items"]
    return [item["title"] for item in items if item["kind"] == "file_damaged"]


async def look_again(background) -> None:
    """What the background process does for damaged files. It would also print acts, which cannot be done here."""
    for sweep in ("damaged_file", "relay", "delivery"):
        await background.sweep(sweep)
        await background._answer()


@pytest.mark.covers("P-rel-8", "P-rel-13")
@pytest.mark.parametrize("how", HARMS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_that_is_not_what_was_stored_lies_before_the_office_until_it_is_good(
    cast, files, background, clock, kind, how
):
    shown = await KINDS[kind](cast, files)
    content = await harm(files, shown.key, how)

    refused = [await cast.olga.get(shown.address) for _ in range(2)]
    await look_again(background)
    at_first = await inbox(cast)
    clock.advance(seconds=LOOK_AGAIN_AFTER.total_seconds())
    await look_again(background)
    still_bad = await inbox(cast)
    await put_file(files, shown.key, content)
    clock.advance(seconds=LOOK_AGAIN_AFTER.total_seconds())
    await look_again(background)

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(410, "file_lost")}
    assert len(at_first) == 1
    assert at_first[0].startswith(shown.title)
    assert still_bad == at_first
    assert await inbox(cast) == []
    assert (await cast.olga.get(shown.address)).status_code == 200


@pytest.mark.parametrize("how", HARMS)
async def test_a_logo_that_is_not_what_was_stored_is_on_no_estimate(cast, files, how):
    shown = await a_logo(cast, files)

    def transactions():
        return transaction(cast.maker, cast.company_id)

    whole = await read_logo(transactions, files, cast.olga.scope)
    content = await harm(files, shown.key, how)

    assert whole == content
    assert await read_logo(transactions, files, cast.olga.scope) is None


async def test_a_file_that_is_damaged_once_more_is_a_new_item(cast, files, background, clock):
    shown = await an_attachment(cast, files)
    for _ in range(2):
        content = await harm(files, shown.key, "cut")
        assert (await cast.olga.get(shown.address)).status_code == 410
        await background.run()
        assert len(await inbox(cast)) == 1

        await put_file(files, shown.key, content)
        clock.advance(seconds=LOOK_AGAIN_AFTER.total_seconds())
        await background.run()
        assert await inbox(cast) == []


async def test_the_check_page_puts_a_damaged_pdf_before_the_office_too(cast, files, anonymous, background):
    shown = await a_pdf_of_an_act(cast, files)
    async with transaction(cast.maker, cast.company_id) as session:
        act_id = shown.address.split("/")[2]
        act = await get_act_of_company(session, cast.company_id, act_id)
    await harm(files, shown.key, "changed")

    answer = await anonymous.get(f"/api/v1/public/acts/{act.check_code}")
    await background.run()

    assert answer.json()["verdict"] == "tampered"
    assert len(await inbox(cast)) == 1


@asynccontextmanager
async def a_store_that_hangs(monkeypatch):
    """A real listener that takes every connection and answers none. It is given up sooner than in earnest."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setattr("app.db.files.ROOM", Room())
    monkeypatch.setattr("app.db.files.BEGIN_WITHIN_S", 1.0)
    monkeypatch.setattr("app.db.files.WAIT_FOR_ROOM_S", 0.5)
    tasks = []

    async def never(reader, writer):
        tasks.append(asyncio.current_task())
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            writer.transport.abort()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield open_files(f"s3://brigada?endpoint=http://127.0.0.1:{port}")
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks)


IN_SECONDS = 5


@pytest.mark.covers("P-rel-25")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_store_that_hangs_holds_up_those_who_need_a_file_and_nobody_else(
    cast, app, files, monkeypatch, kind
):
    shown = await KINDS[kind](cast, files)
    async with a_store_that_hangs(monkeypatch) as hanging:
        monkeypatch.setattr(app.state, "files", hanging)
        started = time.monotonic()
        waiting = [asyncio.create_task(cast.olga.get(shown.address)) for _ in range(30)]
        await asyncio.sleep(0.3)
        others = await asyncio.gather(*[cast.rinat.get("/field/visits") for _ in range(40)])
        others_took = time.monotonic() - started
        answers = await asyncio.gather(*waiting)
        took = time.monotonic() - started

    assert {answer.status_code for answer in others} == {200}
    assert others_took < IN_SECONDS
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "unavailable")}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert took < IN_SECONDS


@pytest.mark.covers("P-rel-25")
async def test_an_act_is_shown_while_the_store_hangs(cast, app, files, monkeypatch):
    """Only its PDF needs the logo."""
    await a_logo(cast, files)
    await price_list(cast)
    visit = await visit_in_progress(cast)
    body = {"lines": [{"work_code": "window_install", "quantity": 1}], "products": []}
    async with a_store_that_hangs(monkeypatch) as hanging:
        monkeypatch.setattr(app.state, "files", hanging)
        shown = await asyncio.gather(
            *[visit.worker.post(f"/field/visits/{visit.id}/act", body) for _ in range(12)],
        )

    assert {answer.status_code for answer in shown} == {201}, shown[0].text
    assert shown[0].json()["content"]["company"]["logo"] is not None
