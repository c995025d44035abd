import asyncio
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from app.core.ids import uuid7
from app.db.session import transaction
from app.documents.api import Member, WorkDone
from app.documents.codes import draw_code, show_code
from app.documents.content.act import content_of
from app.documents.passports.models import Passport
from app.documents.passports.service import issue_passports
from app.identity.companies.queries import get_company
from tests.cast import NOON
from tests.documents.given import (
    ADDRESS,
    CLIENT,
    SIGNER,
    a_drawing,
    a_presented_act,
    a_signed_act,
    a_window,
    price_list,
    sign,
)

pytestmark = pytest.mark.covers("M8", "R180")

PUBLIC = "/api/v1/public/passports"

WAITING_HERE = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def a_passport(cast, files, **changes):
    return (await a_signed_act(cast, files, **changes)).passports[0]


async def test_every_installed_product_gets_a_passport_of_its_own(cast, files):
    site_id = uuid7()
    signed = await a_signed_act(
        cast, files, site_id=site_id, products=[a_window("Кухня"), a_window("Спальня", serial="SN-2")]
    )

    found = (await cast.olga.get(f"/passports?site_id={site_id}")).json()["items"]

    products = {(one["product"]["opening_label"], one["product"]["serial"]) for one in found}
    assert products == {("Кухня", "SN-0001"), ("Спальня", "SN-2")}
    assert {one["tag_code"] for one in found} == {one.tag_code for one in signed.passports}
    assert {one["tag_url"] for one in found} == {
        f"https://okna.example/p/{one.tag_code}" for one in signed.passports
    }
    assert (await cast.olga.get(f"/passports?site_id={uuid7()}")).json()["items"] == []
    assert len((await cast.olga.get(f"/passports?act_id={signed.act.id}")).json()["items"]) == 2


async def test_a_code_that_some_company_has_on_a_tag_is_not_given_out_again(
    cast, other_cast, files, monkeypatch
):
    taken = (await a_passport(cast, files)).tag_code
    drawn = iter([taken, draw_code(10)])
    monkeypatch.setattr("app.documents.passports.service.draw_code", lambda _: next(drawn))
    await price_list(other_cast)

    passport = await a_passport(other_cast, files)

    assert passport.tag_code != taken


async def test_an_act_without_products_issues_none(cast, files):
    signed = await a_signed_act(cast, files, products=[])

    assert signed.passports == []


