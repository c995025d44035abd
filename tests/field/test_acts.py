"""The act on site: the crew draws it up and shows it, the client signs or refuses it."""

import asyncio
from contextlib import nullcontext
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.core.quantities import line_sum, quantity_of
from app.db.files import put_file
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.documents.acts.models import Act
from app.documents.passports.models import Passport
from app.documents.price_list.service import create_default_work_items
from app.documents.rewards.models import Reward
from app.field.acts.schemas import SignAct
from app.identity.companies.queries import get_company
from app.orders.client_orders.models import ClientOrder
from app.orders.jobs.models import Job
from app.workforce.crews.models import CrewMember
from tests.cast import API, NOON
from tests.dispatch.given import TOMORROW, a_job
from tests.field.forms_given import ask_for, rule
from tests.pictures import a_photo, a_signature, declared, on_canvas, repacked
from tests.stories import (
    BookedVisit,
    accepted_visit,
    an_opening,
    measured_visit,
    tapped,
    visit_in_progress,
    visit_on_site,
)
from tests.tracking.conftest import consent

pytestmark = pytest.mark.covers("M7")

TWO_WINDOWS = {"lines": [{"work_code": "window_install", "quantity": 2, "comment": "кухня и спальня"}]}


@pytest.fixture
def files(app):
    return app.state.files


@pytest.fixture
async def cast(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    return cast


async def an_installation(cast, **options) -> BookedVisit:
    return await visit_in_progress(cast, kind="installation", **options)


async def presented(visit, body=None) -> dict:
    answer = await visit.worker.post(f"/field/visits/{visit.id}/act", body or TWO_WINDOWS)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def uploaded(visit, content=None, *, purpose="signature", by=None, **fields) -> str:
    """The id of a stored attachment of the visit."""
    content = content or a_signature()
    worker = by or visit.worker
    told = await worker.post(
        f"/field/visits/{visit.id}/attachments", declared(content, purpose=purpose, **fields)
    )
    assert told.status_code == 201, told.text
    sent = await worker.put(told.json()["upload"]["url"].removeprefix(API), content)
    assert sent.status_code == 200, sent.text
    return told.json()["id"]


def signing(act, signature_id, **fields) -> dict:
    return tapped(
        signer_name="А. Котова",
        signature_attachment_id=signature_id,
        content_hash=act["content_hash"],
        **fields,
    )


async def sign(visit, act, body=None, *, by=None):
    body = body or signing(act, await uploaded(visit))
    return await (by or visit.worker).post(f"/field/acts/{act['id']}/sign", body)


async def signed(visit, act) -> dict:
    answer = await sign(visit, act)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rows(cast, table) -> list:
    async with transaction(cast.maker, cast.company_id) as session:
        return list(await session.scalars(select(table).where(table.company_id == cast.company_id)))


async def order_of(cast, visit) -> ClientOrder:
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, visit.job_id))
        return await session.get_one(ClientOrder, (cast.company_id, job.order_id))


