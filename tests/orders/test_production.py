"""Orders to the plant: what they lock, how their status changes, and that none of them is forgotten."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.orders.client_orders.models import ClientOrder
from app.orders.measurements.models import Measurement
from app.orders.production import service
from app.orders.production.models import ProductionOrder
from app.orders.statuses import OrderStatus
from tests.cast import Cast
from tests.dispatch.given import a_job, code_of
from tests.orders.given_production import (
    READY_ON,
    a_measurement,
    a_production_order,
    a_ready_order,
    change,
    history,
    measured_windows,
    moscow,
    move,
    place,
    reminders,
)


async def production_lock(cast, windows):
    answer = await cast.olga.get(f"/measurements/{windows['measurement_id']}")
    return answer.json()["locked_by"]


async def announced(cast: Cast, kind: str) -> list[dict]:
    async with transaction(cast.maker, cast.company_id) as session:
        rows = await session.scalars(
            select(OutboxEvent).where(OutboxEvent.company_id == cast.company_id, OutboxEvent.kind == kind)
        )
        return [row.payload for row in rows]


async def client_order_status(cast: Cast, order_id: str) -> str:
    async with transaction(cast.maker, cast.company_id) as session:
        return (await session.get_one(ClientOrder, (cast.company_id, UUID(order_id)))).status


# placing


@pytest.mark.covers("M5")
async def test_a_production_order_locks_the_version_that_was_measured(cast):
    windows = await measured_windows(cast)

    answer = await place(cast, **windows, plant_ref="Z-17", comment="Белые, поворотно-откидные")

    placed = answer.json()
    assert answer.status_code == 201
    assert (placed["number"], placed["status"], placed["planned_ready_on"]) == (1, "placed", "2026-03-20")
    assert (placed["measurement_version"], placed["openings"]) == (1, 3)
    assert placed["content_hash"] == sha256(f"{windows['job_id']} 1".encode()).hexdigest()
    assert (placed["plant_ref"], placed["comment"]) == ("Z-17", "Белые, поворотно-откидные")
    assert await production_lock(cast, windows) == placed["id"]


@pytest.mark.covers("M5")
async def test_placing_is_announced_kept_in_the_history_and_seen_on_the_clients_order(cast):
    order_id = await a_production_order(cast)

    placed = (await cast.olga.get(f"/production-orders/{order_id}")).json()
    [news] = await announced(cast, "dispatch.production_order_placed")
    assert (news["production_order_id"], news["planned_ready_on"]) == (order_id, "2026-03-20")
    [event] = placed["history"]
    assert (event["kind"], event["actor_id"]) == ("placed", str(cast.olga.id))
    assert event["payload"]["content_hash"] == placed["content_hash"]
    assert await client_order_status(cast, placed["order_id"]) == OrderStatus.IN_PRODUCTION


async def test_a_measurement_that_nobody_ordered_is_not_locked(cast):
    windows = await measured_windows(cast)

    assert await production_lock(cast, windows) is None


@pytest.mark.covers("M5", "M16")
async def test_only_the_newest_version_can_be_ordered(cast):
    job_id = await a_job(cast)
    first = await a_measurement(cast, job_id, version=1)
    second = await a_measurement(cast, job_id, version=2)

    refused = await place(cast, job_id=str(job_id), measurement_id=str(first))
    taken = await place(cast, job_id=str(job_id), measurement_id=str(second))

    assert code_of(refused) == (409, "measurement_outdated")
    assert refused.json()["params"] == {"version": 1, "newest_version": 2}
    assert (taken.status_code, taken.json()["measurement_version"]) == (201, 2)


@pytest.mark.covers("M5")
async def test_a_version_is_ordered_once(cast):
    windows = await measured_windows(cast)
    first = await place(cast, **windows)

    second = await place(cast, **windows)

    assert code_of(second) == (409, "measurement_already_ordered")
    assert second.json()["params"] == {"production_order_id": first.json()["id"], "number": 1}


@pytest.mark.covers("M5")
async def test_twenty_orders_at_once_for_one_measurement_are_one_order(cast):
    windows = await measured_windows(cast)

    answers = await asyncio.gather(*[place(cast, **windows) for _ in range(20)])

    codes = Counter(code_of(answer) for answer in answers)
    assert codes == {(201, ""): 1, (409, "measurement_already_ordered"): 19}
    assert len(await announced(cast, "dispatch.production_order_placed")) == 1


async def test_numbers_have_no_gaps_although_orders_are_refused_between(cast):
    windows = await measured_windows(cast)
    await place(cast, **windows)
    await place(cast, **windows)

    third = await place(cast)

    assert third.json()["number"] == 2


async def test_a_newer_version_waits_until_the_order_of_the_older_one_is_canceled(cast):
    windows = await measured_windows(cast)
    first = (await place(cast, **windows)).json()
    newer = {**windows, "measurement_id": str(await a_measurement(cast, UUID(windows["job_id"]), version=2))}

    too_soon = await place(cast, **newer)
    await move(cast, first["id"], "cancel")
    then = await place(cast, **newer)

    assert code_of(too_soon) == (409, "job_in_production")
    assert too_soon.json()["params"]["number"] == 1
    assert (then.status_code, then.json()["measurement_version"]) == (201, 2)


async def test_what_is_ordered_stays_as_it_was_measured_when_a_correction_comes(cast):
    windows = await measured_windows(cast)
    placed = (await place(cast, **windows)).json()

    await a_measurement(cast, UUID(windows["job_id"]), version=2)

    read = (await cast.olga.get(f"/production-orders/{placed['id']}")).json()
    assert (read["measurement_version"], read["content_hash"]) == (1, placed["content_hash"])


@pytest.mark.covers("P-rel-5")
async def test_the_same_key_places_one_order_and_gets_one_answer(cast):
    body = {**await measured_windows(cast), "planned_ready_on": "2026-03-20"}

    answers = [await cast.olga.post("/production-orders", body, idempotency_key="k1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(await announced(cast, "dispatch.production_order_placed")) == 1


@pytest.mark.parametrize("ready_on", [date(2026, 3, 1), date(2028, 3, 2), date(9999, 12, 31), date(1, 1, 1)])
async def test_an_impossible_ready_date_is_refused(cast, ready_on):
    answer = await place(cast, ready_on=ready_on)

    assert code_of(answer) == (422, "ready_date_impossible")
    assert answer.json()["params"]["earliest"] == "2026-03-02"


async def test_today_is_what_the_companys_calendar_says(cast, clock):
    """At 21:30 UTC it is tomorrow in Moscow."""
    clock.advance(hours=12.5)

    yesterday = await place(cast, ready_on=date(2026, 3, 2))
    today = await place(cast, ready_on=date(2026, 3, 3))

    assert code_of(yesterday) == (422, "ready_date_impossible")
    assert today.status_code == 201


async def test_a_measurement_of_another_job_is_not_found(cast):
    windows = await measured_windows(cast)
    other = await measured_windows(cast)

    answer = await place(cast, job_id=windows["job_id"], measurement_id=other["measurement_id"])

    assert code_of(answer) == (404, "measurement_not_found")


@pytest.mark.covers("M37")
async def test_another_companys_measurement_is_not_found(cast, other_cast):
    windows = await measured_windows(other_cast)

    answer = await place(cast, **windows)

    assert code_of(answer) == (404, "job_not_found")


async def test_what_the_client_canceled_is_not_ordered(cast):
    windows = await measured_windows(cast)
    placed = (await place(cast, **windows)).json()
    await move(cast, placed["id"], "cancel")
    await cast.olga.post(f"/jobs/{windows['job_id']}/cancel", {"reason": "Клиент передумал"})
    await cast.olga.post(f"/orders/{placed['order_id']}/cancel", {"reason": "Клиент передумал"})

    answer = await place(cast, **windows)

    assert code_of(answer) == (409, "order_canceled")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("planned_ready_on", "скоро"),
        ("price", 100),
        ("plant_ref", "x" * 101),
        ("comment", "x" * 4001),
    ],
)
async def test_a_malformed_order_is_refused_with_the_field(cast, field, value):
    answer = await place(cast, **await measured_windows(cast), **{field: value})

    assert code_of(answer) == (400, "request_invalid")
    assert field in answer.json()["detail"]


# who may


@pytest.mark.covers("M36")
@pytest.mark.parametrize("who", ["pavel", "rinat", "galina"])
async def test_only_dispatchers_and_their_managers_order_from_the_plant(cast, who):
    order_id = await a_production_order(cast)
    person = getattr(cast, who)

    refusals = [
        await person.post(
            "/production-orders", {**await measured_windows(cast), "planned_ready_on": "2026-03-20"}
        ),
        await person.post(f"/production-orders/{order_id}/confirm"),
        await person.post(f"/production-orders/{order_id}/start"),
        await person.post(f"/production-orders/{order_id}/ready"),
        await person.post(f"/production-orders/{order_id}/deliver"),
        await person.post(f"/production-orders/{order_id}/cancel", {"reason": "нет"}),
        await person.patch(f"/production-orders/{order_id}", {"comment": "x"}, if_match='"1"'),
    ]

    assert [code_of(answer) for answer in refusals] == [(403, "forbidden")] * 7


@pytest.mark.covers("M36")
async def test_the_office_reads_production_orders_and_workers_do_not(cast):
    order_id = await a_production_order(cast)

    for path in ("/production-orders", f"/production-orders/{order_id}"):
        assert (await cast.galina.get(path)).status_code == 200
        assert (await cast.rinat.get(path)).status_code == 403


@pytest.mark.covers("M37")
async def test_another_company_neither_sees_nor_moves_an_order(cast, other_cast):
    order_id = await a_production_order(cast)
    stranger = other_cast.olga

    answers = [
        await stranger.get(f"/production-orders/{order_id}"),
        await stranger.patch(f"/production-orders/{order_id}", {"comment": "x"}, if_match='"1"'),
        await stranger.post(f"/production-orders/{order_id}/confirm"),
        await stranger.post(f"/production-orders/{order_id}/cancel", {"reason": "нет"}),
    ]

    assert [code_of(answer) for answer in answers] == [(404, "production_order_not_found")] * 4
    assert (await stranger.get("/production-orders")).json()["items"] == []


# moving


@pytest.mark.covers("M5", "M39")
async def test_an_order_goes_from_placed_to_delivered_and_every_step_is_kept(cast, clock):
    order_id = await a_production_order(cast)
    steps = []

    for action in ("confirm", "start", "ready", "deliver"):
        clock.advance(days=1)
        steps.append((await move(cast, order_id, action)).json()["status"])

    read = (await cast.olga.get(f"/production-orders/{order_id}")).json()
    assert steps == ["confirmed", "in_production", "ready", "delivered"]
    assert [event["kind"] for event in read["history"]] == ["placed", *steps]
    assert read["ready_at"] == "2026-03-05T09:00:00Z"


@pytest.mark.covers("P-rel-6")
@pytest.mark.parametrize("action", ["start", "ready", "deliver"])
async def test_a_step_cannot_be_skipped(cast, action):
    order_id = await a_production_order(cast)

    answer = await move(cast, order_id, action)

    assert code_of(answer) == (409, "production_move_refused")
    assert answer.json()["params"]["allowed"] == ["canceled", "confirmed"]
    assert await history(cast, order_id) == ["placed"]


async def test_a_step_said_twice_is_said_once(cast):
    order_id = await a_production_order(cast)

    answers = await asyncio.gather(*[move(cast, order_id, "confirm") for _ in range(5)])

    assert [answer.status_code for answer in answers] == [200] * 5
    assert await history(cast, order_id) == ["placed", "confirmed"]


async def test_ready_reaches_the_clients_order_when_everything_for_it_is_made(cast):
    first = (await place(cast)).json()
    async with transaction(cast.maker, cast.company_id) as session:
        other_job = await a_second_job_of(session, cast, first["order_id"])
    windows = {"job_id": str(other_job), "measurement_id": str(await a_measurement(cast, other_job))}
    second = (await place(cast, **windows)).json()

    await move(cast, first["id"], "confirm", "start", "ready")
    half = await client_order_status(cast, first["order_id"])
    await move(cast, second["id"], "confirm", "start", "ready")
    whole = await client_order_status(cast, first["order_id"])

    assert (half, whole) == ("in_production", "ready")


async def test_a_canceled_production_order_takes_the_clients_order_back(cast):
    placed = (await place(cast)).json()
    await cast.olga.post(f"/jobs/{placed['job_id']}/cancel", {"reason": "Замер ошибочный"})
    during = await client_order_status(cast, placed["order_id"])
    refused = await cast.olga.post(f"/orders/{placed['order_id']}/cancel", {"reason": "Клиент передумал"})

    await move(cast, placed["id"], "cancel")
    after = await client_order_status(cast, placed["order_id"])
    canceled = await cast.olga.post(f"/orders/{placed['order_id']}/cancel", {"reason": "Клиент передумал"})

    assert (during, after) == ("in_production", "new")
    assert code_of(refused) == (409, "order_under_way")
    assert refused.json()["params"] == {"jobs": [], "production_orders": [placed["number"]]}
    assert canceled.json()["status"] == "canceled"


async def a_second_job_of(session, cast: Cast, order_id: str) -> UUID:
    from app.orders.jobs.models import Job

    order = await session.get_one(ClientOrder, (cast.company_id, UUID(order_id)))
    job = Job(
        company_id=cast.company_id,
        id=uuid7(),
        number=uuid7().int % 2_000_000_000,
        kind="measurement",
        job_type_id=cast.measurement_type_id,
        order_id=order.id,
        client_id=order.client_id,
        site_id=order.site_id,
        required_skills=["measure"],
    )
    session.add(job)
    await session.flush()
    return job.id


async def test_a_canceled_order_frees_the_measurement_and_needs_a_reason(cast):
    windows = await measured_windows(cast)
    placed = (await place(cast, **windows)).json()

    without = await cast.olga.post(f"/production-orders/{placed['id']}/cancel", {})
    canceled = await move(cast, placed["id"], "cancel")
    again = await place(cast, **windows)

    assert code_of(without) == (400, "request_invalid")
    assert canceled.json()["status"] == "canceled"
    assert again.status_code == 201


async def test_a_delivered_order_is_not_canceled(cast):
    order_id = await a_ready_order(cast)
    await move(cast, order_id, "deliver")

    answer = await move(cast, order_id, "cancel")

    assert code_of(answer) == (409, "production_move_refused")


# changing


async def test_nobody_overwrites_a_change_he_has_not_seen(cast):
    order_id = await a_production_order(cast)
    etag = (await cast.olga.get(f"/production-orders/{order_id}")).headers["etag"]

    first = await cast.olga.patch(f"/production-orders/{order_id}", {"plant_ref": "A-1"}, if_match=etag)
    second = await cast.sergei.patch(f"/production-orders/{order_id}", {"plant_ref": "B-2"}, if_match=etag)
    third = await cast.sergei.patch(f"/production-orders/{order_id}", {"plant_ref": "B-2"})

    assert (first.status_code, first.json()["plant_ref"]) == (200, "A-1")
    assert first.headers["etag"] != etag
    assert (code_of(second), code_of(third)) == ((412, "version_conflict"), (428, "version_required"))


async def test_a_reminder_in_between_is_no_reason_to_refuse_a_change(cast, clock, background):
    order_id = await a_production_order(cast)
    etag = (await cast.olga.get(f"/production-orders/{order_id}")).headers["etag"]

    clock.moment = moscow(READY_ON - timedelta(days=3), 9)
    await background.run()
    answer = await cast.olga.patch(f"/production-orders/{order_id}", {"comment": "x"}, if_match=etag)

    assert await reminders(cast, order_id) != []
    assert answer.status_code == 200


async def test_changing_nothing_leaves_no_trace(cast):
    order_id = await a_production_order(cast)

    answer = await change(cast, order_id, plant_ref="", planned_ready_on=READY_ON.isoformat())

    assert answer.status_code == 200
    assert await history(cast, order_id) == ["placed"]
    assert await announced(cast, "dispatch.ready_date_moved") == []


@pytest.mark.covers("M6")
async def test_a_moved_ready_date_is_announced_and_kept(cast):
    order_id = await a_production_order(cast)

    answer = await change(cast, order_id, planned_ready_on="2026-03-27")

    [news] = await announced(cast, "dispatch.ready_date_moved")
    assert answer.json()["planned_ready_on"] == "2026-03-27"
    assert news == {"production_order_id": order_id, "was": "2026-03-20", "now": "2026-03-27"}
    assert await history(cast, order_id) == ["placed", "ready_date_moved"]


async def test_a_ready_date_cannot_move_into_the_past_nor_after_the_order_is_made(cast):
    order_id = await a_production_order(cast)
    into_the_past = await change(cast, order_id, planned_ready_on="2026-03-01")
    await move(cast, order_id, "confirm", "start", "ready")

    made = await change(cast, order_id, planned_ready_on="2026-03-27")
    comment = await change(cast, order_id, comment="Стоит у ворот")

    assert code_of(into_the_past) == (422, "ready_date_impossible")
    assert code_of(made) == (409, "ready_date_fixed")
    assert comment.json()["comment"] == "Стоит у ворот"


# lists


async def test_orders_are_listed_by_status_and_ready_date_newest_first(cast):
    first, second, third = [
        await a_production_order(cast, ready_on=READY_ON + timedelta(days=days)) for days in (0, 1, 2)
    ]
    await move(cast, second, "confirm")

    async def listed(query: str) -> list[str]:
        answer = await cast.olga.get(f"/production-orders?{query}")
        return [item["id"] for item in answer.json()["items"]]

    assert await listed("") == [third, second, first]
    assert await listed("status=confirmed") == [second]
    assert await listed("status=confirmed&status=placed") == [third, second, first]
    assert await listed("ready_from=2026-03-21") == [third, second]
    assert await listed("ready_from=2026-03-20&ready_before=2026-03-22") == [second, first]
    job_id = (await cast.olga.get(f"/production-orders/{third}")).json()["job_id"]
    assert await listed(f"job_id={job_id}") == [third]


async def test_a_list_goes_on_on_the_next_page(cast):
    ids = [await a_production_order(cast) for _ in range(3)]

    first = (await cast.olga.get("/production-orders?limit=2")).json()
    second = (await cast.olga.get(f"/production-orders?limit=2&cursor={first['next_cursor']}")).json()

    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


async def test_an_unknown_status_is_refused_by_name(cast):
    answer = await cast.olga.get("/production-orders?status=lost")

    assert code_of(answer) == (400, "request_invalid")


# the reminder


@pytest.mark.covers("M6", "R181")
async def test_near_the_ready_date_the_dispatcher_finds_a_reminder(cast, clock, background):
    order_id = await a_production_order(cast)
    clock.moment = moscow(READY_ON - timedelta(days=3), 8, 59)
    await background.run()
    before = await reminders(cast, order_id)

    clock.advance(minutes=1)
    await background.run()

    [item] = await reminders(cast, order_id)
    assert before == []
    assert item["title"] == "Заказ 1 будет готов 20 марта: согласуйте монтаж."
    assert item["params"] == {"number": 1, "planned_ready_on": "2026-03-20"}
    assert await announced(cast, "dispatch.readiness_near") == [
        {"production_order_id": order_id, "planned_ready_on": "2026-03-20"}
    ]
    assert (await history(cast, order_id))[-1] == "reminded"


@pytest.mark.covers("M6")
async def test_an_order_that_will_be_ready_within_three_days_reminds_at_once(cast, background):
    order_id = await a_production_order(cast, ready_on=date(2026, 3, 4))

    await background.run()

    assert len(await reminders(cast, order_id)) == 1


@pytest.mark.covers("M6")
async def test_one_order_reminds_once_however_often_the_background_process_looks(
    cast, clock, maker, background
):
    from app.orders.production.sweep import remind_of_readiness

    order_ids = [await a_production_order(cast, ready_on=date(2026, 3, 4)) for _ in range(30)]

    async def sweep() -> int:
        async with transaction(maker, cast.company_id) as session:
            return await remind_of_readiness(session, cast.company_id, clock.now(), background.queue_job)

    counts = await asyncio.gather(*[sweep() for _ in range(4)])
    await background.run()

    assert sum(counts) <= 30
    news = [payload["production_order_id"] for payload in await announced(cast, "dispatch.readiness_near")]
    assert sorted(news) == sorted(order_ids)


@pytest.mark.covers("M6")
async def test_a_moved_date_moves_the_reminder_and_closes_the_older_one(cast, clock, background):
    order_id = await a_production_order(cast)
    clock.moment = moscow(READY_ON - timedelta(days=3), 9)
    await background.run()
    await change(cast, order_id, planned_ready_on="2026-04-10")
    await background.run()
    meanwhile = await reminders(cast, order_id)

    clock.moment = moscow(date(2026, 4, 7), 9)
    await background.run()

    [item] = await reminders(cast, order_id)
    assert meanwhile == []
    assert item["params"]["planned_ready_on"] == "2026-04-10"


@pytest.mark.covers("M6")
async def test_a_date_moved_away_and_back_reminds_again(cast, clock, background):
    order_id = await a_production_order(cast)
    clock.moment = moscow(READY_ON - timedelta(days=3), 9)
    await background.run()

    await change(cast, order_id, planned_ready_on="2026-04-10")
    await change(cast, order_id, planned_ready_on="2026-03-20")
    await background.run()

    assert len(await reminders(cast, order_id)) == 1


@pytest.mark.covers("M6")
async def test_windows_that_are_ready_early_remind_at_once(cast, background):
    order_id = await a_ready_order(cast)

    await background.run()

    assert len(await reminders(cast, order_id)) == 1


@pytest.mark.covers("M6")
async def test_windows_that_are_ready_on_time_are_not_put_before_the_dispatcher_twice(
    cast, clock, background
):
    order_id = await a_production_order(cast)
    clock.moment = moscow(READY_ON, 9)
    await background.run()

    await move(cast, order_id, "confirm", "start", "ready")
    await background.run()

    assert len(await reminders(cast, order_id)) == 1


@pytest.mark.covers("M6")
async def test_a_reminder_put_aside_comes_back_the_next_morning_while_nothing_is_booked(
    cast, clock, background
):
    order_id = await a_ready_order(cast)
    await background.run()
    [item] = await reminders(cast, order_id)
    await cast.olga.post(f"/inbox/{item['id']}/done")
    await background.run()
    same_day = await reminders(cast, order_id)

    clock.moment = moscow(date(2026, 3, 3), 9)
    await background.run()
    next_morning = await reminders(cast, order_id)
    clock.moment = moscow(date(2026, 3, 4), 9)
    await background.run()

    assert (same_day, len(next_morning)) == ([], 1)
    assert await reminders(cast, order_id) == next_morning


@pytest.mark.covers("M6")
async def test_a_canceled_order_is_not_spoken_of_any_more(cast, clock, background):
    order_id = await a_production_order(cast, ready_on=date(2026, 3, 4))
    await background.run()

    await move(cast, order_id, "cancel")
    clock.moment = moscow(date(2026, 3, 5), 9)
    await background.run()

    assert await reminders(cast, order_id) == []


@pytest.mark.covers("M37")
async def test_the_reminder_of_one_company_is_not_in_the_inbox_of_another(cast, other_cast, background):
    order_id = await a_production_order(cast, ready_on=date(2026, 3, 4))

    await background.run()

    assert len(await reminders(cast, order_id)) == 1
    assert await reminders(other_cast, order_id) == []


async def test_another_refusal_of_the_database_is_not_called_an_order_that_is_there(cast):
    of_no_job = ProductionOrder(
        company_id=cast.company_id,
        number=1,
        order_id=uuid7(),
        job_id=uuid7(),
        measurement_id=uuid7(),
        planned_ready_on=READY_ON,
        placed_at=moscow(READY_ON, 9),
    )

    with pytest.raises(IntegrityError):
        async with transaction(cast.maker, cast.company_id) as session:
            await service._insert(session, of_no_job, Measurement())
