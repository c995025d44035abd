"""What an order costs: drafted at the prices of a day, agreed by the client, never changed afterwards."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.ids import uuid7
from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.orders.estimates.policies import MOVES, EstimateStatus
from tests.orders.given_estimates import FITTING, WINDOWS, agreed, an_estimate, drafted, money_of, order_id_of
from tests.stories import booked_visit, measured_visit, visit_in_progress

pytestmark = pytest.mark.covers("P-rel-20", "M10")

PREPAYMENT = {"kind": "prepayment", "amount_kop": 50_000_00, "method": "card"}
GLASS = {"part": "goods", "name": "Стеклопакет", "unit": "m2", "price_kop": 1_234_56}


@pytest.fixture(autouse=True)
async def _price_list(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)


@pytest.fixture
async def order_id(cast):
    return await order_id_of(cast, await booked_visit(cast))


async def settle(person, estimate, action, body=None):
    return await person.post(
        f"/estimates/{estimate['id']}/{action}", body or {}, if_match=f'"{estimate["version"]}"'
    )


async def change_price(cast, code, **changes):
    items = (await cast.irina.get("/work-items")).json()["items"]
    item = next(one for one in items if one["code"] == code)
    answer = await cast.irina.patch(f"/work-items/{item['id']}", changes, if_match=f'"{item["version"]}"')
    assert answer.status_code == 200, answer.text


async def test_an_estimate_is_priced_by_the_price_list_and_by_hand(cast, order_id):
    glass = GLASS | {"quantity": 2.4, "discount_percent": 10, "reason": "Постоянный клиент", "vat_rate": 22}

    estimate = await drafted(cast, order_id, WINDOWS, FITTING, glass, comment="Срок 14 дней")

    assert (estimate["number"], estimate["status"], estimate["comment"]) == (1, "draft", "Срок 14 дней")
    assert [
        (one["name_ru"], one["unit"], one["quantity"], one["total_kop"]) for one in estimate["lines"]
    ] == [
        ("Окно REHAU, 1400 × 1300", "pcs", 2, 71_000_00),
        ("Монтаж окна", "pcs", 2, 9_000_00),
        ("Стеклопакет", "m2", 2.4, 2_666_65),
    ]
    assert estimate["lines"][1]["work_item_version"] == 1
    assert (estimate["lines"][2]["discount_kop"], estimate["lines"][2]["vat_kop"]) == (296_29, 480_87)
    assert (estimate["goods_kop"], estimate["work_kop"], estimate["total_kop"]) == (
        73_666_65,
        9_000_00,
        82_666_65,
    )
    assert (estimate["discount_kop"], estimate["vat_kop"]) == (296_29, 480_87)
    assert (await money_of(cast, order_id))["charged_kop"] == 0, "a draft charges nothing"


@pytest.mark.parametrize(
    ("line", "path", "code"),
    [
        ({"part": "work", "work_code": "magic", "quantity": 1}, "work_code", "work_item_not_found"),
        (FITTING | {"quantity": 1.5}, "quantity", "quantity_not_whole"),
        (WINDOWS | {"quantity": 0.5}, "quantity", "quantity_not_whole"),
        (WINDOWS | {"name": None}, "name", "line_incomplete"),
        (WINDOWS | {"name": "  "}, "name", "line_incomplete"),
        (WINDOWS | {"unit": None}, "unit", "line_incomplete"),
        (WINDOWS | {"price_kop": None}, "price_kop", "line_incomplete"),
        (FITTING | {"price_kop": 4_000_00}, "reason", "reason_needed"),
        (FITTING | {"discount_kop": 1}, "reason", "reason_needed"),
        (FITTING | {"discount_percent": 5, "reason": " "}, "reason", "reason_needed"),
        (FITTING | {"discount_percent": 5.555, "reason": "x"}, "discount_percent", "percent_too_fine"),
        (FITTING | {"discount_kop": 9_000_01, "reason": "x"}, "discount_kop", "discount_too_large"),
        (
            FITTING | {"discount_kop": 1, "discount_percent": 1, "reason": "x"},
            "discount_percent",
            "two_discounts",
        ),
    ],
)
async def test_a_line_that_cannot_be_right_is_named(cast, order_id, line, path, code):
    answer = await cast.olga.post(f"/orders/{order_id}/estimates", an_estimate(WINDOWS, line))

    assert answer.status_code == 422, answer.text
    assert (answer.json()["errors"][0]["path"], answer.json()["errors"][0]["code"]) == (
        f"lines[1].{path}",
        code,
    )


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [WINDOWS | {"quantity": 1.2345}]}, "lines[0].quantity"),
        ({"lines": [WINDOWS | {"vat_rate": 18}]}, "lines[0].vat_rate"),
        ({"lines": [WINDOWS | {"discount_percent": 101, "reason": "x"}]}, "lines[0].discount_percent"),
        ({"advance_pays_for": "work"}, "advance_pays_for"),
    ],
)
async def test_an_estimate_of_the_wrong_shape_is_refused(cast, order_id, change, path):
    answer = await cast.olga.post(f"/orders/{order_id}/estimates", an_estimate() | change)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


async def test_an_agreed_estimate_is_the_price_of_the_order(cast, order_id):
    estimate = await agreed(cast, order_id)

    money = await money_of(cast, order_id)
    assert (estimate["status"], estimate["agreed_by"]) == ("agreed", str(cast.olga.id))
    assert (money["contract_kop"], money["goods_kop"], money["work_kop"]) == (80_000_00, 71_000_00, 9_000_00)
    assert (money["due_kop"], money["due_goods_kop"], money["due_work_kop"]) == (
        80_000_00,
        71_000_00,
        9_000_00,
    )
    assert [(one["kind"], one["part"], one["amount_kop"]) for one in money["entries"]] == [
        ("contract", "goods", 71_000_00),
        ("contract", "work", 9_000_00),
    ]


async def test_a_newer_version_takes_the_place_of_the_agreed_one(cast, order_id):
    first = await agreed(cast, order_id)
    second = await agreed(cast, order_id, WINDOWS | {"quantity": 3}, FITTING | {"quantity": 3})

    versions = (await cast.galina.get(f"/orders/{order_id}/estimates")).json()["items"]
    money = await money_of(cast, order_id)
    assert [(one["number"], one["status"]) for one in versions] == [(2, "agreed"), (1, "superseded")]
    assert versions[1]["superseded_by"] == second["id"]
    assert versions[1]["total_kop"] == first["total_kop"] == 80_000_00
    assert (money["contract_kop"], money["charged_kop"]) == (120_000_00, 120_000_00)


@pytest.mark.parametrize(
    ("advance_pays_for", "due"), [("goods", (21_000_00, 9_000_00)), ("all", (30_000_00, 0))]
)
async def test_the_contract_says_what_an_advance_pays_for(cast, advance_pays_for, due):
    visit = await visit_in_progress(cast)
    order_id = await order_id_of(cast, visit)
    await agreed(cast, order_id, advance_pays_for=advance_pays_for)

    paid = await visit.done("payments", **PREPAYMENT)

    money = await money_of(cast, order_id)
    assert paid["pays_for"] == advance_pays_for
    assert (money["due_goods_kop"], money["due_work_kop"]) == due
    assert money["due_kop"] == 30_000_00


async def test_prices_are_those_the_client_saw_and_not_those_of_the_day_he_agreed(cast, order_id):
    draft = await drafted(cast, order_id)
    await change_price(cast, "window_install", price_kop=9_999_00)

    answer = await settle(cast.olga, draft, "agree")
    rewritten = await drafted(cast, order_id)

    assert (answer.status_code, answer.json()["total_kop"]) == (200, 80_000_00)
    assert answer.json()["lines"][1]["work_item_version"] == 1
    assert (rewritten["lines"][1]["price_kop"], rewritten["lines"][1]["work_item_version"]) == (9_999_00, 2)


async def test_what_was_changed_since_the_client_saw_it_is_not_agreed(cast, order_id):
    seen = await drafted(cast, order_id)
    changed = await cast.olga.put(
        f"/estimates/{seen['id']}", an_estimate(WINDOWS), if_match=f'"{seen["version"]}"'
    )

    refused = await settle(cast.olga, seen, "agree")
    unnamed = await cast.olga.post(f"/estimates/{seen['id']}/agree", {})
    taken = await settle(cast.olga, changed.json(), "agree")

    assert (changed.status_code, changed.json()["total_kop"], len(changed.json()["lines"])) == (
        200,
        71_000_00,
        1,
    )
    assert (refused.status_code, unnamed.status_code) == (412, 428)
    assert (taken.status_code, taken.json()["total_kop"]) == (200, 71_000_00)


async def test_an_estimate_is_agreed_until_its_last_day_is_over(cast, order_id, clock):
    before = await agreed(cast, order_id, FITTING)
    draft = await drafted(cast, order_id, valid_until="2026-03-04")
    in_time = await drafted(cast, order_id, valid_until="2026-03-04")
    clock.moment = clock.moment.replace(day=4, hour=20, minute=59)  # 23:59 in Moscow
    on_the_last_day = await settle(cast.olga, in_time, "agree")
    clock.advance(minutes=1)

    late = await settle(cast.olga, draft, "agree")
    owed_kop = (await money_of(cast, order_id))["contract_kop"]
    confirmed = await settle(cast.olga, draft, "agree", {"even_if_expired": True})

    assert before["valid_until"] is None
    assert on_the_last_day.status_code == 200
    assert (late.status_code, late.json()["code"]) == (409, "estimate_expired")
    assert late.json()["params"] == {"valid_until": "2026-03-04"}
    assert owed_kop == in_time["total_kop"]
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "agreed")


async def test_a_declined_draft_keeps_its_reason_and_charges_nothing(cast, order_id):
    draft = await drafted(cast, order_id)

    declined = (await settle(cast.olga, draft, "decline", {"reason": "Дорого"})).json()

    assert (declined["status"], declined["decline_reason"]) == ("declined", "Дорого")
    assert (await money_of(cast, order_id))["charged_kop"] == 0


async def brought_to(cast, order_id, status):
    """An estimate in this status."""
    if status == "declined":
        return (
            await settle(cast.olga, await drafted(cast, order_id), "decline", {"reason": "Дорого"})
        ).json()
    if status == "draft":
        return await drafted(cast, order_id)
    estimate = await agreed(cast, order_id)
    if status == "superseded":
        await agreed(cast, order_id)
    if status == "canceled":
        await cancel(cast, order_id)
    return (await cast.olga.get(f"/estimates/{estimate['id']}")).json()


async def cancel(cast, order_id):
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(
            text("UPDATE job SET status = 'canceled', canceled_reason = 'x' WHERE order_id = :id"),
            {"id": order_id},
        )
    answer = await cast.olga.post(f"/orders/{order_id}/cancel", {"reason": "Передумали"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("status", ["agreed", "superseded", "declined", "canceled"])
async def test_only_a_draft_can_be_changed_agreed_or_declined(cast, order_id, status):
    estimate = await brought_to(cast, order_id, status)

    answers = [
        await settle(cast.olga, estimate, "agree"),
        await settle(cast.olga, estimate, "decline", {"reason": "x"}),
        await cast.olga.put(
            f"/estimates/{estimate['id']}", an_estimate(), if_match=f'"{estimate["version"]}"'
        ),
    ]

    assert estimate["status"] == status
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "estimate_settled")] * 3


@pytest.mark.parametrize("was", list(EstimateStatus))
@pytest.mark.parametrize("to", list(EstimateStatus))
async def test_the_database_knows_the_same_moves(cast, order_id, was, to):
    estimate = await brought_to(cast, order_id, was)
    shape = {
        "agreed": "agreed_at = COALESCE(agreed_at, now())",
        "superseded": "agreed_at = COALESCE(agreed_at, now())",
        "canceled": "agreed_at = COALESCE(agreed_at, now())",
        "declined": "decline_reason = COALESCE(decline_reason, 'x'), agreed_at = NULL",
        "draft": "decline_reason = NULL, agreed_at = NULL",
    }
    keeps = was in ("agreed", "superseded", "canceled") and to in ("agreed", "superseded", "canceled")
    change = "comment = comment" if keeps or was == to else shape[to]
    statement = f"UPDATE estimate SET status = '{to}', {change} WHERE id = :id"

    allowed = was == to or to in MOVES[was]
    async with transaction(cast.maker, cast.company_id) as session:
        if allowed and to != "agreed":
            await session.execute(text(statement), {"id": estimate["id"]})
        elif not allowed:
            with pytest.raises(DBAPIError, match=r"estimate cannot go|does not change|uq_estimate__agreed"):
                async with session.begin_nested():
                    await session.execute(text(statement), {"id": estimate["id"]})


@pytest.mark.parametrize(
    "change",
    [
        "total_kop = total_kop + 1, work_kop = work_kop + 1",
        "goods_kop = goods_kop - 1, work_kop = work_kop + 1",
        "order_id = order_id, included_kop = 1",
        "advance_pays_for = 'all'",
        "agreed_at = now()",
        "revision = 2",
    ],
)
async def test_the_database_keeps_what_was_agreed(cast, order_id, change):
    estimate = await agreed(cast, order_id)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(DBAPIError, match="does not change"):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE estimate SET {change} WHERE id = :id"), {"id": estimate["id"]}
                )


@pytest.mark.parametrize("statement", ["UPDATE estimate_line SET price_kop = 1", "DELETE FROM estimate_line"])
async def test_lines_are_never_changed(cast, order_id, statement):
    await drafted(cast, order_id)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(DBAPIError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_of_two_versions_agreed_at_once_one_is_in_force(cast, order_id):
    drafts = [await drafted(cast, order_id) for _ in range(6)]

    answers = await asyncio.gather(*[settle(cast.olga, draft, "agree") for draft in drafts])

    money = await money_of(cast, order_id)
    versions = (await cast.olga.get(f"/orders/{order_id}/estimates")).json()["items"]
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(one["status"] for one in versions) == ["agreed", *["superseded"] * 5]
    assert (money["contract_kop"], money["charged_kop"]) == (80_000_00, 80_000_00)


async def test_drafts_written_at_once_have_numbers_of_their_own(cast, order_id):
    drafts = await asyncio.gather(*[drafted(cast, order_id) for _ in range(6)])

    assert sorted(one["number"] for one in drafts) == [1, 2, 3, 4, 5, 6]


async def test_a_canceled_order_owes_nothing_and_agrees_to_nothing(cast, order_id):
    await agreed(cast, order_id)
    draft = await drafted(cast, order_id)

    await cancel(cast, order_id)

    money = await money_of(cast, order_id)
    refused = await settle(cast.olga, draft, "agree")
    another = await cast.olga.post(f"/orders/{order_id}/estimates", an_estimate())
    assert (money["contract_kop"], money["charged_kop"], money["due_kop"]) == (None, 0, 0)
    assert {(one.status_code, one.json()["code"]) for one in (refused, another)} == {(409, "order_canceled")}


async def test_openings_that_were_measured_become_lines(cast):
    visit, _ = await measured_visit(cast)
    order_id = await order_id_of(cast, visit)

    proposal = (await cast.olga.get(f"/orders/{order_id}/estimate-proposal")).json()
    unknown = await cast.olga.post(
        f"/orders/{order_id}/estimates", an_estimate(WINDOWS | {"opening_label": "нет такого"})
    )
    known = await drafted(cast, order_id, WINDOWS | {"opening_label": proposal["lines"][0]["opening_label"]})

    assert proposal["measurement_id"] == known["measurement_id"] is not None
    goods = [one for one in proposal["lines"] if one["part"] == "goods"]
    works = {one["work_code"]: one["quantity"] for one in proposal["lines"] if one["part"] == "work"}
    assert [one["price_kop"] for one in goods] == [None] * len(goods)
    assert works["window_install"] == len(goods)
    assert unknown.json()["errors"][0]["path"] == "lines[0].opening_label"


async def test_nothing_measured_nothing_proposed(cast, order_id):
    proposal = (await cast.olga.get(f"/orders/{order_id}/estimate-proposal")).json()

    assert proposal == {"measurement_id": None, "lines": []}


READS, WRITES = {"irina", "sergei", "olga", "galina", "marina"}, {"irina", "sergei", "olga"}


@pytest.mark.covers("M36")
@pytest.mark.parametrize("name", ["irina", "sergei", "olga", "galina", "marina", "pavel", "rinat"])
async def test_who_reads_writes_and_agrees_estimates(cast, order_id, name):
    person = getattr(cast, name)
    draft = await drafted(cast, order_id)
    tag = f'"{draft["version"]}"'

    reads = [await person.get(f"/estimates/{draft['id']}"), await person.get(f"/orders/{order_id}/estimates")]
    writes = [
        await person.post(f"/orders/{order_id}/estimates", an_estimate()),
        await person.get(f"/orders/{order_id}/estimate-proposal"),
        await person.post(f"/estimates/{draft['id']}/agree", {}, if_match=tag),
    ]

    assert {one.status_code for one in reads} == ({200} if name in READS else {403})
    assert {one.status_code < 300 for one in writes} == {name in WRITES}


async def test_estimates_of_another_company_are_not_there(cast, other_cast, order_id):
    draft = await drafted(cast, order_id)

    answers = [
        await other_cast.olga.get(f"/estimates/{draft['id']}"),
        await other_cast.olga.get(f"/orders/{order_id}/estimates"),
        await settle(other_cast.olga, draft, "agree"),
        await cast.olga.get(f"/estimates/{uuid7()}"),
    ]

    assert {one.status_code for one in answers} == {404}


async def pdf_of(person, estimate, lang="ru"):
    answer = await person.get(f"/estimates/{estimate['id']}/pdf?lang={lang}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


async def test_the_paper_of_an_agreed_estimate_stays_what_was_agreed(cast, order_id):
    draft = await drafted(cast, order_id)
    before = await pdf_of(cast.galina, draft)
    agreement = (await settle(cast.olga, draft, "agree")).json()
    first = await pdf_of(cast.olga, agreement)
    company = await cast.irina.get("/company")
    await cast.irina.patch(
        "/company", {"legal_name": "ООО «Другое»"}, if_match=f'"{company.json()["version"]}"'
    )

    assert before != first, "a draft says that it is one"
    assert await pdf_of(cast.olga, agreement) == first
    assert await pdf_of(cast.olga, agreement, "en") != first
    assert (await cast.pavel.get(f"/estimates/{draft['id']}/pdf")).status_code == 403