async def test_the_crew_draws_up_the_act_with_everything_the_client_must_see(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        company = await get_company(session, cast.company_id)
        company.phone, company.address = "+7 495 123-45-67", "Москва, Малая Дмитровка, 15"
    visit = await an_installation(cast)

    act = await presented(visit)

    content = act["content"]
    order = await order_of(cast, visit)
    assert (act["number"], act["revision"], act["status"], act["visit_id"]) == (
        None,
        1,
        "presented",
        visit.id,
    )
    assert (content["client_name"], content["address"]) == (
        "Котова Анна Сергеевна",
        "Москва, Тверская улица, 12, кв. 31",
    )
    assert content["company"] == {
        "name": "Окна Плюс",
        "legal_name": "ООО «Окна Плюс»",
        "inn": "7701234567",
        "kpp": "",
        "ogrn": "",
        "address": "Москва, Малая Дмитровка, 15",
        "phone": "+7 495 123-45-67",
        "bank_details": "",
        "timezone": "Europe/Moscow",
        "logo": None,
    }
    assert content["lines"][0] == {
        "position": 1,
        "code": "window_install",
        "name_ru": "Монтаж окна",
        "name_en": "Window installation",
        "unit": "pcs",
        "quantity": 2,
        "price_kop": 4_500_00,
        "sum_kop": 9_000_00,
        "warranty_months": 36,
        "comment": "кухня и спальня",
        "discount_kop": 0,
        "by_contract": False,
    }
    assert {one["name"] for one in content["crew"]} == {cast.rinat.name, cast.timur.name}
    assert (content["order_number"], content["drawn_on"], content["lang"]) == (
        order.number,
        "2026-03-02",
        "ru",
    )


@pytest.mark.covers("P-rel-20")
async def test_money_the_client_has_paid_is_taken_into_account(cast):
    visit = await an_installation(cast)
    await visit.done("payments", kind="prepayment", amount_kop=3_000_00, method="cash", pays_for="work")
    await visit.done("payments", kind="final", amount_kop=1_000_00, method="card", reason="Доплата")

    content = (await presented(visit))["content"]

    assert (content["total_kop"], content["prepaid_kop"], content["due_kop"]) == (
        9_000_00,
        4_000_00,
        5_000_00,
    )


@pytest.mark.covers("P-rel-20")
async def test_money_for_the_windows_does_not_pay_for_the_fitting(cast):
    visit = await an_installation(cast)
    await visit.done("payments", kind="prepayment", amount_kop=50_000_00, method="card")

    act = await presented(visit)
    await signed(visit, act)

    money = (await cast.galina.get(f"/orders/{act['order_id']}/money")).json()
    assert (act["content"]["prepaid_kop"], act["content"]["due_kop"]) == (0, 9_000_00)
    assert (money["due_goods_kop"], money["due_work_kop"], money["over_kop"]) == (0, 9_000_00, 50_000_00)
    assert [(one["kind"], one["part"], one["amount_kop"]) for one in money["entries"]] == [
        ("payment", "goods", -50_000_00),
        ("act", "work", 9_000_00),
    ]


@pytest.mark.covers("P-rel-20")
async def test_one_prepayment_is_not_deducted_from_two_acts(cast):
    first = await an_installation(cast)
    second = await an_installation(cast, starts_at=TOMORROW + timedelta(days=1))
    order = await order_of(cast, first)
    async with transaction(cast.maker, cast.company_id) as session:
        (await session.get_one(Job, (cast.company_id, second.job_id))).order_id = order.id
    await first.done("payments", kind="prepayment", amount_kop=6_000_00, method="cash", pays_for="all")
    shown = [await presented(visit) for visit in (first, second)]

    await signed(first, shown[0])
    stale = await sign(second, shown[1])
    again = await presented(second)
    due = [act["content"]["due_kop"] for act in (shown[0], await signed(second, again))]

    assert (stale.status_code, stale.json()["code"]) == (409, "act_changed")
    assert due == [3_000_00, 12_000_00]


@pytest.mark.covers("P-rel-20")
async def test_money_given_back_meanwhile_is_not_deducted(cast):
    visit = await an_installation(cast)
    await visit.done("payments", kind="prepayment", amount_kop=6_000_00, method="cash", pays_for="all")
    act = await presented(visit)
    refund = {"amount_kop": 6_000_00, "method": "cash", "reason": "Передумали"}
    await cast.sergei.post(f"/orders/{(await order_of(cast, visit)).id}/refunds", refund)

    stale = await sign(visit, act)

    assert (stale.status_code, stale.json()["code"]) == (409, "act_changed")
    assert (await presented(visit))["content"]["due_kop"] == 9_000_00


async def test_what_the_client_pays_after_reading_the_act_changes_nothing_in_it(cast):
    visit = await an_installation(cast)
    act = await presented(visit)
    due_kop = act["content"]["due_kop"]
    await visit.done("payments", kind="final", amount_kop=due_kop, method="card", reason="До подписи")

    assert (await signed(visit, act))["content"]["due_kop"] == 9_000_00


async def test_shares_are_those_of_the_day_of_the_visit(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        member = await session.scalar(
            select(CrewMember).where(
                CrewMember.company_id == cast.company_id, CrewMember.worker_id == cast.rinat.id
            )
        )
        member.share = 3
    visit = await an_installation(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        timurs = await session.scalar(
            select(CrewMember).where(
                CrewMember.company_id == cast.company_id, CrewMember.worker_id == cast.timur.id
            )
        )
        after = type(timurs.period)(timurs.period.lower, TOMORROW + timedelta(days=1))
        timurs.period = after  # he leaves the crew later: this visit is still his

    act = await presented(visit)
    await signed(visit, act)

    rewards = (await cast.galina.get(f"/acts/{act['id']}/rewards")).json()["items"]
    assert {one["worker_id"]: (one["share"], one["amount_kop"]) for one in rewards} == {
        str(cast.rinat.id): (3, 2_700_00),
        str(cast.timur.id): (1, 900_00),
    }


async def test_a_worker_alone_earns_the_whole(cast):
    visit = await visit_in_progress(cast)
    act = await presented(visit, {"lines": [{"work_code": "adjustment", "quantity": 3}]})

    await signed(visit, act)

    mine = (await cast.pavel.get("/field/rewards?from=2026-03-02&to=2026-03-03")).json()
    assert (mine["total_kop"], [one["shares_total"] for one in mine["items"]]) == (1_200_00, [1])


@pytest.mark.covers("R179", "M8", "R180", "M32")
async def test_the_signature_ends_the_job_in_one_go(cast, background):
    visit = await an_installation(cast)
    window = {"name": "Окно ПВХ", "kind": "window", "serial": "SN-7", "warranty_months": 60}
    act = await presented(visit, TWO_WINDOWS | {"products": [window]})

    answer = await signed(visit, act)

    passport = answer["passports"][0]
    assert (answer["status"], answer["signer_name"]) == ("signed", "А. Котова")
    assert (passport["product"]["serial"], passport["warranty_until"]) == ("SN-7", "2031-03-02")
    assert passport["tag_url"] == f"https://okna.example/p/{passport['tag_code']}"
    assert sum(reward.amount_kop for reward in await rows(cast, Reward)) == 3_600_00
    assert (await order_of(cast, visit)).status == "handed_over"
    async with transaction(cast.maker, cast.company_id) as session:
        news = await session.scalars(
            select(OutboxEvent.payload).where(OutboxEvent.kind == "documents.act_signed")
        )
        assert news.all() == [
            {"act_id": act["id"], "job_id": visit.job_id, "visit_id": visit.id, "has_remarks": False}
        ]
    await background.run()
    shown = (await cast.rinat.get(f"/acts/{act['id']}")).json()
    assert [pdf["state"] for pdf in shown["pdfs"]] == ["ready", "ready"]


async def test_the_order_is_handed_over_with_its_last_installation(cast):
    first = await an_installation(cast)
    order = await order_of(cast, first)
    second_job = await a_job(cast, kind="installation")
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, second_job))
        job.order_id = order.id

    await signed(first, await presented(first))
    before = (await order_of(cast, first)).status
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, second_job))
        job.status, job.canceled_reason = "canceled", "Клиент передумал"
    another = await an_installation(cast, starts_at=TOMORROW + timedelta(days=1))
    async with transaction(cast.maker, cast.company_id) as session:
        (await session.get_one(Job, (cast.company_id, another.job_id))).order_id = order.id
    await signed(another, await presented(another))

    assert before != "handed_over"
    assert (await order_of(cast, first)).status == "handed_over"


