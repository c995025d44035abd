"""Days of workers are derived when positions have come, whatever way they came, and again when more come."""

import asyncio
import contextlib
import itertools
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.tracking.facts import due
from app.tracking.facts.policies.kinds import FactKind, GapCause
from app.tracking.facts.queries import find_facts, find_mileage
from app.tracking.facts.sweep import LEASE, derive_due_day
from app.tracking.pings.queries import remove_pings
from app.tracking.pings.service import DERIVE_APART
from app.tracking.tables import TrackDay, TrackDerivation
from tests.cast import NOON
from tests.stories import accepted_visit, booked_visit, tapped
from tests.tracking.conftest import consent
from tests.tracking.routes import MIDDLE, Route

DAY = NOON.date()
SITE = (3_000, 0)


def said(route: Route) -> list[dict[str, Any]]:
    """The positions as a phone sends them."""
    return [
        {
            "at": ping.at.isoformat(),
            "lat": ping.lat,
            "lon": ping.lon,
            "accuracy_m": ping.accuracy_m,
            "seq": ping.seq,
        }
        for ping in route.pings
    ]


async def send(person, pings):
    for first in range(0, len(pings), 1_000):
        answer = await person.post("/tracking/pings", {"pings": pings[first : first + 1_000]})
        assert answer.status_code == 200, answer.text
        assert set(answer.json()["verdicts"]) <= {"taken", "duplicate"}, answer.text


@pytest.fixture
def derived(background, clock):
    """Run the sweep once new positions have settled."""

    async def run() -> int:
        clock.advance(seconds=DERIVE_APART.total_seconds())
        return await background.sweep("track_day")

    return run


async def facts_of(cast, maker, person=None):
    async with transaction(maker, cast.company_id) as session:
        return await find_facts(
            session,
            cast.company_id,
            (person or cast.pavel).id,
            NOON - timedelta(days=9),
            NOON + timedelta(days=9),
        )


async def hash_of(cast, maker, day=DAY):
    async with transaction(maker, cast.company_id) as session:
        return await session.scalar(
            select(TrackDerivation.facts_hash).where(
                TrackDerivation.company_id == cast.company_id, TrackDerivation.day == day
            )
        )


@pytest.fixture
async def pavel(cast, clock):
    """Pavel agreed at noon, and it is three hours later."""
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    clock.advance(hours=3)
    return cast.pavel


@pytest.mark.covers("M18", "M17")
async def test_what_a_phone_sent_becomes_trips_stops_and_gaps(cast, pavel, maker, derived):
    await send(pavel, said(Route().stay(20).drive(SITE).stay(30).silent(40).stay(20)))

    assert await derived() == 1

    facts = await facts_of(cast, maker)
    assert [fact.kind for fact in facts] == ["stop", "trip", "stop", "gap", "stop"]
    assert all(one.to_at == other.from_at for one, other in itertools.pairwise(facts))
    assert facts[0].place is not None
    assert facts[0].place.lat == pytest.approx(MIDDLE.lat, abs=1e-5)
    assert facts[3].cause == GapCause.UNKNOWN, "all came in one batch"
    assert facts[1].evidence["count"] > 20


@pytest.mark.covers("M33")
async def test_mileage_of_the_day_is_that_of_its_trips(cast, pavel, maker, derived):
    await send(pavel, said(Route().stay(20).drive(SITE).stay(30)))
    await derived()

    async with transaction(maker, cast.company_id) as session:
        (day,) = await find_mileage(session, cast.company_id, [pavel.id], DAY, DAY)

    assert day.distance_m == sum(fact.distance_m for fact in await facts_of(cast, maker)) > 2_900
    assert day.stopped_s == pytest.approx(50 * 60, abs=40)


@pytest.mark.covers("P-rel-16", "M18")
async def test_a_phone_that_was_offline_and_sends_shuffled_doubled_pieces_gives_the_same_bytes(
    cast, pavel, maker, derived
):
    route = Route(noise_m=6).stay(20).drive(SITE).stay(30).silent(20).drive((3_000, 5_000)).stay(25)
    await send(pavel, said(route))
    await derived()
    online, expected = await facts_of(cast, maker), await hash_of(cast, maker)

    offline = cast.nikolai
    await consent(offline, occurred_at=NOON.isoformat())
    pieces = said(route) + random.Random(1).sample(said(route), 200)
    random.Random(2).shuffle(pieces)
    for first in range(0, len(pieces), 97):
        await send(offline, pieces[first : first + 97])
        if first % 5 == 0:
            await derived()
    await derived()

    facts = await facts_of(cast, maker, offline)
    shown = [(one.kind, one.from_at, one.to_at, one.place, one.distance_m, one.cause) for one in facts]
    assert shown == [
        (one.kind, one.from_at, one.to_at, one.place, one.distance_m, one.cause) for one in online
    ]
    assert expected is not None


