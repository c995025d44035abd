"""A company with a day full of work, lived through up to now."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from app.seed.catalogue import fill_catalogue
from app.seed.days import Beat, beats_of, plan_days, scene_hours
from app.seed.desk import Desk, give_holidays
from app.seed.orders import Orders
from app.seed.people import ZONE, Company, found_company, give_shifts
from app.seed.places import Somebody, made_up_people
from app.seed.relations import Relations
from app.seed.stage import Stage
from app.seed.tracks import agree_to_be_tracked, send_tracks
from app.seed.visits import Player, Visit, sectors_of

FOUNDED_BEFORE = timedelta(days=21)
FINE_FROM = LONG_STEP = timedelta(hours=1)
SHORT_STEP = timedelta(minutes=5)
"""The clock goes on in long steps until an hour before now, then in short ones."""


async def seed_day(stage: Stage, now: datetime) -> Company:
    """Found the company three weeks ago, and live until `now`."""
    stage.clock.set(now - FOUNDED_BEFORE)
    company = await found_company(stage)
    types = {one["kind"]: one["id"] for one in (await company.olga.get("/job-types"))["items"]}
    materials = await fill_catalogue(company, types)
    await give_shifts(company, now - timedelta(days=10), scene_hours(now))
    await give_holidays(company, now)
    await agree_to_be_tracked(company)
    people = made_up_people(company.block)
    relations = Relations(company, people)
    await relations.take_over(now)
    visits = _visits_of(now, people)
    orders, desk = Orders(company, visits, now), Desk(company, visits, people, types)
    await _live(company, Player(company, visits, types, materials), orders, now)
    await desk.take_requests(now)
    await desk.leave_jobs_without_time()
    await desk.somebody_falls_ill(now)
    await desk.chat()
    await desk.clients_write()
    await orders.book_installation()
    await relations.work(visits, now)
    places = [(one.plan, one.client.place) for one in visits]
    await send_tracks(company, places, now)
    await stage.work_off()
    return company


async def _live(company: Company, player: Player, orders: Orders, now: datetime) -> None:
    """Play all visits, and between them what the office does for orders."""
    beats = [beat for one in player.visits for beat in beats_of(one.number, one.plan, now, ZONE)]
    steps = orders.steps(now)
    for moment, due in moments(beats, now):
        while steps and steps[0][0] <= moment:
            at, step = steps.pop(0)
            await company.stage.go_on_to(at)
            await step()
        await company.stage.go_on_to(moment)
        await player.play(due)


def moments(beats: list[Beat], now: datetime) -> Iterator[tuple[datetime, list[Beat]]]:
    """When the clock stops, and what has happened since the last time. The last moments are short."""
    found: dict[datetime, list[Beat]] = defaultdict(list)
    for beat in sorted(beats, key=lambda one: one.at):
        found[_moment_of(beat.at, now)].append(beat)
    fine = [now - SHORT_STEP * step for step in range(int(FINE_FROM / SHORT_STEP), -1, -1)]
    for moment in sorted({*found, *fine}):
        yield moment, found[moment]


def _moment_of(at: datetime, now: datetime) -> datetime:
    """The end of the step in which it happens, counted back from now."""
    before = now - at
    step = SHORT_STEP if before < FINE_FROM else LONG_STEP
    return now - before // step * step


def _visits_of(now: datetime, people: Iterator[Somebody]) -> list[Visit]:
    """Each visit of the plan with a client who lives where its worker goes."""
    waiting: list[Somebody] = []
    found = []
    for number, plan in enumerate(plan_days(now, ZONE)):
        client = _take(waiting, people, sectors_of(plan.who))
        found.append(Visit(number, plan, client))
    return found


def _take(waiting: list[Somebody], people: Iterator[Somebody], sectors: list[str]) -> Somebody:
    for one in waiting:
        if not sectors or one.sector in sectors:
            waiting.remove(one)
            return one
    for one in people:
        if not sectors or one.sector in sectors:
            return one
        waiting.append(one)
    raise AssertionError("there are people without end")