async def test_an_act_of_another_kind_of_job_moves_no_order(cast):
    visit = await visit_in_progress(cast)

    await signed(visit, await presented(visit))

    assert (await order_of(cast, visit)).status == "new"


@pytest.mark.covers("M8", "R180")
async def test_a_product_remembers_how_its_opening_was_measured(cast, anonymous):
    measured, _ = await measured_visit(cast, an_opening("Кухня", comment="код домофона 31"))
    order = await order_of(cast, measured)
    visit = await an_installation(cast, starts_at=TOMORROW + timedelta(hours=3))
    async with transaction(cast.maker, cast.company_id) as session:
        (await session.get_one(Job, (cast.company_id, visit.job_id))).order_id = order.id
    window = {"name": "Окно ПВХ", "kind": "window", "opening_label": "Кухня"}

    act = await presented(visit, TWO_WINDOWS | {"products": [window]})
    code = (await signed(visit, act))["passports"][0]["tag_code"]
    public = (await anonymous.get(f"/api/v1/public/passports/{code}")).json()

    assert public["measurements"]["width_middle_mm"] == 1402
    assert "comment" not in public["measurements"]
    assert "домофона" not in str(act)
    assert [(fact["on"], fact["kind"]) for fact in public["history"]] == [
        ("2026-03-02", "measured"),
        ("2026-03-02", "installed"),
    ]


@pytest.mark.covers("M8")
async def test_the_opening_is_read_from_the_version_the_plant_has(cast):
    measured, sheet = await measured_visit(cast, an_opening("Кухня"))
    order = await order_of(cast, measured)
    placed = await cast.olga.post(
        "/production-orders",
        {"job_id": measured.job_id, "measurement_id": sheet["id"], "planned_ready_on": "2026-03-20"},
    )
    assert placed.status_code == 201, placed.text
    await measured.done("measurements", openings=[an_opening("Спальня")])
    visit = await an_installation(cast, starts_at=TOMORROW + timedelta(hours=3))
    async with transaction(cast.maker, cast.company_id) as session:
        (await session.get_one(Job, (cast.company_id, visit.job_id))).order_id = order.id
    address = f"/field/visits/{visit.id}/act"

    def with_window(label):
        return TWO_WINDOWS | {"products": [{"name": "Окно", "kind": "window", "opening_label": label}]}

    of_the_plant = await cast.rinat.post(address, with_window(" кухня\u00a0"))
    of_the_newest = await cast.rinat.post(address, with_window("Спальня"))

    (window,) = of_the_plant.json()["content"]["products"]
    assert (window["opening_label"], window["measurements"]["width_top_mm"]) == ("Кухня", 1400)
    assert (of_the_newest.status_code, of_the_newest.json()["errors"][0]["path"]) == (
        422,
        "products[0].opening_label",
    )