async def test_everybody_who_reads_the_tag_sees_the_passport(cast, files, anonymous):
    async with transaction(cast.maker, cast.company_id) as session:
        (await get_company(session, cast.company_id)).phone = "+7 495 123-45-67"
    signed = await a_signed_act(cast, files)
    passport = signed.passports[0]

    answer = await anonymous.get(f"{PUBLIC}/{passport.tag_code}")

    assert answer.json() == {
        "tag_code": passport.tag_code,
        "shown_code": show_code(passport.tag_code),
        "product": {
            "name": "Окно ПВХ двухстворчатое",
            "kind": "window",
            "opening_label": "Кухня",
            "serial": "SN-0001",
            "manufacturer": "Завод «Светлый»",
            "profile": "Rehau Blitz 60",
            "glass": "4-16-4",
            "hardware": "Roto NX",
        },
        "measurements": {
            "kind": "window",
            "room": "кухня",
            "width_top_mm": 1480,
            "height_left_mm": 1410,
            "mosquito_net": True,
        },
        "installed_on": "2026-03-02",
        "warranty_until": "2029-03-02",
        "warranty": "under_warranty",
        "act": {"number": 1, "check_url": f"https://okna.example/check/{signed.act.check_code}"},
        "company": {"name": "Окна Плюс", "phone": "+7 495 123-45-67"},
        "history": [
            {"on": "2026-02-10", "kind": "measured", "text": "Проём измерен"},
            {"on": "2026-03-02", "kind": "installed", "text": "Изделие установлено"},
        ],
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_the_tag_is_read_as_people_type_it(cast, files, anonymous):
    code = (await a_passport(cast, files)).tag_code
    sloppy = show_code(code).lower().replace("0", "o").replace("1", "i")

    assert (await anonymous.get(f"{PUBLIC}/{sloppy}")).json()["tag_code"] == code
    assert (await anonymous.get(f"/p/{sloppy}")).status_code == 200


async def test_the_warranty_ends_with_its_last_day(cast, files, anonymous, clock):
    passport = await a_passport(cast, files, products=[a_window(warranty_months=12)])
    address = f"{PUBLIC}/{passport.tag_code}"

    clock.moment = NOON.replace(year=2027)
    on_the_last_day = (await anonymous.get(address)).json()
    clock.advance(days=1)
    after = (await anonymous.get(address)).json()

    assert (on_the_last_day["warranty_until"], on_the_last_day["warranty"]) == (
        "2027-03-02",
        "under_warranty",
    )
    assert after["warranty"] == "expired"
    page = await anonymous.get(f"/p/{passport.tag_code}")
    assert "Гарантия закончилась 2 марта 2027 г." in page.text.replace("\xa0", " ")


async def test_a_product_without_any_warranty_says_so(cast, files, anonymous):
    passport = await a_passport(cast, files, works=[WorkDone(work_code="dismantling", quantity=Decimal(1))])

    shown = (await anonymous.get(f"{PUBLIC}/{passport.tag_code}")).json()

    assert (shown["warranty_until"], shown["warranty"]) == (None, "none")
    assert "Без гарантии" in (await anonymous.get(f"/p/{passport.tag_code}")).text


async def test_a_product_that_was_not_measured_by_us_has_no_sizes(cast, files, anonymous):
    window = a_window("", measurements={}, measured_on=None, serial="", profile="")
    passport = await a_passport(cast, files, products=[window])

    shown = (await anonymous.get(f"{PUBLIC}/{passport.tag_code}")).json()
    page = (await anonymous.get(f"/p/{passport.tag_code}")).text

    assert (shown["measurements"], [fact["kind"] for fact in shown["history"]]) == ({}, ["installed"])
    assert "Размеры проёма" not in page
    assert "Серийный" not in page


async def test_the_day_of_installation_is_the_companys_own(cast, files):
    late_evening_in_utc = NOON.replace(hour=21, minute=30)
    act = await a_presented_act(cast, now=late_evening_in_utc)

    signed = await sign(
        cast, act, await a_drawing(cast, files), now=late_evening_in_utc + timedelta(minutes=5)
    )

    assert signed.passports[0].installed_on == date(2026, 3, 3)


async def test_the_page_is_for_people_in_their_language(cast, files, anonymous):
    passport = await a_passport(cast, files)

    russian = await anonymous.get(f"/p/{passport.tag_code}")
    english = await anonymous.get(f"/p/{passport.tag_code}", headers={"accept-language": "en-US,en;q=0.9"})

    for said in (
        "Окно ПВХ двухстворчатое",
        "На гарантии до 2 марта 2029 г.",
        "1480 мм",
        "Проём измерен",
        "окно",
    ):
        assert said in russian.text.replace("\xa0", " ")
    for said in ("Product passport", "Under warranty until 2 March 2029", "1480 mm", "Opening measured"):
        assert said in english.text.replace("\xa0", " ")
    assert "<script" not in russian.text
    assert russian.headers["x-robots-tag"] == "noindex, nofollow"
    assert len(russian.content) < 8_000


async def test_the_json_says_in_which_language_it_is_and_that_it_was_asked_for(cast, files, anonymous):
    passport = await a_passport(cast, files)

    answer = await anonymous.get(f"{PUBLIC}/{passport.tag_code}", headers={"accept-language": "en"})

    assert (answer.headers["content-language"], answer.headers["vary"]) == ("en", "Accept-Language")


async def test_the_extension_of_the_company_stands_on_the_page_and_is_dialled(cast, files, anonymous):
    passport = await a_passport(cast, files)
    version = (await cast.irina.get("/company")).headers["etag"]
    changed = await cast.irina.patch("/company", {"phone": "8 (812) 315-98-83, доб. 105"}, if_match=version)

    shown = (await anonymous.get(f"/p/{passport.tag_code}")).text

    assert changed.json()["phone"] == "+78123159883;ext=105"
    assert 'href="tel:+78123159883;ext=105"' in shown
    assert "+7 812 315-98-83, доб. 105" in shown


async def test_no_public_answer_names_the_client_the_place_or_a_worker(cast, files, anonymous):
    passport = await a_passport(cast, files)

    shown = [
        (await anonymous.get(path, headers={"accept-language": lang})).text
        for path in (f"{PUBLIC}/{passport.tag_code}", f"/p/{passport.tag_code}")
        for lang in ("ru", "en")
    ]

    names = (CLIENT, "Ёлкина", ADDRESS, "Щёлковское", SIGNER, cast.rinat.name, cast.timur.name)
    ids = (cast.rinat.phone, cast.rinat.id, passport.client_id, passport.site_id, passport.job_id)
    for private in (*names, *map(str, ids)):
        assert all(private not in text for text in shown), private


async def test_remarks_of_the_measurer_never_become_public(cast, files, anonymous, superuser):
    passport = await a_passport(cast, files)
    await superuser.execute(
        'UPDATE passport SET measurements = measurements || \'{"comment": "код домофона 31"}\' WHERE id = $1',
        passport.id,
    )

    shown = [(await anonymous.get(f"{path}/{passport.tag_code}")).text for path in (PUBLIC, "/p")]

    assert all("домофона" not in text for text in shown)


async def test_unknown_and_misread_tags_are_answered_alike(anonymous, cast, files):
    code = (await a_passport(cast, files)).tag_code
    wrong_check = code[:-1] + ("0" if code[-1] != "0" else "1")

    answers = [await anonymous.get(f"{PUBLIC}/{one}") for one in (draw_code(10), wrong_check, "x", "%00")]
    page = await anonymous.get(f"/p/{draw_code(10)}", headers={"accept-language": "en"})

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "passport_not_found")}
    assert (page.status_code, "Nothing is known by this code" in page.text) == (404, True)