@pytest.mark.covers("P-rel-16")
async def test_a_rebuild_gives_the_same_ids_and_the_same_hash(cast, pavel, maker, derived):
    await send(pavel, said(Route(noise_m=6).stay(20).drive(SITE).stay(30)))
    await derived()
    before, expected = await facts_of(cast, maker), await hash_of(cast, maker)

    async with transaction(maker, cast.company_id) as session:
        await session.execute(
            update(TrackDerivation)
            .where(TrackDerivation.company_id == cast.company_id)
            .values(facts_hash=b"")
        )
        await session.execute(
            update(TrackDay).where(TrackDay.company_id == cast.company_id).values(derive_at=NOON)
        )
    await derived()

    assert await facts_of(cast, maker) == before
    assert await hash_of(cast, maker) == expected


@pytest.mark.covers("M18")
async def test_late_positions_fill_a_gap(cast, pavel, maker, derived):
    route = Route().stay(20).drive(SITE).stay(20).drive((0, 0)).stay(20)
    pings = said(route)
    await send(pavel, pings[:100] + pings[-60:])
    await derived()
    early = await facts_of(cast, maker)

    await send(pavel, pings)
    await derived()

    assert FactKind.GAP in [fact.kind for fact in early]
    assert [fact.kind for fact in await facts_of(cast, maker)] == ["stop", "trip", "stop", "trip", "stop"]


async def test_a_day_is_derived_once_although_two_processes_look(cast, pavel, maker, clock):
    await send(pavel, said(Route().stay(20)))
    clock.advance(minutes=1)

    taken = await asyncio.gather(*[derive_due_day(maker, cast.company_id, clock) for _ in range(4)])

    assert sum(taken) == 1
    assert len(await facts_of(cast, maker)) == 1


async def test_two_processes_that_derive_neighbouring_days_do_not_deadlock(
    cast, pavel, maker, clock, monkeypatch
):
    """Each lets the day of the other be derived again, after it has finished its own."""
    await send(pavel, said(Route().stay(20)))
    clock.advance(days=1)
    await send(pavel, said(Route(at=NOON + timedelta(days=1)).stay(20)))
    clock.advance(minutes=1)
    finish_day, both = due.finish_day, asyncio.Barrier(2)

    async def finish_and_wait(*args, **kwargs):
        done = await finish_day(*args, **kwargs)
        with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(both.wait(), 0.5)
        return done

    monkeypatch.setattr(due, "finish_day", finish_and_wait)

    taken = await asyncio.gather(*[derive_due_day(maker, cast.company_id, clock) for _ in range(2)])

    assert taken == [1, 1]


async def test_a_day_is_derived_soon_and_then_at_most_once_a_minute(cast, pavel, background, clock):
    pings = said(Route().stay(20))
    derived = []
    for second in range(0, 150, 5):
        await send(pavel, pings[second : second + 1])
        derived.append(await background.sweep("track_day"))
        clock.advance(seconds=5)

    assert derived[:3] == [0, 1, 0]
    assert sum(derived) == 3


async def test_a_killed_process_leaves_the_day_due_again(cast, pavel, maker, background, clock, monkeypatch):
    await send(pavel, said(Route().stay(20)))
    clock.advance(minutes=1)

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("app.tracking.facts.sweep._save", die)
    with pytest.raises(KeyboardInterrupt):
        await derive_due_day(maker, cast.company_id, clock)
    monkeypatch.undo()

    assert await background.sweep("track_day") == 0
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await background.sweep("track_day") == 1
    assert len(await facts_of(cast, maker)) == 1


async def test_positions_that_come_while_a_day_is_derived_are_not_forgotten(
    cast, pavel, maker, derived, background, clock, monkeypatch
):
    pings = said(Route().stay(40))
    await send(pavel, pings[:120])
    from app.tracking.facts import sweep

    derive_day, loop = sweep.derive_day, asyncio.get_running_loop()

    def slowly(*given):
        monkeypatch.undo()
        asyncio.run_coroutine_threadsafe(send(pavel, pings[120:]), loop).result()
        return derive_day(*given)

    monkeypatch.setattr(sweep, "derive_day", slowly)
    await derived()
    while_deriving = await facts_of(cast, maker)
    await derived()

    assert while_deriving == []
    (stop,) = await facts_of(cast, maker)
    assert stop.to_at == NOON + timedelta(minutes=40) - timedelta(seconds=10)