async def test_an_order_nobody_measured_takes_any_label(cast):
    visit = await an_installation(cast)
    window = {"name": "Окно ПВХ", "kind": "window", "opening_label": "Лоджия"}

    act = await presented(visit, TWO_WINDOWS | {"products": [window]})

    assert act["content"]["products"][0]["opening_label"] == "Лоджия"
    assert act["content"]["products"][0]["measurements"] == {}


@pytest.mark.covers("M41")
async def test_the_logo_is_remembered_as_it_was(cast, files):
    key = f"{cast.company_id}/logo/{uuid7()}.png"
    await put_file(files, key, a_signature())
    async with transaction(cast.maker, cast.company_id) as session:
        (await get_company(session, cast.company_id)).logo_key = key
    visit = await an_installation(cast)

    with_logo = (await presented(visit))["content"]["company"]["logo"]
    async with transaction(cast.maker, cast.company_id) as session:
        (await get_company(session, cast.company_id)).logo_key = f"{cast.company_id}/logo/gone.png"
    without = (await presented(visit))["content"]["company"]["logo"]

    assert (with_logo["key"], len(with_logo["sha256"])) == (key, 64)
    assert without is None


@pytest.mark.covers("M41")
async def test_the_act_is_shown_in_the_language_of_the_client(cast):
    visit = await an_installation(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE client SET lang = 'en'"))

    by_card = (await presented(visit))["content"]
    by_wish = (await presented(visit, TWO_WINDOWS | {"lang": "ru"}))["content"]

    assert (by_card["lang"], by_card["address"]) == ("en", "Москва, Тверская улица, 12, apt. 31")
    assert by_wish["lang"] == "ru"


async def test_a_house_has_no_apartment(cast):
    visit = await an_installation(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE site SET apartment = ''"))

    assert (await presented(visit))["content"]["address"] == "Москва, Тверская улица, 12"


async def test_presenting_again_voids_the_unsigned_act_and_a_retry_does_not(cast):
    visit = await an_installation(cast)
    address = f"/field/visits/{visit.id}/act"

    first = await cast.rinat.post(address, TWO_WINDOWS, idempotency_key="k")
    retry = await cast.rinat.post(address, TWO_WINDOWS, idempotency_key="k")
    second = await cast.timur.post(address, TWO_WINDOWS)

    acts = (await cast.rinat.get(f"/acts?visit_id={visit.id}")).json()["items"]
    assert retry.json() == first.json()
    assert [(act["revision"], act["status"]) for act in acts] == [(2, "presented"), (1, "voided")]
    assert second.json()["revision"] == 2


async def test_of_many_acts_presented_at_once_one_stays_open(cast):
    visit = await an_installation(cast)

    answers = await asyncio.gather(
        *[visit.worker.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS) for _ in range(8)]
    )

    acts = (await cast.olga.get(f"/acts?visit_id={visit.id}")).json()["items"]
    assert [answer.status_code for answer in answers] == [201] * 8
    assert sorted(act["status"] for act in acts) == ["presented"] + ["voided"] * 7
    assert [act["revision"] for act in acts] == list(range(8, 0, -1))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"work_code": "sill", "quantity": 0}]}, "lines[0].quantity"),
        ({"lines": [{"work_code": "sill", "quantity": 10_001}]}, "lines[0].quantity"),
        ({"lines": [{"work_code": "sill", "quantity": 0.0001}]}, "lines[0].quantity"),
        ({"lines": [{"work_code": "sill", "quantity": 1.2345}]}, "lines[0].quantity"),
        ({"lines": [{"work_code": "sill", "quantity": "2.4"}]}, "lines[0].quantity"),
        ({"lines": [{"work_code": "sill", "quantity": 1}] * 101}, "lines"),
        ({"products": [{"name": " ", "kind": "window"}]}, "products[0].name"),
        ({"products": [{"name": "Окно\u0000", "kind": "window"}]}, "products[0].name"),
        ({"products": [{"name": "Окно", "kind": "roof"}]}, "products[0].kind"),
        (
            {"products": [{"name": "Окно", "kind": "window", "warranty_months": -1}]},
            "products[0].warranty_months",
        ),
        ({"lang": "de"}, "lang"),
    ],
)
async def test_an_impossible_act_is_refused_with_its_place(cast, change, path):
    visit = await an_installation(cast)

    answer = await cast.rinat.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS | change)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