async def test_the_label_fits_the_tag_and_carries_the_code(cast, files):
    passport = await a_passport(cast, files, products=[a_window(name="Окно " * 40)])

    answer = await cast.rinat.get(f"/passports/{passport.id}/label.pdf")

    pages = PdfReader(io.BytesIO(answer.content)).pages
    millimetres = [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]]
    assert answer.headers["content-type"] == "application/pdf"
    assert (len(pages), millimetres) == (1, [58, 40])
    assert show_code(passport.tag_code) in pages[0].extract_text()


@pytest.mark.covers("M36", "M37")
async def test_who_sees_a_passport_and_its_label(cast, other_cast, files):
    passport = await a_passport(cast, files)

    for path in (f"/passports/{passport.id}", f"/passports/{passport.id}/label.pdf"):
        assert (await cast.galina.get(path)).status_code == 200
        assert (await cast.timur.get(path)).status_code == 200
        assert (await cast.pavel.get(path)).status_code == 404
        assert (await other_cast.olga.get(path)).status_code == 404
    assert (await cast.timur.get("/passports")).status_code == 403
    assert (await other_cast.olga.get("/passports")).json()["items"] == []


async def test_the_office_sees_state_and_history(cast, files):
    passport = await a_passport(cast, files)

    shown = (await cast.olga.get(f"/passports/{passport.id}")).json()

    assert (shown["act_number"], shown["warranty"], shown["warranty_until"]) == (
        1,
        "under_warranty",
        "2029-03-02",
    )
    assert [fact["kind"] for fact in shown["history"]] == ["measured", "installed"]
    assert shown["client_id"] == str(passport.client_id)


@pytest.mark.covers("P-rel-8")
async def test_the_application_itself_cannot_change_what_a_passport_says(cast, files):
    passport = await a_passport(cast, files)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(update(Passport).values(installed_on=date(2026, 1, 1)))
        await session.rollback()

    assert (await cast.olga.get(f"/passports/{passport.id}")).json()["installed_on"] == "2026-03-02"


async def labelled(cast, signed) -> list[str]:
    found = (await cast.olga.get(f"/passports?act_id={signed.act.id}")).json()["items"]
    return sorted(one["tag_code"] for one in found)


SAME = {
    "the same again": {},
    "written another way": {"name": " окно пвх  ДВУХСТВОРЧАТОЕ", "label": "кухня"},
    "with its serial number written another way": {"serial": "sn‑0001"},
    "without its serial number": {"serial": ""},
    "without its opening": {"label": ""},
}
OTHERS = {
    "another opening, the same number": {"label": "Спальня"},
    "another opening, no serial numbers": {"label": "Спальня", "serial": ""},
    "another serial number": {"serial": "SN-2"},
    "another thing": {"name": "Москитная сетка", "kind": "net"},
}


@pytest.mark.parametrize("what", SAME)
async def test_a_product_on_an_act_of_another_order_of_its_site_keeps_its_passport_and_tag(cast, files, what):
    site_id = uuid7()
    first = await a_signed_act(cast, files, site_id=site_id, products=[a_window(warranty_months=12)])

    second = await a_signed_act(
        cast, files, site_id=site_id, products=[a_window(**({"warranty_months": 24} | SAME[what]))]
    )

    passport = second.passports[0]
    shown = (await cast.olga.get(f"/passports/{passport.id}")).json()
    assert passport.tag_code == first.passports[0].tag_code
    assert await labelled(cast, first) == await labelled(cast, second) == [passport.tag_code]
    assert (shown["act_id"], shown["installed_on"]) == (str(first.act.id), "2026-03-02")
    assert (shown["warranty_until"], shown["product"]["serial"]) == ("2028-03-02", "SN-0001")
    assert [fact["kind"] for fact in shown["history"]] == ["measured", "installed", "accepted_again"]


@pytest.mark.parametrize("what", OTHERS)
async def test_another_product_gets_a_passport_of_its_own(cast, files, what):
    site_id = uuid7()
    other = OTHERS[what]
    window = a_window(serial="" if other.get("serial") == "" else "SN-0001")
    first = await a_signed_act(cast, files, site_id=site_id, products=[window])

    second = await a_signed_act(cast, files, site_id=site_id, products=[a_window(**other)])

    assert first.passports[0].tag_code != second.passports[0].tag_code


