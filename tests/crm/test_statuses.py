"""Statuses follow what happens, in its transaction, and can be worked out anew from facts alone."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.core.ids import uuid7
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.statuses.models import ClientLife, StatusStep
from app.crm.statuses.rebuild import Part, rebuild_part
from app.crm.statuses.service import keep_facts, read_by_what, settle_clients
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.db.work import begin_work
from tests.clients.consents import MOBILE, agreed, published, stopped
from tests.clients.given import a_client, phone
from tests.crm.given import (
    a_booked_job,
    a_card,
    act_is_signed,
    facts_of,
    kinds_of,
    money_is_taken,
    ok,
    price_list,
    work_begins,
)

NIGHT = timedelta(hours=1)


async def life_of(cast, client_id):
    return await ok(await cast.olga.get(f"/crm/lives/{client_id}"))


async def status_of(cast, client_id) -> str:
    return (await life_of(cast, client_id))["life"]["status"]["status"]


async def steps_of(cast, client_id) -> list[tuple[str, str]]:
    """Status and reason of every step that holds, the oldest first."""
    steps = (await life_of(cast, client_id))["steps"]
    return [(one["status"], one["reason"]) for one in reversed(steps) if not one["is_withdrawn"]]


async def told(cast, client_id, facts: list[Fact], now: datetime) -> None:
    """Facts come, in a transaction of their own."""
    async with begin_work(cast.maker, cast.company_id) as work:
        by = await read_by_what(work, now=now)
        await keep_facts(work, [OfClient(UUID(client_id), one) for one in facts], by)


def bought(at: datetime, **fields) -> list[Fact]:
    order = fields.pop("order_id", None) or uuid7()
    site = fields.pop("site_id", None) or uuid7()
    return [
        Fact(
            FactKind.ACT_SIGNED,
            at,
            uuid7(),
            site_id=site,
            order_id=order,
            categories=fields.pop("categories", ["maintenance"]),
        ),
        Fact(FactKind.PAYMENT_TAKEN, at, uuid7(), order_id=order, amount_kop=500_00),
    ]


async def rows(cast, table, **where):
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(table).where(table.company_id == cast.company_id)
        return list(await session.scalars(query.filter_by(**where)))


async def news_of(cast) -> list[tuple[str | None, str]]:
    sent = await rows(cast, OutboxEvent, kind="crm.client_status_changed")
    return [(one.payload["was"], one.payload["status"]) for one in sorted(sent, key=lambda row: row.id)]


async def an_installed_window(cast, clock, client_id, site_id, background):
    starts_at = (clock.now() + timedelta(days=1)).replace(hour=7, minute=0)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=starts_at)
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await visit.done("complete", at=clock.now())
    await background.sweep("relay", "delivery")
    return visit


@pytest.mark.covers("R1", "R4", "R7", "R8", "R49", "R50", "R54", "R55", "R179")
async def test_a_client_goes_from_lead_to_newcomer_to_fan_by_what_happens_to_him(cast, background, clock):
    await price_list(cast)
    client_id, site_id = await a_card(cast)
    request = {"channel": "phone", "phone": "8 (903) 123-45-67"}
    await ok(await cast.marina.post("/requests", request, idempotency_key="r1"))
    await background.sweep("relay", "delivery")
    as_lead = await life_of(cast, client_id)

    await an_installed_window(cast, clock, client_id, site_id, background)
    as_newcomer = await life_of(cast, client_id)
    clock.advance(days=20)
    await an_installed_window(cast, clock, client_id, site_id, background)
    as_fan = (await life_of(cast, client_id))["life"]

    assert (as_lead["life"]["status"]["status"], as_lead["life"]["is_new"]) == ("lead", True)
    assert (as_newcomer["life"]["status"]["status"], as_newcomer["life"]["is_new"]) == ("newcomer", False)
    assert as_fan["status"]["status"] == "fan"
    assert (as_fan["receipts"], as_fan["total_kop"], as_fan["tier"]) == (2, 9_000_00, "first")
    assert as_fan["first_purchase_at"][:10] == "2026-03-02"
    assert as_fan["last_purchase_at"][:10] == "2026-03-22"
    assert await news_of(cast) == [
        (None, "target"),
        ("target", "lead"),
        ("lead", "newcomer"),
        ("newcomer", "fan"),
    ]


@pytest.mark.covers("R180", "R45")
async def test_a_window_opens_the_needs_that_it_spawns(cast, background, clock):
    await price_list(cast)
    client_id, site_id = await a_card(cast)

    await an_installed_window(cast, clock, client_id, site_id, background)

    needs = (await life_of(cast, client_id))["needs"]
    assert [(one["category"], one["due_on"], one["due_source"]) for one in needs] == [
        ("net", "2027-03-02", "cycle"),
        ("maintenance", "2028-03-01", "passport"),
        ("seal", "2032-02-29", "cycle"),
    ]
    assert {one["site_id"] for one in needs} == {site_id}


async def test_a_full_refund_makes_a_lead_again(cast, background, clock):
    await price_list(cast)
    client_id, site_id = await a_card(cast)
    await an_installed_window(cast, clock, client_id, site_id, background)
    order_id = next(one.order_id for one in await facts_of(cast, client_id) if one.order_id)
    clock.advance(hours=2)
    refund = {"amount_kop": 4_500_00, "method": "cash", "reason": "Отказ"}
    await ok(await cast.galina.post(f"/orders/{order_id}/refunds", refund, idempotency_key="back"))

    await background.sweep("relay", "delivery")

    assert (await steps_of(cast, client_id))[-1][1] == "annulled"


@pytest.mark.covers("R10", "R13")
async def test_time_alone_makes_a_client_dormant_at_night_and_only_him(cast, background, clock):
    anna, _ = await a_card(cast)
    boris, _ = await a_card(cast, name="Борис", contacts=[])
    await told(cast, anna, bought(clock.now() - timedelta(days=364)), clock.now())
    await told(cast, boris, bought(clock.now() - timedelta(days=100)), clock.now())
    looked_at = [row.look_at for row in await rows(cast, ClientLife, client_id=UUID(anna))]

    clock.moment = looked_at[0] - timedelta(seconds=1)
    before = await background.sweep("client_status")
    clock.moment = looked_at[0]
    after = await background.sweep("client_status")

    assert (before, after) == (0, 1)
    assert looked_at == [datetime(2026, 3, 5, 0, 0, tzinfo=UTC)]
    assert (await steps_of(cast, anna))[-1] == ("dormant", "overdue")
    assert await status_of(cast, boris) == "newcomer"
    assert ("newcomer", "dormant") in await news_of(cast)


async def test_a_fact_that_comes_late_withdraws_steps_and_leaves_them_readable(cast, background, clock):
    client_id, _ = await a_card(cast)
    first = clock.now() - timedelta(days=800)
    await told(cast, client_id, bought(first), clock.now())
    assert (await steps_of(cast, client_id))[-1][0] == "dormant"

    await told(cast, client_id, bought(first + timedelta(days=300)), clock.now())

    steps = (await life_of(cast, client_id))["steps"]
    assert [(one["status"], one["is_withdrawn"]) for one in reversed(steps)] == [
        ("newcomer", False),
        ("fan", False),
        ("dormant", True),
        ("dormant", False),
    ]


async def test_a_rebuild_finds_what_is_stored_and_writes_nothing(cast, background, clock):
    client_id, _ = await a_card(cast)
    for days in (900, 500, 30):
        await told(cast, client_id, bought(clock.now() - timedelta(days=days)), clock.now())
    before = await everything(cast)

    rebuilt = await rebuild_part(cast.maker, Part(cast.company_id), now=clock.now())

    assert (rebuilt.clients, rebuilt.changed) == (1, 0)
    assert await everything(cast) == before


async def test_a_rebuild_from_facts_alone_gives_the_same_log(cast, clock, superuser):
    client_id, _ = await a_card(cast)
    for days in (30, 900, 500):
        await told(cast, client_id, bought(clock.now() - timedelta(days=days)), clock.now())
    before = await steps_of(cast, client_id)
    await superuser.execute("ALTER TABLE status_step DISABLE TRIGGER USER")
    for table in ("status_step", "client_life", "need_track"):
        await superuser.execute(f"DELETE FROM {table} WHERE company_id = $1", cast.company_id)
    await superuser.execute("ALTER TABLE status_step ENABLE TRIGGER USER")
    sent = await news_of(cast)

    await rebuild_part(cast.maker, Part(cast.company_id), now=clock.now())

    assert await steps_of(cast, client_id) == before
    assert await news_of(cast) == sent


async def everything(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        return [
            sorted(map(str, (await session.execute(text(f"SELECT * FROM {table}"))).all()))
            for table in ("client_life", "status_step", "need_track")
        ]


async def test_facts_of_one_client_that_come_at_once_are_judged_together(cast, clock):
    client_id, _ = await a_card(cast)
    now = clock.now()

    await asyncio.gather(
        *(told(cast, client_id, bought(now - timedelta(days=days)), now) for days in (40, 80, 120, 160))
    )

    (life,) = await rows(cast, ClientLife, client_id=UUID(client_id))
    assert (life.purchases, life.status) == (4, "fan")
    assert [one[0] for one in await steps_of(cast, client_id)] == ["newcomer", "fan"]


async def test_a_client_of_whom_nothing_is_known_yet_is_no_trouble(cast, clock):
    client_id, _ = await a_card(cast)
    async with begin_work(cast.maker, cast.company_id) as work:
        changed = await settle_clients(work, [UUID(client_id)], await read_by_what(work, now=clock.now()))

    assert changed == 0
    assert await rows(cast, StatusStep) == []


@pytest.mark.covers("R19")
async def test_steps_of_a_card_that_was_merged_are_not_counted_again(cast, clock):
    anna, double = [(await a_card(cast, contacts=[]))[0] for _ in range(2)]
    for card, days in ((anna, 40), (double, 10)):
        now = clock.now()
        await told(cast, card, bought(now - timedelta(days=days)), now)
    path = "/crm/status-changes?first=2026-01-01&last=2026-04-30"
    apart = await ok(await cast.olga.get(path))
    await ok(await cast.irina.post(f"/clients/{anna}/merge", {"merged_id": double, "reason": "Один"}))
    async with begin_work(cast.maker, cast.company_id) as work:
        await settle_clients(work, [UUID(anna)], await read_by_what(work, now=clock.now()))

    together = await ok(await cast.olga.get(path))

    assert (apart["newcomers"], apart["newcomers_now_fans"]) == (2, 0)
    assert (together["newcomers"], together["newcomers_now_fans"]) == (1, 1)
    assert {one["status"]: one["clients"] for one in together["items"]} == {"newcomer": 1, "fan": 1}


@pytest.mark.covers("R1", "R19")
async def test_statuses_are_counted_listed_and_reported(cast, background, clock):
    anna, _ = await a_card(cast)
    boris, _ = await a_card(cast, name="Борис", contacts=[])
    await background.sweep("relay", "delivery")
    await told(cast, anna, bought(clock.now()), clock.now())
    clock.advance(days=30)
    await told(cast, anna, bought(clock.now()), clock.now())

    counts = (await ok(await cast.olga.get("/crm/statuses")))["items"]
    fans = (await ok(await cast.olga.get("/crm/lives?status=fan")))["items"]
    page = await ok(await cast.olga.get("/crm/lives?limit=1"))
    rest = await ok(await cast.olga.get(f"/crm/lives?limit=1&cursor={page['next_cursor']}"))
    report = await ok(await cast.olga.get("/crm/status-changes?first=2026-03-01&last=2026-04-30"))
    weeks = (await ok(await cast.olga.get("/crm/status-weeks?first=2026-02-23&last=2026-04-30")))["items"]
    wrong = await cast.olga.get("/crm/status-changes?first=2026-03-02&last=2026-03-01")

    assert {one["status"]: one["clients"] for one in counts} == {
        "target": 1,
        "lead": 0,
        "newcomer": 0,
        "fan": 1,
        "dormant": 0,
        "returnee": 0,
    }
    assert [one["client_id"] for one in fans] == [anna]
    assert [one["client_id"] for one in (*page["items"], *rest["items"])] == [boris, anna]
    assert (report["newcomers"], report["newcomers_now_fans"], report["share"]) == (1, 1, 1.0)
    assert {(one["was"], one["status"]): one["clients"] for one in report["items"]}["newcomer", "fan"] == 1
    assert [sum(week[one["status"]] for one in counts) for week in (weeks[0], weeks[-1])] == [0, 2]
    assert [week["fan"] for week in weeks] == sorted(week["fan"] for week in weeks)
    assert {one["status"]: weeks[-1][one["status"]] for one in counts} == {
        one["status"]: one["clients"] for one in counts
    }
    assert (wrong.status_code, wrong.json()["code"]) == (422, "period_invalid")


async def test_the_reason_of_a_status_is_said_in_both_languages(cast, clock):
    client_id, _ = await a_card(cast)
    await told(cast, client_id, bought(clock.now() - timedelta(days=800)), clock.now())

    said = (await life_of(cast, client_id))["life"]["status"]

    assert said["status_text"] == "Заснувший"
    assert said["reason_text"] == "Следующий визит ожидался 22.12.2024 (по циклу услуги), а записи нет."


@pytest.mark.covers("R1")
async def test_merged_cards_are_one_client_with_all_that_happened_and_two_again_when_it_is_undone(
    cast, background, clock
):
    anna, _ = await a_card(cast)
    double, _ = await a_card(cast, name="Аня", contacts=[])
    await told(cast, anna, bought(clock.now() - timedelta(days=100)), clock.now())
    await told(cast, double, bought(clock.now() - timedelta(days=50)), clock.now())

    body = {"merged_id": double, "reason": "Одна и та же"}
    merge = await ok(await cast.olga.post(f"/clients/{anna}/merge", body, idempotency_key="m1"))
    await background.sweep("relay", "delivery")
    merged = await status_of(cast, anna)
    listed = [one["client_id"] for one in (await ok(await cast.olga.get("/crm/lives")))["items"]]
    rest = await rows(cast, ClientLife, client_id=UUID(double))
    await ok(await cast.olga.post(f"/client-merges/{merge['id']}/undo", {"reason": "Ошиблись"}))
    await background.sweep("relay", "delivery")

    assert (merged, listed, rest[0].look_at) == ("fan", [anna], None)
    assert (await status_of(cast, anna), await status_of(cast, double)) == ("newcomer", "newcomer")
    assert (await rows(cast, ClientLife, client_id=UUID(double)))[0].look_at is not None


@pytest.mark.covers("R1")
@pytest.mark.parametrize("survivor", ["first", "second"])
async def test_a_client_of_whom_one_card_has_no_phone_any_more_is_a_lead_by_the_other(
    cast, background, clock, survivor
):
    first, _ = await a_card(cast)
    await ok(
        await cast.olga.patch(f"/clients/{first}", {"contacts": []}, if_match='"1"'),
    )
    second, _ = await a_card(cast)
    request = {"channel": "phone", "phone": "8 (903) 123-45-67"}
    await ok(await cast.marina.post("/requests", request, idempotency_key="r1"))
    await background.sweep("relay", "delivery")
    clock.advance(hours=1)

    kept, gone = (first, second) if survivor == "first" else (second, first)
    merge = await ok(await cast.olga.post(f"/clients/{kept}/merge", {"merged_id": gone, "reason": "Одна"}))
    await background.sweep("relay", "delivery")
    merged = await status_of(cast, kept)
    clock.advance(hours=1)
    await ok(await cast.olga.post(f"/client-merges/{merge['id']}/undo", {"reason": "Ошиблись"}))
    await background.sweep("relay", "delivery")

    assert (merged, await status_of(cast, first), await status_of(cast, second)) == (
        "lead",
        "target",
        "lead",
    )


@pytest.mark.covers("R118")
async def test_nobody_is_a_fan_because_one_card_of_his_has_brought_another(cast, background, clock):
    anna, _ = await a_card(cast)
    anya, _ = await a_card(cast, name="Аня", contacts=[])
    await told(cast, anna, bought(clock.now() - timedelta(days=30)), clock.now())
    await told(cast, anna, [Fact(FactKind.REFERRAL_PAID, clock.now(), UUID(anya))], clock.now())
    before = await status_of(cast, anna)

    merge = await ok(await cast.olga.post(f"/clients/{anna}/merge", {"merged_id": anya, "reason": "Одна"}))
    await background.sweep("relay", "delivery")
    merged = await status_of(cast, anna)
    await ok(await cast.olga.post(f"/client-merges/{merge['id']}/undo", {"reason": "Ошиблись"}))
    await background.sweep("relay", "delivery")

    assert (before, merged, await status_of(cast, anna)) == ("fan", "newcomer", "fan")


@pytest.mark.covers("R4", "R15")
async def test_a_stop_is_of_the_client_whichever_of_his_cards_had_agreed(cast, background, clock):
    await published(cast.irina)
    anna, anya = await a_client(cast.olga, contacts=[]), await a_client(cast.olga)
    await agreed(cast.olga, anya["id"])
    await ok(
        await cast.olga.post(f"/clients/{anna['id']}/merge", {"merged_id": anya["id"], "reason": "Одна"})
    )
    await background.sweep("relay", "delivery")
    agreeing = await status_of(cast, anna["id"])
    clock.advance(hours=1)
    await stopped(cast.olga, anna["id"])
    await background.sweep("relay", "delivery")

    assert (agreeing, await status_of(cast, anna["id"])) == ("lead", "target")
    assert "stop_listed" in await kinds_of(cast, anya["id"])
    again = await a_client(cast.olga, contacts=[phone(MOBILE, is_shared=True)], name="Другая")
    await background.sweep("relay", "delivery")
    assert "stop_listed" in await kinds_of(cast, again["id"])


@pytest.mark.covers("R4", "R5")
async def test_whoever_agrees_to_be_written_to_is_a_lead_until_he_says_stop(cast, background, clock):
    await published(cast.irina)
    client = await a_client(cast.olga)
    await background.sweep("relay", "delivery")
    before = await status_of(cast, client["id"])
    await agreed(cast.olga, client["id"])
    await background.sweep("relay", "delivery")
    agreeing = await life_of(cast, client["id"])
    clock.advance(hours=1)
    await stopped(cast.olga, client["id"])
    await background.sweep("relay", "delivery")

    assert (before, await status_of(cast, client["id"])) == ("target", "target")
    said = agreeing["life"]["status"]
    assert (said["status"], said["reason_text"]) == ("lead", "Разрешил писать ему.")
    kinds = [fact.kind for fact in await facts_of(cast, client["id"]) if "permission" in fact.kind]
    assert kinds == ["permission_given", "permission_withdrawn"]


async def test_a_consent_that_a_merge_ends_makes_nobody_a_lead(cast, background, clock):
    await published(cast.irina)
    shared = {"contacts": [phone(MOBILE, is_shared=True)]}
    anna, anya = await a_client(cast.olga, **shared), await a_client(cast.olga, **shared)
    await agreed(cast.olga, anna["id"])
    clock.advance(hours=1)
    await background.sweep("relay", "delivery")
    async with transaction(cast.maker, cast.company_id) as session:
        refusal = text(
            "INSERT INTO client_consent (company_id, id, client_id, contact_kind, value, purpose, channel,"
            " decision, said_at, how) VALUES (:company, :id, :client, 'phone', :value, 'marketing', 'sms',"
            " 'withdrawn', :at, 'spoken')"
        )
        row = {"company": cast.company_id, "id": uuid7(), "client": UUID(anya["id"]), "value": MOBILE}
        await session.execute(refusal, row | {"at": clock.now()})
    before = await status_of(cast, anna["id"])

    await ok(
        await cast.olga.post(f"/clients/{anna['id']}/merge", {"merged_id": anya["id"], "reason": "Одна"})
    )
    clock.advance(minutes=1)
    await background.sweep("relay", "delivery")

    assert (before, await status_of(cast, anna["id"])) == ("lead", "target")


@pytest.mark.covers("R56")
async def test_a_supplier_has_no_status_and_gets_nothing_meant_for_clients_until_he_buys(cast, background):
    await published(cast.irina)
    plant = await a_client(cast.olga, is_buyer=False, is_supplier=True)
    await agreed(cast.olga, plant["id"])
    await background.sweep("relay", "delivery")

    unknown = await cast.olga.get(f"/crm/lives/{plant['id']}")
    listed = await ok(await cast.olga.get("/crm/lives"))
    card = await ok(await cast.olga.get(f"/crm/clients/{plant['id']}/card"))
    assert (unknown.status_code, listed["items"], card["life"]) == (404, [], None)
    assert {one["reason"] for one in card["permissions"]} == {"supplier"}
    await ok(await cast.olga.patch(f"/clients/{plant['id']}", {"is_consumer": True}, if_match='"1"'))
    await background.sweep("relay", "delivery")
    assert await status_of(cast, plant["id"]) == "lead"
    await ok(await cast.olga.patch(f"/clients/{plant['id']}", {"is_consumer": False}, if_match='"2"'))
    await background.sweep("relay", "delivery")
    counted = await ok(await cast.olga.get("/crm/statuses"))
    assert sum(one["clients"] for one in counted["items"]) == 0


def test_a_process_that_works_out_statuses_alone_knows_every_table_that_it_writes():
    """`rebuild-statuses` starts such processes. A table that they do not know ends them."""
    written = "['client_life', 'client_past', 'life_fact', 'need_track', 'status_step']"
    asked = (
        "import app.crm.statuses.rebuild; from app.db.base import Base;"
        f"print([name for name in {written} if name not in Base.metadata.tables])"
    )

    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