@pytest.mark.covers("M7", "M32")
@pytest.mark.parametrize(
    ("unit", "quantity", "stored", "sum_kop"),
    [
        ("m", 2.4, "2.4", 2962_94),
        ("m2", 0.75, "0.75", 925_92),
        ("hour", 1.5, "1.5", 1851_84),
        ("m", 0.001, "0.001", 1_23),
        ("m", 3, 3, 3703_68),
        ("m", 3.0, 3, 3703_68),
        ("pcs", 3.0, 3, 3703_68),
    ],
)
async def test_a_part_of_a_metre_or_of_an_hour_is_acted_paid_and_rewarded(
    cast, unit, quantity, stored, sum_kop
):
    work = {"code": "by_unit", "name_ru": "Работа", "name_en": "Work", "unit": unit}
    await cast.irina.post("/work-items", work | {"price_kop": 1234_56, "reward_kop": 100_01})
    visit = await an_installation(cast)

    act = await presented(visit, {"lines": [{"work_code": "by_unit", "quantity": quantity}]})
    await signed(visit, act)

    (line,) = act["content"]["lines"]
    rewards = (await cast.galina.get(f"/acts/{act['id']}/rewards")).json()
    assert (line["quantity"], line["sum_kop"], act["total_kop"]) == (stored, sum_kop, sum_kop)
    assert {one["quantity"] for one in rewards["items"]} == {quantity}
    assert (
        rewards["total_kop"]
        == rewards["items"][0]["line_reward_kop"]
        == line_sum(quantity_of(quantity), 100_01)
    )


@pytest.mark.parametrize("unit", ["pcs", "set"])
async def test_half_a_piece_is_refused(cast, unit):
    work = {"code": "by_unit", "name_ru": "Работа", "name_en": "Work", "unit": unit}
    await cast.irina.post("/work-items", work | {"price_kop": 1, "reward_kop": 0})
    visit = await an_installation(cast)
    lines = [{"work_code": "sill", "quantity": 1}, {"work_code": "by_unit", "quantity": 1.5}]

    answer = await cast.rinat.post(f"/field/visits/{visit.id}/act", {"lines": lines})

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["path"]) == (422, "lines[1].quantity")
    assert error["message"] == "Штуки и комплекты считают целыми."


async def test_a_work_that_is_not_on_the_price_list_is_named(cast):
    visit = await an_installation(cast)

    answer = await cast.rinat.post(
        f"/field/visits/{visit.id}/act", {"lines": [{"work_code": "magic", "quantity": 1}]}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"] == [
        {
            "path": "lines[0].work_code",
            "message": "В прайс-листе нет такой работы.",
            "code": "work_item_not_found",
        }
    ]
    assert await rows(cast, Act) == []


async def test_an_act_is_drawn_up_from_the_departure_on_and_signed_after_the_arrival(cast):
    visit = await accepted_visit(cast, kind="installation")
    early = await cast.rinat.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS)
    await visit.done("depart", eta_minutes=30)
    ahead = await presented(visit)
    too_soon = [
        await sign(visit, ahead, signing(ahead, str(uuid7()))),
        await cast.rinat.post(f"/field/acts/{ahead['id']}/refuse", {"reason": "Передумал"}),
    ]
    await visit.done("arrive")

    act = await signed(visit, ahead)

    assert [(one.status_code, one.json()["code"]) for one in (early, *too_soon)] == [
        (409, "visit_not_at_work")
    ] * 3
    assert (act["id"], act["status"], act["number"], act["revision"]) == (ahead["id"], "signed", 1, 1)


async def test_nobody_signs_or_refuses_the_act_of_a_visit_that_was_not_reached(cast):
    visit = await accepted_visit(cast, kind="installation")
    await visit.done("depart", eta_minutes=30)
    act = await presented(visit)
    await visit.done("not-complete", reason="client_absent")

    answers = [
        await sign(visit, act),
        await cast.rinat.post(f"/field/acts/{act['id']}/refuse", {"reason": "Передумал"}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "visit_not_at_work")] * 2
    assert [one.status for one in await rows(cast, Act)] == ["presented"]
    assert await rows(cast, Reward) == []


@pytest.mark.covers("M36", "M37")
async def test_only_whoever_goes_draws_up_the_act(cast, other_cast, anonymous):
    visit = await an_installation(cast)
    address = f"/field/visits/{visit.id}/act"

    assert (await cast.pavel.post(address, TWO_WINDOWS)).status_code == 404
    assert (await other_cast.rinat.post(address, TWO_WINDOWS)).status_code == 404
    assert (await cast.olga.post(address, TWO_WINDOWS)).status_code == 403
    assert (await anonymous.post(API + address, json=TWO_WINDOWS)).status_code == 401


@pytest.mark.covers("M36", "M37")
async def test_only_whoever_goes_has_it_signed_or_refused(cast, other_cast, anonymous):
    visit = await an_installation(cast)
    act = await presented(visit)
    body = signing(act, await uploaded(visit))

    for action, sent in (("sign", body), ("refuse", {"reason": "шов"})):
        address = f"/field/acts/{act['id']}/{action}"
        assert (await cast.pavel.post(address, sent)).status_code == 404
        assert (await other_cast.rinat.post(address, sent)).status_code == 404
        assert (await cast.irina.post(address, sent)).status_code == 403
        assert (await anonymous.post(API + address, json=sent)).status_code == 401
    of_timur = signing(act, await uploaded(visit, by=cast.timur))
    assert (await sign(visit, act, of_timur, by=cast.timur)).status_code == 200


