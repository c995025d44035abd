"""What happens to a client is kept as facts, through the ordinary routes and the relay."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.session import transaction
from tests.clients.given import ANNA, TVERSKAYA, a_client, phone
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
from tests.dispatch.given import TOMORROW

PHONE = "8 (903) 123-45-67"


@pytest.mark.covers("R4", "R57")
async def test_a_card_a_request_and_a_booking_are_facts_of_the_client(cast, background):
    body = {"channel": "phone", "phone": PHONE, "contact_name": "Анна"}
    request = await ok(await cast.marina.post("/requests", body, idempotency_key="r1"))
    booking = {
        "client": ANNA,
        "site": TVERSKAYA,
        "visit": {"starts_at": TOMORROW.isoformat()},
    }
    booked = await ok(await cast.olga.post(f"/requests/{request['id']}/book-measurement", booking))

    await background.sweep("relay", "delivery")

    client_id = booked["client_id"]
    assert sorted(await kinds_of(cast, client_id)) == [
        "client_known",
        "contact_usable",
        "order_opened",
        "request_received",
    ]


@pytest.mark.covers("R178", "R179", "R180")
async def test_an_act_its_money_and_its_passport_are_facts_with_their_values(cast, background, clock):
    await price_list(cast)
    client_id, site_id = await a_card(cast)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=TOMORROW)
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await visit.done("complete", at=clock.now())

    await background.sweep("relay", "delivery")

    facts = {fact.kind: fact for fact in await facts_of(cast, client_id)}
    act = facts["act_signed"]
    assert (act.categories, act.amount_kop, str(act.site_id)) == (["window_install"], 4_500_00, site_id)
    assert act.worker_id == cast.rinat.id
    assert facts["payment_taken"].amount_kop == 4_500_00
    assert facts["payment_taken"].order_id == act.order_id
    assert facts["passport_issued"].detail == {"kind": "window", "hardware": "Roto"}
    assert {"order_opened", "order_closed"} <= set(facts)


async def test_facts_that_are_told_again_stay_one_and_nobody_can_change_them(cast, background, superuser):
    client_id, _ = await a_card(cast)
    await background.sweep("relay", "delivery")
    before = await kinds_of(cast, client_id)

    async with transaction(cast.maker, cast.company_id) as session:
        again = "UPDATE outbox_event SET relayed_at = NULL WHERE company_id = :company"
        await session.execute(text(again), {"company": cast.company_id})
    await background.sweep("relay", "delivery")

    assert await kinds_of(cast, client_id) == before
    for change in ("UPDATE life_fact SET amount_kop = 1", "DELETE FROM life_fact"):
        with pytest.raises(Exception, match="only ever added"):
            await superuser.execute(change)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(cast.maker, cast.company_id) as session:
            await session.execute(text("UPDATE life_fact SET amount_kop = 1"))


async def test_a_lost_and_a_new_phone_are_facts_in_the_order_in_which_they_happened(cast, background, clock):
    card = await a_client(cast.olga)
    await background.sweep("relay", "delivery")
    for contacts in ([], [], [phone("8 903 765-43-21")]):
        clock.advance(hours=1)
        version = (await cast.olga.get(f"/clients/{card['id']}")).json()["version"]
        await ok(
            await cast.olga.patch(f"/clients/{card['id']}", {"contacts": contacts}, if_match=f'"{version}"')
        )
        await background.sweep("relay", "delivery")

    kinds = [one for one in await kinds_of(cast, card["id"]) if one.startswith("contact")]
    assert kinds == ["contact_usable", "contact_lost", "contact_usable"]


async def test_a_canceled_job_closes_its_order(cast, background, clock):
    client_id, site_id = await a_card(cast)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=TOMORROW)
    await background.sweep("relay", "delivery")
    clock.advance(hours=1)
    await ok(await cast.olga.post(f"/jobs/{visit.job_id}/cancel", {"reason": "Передумали"}))

    await background.sweep("relay", "delivery")

    kinds = [one for one in await kinds_of(cast, client_id) if one.startswith("order")]
    assert kinds == ["order_opened", "order_closed"]


async def test_a_new_company_has_rules_from_the_first_second(cast, background):
    await a_client(cast.olga)

    await background.sweep("relay", "delivery")

    async with transaction(cast.maker, cast.company_id) as session:
        versions = await session.scalars(text("SELECT version FROM life_rules"))
        assert list(versions) == [1]