async def test_what_nobody_can_tell_apart_or_together_gets_a_passport_each(cast, files):
    nets = [a_window("", name="Москитная сетка", kind="net", serial="") for _ in range(3)]

    signed = await a_signed_act(cast, files, products=nets)

    assert len({one.tag_code for one in signed.passports}) == 3


async def test_a_product_named_twice_on_one_act_has_one_passport(cast, files):
    site_id = uuid7()

    signed = await a_signed_act(
        cast, files, site_id=site_id, products=[a_window(), a_window(), a_window("Зал")]
    )
    again = await a_signed_act(cast, files, products=[a_window()])

    assert [one.product["opening_label"] for one in signed.passports] == ["Кухня", "Зал"]
    assert signed.passports[0].history == again.passports[0].history


async def test_a_window_of_another_site_is_another_window(cast, files):
    first = await a_signed_act(cast, files, products=[a_window()])
    second = await a_signed_act(cast, files, products=[a_window()])

    assert first.passports[0].tag_code != second.passports[0].tag_code


async def test_what_a_second_act_adds_fills_what_was_blank(cast, files):
    site_id = uuid7()
    bare = a_window(serial="", glass="", measurements={}, measured_on=None)
    await a_signed_act(cast, files, site_id=site_id, products=[bare])

    passport = (await a_signed_act(cast, files, site_id=site_id, products=[a_window()])).passports[0]

    shown = (await cast.olga.get(f"/passports/{passport.id}")).json()
    assert (shown["product"]["serial"], shown["product"]["glass"]) == ("SN-0001", "4-16-4")
    assert shown["measurements"]["width_top_mm"] == 1480


@pytest.mark.covers("M36")
async def test_the_crew_of_the_second_act_sees_the_passport_too(cast, files):
    site_id = uuid7()
    first = await a_signed_act(cast, files, site_id=site_id)
    address = f"/passports/{first.passports[0].id}"
    of_pavel = [Member(worker_id=cast.pavel.id, name=cast.pavel.name, share=1)]
    before = (await cast.pavel.get(address)).status_code

    act = await a_presented_act(cast, site_id=site_id, crew=of_pavel)
    await sign(cast, act, await a_drawing(cast, files), by=cast.pavel)

    assert (before, (await cast.pavel.get(address)).status_code) == (404, 200)
    assert (await cast.rinat.get(address)).status_code == 200


@pytest.mark.parametrize("written", ["О-1", "о-1", "O-1", "o-1", "О‑1", "О–1", " О 1 "])
async def test_a_repair_finds_the_window_by_its_opening_however_it_is_written(cast, files, written):
    site_id = uuid7()
    first = await a_signed_act(cast, files, site_id=site_id, products=[a_window("О-1", serial="")])

    repair = await a_signed_act(cast, files, site_id=site_id, products=[a_window(written, serial="")])

    assert repair.act.order_id != first.act.order_id
    assert [one.id for one in repair.passports] == [one.id for one in first.passports]
    assert len((await cast.olga.get(f"/passports?site_id={site_id}")).json()["items"]) == 1


@pytest.mark.parametrize(("serial", "tag_of"), [("", 1), ("SN-2", 1), ("SN-1", 0)])
async def test_a_repair_counts_for_the_window_that_is_in_the_opening_now(cast, files, serial, tag_of):
    site_id = uuid7()
    windows = [a_window(serial="SN-1"), a_window(serial="SN-2")]
    each = [await a_signed_act(cast, files, site_id=site_id, products=[one]) for one in windows]

    repair = await a_signed_act(cast, files, site_id=site_id, products=[a_window(serial=serial)])

    assert repair.passports[0].tag_code == each[tag_of].passports[0].tag_code


async def test_of_two_acts_of_a_site_signed_at_once_the_second_waits_for_the_first(cast, files, superuser):
    site_id = uuid7()
    acts = [await a_presented_act(cast, site_id=site_id) for _ in range(2)]

    async def issue(act, before_commit):
        async with transaction(cast.maker, cast.company_id) as session:
            issued = await issue_passports(
                session, act, content_of(act.content), installed_on=date(2026, 3, 2)
            )
            await before_commit()
        return issued[0]

    async def second_waits():
        tasks.append(asyncio.create_task(issue(acts[1], nothing)))
        async with asyncio.timeout(10):
            while not await superuser.fetchval(WAITING_HERE):  # noqa: ASYNC110  # no event tells of a lock
                await asyncio.sleep(0.01)

    async def nothing():
        pass

    tasks = []
    first = await issue(acts[0], second_waits)

    assert (await tasks[0]).tag_code == first.tag_code