@pytest.mark.covers("P-rel-8")
async def test_the_act_must_be_the_one_the_client_saw(cast):
    visit = await an_installation(cast)
    first = await presented(visit)
    second = await presented(visit)
    signature_id = await uploaded(visit)

    stale = await sign(visit, second, signing(first, signature_id))
    voided = await sign(visit, first, signing(first, signature_id))

    assert (stale.status_code, stale.json()["code"]) == (409, "act_changed")
    assert (voided.status_code, voided.json()["code"]) == (409, "act_not_presented")
    assert await rows(cast, Reward) == []


async def test_a_signature_must_be_a_stored_one_of_this_very_visit(cast):
    visit = await an_installation(cast)
    act = await presented(visit)
    elsewhere = await visit_on_site(cast, kind="installation", starts_at=TOMORROW + timedelta(days=1))
    photo = await uploaded(visit, a_photo(), purpose="photo")
    of_another_visit = await uploaded(elsewhere)
    only_declared = (
        await cast.rinat.post(
            f"/field/visits/{visit.id}/attachments", declared(a_signature(), purpose="signature")
        )
    ).json()["id"]

    answers = [
        await sign(visit, act, signing(act, one))
        for one in (photo, only_declared, of_another_visit, str(uuid7()))
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (422, "signature_unusable"),
        (422, "signature_unusable"),
        (404, "attachment_not_found"),
        (404, "attachment_not_found"),
    ]
    assert [one.json()["params"].get("reason") for one in answers[:2]] == ["not_a_signature", "not_uploaded"]
    assert (await cast.olga.get(f"/acts/{act['id']}")).json()["status"] == "presented"


@pytest.mark.parametrize(
    "change",
    [
        {"signer_name": ""},
        {"signer_name": "   "},
        {"content_hash": "abc"},
        {"occurred_at": "2026-03-02T12:00:00"},
        {"command_id": "x"},
        {"colour": "red"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_an_impossible_signature_is_refused(cast, change):
    visit = await an_installation(cast)
    act = await presented(visit)

    answer = await sign(visit, act, signing(act, str(uuid7())) | change)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("remarks", "is_taken"),
    [
        ("Царапина.\r\n\tШов кривой.", True),
        ("", True),
        ("я" * 2000, True),
        ("я" * 2001, False),
        ("\x00", False),
        ("\x1b[31m", False),
    ],
)
def test_remarks_have_lines_and_no_signs_that_nobody_sees(remarks, is_taken):
    act = {"content_hash": "0" * 64}
    sent = signing(act, str(uuid7())) | {"remarks": remarks}

    with nullcontext() if is_taken else pytest.raises(msgspec.ValidationError):
        msgspec.convert(sent, SignAct)


async def test_the_same_tap_again_gets_the_same_answer(cast):
    visit = await an_installation(cast)
    act = await presented(visit, TWO_WINDOWS | {"products": [{"name": "Окно", "kind": "window"}]})
    body = signing(act, await uploaded(visit))

    first, again = await sign(visit, act, body), await sign(visit, act, body)
    other = await sign(visit, act, body | {"command_id": str(uuid7())})
    reused = await sign(visit, act, body | {"signer_name": "Кто-то другой"})

    assert (first.status_code, again.status_code) == (200, 200)
    assert (reused.status_code, reused.json()["code"]) == (422, "command_reused")
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "act_already_signed")
    assert other.json()["title"] == "Акт № 1 уже подписан."


@pytest.mark.covers("M32", "M8")
async def test_of_ten_signatures_at_once_one_counts(cast):
    visit = await an_installation(cast)
    act = await presented(visit, TWO_WINDOWS | {"products": [{"name": "Окно", "kind": "window"}] * 2})
    signature_id = await uploaded(visit)

    answers = await asyncio.gather(*[sign(visit, act, signing(act, signature_id)) for _ in range(10)])

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert len(await rows(cast, Passport)) == 2
    assert len(await rows(cast, Reward)) == 2


async def test_a_signature_made_without_network_keeps_its_time(cast, clock):
    visit = await an_installation(cast)
    await consent(visit.worker)
    act = await presented(visit)
    body = signing(
        act, await uploaded(visit), at=NOON + timedelta(minutes=7), point={"lat": 55.7558, "lon": 37.6173}
    )
    clock.advance(hours=3)

    answer = await sign(visit, act, body)

    stored = (await rows(cast, Act))[0]
    assert answer.json()["signed_at"] == "2026-03-02T09:07:00Z"
    assert (stored.signature["occurred_at"], stored.signature["received_at"]) == (
        "2026-03-02T09:07:00Z",
        "2026-03-02T12:00:00Z",
    )
    assert (stored.signature["lat_micro"], stored.signature["lon_micro"]) == (55_755_800, 37_617_300)


async def test_a_signature_is_dated_by_our_clock_and_keeps_what_the_phone_said(cast, clock):
    visit = await an_installation(cast)
    act = await presented(visit)
    wrong = timedelta(hours=-5)
    body = signing(act, await uploaded(visit), at=NOON + timedelta(minutes=7) + wrong)
    clock.advance(hours=3)
    sent_at = (clock.now() + wrong).isoformat()

    answer = await sign(visit, act, body | {"sent_at": sent_at})

    stored = (await rows(cast, Act))[0]
    assert answer.json()["signed_at"] == "2026-03-02T09:07:00Z"
    assert stored.signature["occurred_at"] == "2026-03-02T04:07:00Z"


async def test_a_refusal_is_kept_with_its_reason(cast):
    visit = await an_installation(cast)
    act = await presented(visit)
    address = f"/field/acts/{act['id']}/refuse"

    answer = await cast.rinat.post(address, {"reason": "Стекло поцарапано"})
    again = await cast.timur.post(address, {"reason": "Передумал"})
    late = await sign(visit, act)
    anew = await presented(visit)

    assert (answer.json()["status"], answer.json()["refusal_reason"]) == ("refused", "Стекло поцарапано")
    assert again.json() == answer.json()
    assert (late.status_code, late.json()["code"]) == (409, "act_not_presented")
    assert (anew["number"], anew["revision"]) == (None, 2)
    assert (await cast.rinat.post(address, {"reason": " "})).status_code == 400


async def test_a_signed_act_stays(cast):
    visit = await an_installation(cast)
    act = await presented(visit)
    await signed(visit, act)

    refused = await cast.rinat.post(f"/field/acts/{act['id']}/refuse", {"reason": "Передумал"})
    another = await cast.rinat.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS)

    assert [(one.status_code, one.json()["code"]) for one in (refused, another)] == [
        (409, "act_already_signed")
    ] * 2


