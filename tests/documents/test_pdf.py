import asyncio
import hashlib
import io
import json
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import obstore
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.core.ids import uuid7
from app.core.money import amount_in_words
from app.db.files import put_file
from app.db.session import transaction
from app.documents.acts.jobs import TRIES_MAX, queue_unprinted_acts
from app.documents.acts.models import Act
from app.documents.acts.queries import get_act_of_company, keep_pdf
from app.documents.api import Logo, WorkDone, refuse_act
from app.documents.printing import press
from app.wiring import JOBS
from tests.cast import API, NOON
from tests.documents.given import (
    ADDRESS,
    CLIENT,
    SIGNER,
    a_draft,
    a_drawing,
    a_picture,
    a_presented_act,
    a_signed_act,
    sign,
)

pytestmark = pytest.mark.covers("M7", "M41")


def text_of(pdf: bytes) -> str:
    """The words of all pages; layout breaks lines where it likes."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


async def get_pdf(person, act, lang="ru"):
    answer = await person.get(f"/acts/{act.id}/pdf?lang={lang}")
    assert answer.status_code == 200, answer.text
    return answer


async def act_now(cast, act) -> Act:
    async with transaction(cast.maker, cast.company_id) as session:
        return await get_act_of_company(session, cast.company_id, act.id)


async def test_the_paper_says_in_russian_what_was_done_for_whom_and_for_how_much(cast, files):
    act = (await a_signed_act(cast, files)).act

    answer = await get_pdf(cast.olga, act)

    words = text_of(answer.content)
    assert answer.headers["content-type"] == "application/pdf"
    assert "Акт выполненных работ № 1" in words
    assert "от 2 марта 2026 г." in words
    for said in ("ООО «Окна Плюс»", "7701234567", CLIENT, ADDRESS, SIGNER, "Ринат Галиев, Тимур Алиев"):
        assert said in words
    for said in (
        "Монтаж окна",
        "10 500,00",
        "5 000,00",
        "5 500,00",
        amount_in_words(10_500_00, "ru"),
        "36 мес.",
    ):
        assert said in words
    assert "02.03.2026, 12:09 (UTC+03:00)" in words
    assert f"https://okna.example/check/{act.check_code}" in words
    assert act.content_hash.hex() in words
    assert act.signature_hash.hex() in words
    assert "не подписан" not in words


async def test_the_same_act_in_english(cast, files):
    act = (await a_signed_act(cast, files)).act

    words = text_of((await get_pdf(cast.olga, act, "en")).content)

    assert "Act of Completed Works No. 1" in words
    assert "Window installation" in words
    assert amount_in_words(10_500_00, "en") in words
    assert SIGNER in words


async def test_without_a_wish_it_comes_in_the_language_the_client_saw(cast, files):
    act = (await a_signed_act(cast, files, lang="en")).act

    answer = await cast.olga.get(f"/acts/{act.id}/pdf")

    assert "Act of Completed Works" in text_of(answer.content)
    assert (
        "filename=\"act-1-en.pdf\"; filename*=UTF-8''Act%20No.%201.pdf"
        in answer.headers["content-disposition"]
    )


@pytest.mark.covers("P-rel-8")
async def test_a_pdf_is_rendered_once_and_served_as_it_is_for_ever(cast, files, monkeypatch):
    act = (await a_signed_act(cast, files)).act

    first = await get_pdf(cast.olga, act)
    monkeypatch.setattr(press, "print_pdf", None)  # whoever would print again fails
    monkeypatch.setattr("app.documents.printing.paper.stylesheet", lambda *_: "body { color: red }")
    second = await get_pdf(cast.timur, act)

    assert second.content == first.content
    assert second.headers["etag"] == first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    shown = (await cast.olga.get(f"/acts/{act.id}")).json()
    assert [(pdf["lang"], pdf["state"]) for pdf in shown["pdfs"]] == [("ru", "ready"), ("en", "waiting")]
    assert shown["pdfs"][0]["sha256"] == hashlib.sha256(first.content).hexdigest()


@pytest.mark.covers("P-rel-8")
async def test_of_many_who_ask_at_once_all_get_the_same_bytes(cast, files):
    act = (await a_signed_act(cast, files)).act

    answers = await asyncio.gather(*[get_pdf(cast.olga, act) for _ in range(4)])

    assert len({answer.content for answer in answers}) == 1


@pytest.mark.covers("P-rel-8")
async def test_of_two_makers_the_first_ones_bytes_are_the_document(cast, files):
    """A server with a newer template that was slower must not replace what was handed out."""
    act = (await a_signed_act(cast, files)).act
    key = f"{cast.company_id}/act/first"
    handed_out = b"%PDF handed out"
    await put_file(files, key, handed_out)
    digest = hashlib.sha256(handed_out).digest()
    async with transaction(cast.maker, cast.company_id) as session:
        first = await keep_pdf(session, cast.company_id, act.id, "ru", key=key, sha256=digest)
        second = await keep_pdf(session, cast.company_id, act.id, "ru", key="other", sha256=b"other")

    assert (first, second) == (True, False)
    assert (await get_pdf(cast.olga, act)).content == handed_out


@pytest.mark.covers("M42", "P-rel-8")
async def test_whoever_holds_the_pdf_can_check_it_without_us(cast, files):
    act = (await a_signed_act(cast, files)).act

    pdf = (await get_pdf(cast.olga, act)).content

    enclosed = {name: parts[0] for name, parts in PdfReader(io.BytesIO(pdf)).attachments.items()}
    words = text_of(pdf)
    assert set(enclosed) == {"act.json", "signature.json"}
    assert all(hashlib.sha256(content).hexdigest() in words for content in enclosed.values())
    assert json.loads(enclosed["act.json"]) == act.content
    assert json.loads(enclosed["signature.json"])["content_sha256"] == act.content_hash.hex()


async def test_what_the_crew_earns_is_not_on_the_clients_paper(cast, files):
    act = (await a_signed_act(cast, files)).act

    pdf = (await get_pdf(cast.olga, act)).content

    content = PdfReader(io.BytesIO(pdf)).attachments["act.json"][0].decode()
    assert "reward" not in content
    assert "1 800,00" not in text_of(pdf)


async def test_it_is_archival_and_carries_its_fonts(cast, files):
    act = (await a_signed_act(cast, files)).act

    reader = PdfReader(io.BytesIO((await get_pdf(cast.olga, act)).content))

    metadata = reader.xmp_metadata.stream.get_data().decode()
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert 'pdfaid:part="3"' in metadata or "<pdfaid:part>3" in metadata
    assert reader.metadata.title == "Акт выполненных работ № 1"
    assert fonts
    assert all("+" in font["/BaseFont"] for font in fonts)


async def test_forty_lines_go_over_several_pages_that_are_numbered(cast, files):
    works = [WorkDone(work_code="slopes", quantity=Decimal(1), comment=f"проём {n}") for n in range(40)]
    act = (await a_signed_act(cast, files, works=works)).act

    pdf = (await get_pdf(cast.olga, act)).content

    pages = [page.extract_text().replace("\xa0", " ") for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) >= 2
    for number, page in enumerate(pages, start=1):
        assert f"Стр. {number} из {len(pages)}" in page
        assert "Акт № 1 от 02.03.2026 · Окна Плюс" in page
    assert "Наименование работ" in pages[1]  # the heading is repeated


async def test_what_people_type_is_text_on_the_paper_and_never_markup(cast, files):
    typed = '<img src="file:///etc/passwd"><b>Анна</b> & Ко {{ 7 * 7 }}'
    act = (await a_signed_act(cast, files, client_name=typed)).act

    assert typed in text_of((await get_pdf(cast.olga, act)).content)


async def test_the_paper_shows_the_logo_the_act_was_drawn_up_with(cast, files):
    company, logo, key = a_draft(cast).company, a_picture(200, 80), f"{cast.company_id}/logo/{uuid7()}"
    await put_file(files, key, logo)
    changed = type(company)(
        **{f: getattr(company, f) for f in company.__struct_fields__ if f != "logo"},
        logo=Logo(key=key, sha256=hashlib.sha256(logo).hexdigest()),
    )

    with_logo = (await a_signed_act(cast, files, company=changed)).act
    first = await get_pdf(cast.olga, with_logo)
    await put_file(files, key, a_picture(100, 100))
    replaced = await get_pdf(cast.olga, with_logo, "en")
    await obstore.delete_async(files, key)
    gone = await get_pdf(cast.olga, (await a_signed_act(cast, files, company=changed)).act)

    assert [len(images(answer.content)) for answer in (first, replaced, gone)] == [2, 1, 1]


def images(pdf: bytes) -> list[object]:
    return [image for page in PdfReader(io.BytesIO(pdf)).pages for image in page.images]


async def test_before_the_signature_it_is_a_draft_that_says_so(cast, files):
    act = await a_presented_act(cast)

    draft = await get_pdf(cast.rinat, act)
    await sign(cast, act, await a_drawing(cast, files))
    signed = await get_pdf(cast.rinat, act)

    assert "Акт не подписан" in text_of(draft.content)
    assert "Акт не подписан" not in text_of(signed.content)
    assert SIGNER not in text_of(draft.content)


@pytest.mark.covers("R16")
async def test_remarks_are_printed_and_stand_in_the_evidence_of_the_signature(cast, files, anonymous):
    act = await a_presented_act(cast)
    await sign(cast, act, await a_drawing(cast, files), remarks="Царапина на раме,\nи шов " + "кривой " * 200)

    papers = {lang: (await get_pdf(cast.olga, act, lang)).content for lang in ("ru", "en")}

    checked = (await anonymous.get(f"{API}/public/acts/{act.check_code}")).json()
    assert (checked["is_valid"], checked["has_remarks"]) == (True, True)
    for lang, words in (("ru", "приняты заказчиком с замечаниями"), ("en", "by the client with the remarks")):
        assert words in text_of(papers[lang])
        assert "Царапина на раме, и шов кривой" in text_of(papers[lang])
        (evidence,) = PdfReader(io.BytesIO(papers[lang])).attachments["signature.json"]
        assert json.loads(evidence)["remarks"].startswith("Царапина")


async def test_a_refused_and_a_voided_act_say_so(cast):
    visit_id = uuid7()
    voided = await a_presented_act(cast, visit_id=visit_id)
    refused = await a_presented_act(cast, visit_id=visit_id)
    async with transaction(cast.maker, cast.company_id) as session:
        await refuse_act(session, cast.rinat.scope, act_id=refused.id, reason="Шов кривой", now=NOON)

    words = text_of((await get_pdf(cast.olga, refused)).content)
    assert "отказался от подписи: Шов кривой" in words
    assert "приняты заказчиком" not in words
    assert "Акт аннулирован" in text_of((await get_pdf(cast.olga, voided)).content)
    assert (await act_now(cast, refused)).pdf_ru_key is None


@pytest.mark.covers("P-rel-8")
async def test_the_background_process_makes_both_languages_after_the_signature(
    cast, files, background, clock
):
    act = (await a_signed_act(cast, files)).act
    clock.advance(minutes=10)

    await background.run()

    shown = (await cast.olga.get(f"/acts/{act.id}")).json()
    made = await act_now(cast, act)
    assert [pdf["state"] for pdf in shown["pdfs"]] == ["ready", "ready"]
    assert (made.render_at, made.render_tries) == (None, 1)
    assert (await get_pdf(cast.olga, act)).headers["etag"] == f'"{made.pdf_ru_sha256.hex()}"'


async def test_the_background_process_does_not_print_what_is_there(cast, files, background, clock):
    act = (await a_signed_act(cast, files)).act
    clock.advance(minutes=10)
    handed_out = (await get_pdf(cast.olga, act)).content

    await background.run()
    await background.run()

    assert (await get_pdf(cast.olga, act)).content == handed_out


async def test_a_job_for_an_act_that_is_not_there_does_nothing(cast, background):
    act = await a_presented_act(cast)

    for act_id in (act.id, uuid7()):
        await JOBS["render_act"](background.context, cast.company_id, act_id)

    assert (await act_now(cast, act)).pdf_ru_key is None


async def test_an_act_that_cannot_be_printed_is_tried_ten_times_and_then_shown_as_failed(
    cast, files, clock, background
):
    signed = await a_signed_act(cast, files)
    without_files = msgspec.structs.replace(background.context, files=None)
    queued: list[str] = []

    async def queue_job(job, company_id, *ids):
        queued.append(job)

    for _ in range(TRIES_MAX + 3):
        async with transaction(cast.maker, cast.company_id) as session:
            await queue_unprinted_acts(session, cast.company_id, clock.advance(hours=2), queue_job)
        with pytest.raises(ValueError, match="store"):
            await JOBS["render_act"](without_files, cast.company_id, signed.act.id)

    shown = (await cast.olga.get(f"/acts/{signed.act.id}")).json()
    assert queued == ["render_act"] * TRIES_MAX
    assert [pdf["state"] for pdf in shown["pdfs"]] == ["failed", "failed"]


async def test_a_job_that_nobody_takes_is_no_try_to_print(cast, files, clock, background):
    signed = await a_signed_act(cast, files)

    async def nobody_hears(*_):
        return None

    for _ in range(TRIES_MAX + 3):
        async with transaction(cast.maker, cast.company_id) as session:
            await queue_unprinted_acts(session, cast.company_id, clock.advance(hours=2), nobody_hears)
    clock.advance(hours=2)
    await background.run()

    shown = (await cast.olga.get(f"/acts/{signed.act.id}")).json()
    assert [pdf["state"] for pdf in shown["pdfs"]] == ["ready", "ready"]


async def test_an_act_that_is_being_printed_is_not_queued_again_at_once(cast, files):
    await a_signed_act(cast, files)
    queued: list[str] = []

    async def queue_job(job, company_id, *ids):
        queued.append(job)

    async def sweep(after: timedelta) -> int:
        async with transaction(cast.maker, cast.company_id) as session:
            return await queue_unprinted_acts(session, cast.company_id, NOON + after, queue_job)

    taken = [await sweep(timedelta(minutes=minutes)) for minutes in (10, 10.5, 12)]
    at_once = await asyncio.gather(*[sweep(timedelta(hours=1)) for _ in range(4)])

    assert taken == [1, 0, 1]
    assert sum(at_once) == 1
    assert len(queued) == 3


@pytest.mark.covers("M42", "P-rel-8")
@pytest.mark.parametrize("harm", ["flip a bit", "cut off", "replace", "delete"])
async def test_a_stored_pdf_that_was_touched_is_never_served(cast, files, harm):
    act = (await a_signed_act(cast, files)).act
    pdf = (await get_pdf(cast.olga, act)).content
    key = (await act_now(cast, act)).pdf_ru_key
    harmed = {
        "flip a bit": pdf[:1000] + bytes([pdf[1000] ^ 1]) + pdf[1001:],
        "cut off": pdf[:-1],
        "replace": b"%PDF-1.7 another",
    }
    if harm == "delete":
        await obstore.delete_async(files, key)
    else:
        await put_file(files, key, harmed[harm])

    answer = await cast.olga.get(f"/acts/{act.id}/pdf?lang=ru")

    assert (answer.status_code, answer.json()["code"]) == (410, "file_lost")
    assert (await cast.olga.get(f"/acts/{act.id}/pdf?lang=en")).status_code == 200


@pytest.mark.covers("M42", "P-rel-8")
@pytest.mark.parametrize(
    "change",
    [
        "content = jsonb_set(content, '{total_kop}', '1')",
        "content = jsonb_set(content, '{client_name}', '\"Иван\"')",
        "content_hash = '\\x00'",
        "signature = jsonb_set(signature, '{signer_name}', '\"Иван\"')",
        "signature_hash = '\\x00'",
        "number = 4000",
    ],
)
async def test_nothing_is_printed_from_a_row_that_was_changed(cast, files, forger, change):
    act = (await a_signed_act(cast, files)).act
    await forger.execute(f"UPDATE act SET {change} WHERE id = $1", act.id)

    answer = await cast.olga.get(f"/acts/{act.id}/pdf")

    assert (answer.status_code, answer.json()["code"]) == (500, "document_damaged")


@pytest.mark.covers("M42", "P-rel-8")
@pytest.mark.parametrize("harm", ["replace", "delete"])
async def test_a_signature_that_was_drawn_over_is_not_printed(cast, files, harm):
    act = (await a_signed_act(cast, files)).act
    if harm == "replace":
        await put_file(files, act.signature_key, a_picture(300))
    else:
        await obstore.delete_async(files, act.signature_key)

    answer = await cast.olga.get(f"/acts/{act.id}/pdf")

    assert (answer.status_code, answer.json()["code"]) == (410, "file_lost")


async def test_a_content_that_cannot_be_read_any_more_is_told_as_damage(cast, forger):
    act = await a_presented_act(cast)
    await forger.execute("UPDATE act SET content = content - 'lines' WHERE id = $1", act.id)

    answer = await cast.olga.get(f"/acts/{act.id}")

    assert (answer.status_code, answer.json()["code"]) == (500, "document_damaged")


@pytest.mark.covers("M36", "M37")
async def test_a_pdf_is_for_the_office_and_the_crew(cast, other_cast, files):
    act = (await a_signed_act(cast, files)).act

    assert (await cast.timur.get(f"/acts/{act.id}/pdf")).status_code == 200
    assert (await cast.pavel.get(f"/acts/{act.id}/pdf")).status_code == 404
    assert (await other_cast.olga.get(f"/acts/{act.id}/pdf")).status_code == 404
    assert (await cast.olga.get(f"/acts/{act.id}/pdf?lang=de")).status_code == 400


async def test_a_killed_printing_process_is_replaced(cast, files):
    act = await a_presented_act(cast)
    await get_pdf(cast.olga, act)
    for process in list(press._press._pool._processes.values()):
        process.kill()

    answer = await get_pdf(cast.olga, act)

    assert answer.content.startswith(b"%PDF")


def test_after_many_sheets_new_processes_are_started(monkeypatch):
    monkeypatch.setattr(press, "SHEETS_PER_PRESS", 2)
    printing = press._Press()  # a pool starts its processes with the first document

    first, second, third = (printing.pool() for _ in range(3))

    assert first is second
    assert third is not first


PRINT_AND_WAIT = """
import asyncio, time
from app.documents.printing import press
asyncio.run(press.print_pdf("<p>x"))
print(*press._press._pool._processes, flush=True)
time.sleep(60)
"""


async def test_a_parent_killed_with_9_leaves_no_printing_process_behind():
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PRINT_AND_WAIT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    printers = [int(pid) for pid in (await parent.stdout.readline()).split()]

    parent.kill()
    await parent.wait()

    assert len(printers) == press.PROCESSES
    async with asyncio.timeout(10):
        while any(is_alive(pid) for pid in printers):  # noqa: ASYNC110  # another process tells nobody
            await asyncio.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_no_act_is_left_waiting_when_all_are_printed(cast, files, background, clock):
    await a_signed_act(cast, files)
    clock.advance(minutes=10)
    await a_presented_act(cast)

    await background.run()

    async with transaction(cast.maker, cast.company_id) as session:
        waiting = await session.scalars(
            select(Act.id).where(Act.company_id == cast.company_id, Act.render_at.is_not(None))
        )
        assert waiting.all() == []