@pytest.mark.covers("M18")
async def test_after_the_shift_the_day_shows_that_the_phone_had_fallen_silent(
    cast, pavel, maker, derived, background, clock
):
    await send(pavel, said(Route().stay(20)))
    await derived()
    early = await facts_of(cast, maker)

    clock.advance(hours=12)
    await background.sweep("track_day")

    assert [fact.kind for fact in early] == ["stop"]
    assert [fact.kind for fact in await facts_of(cast, maker)][-1] == "gap"


async def test_a_shift_that_passed_without_a_position_is_a_gap_and_no_mileage(cast, maker, background, clock):
    await background.run()
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    begin, end = NOON + timedelta(days=40), NOON + timedelta(days=40, hours=8)
    period = {"starts_at": begin.isoformat(), "ends_at": end.isoformat()}
    added = await cast.olga.post(f"/workers/{cast.pavel.id}/shifts", {"periods": [period]})
    assert added.status_code == 201, added.text
    await background.run()
    path = f"/tracking/workers/{cast.pavel.id}/track?day={begin.date()}"
    early = (await cast.olga.get(path)).json()

    clock.moment = end + timedelta(minutes=11)
    await background.run()
    clock.moment = end + timedelta(days=1)
    late = (await cast.olga.get(path)).json()

    assert (early["facts"], early["is_final"], early["derived_at"]) == ([], False, None)
    (gap,) = late["facts"]
    assert (gap["kind"], gap["cause"], gap["place"]) == ("gap", "unknown", None)
    assert [datetime.fromisoformat(gap[name]) for name in ("from_at", "to_at")] == [begin, end]
    assert late["is_final"]
    async with transaction(maker, cast.company_id) as session:
        (day,) = await find_mileage(session, cast.company_id, [cast.pavel.id], begin.date(), begin.date())
    assert (day.distance_m, day.unseen_s) == (0, 8 * 3600)


async def test_days_of_shifts_to_come_wait_for_their_time(cast, pavel, maker, derived, background, clock):
    """One derived day makes its neighbours due, and they theirs: otherwise all coming days would follow at once."""
    month = [clock.now() + timedelta(days=40 + ahead) for ahead in range(10)]
    periods = [
        {"starts_at": day.isoformat(), "ends_at": (day + timedelta(hours=8)).isoformat()} for day in month
    ]
    await cast.irina.post(f"/workers/{pavel.id}/shifts", {"periods": periods})
    await background.run()
    await send(pavel, said(Route().stay(20)))
    await derived()

    clock.moment = month[0] + timedelta(hours=9)
    await background.run()

    async with transaction(maker, cast.company_id) as session:
        last = await session.scalar(
            select(TrackDay.day)
            .where(TrackDay.company_id == cast.company_id, TrackDay.derived_at.is_not(None))
            .order_by(TrackDay.day.desc())
            .limit(1)
        )
    assert last == month[0].date()


async def test_positions_that_are_removed_take_their_facts_along(cast, pavel, maker, derived, clock):
    await send(pavel, said(Route().stay(20)))
    await derived()
    assert len(await facts_of(cast, maker)) == 1

    started = await pavel.post(
        "/field/tracking/private-time/start",
        tapped(at=NOON - timedelta(minutes=1), sent_at=clock.now().isoformat()),
    )
    assert started.status_code == 200, started.text
    await derived()

    assert await facts_of(cast, maker) == []


async def test_another_company_sees_no_facts(cast, pavel, maker, derived, other_cast):
    await send(pavel, said(Route().stay(20)))
    await derived()

    async with transaction(maker, other_cast.company_id) as session:
        assert (
            await find_facts(session, cast.company_id, pavel.id, NOON - timedelta(1), NOON + timedelta(1))
            == []
        )


@pytest.mark.covers("M17")
async def test_an_arrival_is_proposed_once_and_only_the_worker_makes_it_one(
    cast, pavel, maker, derived, clock
):
    visit = await accepted_visit(cast, starts_at=clock.now() + timedelta(hours=1))
    await visit.done("depart", at=clock.now(), eta_minutes=20)
    route = Route(at=clock.now(), here=(-4_000, 0)).drive((-620, 0)).stay(5)
    clock.advance(minutes=10)
    await send(pavel, said(route))
    await derived()
    await send(pavel, said(Route(at=route.now, here=(-620, 0)).stay(2)))
    await derived()

    async with transaction(maker, cast.company_id) as session:
        events = (
            await session.scalars(
                select(OutboxEvent.payload).where(
                    OutboxEvent.company_id == cast.company_id, OutboxEvent.kind == "tracking.arrival_proposed"
                )
            )
        ).all()
    before = await visit.screen()
    proposal = before["arrival_proposal"]
    arrived_at = datetime.fromisoformat(proposal["arrived_at"])
    await visit.done("arrive", at=arrived_at)
    after = await visit.screen()

    assert [event["visit_id"] for event in events] == [visit.id]
    assert proposal["worker_id"] == str(pavel.id)
    assert arrived_at == pytest.approx(route.pings[0].at + timedelta(seconds=272), abs=timedelta(seconds=20))
    assert (before["status"], after["status"]) == ("en_route", "on_site")
    assert datetime.fromisoformat(after["arrived_at"]) == arrived_at
    assert after["arrival_proposal"] is None