async def test_the_act_is_what_the_job_type_may_ask_for(cast):
    await ask_for(cast, rule("act"))
    visit = await an_installation(cast)
    before = await visit.tap("complete")

    await signed(visit, await presented(visit))
    after = await visit.tap("complete")

    assert (before.status_code, before.json()["code"]) == (422, "proofs_missing")
    assert after.status_code == 200, after.text
    assert (await order_of(cast, visit)).status == "handed_over"


async def test_a_signature_drawn_before_the_act_was_shown_is_refused(cast, clock):
    visit = await an_installation(cast)
    too_early = await uploaded(visit)
    clock.advance(minutes=1)
    act = await presented(visit)

    answer = await sign(visit, act, signing(act, too_early))

    assert (answer.status_code, answer.json()["code"]) == (422, "signature_unusable")
    assert answer.json()["params"]["reason"] == "drawn_before_shown"


async def test_under_an_act_that_was_drawn_up_anew_the_client_signs_again(cast, clock):
    visit = await an_installation(cast)
    await presented(visit)
    clock.advance(minutes=1)
    for_the_first = await uploaded(visit)
    clock.advance(minutes=1)
    act = await presented(visit)

    answer = await sign(visit, act, signing(act, for_the_first))
    drawn_anew = await sign(visit, act)

    assert answer.json()["params"]["reason"] == "drawn_before_shown"
    assert drawn_anew.status_code == 200, drawn_anew.text


@pytest.mark.parametrize("save", [bytes, repacked], ids=["the same bytes", "saved anew"])
async def test_a_signature_sent_once_more_is_as_old_as_when_it_first_came(cast, clock, save):
    visit = await an_installation(cast)
    await presented(visit)
    clock.advance(minutes=1)
    picture = a_signature()
    await uploaded(visit, picture)
    clock.advance(minutes=1)
    act = await presented(visit)
    clock.advance(minutes=1)

    answer = await sign(visit, act, signing(act, await uploaded(visit, save(picture))))
    drawn_anew = await sign(visit, act)

    assert (answer.status_code, answer.json()["code"]) == (422, "signature_unusable")
    assert answer.json()["params"]["reason"] == "drawn_before_shown"
    assert drawn_anew.status_code == 200, drawn_anew.text


