"""A worker who joins a crew is booked for its visits. When he leaves, his time is free again."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.db.work import work_in
from app.dispatch.offers.service import offer_visit
from app.dispatch.visits.service import lock_visit
from app.workforce.bookings.models import VisitBooking
from app.workforce.crews.service import lock_crew
from tests.cast import NOON
from tests.dispatch.given import TOMORROW, a_command, a_planned_visit, code_of

pytestmark = pytest.mark.covers("M15", "M23")


async def a_crew_visit(cast, *, starts_at=TOMORROW, minutes=240):
    visit_id = await a_planned_visit(cast, kind="installation", starts_at=starts_at, minutes=minutes)
    answer = await offer_to_crew(cast, visit_id)
    assert answer.status_code == 200, answer.text
    return visit_id


async def offer_to_crew(cast, visit_id):
    body = {"crew_id": str(cast.crew_id), "override_reason": "Николай помогает носить"}
    return await cast.olga.post(f"/visits/{visit_id}/offer", body)


async def offer_to(cast, worker, visit_id):
    return await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(worker.id)})


async def join(cast, worker, **fields):
    body = {"worker_id": str(worker.id), **fields}
    return await cast.sergei.post(f"/crews/{cast.crew_id}/members", body)


async def leave(cast, worker, **fields):
    return await cast.sergei.post(f"/crews/{cast.crew_id}/members/{worker.id}/end", fields)


async def booked(cast, worker):
    """The visits that take his time, earliest first."""
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(VisitBooking.visit_id).where(
            VisitBooking.company_id == cast.company_id, VisitBooking.worker_id == worker.id
        )
        return [str(one) for one in await session.scalars(query.order_by(VisitBooking.period))]


async def members(cast):
    """By name, those who are in it for good."""
    crew = (await cast.olga.get(f"/crews/{cast.crew_id}")).json()
    return {member["name"] for member in crew["members"] if member["until"] is None}


async def history(cast, visit_id):
    events = (await cast.olga.get(f"/visits/{visit_id}/history")).json()
    return [(event["kind"], event["payload"].get("worker_id")) for event in events]


async def test_who_joins_comes_to_the_visits_the_crew_is_booked_for(cast):
    visit_id = await a_crew_visit(cast)

    answer = await join(cast, cast.nikolai)

    assert answer.status_code == 201, answer.text
    assert await booked(cast, cast.nikolai) == [visit_id]
    his = (await cast.nikolai.get("/field/visits")).json()["items"]
    assert [visit["id"] for visit in his] == [visit_id]
    elsewhere = await a_planned_visit(cast)
    assert code_of(await offer_to(cast, cast.nikolai, elsewhere)) == (409, "worker_busy")
    assert (await history(cast, visit_id))[-1] == ("member_added", str(cast.nikolai.id))


async def test_only_visits_that_begin_while_he_is_in_the_crew_take_his_time(cast):
    first, second, third = [
        await a_crew_visit(cast, starts_at=TOMORROW + timedelta(days=day)) for day in range(3)
    ]
    since, until = TOMORROW + timedelta(days=1), TOMORROW + timedelta(days=2)

    await join(cast, cast.nikolai, since=since.isoformat(), until=until.isoformat())

    assert await booked(cast, cast.nikolai) == [second]
    assert {first, third}.isdisjoint(await booked(cast, cast.nikolai))


async def test_a_visit_for_which_the_crew_has_set_out_stays_as_it_is(cast):
    visit_id = await a_crew_visit(cast)
    for tap in ("accept", "depart"):
        assert (await cast.rinat.post(f"/field/visits/{visit_id}/{tap}", a_command())).status_code == 200

    joined = await join(cast, cast.nikolai)
    left = await leave(cast, cast.timur)

    assert (joined.status_code, left.status_code) == (201, 200)
    assert (await booked(cast, cast.nikolai), await booked(cast, cast.timur)) == ([], [visit_id])


async def test_who_is_to_be_elsewhere_does_not_join_and_nothing_is_half_done(cast):
    free = await a_crew_visit(cast, starts_at=TOMORROW - timedelta(hours=20))
    clashing = await a_crew_visit(cast)
    his = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(hours=1))
    assert (await offer_to(cast, cast.nikolai, his)).status_code == 200

    answer = await join(cast, cast.nikolai)

    assert code_of(answer) == (409, "crew_member_busy")
    assert answer.json()["params"] == {"visits": [his], "crew_visits": [clashing]}
    assert await members(cast) == {"Ринат Галиев", "Тимур Алиев"}
    assert await booked(cast, cast.nikolai) == [his]
    assert free in await booked(cast, cast.timur)


async def test_who_has_left_is_free_for_others_from_then_on(cast):
    before, after = await a_crew_visit(cast), await a_crew_visit(cast, starts_at=TOMORROW + timedelta(days=1))

    at = (TOMORROW + timedelta(hours=12)).isoformat()
    answer = await leave(cast, cast.timur, at=at, override_reason="Уволился")

    assert answer.status_code == 200, answer.text
    assert await booked(cast, cast.timur) == [before]
    assert await booked(cast, cast.rinat) == [before, after]
    assert (await history(cast, after))[-1] == ("member_removed", str(cast.timur.id))
    elsewhere = await a_planned_visit(
        cast, kind="installation", starts_at=TOMORROW + timedelta(days=1), minutes=60
    )
    assert (await offer_to(cast, cast.timur, elsewhere)).status_code == 200


async def test_who_leaves_for_some_days_only_is_still_booked_after_he_has_come_back(cast):
    back = TOMORROW + timedelta(days=7)
    await leave(cast, cast.timur, at=(TOMORROW + timedelta(days=2)).isoformat())
    await join(cast, cast.timur, since=back.isoformat())
    after = await a_crew_visit(cast, starts_at=back)

    answer = await leave(cast, cast.timur, at=NOON.isoformat())

    assert answer.status_code == 200, answer.text
    assert await booked(cast, cast.timur) == [after]


async def test_who_answers_for_a_visit_of_the_crew_does_not_leave_it(cast):
    visit_id = await a_crew_visit(cast)
    crew = await cast.sergei.get(f"/crews/{cast.crew_id}")
    changed = await cast.sergei.patch(
        f"/crews/{cast.crew_id}", {"foreman_id": str(cast.timur.id)}, if_match=crew.headers["etag"]
    )
    assert changed.status_code == 200, changed.text

    refused = await leave(cast, cast.rinat)
    await cast.olga.post(f"/visits/{visit_id}/withdraw", if_match="*")
    left = await leave(cast, cast.rinat)

    assert code_of(refused) == (409, "crew_member_asked")
    assert refused.json()["params"] == {"visits": [visit_id]}
    assert left.status_code == 200


async def begins_to_offer(cast, session, visit_id):
    async with work_in(session, cast.company_id) as work:
        await offer_visit(
            work,
            cast.olga.scope,
            visit_id=UUID(visit_id),
            crew_id=cast.crew_id,
            override_reason="x",
            now=NOON,
        )


async def waits(task):
    done, _ = await asyncio.wait([task], timeout=0.3)
    assert not done, task.result()
    return task


async def test_who_joins_waits_for_a_booking_that_is_being_made_and_is_booked_with_it(cast):
    visit_id = await a_planned_visit(cast, kind="installation", minutes=240)

    async with transaction(cast.maker, cast.company_id) as session:
        await begins_to_offer(cast, session, visit_id)
        joining = await waits(asyncio.create_task(join(cast, cast.nikolai)))

    assert (await joining).status_code == 201
    assert await booked(cast, cast.nikolai) == [visit_id]


async def test_a_new_booking_that_somebody_holds_is_not_waited_for(cast):
    visit_id = await a_planned_visit(cast, kind="installation", minutes=240)
    held, answered = asyncio.Event(), asyncio.Event()

    async def hold_the_visit():
        async with transaction(cast.maker, cast.company_id) as session:
            await lock_visit(session, cast.olga.scope, UUID(visit_id))
            held.set()
            await answered.wait()

    async def hold_the_crew_until_the_visit_is_held():
        async with transaction(cast.maker, cast.company_id) as session:
            await lock_crew(session, cast.company_id, cast.crew_id)
            await held.wait()

    async with transaction(cast.maker, cast.company_id) as session:
        await begins_to_offer(cast, session, visit_id)
        holding = [
            await waits(asyncio.create_task(hold()))
            for hold in (hold_the_visit, hold_the_crew_until_the_visit_is_held)
        ]
        joining = await waits(asyncio.create_task(join(cast, cast.nikolai)))
    answer = await joining
    answered.set()
    await asyncio.gather(*holding)

    assert code_of(answer) == (409, "conflict")
    assert await booked(cast, cast.nikolai) == []
    assert (await join(cast, cast.nikolai)).status_code == 201


async def test_joining_while_the_crew_is_being_booked_books_him_or_is_refused(cast, clock):
    outcomes = set()
    for day in range(8):
        visit_id = await a_planned_visit(
            cast, kind="installation", starts_at=TOMORROW + timedelta(days=day), minutes=240
        )

        offered, joined = await asyncio.gather(offer_to_crew(cast, visit_id), join(cast, cast.nikolai))

        outcomes.add((offered.status_code, joined.status_code))
        assert (visit_id in await booked(cast, cast.nikolai)) == (joined.status_code == 201)
        if joined.status_code == 201:
            clock.advance(seconds=1)
            assert (await leave(cast, cast.nikolai, override_reason="Болен")).status_code == 200
        assert await booked(cast, cast.nikolai) == []
    assert outcomes <= {(200, 201), (200, 409)}


async def test_leaving_while_the_crew_is_being_booked_frees_him_or_is_refused(cast, clock):
    for day in range(8):
        visit_id = await a_planned_visit(
            cast, kind="installation", starts_at=TOMORROW + timedelta(days=day), minutes=240
        )
        assert (await join(cast, cast.nikolai)).status_code == 201
        clock.advance(seconds=1)

        offered, left = await asyncio.gather(
            offer_to_crew(cast, visit_id), leave(cast, cast.nikolai, override_reason="Болен")
        )

        assert offered.status_code == 200
        assert (visit_id in await booked(cast, cast.nikolai)) == (left.status_code == 409)
        if left.status_code == 409:
            assert (await leave(cast, cast.nikolai)).status_code == 200


async def test_joining_and_another_booking_of_his_at_once_never_both_take_his_time(cast):
    outcomes = []
    for day in range(8):
        starts_at = TOMORROW + timedelta(days=day)
        await a_crew_visit(cast, starts_at=starts_at)
        his = await a_planned_visit(cast, starts_at=starts_at + timedelta(hours=1))

        offered, joined = await asyncio.gather(
            offer_to(cast, cast.nikolai, his), join(cast, cast.nikolai, since=starts_at.isoformat())
        )

        outcomes.append((offered.status_code, joined.status_code))
        if joined.status_code == 201:
            ends_at = starts_at + timedelta(microseconds=1)
            await cast.olga.post(
                f"/visits/{await only_visit_of(cast, cast.nikolai)}/cancel", {"reason": "x"}, if_match="*"
            )
            assert (await leave(cast, cast.nikolai, at=ends_at.isoformat())).status_code == 200
        else:
            await cast.olga.post(f"/visits/{his}/cancel", {"reason": "x"}, if_match="*")
        assert await booked(cast, cast.nikolai) == []
    assert set(outcomes) <= {(200, 409), (409, 201)}


async def only_visit_of(cast, worker):
    (visit_id,) = await booked(cast, worker)
    return visit_id


async def test_joining_while_a_visit_is_canceled_leaves_no_time_taken(cast, clock):
    for day in range(8):
        visit_id = await a_crew_visit(cast, starts_at=TOMORROW + timedelta(days=day))

        canceled, joined = await asyncio.gather(
            cast.olga.post(f"/visits/{visit_id}/cancel", {"reason": "Клиент болен"}, if_match="*"),
            join(cast, cast.nikolai),
        )

        assert (canceled.status_code, joined.status_code) == (200, 201)
        assert await booked(cast, cast.nikolai) == []
        clock.advance(seconds=1)
        assert (await leave(cast, cast.nikolai)).status_code == 200


async def test_a_crew_is_booked_as_it_is_on_the_day_of_the_visit(cast):
    since = TOMORROW + timedelta(days=1)
    await join(cast, cast.nikolai, since=since.isoformat())

    await a_crew_visit(cast)
    then = await a_crew_visit(cast, starts_at=since)

    assert await booked(cast, cast.nikolai) == [then]