@pytest.mark.covers("M18")
async def test_a_visit_that_is_accepted_after_its_positions_came_has_its_presence_all_the_same(
    cast, pavel, maker, derived, background, clock
):
    visit = await booked_visit(cast, starts_at=clock.now() + timedelta(hours=1))
    await send(pavel, said(Route(at=clock.now() - timedelta(minutes=40), here=(-620, 0)).stay(30)))
    await derived()
    before = await facts_of(cast, maker)

    await visit.done("accept")
    await background.run()

    facts = await facts_of(cast, maker)
    assert [fact.kind for fact in before if fact.kind == FactKind.PRESENCE] == []
    assert [fact.visit_id for fact in facts if fact.kind == FactKind.PRESENCE] == [UUID(visit.id)]


async def test_a_presence_goes_with_its_visit(cast, pavel, maker, derived, background, clock):
    visit = await accepted_visit(cast, starts_at=clock.now() + timedelta(hours=1))
    await send(pavel, said(Route(at=clock.now() - timedelta(minutes=40), here=(-620, 0)).stay(30)))
    await derived()
    before = await facts_of(cast, maker)

    answer = await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "client"}, if_match="*")
    assert answer.status_code == 200, answer.text
    await background.run()

    assert FactKind.PRESENCE in [fact.kind for fact in before]
    assert FactKind.PRESENCE not in [fact.kind for fact in await facts_of(cast, maker)]


@pytest.mark.covers("M21")
async def test_a_proposal_goes_with_the_positions_of_private_time(cast, pavel, maker, derived, clock):
    visit = await accepted_visit(cast, starts_at=clock.now() + timedelta(hours=1))
    begin = clock.now() - timedelta(minutes=40)
    await send(pavel, said(Route(at=begin, here=(-620, 0)).stay(30)))
    await derived()
    before = await visit.screen()

    tap = tapped(at=begin - timedelta(minutes=1), sent_at=clock.now().isoformat())
    assert (await pavel.post("/field/tracking/private-time/start", tap)).status_code == 200
    await derived()

    assert before["arrival_proposal"] is not None
    assert (await visit.screen())["arrival_proposal"] is None


@pytest.mark.covers("P-rel-15", "M33")
async def test_facts_stay_when_their_positions_are_kept_no_longer(
    cast, pavel, maker, derived, background, clock
):
    await send(pavel, said(Route().stay(20).drive(SITE).stay(20)))
    await derived()
    facts = await facts_of(cast, maker)

    clock.advance(days=366)
    async with transaction(maker, cast.company_id) as session:
        await remove_pings(session, pavel.id, NOON - timedelta(days=1), NOON + timedelta(days=1))
        await session.execute(
            update(TrackDay).where(TrackDay.company_id == cast.company_id).values(derive_at=clock.now())
        )
    await background.sweep("track_day")

    assert [fact.kind for fact in facts] == ["stop", "trip", "stop"]
    assert await facts_of(cast, maker) == facts


@pytest.mark.covers("M21")
async def test_an_absence_that_is_added_afterwards_removes_what_was_kept_of_it(
    cast, pavel, maker, derived, background, clock, superuser
):
    await send(pavel, said(Route().stay(20)))
    await derived()
    away = {
        "kind": "sick",
        "starts_at": (NOON - timedelta(hours=1)).isoformat(),
        "ends_at": (NOON + timedelta(minutes=10)).isoformat(),
    }
    clock.advance(minutes=25)
    assert (await cast.olga.post(f"/workers/{pavel.id}/absences", away)).status_code == 201
    await background.run()
    clock.advance(minutes=16)

    await background.run()

    count = "SELECT count(*) FROM ping WHERE company_id = $1 AND device_at < $2"
    assert await superuser.fetchval(count, cast.company_id, NOON + timedelta(minutes=10)) == 0
    assert await superuser.fetchval(count, cast.company_id, NOON + timedelta(minutes=30)) > 0
    (stop,) = await facts_of(cast, maker)
    assert stop.from_at >= NOON + timedelta(minutes=10)