async def test_a_signature_may_be_sent_twice_under_the_act_it_was_drawn_for(cast, clock):
    visit = await an_installation(cast)
    act = await presented(visit)
    picture = a_signature()
    await uploaded(visit, picture)
    clock.advance(minutes=1)

    answer = await sign(visit, act, signing(act, await uploaded(visit, picture)))

    assert answer.status_code == 200, answer.text


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("captured", "sent", "reason"),
    [
        (-HOUR, timedelta(), "drawn_before_shown"),
        (timedelta(minutes=3), timedelta(hours=5), None),
        (-5 * HOUR, timedelta(), "drawn_before_shown"),
        (2 * HOUR, 7 * HOUR, None),  # the phone's clock is two hours ahead
        (-9 * HOUR + timedelta(minutes=3), -4 * HOUR, None),  # nine hours behind
        (-HOUR, None, None),  # nothing is known of its clock
    ],
    ids=["before", "offline", "long before", "clock ahead", "clock behind", "clock unknown"],
)
async def test_when_a_signature_was_drawn_is_judged_by_the_corrected_time_of_the_phone(
    cast, clock, captured, sent, reason
):
    """The act is shown, the phone stays offline for five hours, and sends then."""
    visit = await an_installation(cast)
    act = await presented(visit)
    shown_at = clock.now()
    if sent != timedelta():
        clock.advance(hours=5)
    fields = {"captured_at": (shown_at + captured).isoformat()}
    if sent is not None:
        fields["sent_at"] = (shown_at + sent).isoformat()

    answer = await sign(visit, act, signing(act, await uploaded(visit, **fields)))

    assert answer.json().get("params", {}).get("reason") == reason
    assert answer.status_code == (422 if reason else 200)


async def test_the_phone_that_was_signed_on_sends_the_signature(cast):
    visit = await an_installation(cast)
    act = await presented(visit)
    drawn_on_rinats = await uploaded(visit)

    answer = await sign(visit, act, signing(act, drawn_on_rinats), by=cast.timur)

    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "drawn_on_another_phone")


async def test_a_signature_of_another_visit_is_none_of_this_one(cast):
    first = await an_installation(cast)
    other = await visit_in_progress(cast)
    act = await presented(first)

    answer = await sign(first, act, signing(act, await uploaded(other)))

    assert (answer.status_code, answer.json()["code"]) == (404, "attachment_not_found")


async def test_a_picture_signs_one_act(cast):
    picture = a_signature()
    first = await an_installation(cast)
    second = await an_installation(cast, starts_at=TOMORROW + timedelta(days=1))
    acts = [await presented(visit) for visit in (first, second)]
    once = signing(acts[0], await uploaded(first, picture))
    assert (await sign(first, acts[0], once)).status_code == 200

    copied = await sign(second, acts[1], signing(acts[1], await uploaded(second, picture)))
    again = await sign(first, acts[0], once)
    drawn_anew = await sign(second, acts[1])

    assert (copied.status_code, copied.json()["code"]) == (409, "signature_used")
    assert (again.status_code, drawn_anew.status_code) == (200, 200)


@pytest.mark.parametrize(
    "save",
    [repacked, lambda content: on_canvas(content, (1500, 800), at=(200, 300))],
    ids=["packed otherwise", "on a larger canvas"],
)
async def test_a_drawing_saved_anew_does_not_sign_another_act(cast, save):
    picture = a_signature()
    first = await an_installation(cast)
    second = await an_installation(cast, starts_at=TOMORROW + timedelta(days=1))
    acts = [await presented(visit) for visit in (first, second)]
    await sign(first, acts[0], signing(acts[0], await uploaded(first, picture)))

    copied = await sign(second, acts[1], signing(acts[1], await uploaded(second, save(picture))))
    drawn_anew = await sign(second, acts[1])

    assert (copied.status_code, copied.json()["code"]) == (409, "signature_used")
    assert drawn_anew.status_code == 200, drawn_anew.text


@pytest.mark.parametrize("column", ["drawing_sha256", "ink_sha256"])
async def test_the_drawing_of_a_signed_act_is_never_free_again(cast, column):
    visit = await an_installation(cast)
    await signed(visit, await presented(visit))

    with pytest.raises(IntegrityError, match="set once"):
        async with transaction(cast.maker, cast.company_id) as session:
            await session.execute(text(f"UPDATE act SET {column} = NULL"))


async def test_signatures_of_before_drawings_were_compared_still_sign(cast, superuser):
    visits = [await an_installation(cast, starts_at=TOMORROW + timedelta(days=day)) for day in range(2)]
    bodies = []
    for visit in visits:
        act = await presented(visit)
        bodies.append((visit, act, signing(act, await uploaded(visit))))
    await superuser.execute("SET session_replication_role = replica")  # without the trigger
    await superuser.execute("UPDATE attachment SET ink_sha256 = NULL WHERE company_id = $1", cast.company_id)

    answers = [await sign(*body) for body in bodies]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_of_two_acts_signed_at_once_with_one_picture_one_is_signed(cast):
    picture = a_signature()
    visits = [await an_installation(cast, starts_at=TOMORROW + timedelta(days=day)) for day in range(3)]
    bodies = []
    for visit in visits:
        act = await presented(visit)
        bodies.append((visit, act, signing(act, await uploaded(visit, picture))))

    answers = await asyncio.gather(*[sign(*body) for body in bodies])

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
