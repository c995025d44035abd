"""All SQL about pings.

What stores them is written for asyncpg and sent as it stands: a ping must cost little more than its INSERT.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import (
    ColumnElement,
    Interval,
    Select,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    literal,
    not_,
    select,
    text,
    update,
)

from app.core.places import Place
from app.db.query import Query
from app.db.session import Session, Sessions, transaction
from app.db.wake import wake
from app.db.work import Work, work_in
from app.tracking.pings.items import Item
from app.tracking.pings.models import Forgetting, LastPosition, Ping, TrackDay
from app.tracking.pings.policies import CLOCK_WRONG_MAX, Window, Windows, true_time
from app.tracking.pings.values import StoredPing
from app.workforce.api import Fix

FOR_EVER = datetime.max.replace(tzinfo=UTC)

WINDOWS = Path(__file__).with_name("windows.sql").read_text(encoding="utf-8")


class Facts(NamedTuple):
    """What decides about some pings."""

    windows: dict[UUID, Windows]
    last: dict[UUID, Fix]
    zone: ZoneInfo
    revoked: set[UUID]
    """Trackers that may send nothing any more."""


async def read_facts(
    work: Work, workers: Sequence[UUID], trackers: Sequence[UUID], *, first: datetime, last: datetime
) -> Facts:
    """Read what decides about pings of these workers between two moments (true time, both included)."""
    windows: dict[UUID, Windows] = {one: Windows() for one in workers}
    known: dict[UUID, Fix] = {}
    zone, revoked = ZoneInfo("UTC"), set()
    for kind, worker_id, since, until, lat, lon, accuracy_m, timezone in await work.rows(
        WINDOWS, list(windows), first, last, trackers
    ):
        if kind == "company":
            zone = ZoneInfo(timezone)
        elif kind == "revoked":
            revoked.add(worker_id)
        elif kind == "last":
            known[worker_id] = Fix(Place(lat=lat, lon=lon), accuracy_m or 0, since)
        else:
            _of_kind(windows[worker_id], kind).append(Window(since, until or FOR_EVER))
    return Facts(windows, known, zone, revoked)


def _of_kind(windows: Windows, kind: str) -> list[Window]:
    return {
        "consent": windows.consents,
        "shift": windows.shifts,
        "absence": windows.absences,
        "private": windows.private,
    }[kind]


ADD_PINGS = """
INSERT INTO ping (company_id, worker_id, device_id, device_at, content, clock_offset_s, received_at, seq, lat, lon,
                  accuracy_m, speed_mps, heading_deg, altitude_m, battery_pct, is_charging, provider, activity, is_mock,
                  trigger)
SELECT p.* FROM unnest($2::new_ping[]) AS p WHERE p.company_id = $1
    ON CONFLICT DO NOTHING RETURNING content
"""
"""Rows instead of a list for each column: asyncpg looks at each value of a list whether it is itself a list, which
takes longer than to write it."""


async def add_pings(work: Work, items: Sequence[Item]) -> set[int]:
    """Store pings. Returns the hashes of those that were not there yet.

    In the order of their hashes: so two transactions that store the same pings wait for each other, not each for
    the other.
    """
    rows = rows_of(work.company_id, sorted(items, key=attrgetter("content")))
    return {row[0] for row in await work.rows(ADD_PINGS, rows)}


def rows_of(company_id: UUID, items: Sequence[Item]) -> list[tuple[Any, ...]]:
    """In the order of the columns of the type `new_ping`."""
    return [
        (
            company_id,
            one.sent.worker_id,
            one.sent.device_id,
            one.ping.at,
            one.content,
            one.sent.clock_offset_s,
            one.sent.received_at,
            one.ping.seq,
            *one.ping[1:13],
        )
        for one in items
    ]


SET_DERIVE = """
INSERT INTO track_day (company_id, worker_id, day, derive_at)
SELECT $1, d.*, $4 FROM unnest($2::uuid[], $3::date[]) AS d
    ON CONFLICT (company_id, worker_id, day)
    DO UPDATE SET derive_at = greatest(excluded.derive_at, track_day.derived_at + $5)
 WHERE track_day.derive_at IS NULL
    OR track_day.derive_at > greatest(excluded.derive_at, track_day.derived_at + $5)
RETURNING derive_at
"""


async def derive_later(
    work: Work, days: Sequence[tuple[UUID, date]], *, at: datetime, apart: timedelta
) -> datetime | None:
    """Set the clock of these days of workers: at `at`, or `apart` after they were derived last if that is later.

    Returns the earliest moment that was set. None: all were due earlier.
    """
    workers, dates = [worker for worker, _ in days], [day for _, day in days]
    rows = await work.rows(SET_DERIVE, workers, dates, at, apart)
    return min((row[0] for row in rows), default=None)


MOVE = """
INSERT INTO last_position (company_id, worker_id, at, lat, lon, accuracy_m, speed_mps, heading_deg, battery_pct,
                           is_charging, is_mock, show_at)
SELECT $1, p.*, $12 FROM unnest($2::uuid[], $3::timestamptz[], $4::float8[], $5::float8[], $6::float8[], $7::float8[],
                                $8::float8[], $9::float8[], $10::bool[], $11::bool[]) AS p
    ON CONFLICT (company_id, worker_id) DO UPDATE SET
       at = excluded.at, lat = excluded.lat, lon = excluded.lon, accuracy_m = excluded.accuracy_m,
       speed_mps = excluded.speed_mps, heading_deg = excluded.heading_deg, battery_pct = excluded.battery_pct,
       is_charging = excluded.is_charging, is_mock = excluded.is_mock,
       show_at = coalesce(last_position.show_at, excluded.show_at)
 WHERE last_position.at < excluded.at
RETURNING show_at
"""


async def move_last(work: Work, newest: Sequence[Item], *, show_at: datetime) -> bool:
    """Set last positions, unless newer ones are known. True if one of them has now to be shown at `show_at`."""
    newest = sorted(
        newest, key=lambda one: one.sent.worker_id
    )  # two transactions lock them in the same order
    columns = [
        [one.sent.worker_id for one in newest],
        [one.at for one in newest],
        [one.ping.lat for one in newest],
        [one.ping.lon for one in newest],
        [one.ping.accuracy_m for one in newest],
        [one.ping.speed_mps for one in newest],
        [one.ping.heading_deg for one in newest],
        [one.ping.battery_pct for one in newest],
        [one.ping.is_charging for one in newest],
        [one.ping.is_mock for one in newest],
    ]
    return any(row[0] == show_at for row in await work.rows(MOVE, *columns, show_at))


NOTE_SEEN = "UPDATE tracker SET last_seen_at = $3 WHERE company_id = $1 AND id = ANY ($2::uuid[])"


async def note_seen(work: Work, trackers: Sequence[UUID], *, now: datetime) -> None:
    """Note that these trackers have sent something."""
    await work.rows(NOTE_SEEN, trackers, now)


MAKE_DAY = text("SELECT make_ping_day(:day)")


async def make_days(maker: Sessions, days: Sequence[date]) -> None:
    """Make the partitions of these days, if there are none. Each in a transaction of its own, which is short."""
    for day in days:
        async with transaction(maker, None) as session:
            await session.execute(MAKE_DAY, {"day": day})


def is_without_partition(error: Exception) -> bool:
    return isinstance(error, asyncpg.CheckViolationError) and "no partition" in str(error)


COLUMNS = (
    Ping.device_id,
    Ping.content,
    Ping.received_at,
    Ping.clock_offset_s,
    Ping.seq,
    Ping.lat,
    Ping.lon,
    Ping.accuracy_m,
    Ping.speed_mps,
    Ping.heading_deg,
    Ping.altitude_m,
    Ping.battery_pct,
    Ping.is_charging,
    Ping.provider,
    Ping.activity,
    Ping.is_mock,
    Ping.trigger,
)


async def find_pings(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> list[StoredPing]:
    """The pings of a worker in [since, until), by their true time; those of one moment by device and hash.

    What must not be kept is left out, although it may still stand in the table for some minutes. Pings whose clock was
    wrong stand under another time. They have an index of their own, because there are few.
    """
    right, wrong = _at_true_time(since, until)
    rows = [
        *await session.execute(_pings_of(company_id, worker_id).where(right)),
        *await session.execute(_pings_of(company_id, worker_id).where(wrong)),
    ]
    found = [StoredPing(true_time(at, offset), *rest) for at, *rest in rows for offset in (rest[3],)]
    hidden = await _find_hidden(session, company_id, worker_id, since, until)
    shown = (one for one in found if not any(span.holds(one.at) for span in hidden)) if hidden else found
    return sorted(shown, key=attrgetter("at", "device_id", "content"))


async def count_pings(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> int:
    """How many `find_pings` would find."""
    hidden = await _find_hidden(session, company_id, worker_id, since, until)
    parts = [part for one in hidden for part in _at_true_time(*one)]
    of_worker = and_(Ping.company_id == company_id, Ping.worker_id == worker_id)
    count = select(func.count()).select_from(Ping).where(of_worker)
    counts = [
        await session.scalar(count.where(here, *(not_(part) for part in parts))) or 0
        for here in _at_true_time(since, until)
    ]
    return sum(counts)


def _at_true_time(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Pings in [since, until): those whose clock was right, and the others, which stand under another time."""
    true_at = Ping.device_at + Ping.clock_offset_s * literal(timedelta(seconds=1), Interval)
    return (
        and_(Ping.clock_offset_s == 0, Ping.device_at >= since, Ping.device_at < until),
        and_(
            Ping.clock_offset_s != 0,
            Ping.device_at >= since - CLOCK_WRONG_MAX,
            Ping.device_at < until + CLOCK_WRONG_MAX,
            true_at >= since,
            true_at < until,
        ),
    )


async def _find_hidden(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> list[Window]:
    """The parts of [since, until) whose pings are still there and must go: see `forgetting`."""
    pending = select(Forgetting.begins_at, Forgetting.ends_at).where(
        Forgetting.company_id == company_id,
        Forgetting.worker_id == worker_id,
        Forgetting.look_at.is_not(None),
        Forgetting.begins_at < until,
        Forgetting.ends_at > since,
    )
    periods = [Window(*row) for row in await session.execute(pending)]
    if not periods:
        return []
    forbidden = await find_forbidden(session, company_id, worker_id, since, until)
    return [part for one in forbidden for period in periods if (part := one.common(period)) is not None]


def _pings_of(company_id: UUID, worker_id: UUID) -> Select[*tuple[Any, ...]]:
    return select(Ping.device_at, *COLUMNS).where(Ping.company_id == company_id, Ping.worker_id == worker_id)


async def remove_pings(session: Session, worker_id: UUID, since: datetime, until: datetime) -> int:
    """Remove the pings of a worker in [since, until), by their true time. Returns how many there were."""
    return await session.scalar(select(func.remove_pings(worker_id, since, until))) or 0


async def forget_last(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> None:
    """Forget where a worker was last, if that was in [since, until)."""
    await session.execute(
        delete(LastPosition).where(
            LastPosition.company_id == company_id,
            LastPosition.worker_id == worker_id,
            LastPosition.at >= since,
            LastPosition.at < until,
        )
    )


async def lock_days(session: Session, company_id: UUID, worker_id: UUID, *, first: date, last: date) -> None:
    """Lock the days of a worker from `first` to `last`, both included, in the order in which everybody locks them."""
    days = (
        select(TrackDay.day)
        .where(
            TrackDay.company_id == company_id,
            TrackDay.worker_id == worker_id,
            TrackDay.day.between(first, last),
        )
        .order_by(TrackDay.day)
        .with_for_update()
    )
    await session.execute(days)


async def derive_again(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime, *, at: datetime
) -> None:
    """Set the clock of the days of a worker that may lie in [since, until), in whatever zone."""
    first, last = since.date() - timedelta(days=1), until.date() + timedelta(days=1)
    await lock_days(session, company_id, worker_id, first=first, last=last)
    touched = (
        update(TrackDay)
        .where(
            TrackDay.company_id == company_id,
            TrackDay.worker_id == worker_id,
            TrackDay.day.between(first, last),
        )
        .values(derive_at=at)
    )
    await session.execute(touched)
    wake(session, "track_day", company_id, at)


async def find_forbidden(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> list[Window]:
    """The parts of [since, until) in which a worker may not be tracked, by what is known now."""
    windows = await read_windows(session, company_id, worker_id, since, until)
    return windows.forbidden_in(since, until)


WITH_PINGS = """
SELECT s.since, s.until FROM unnest($2::timestamptz[], $3::timestamptz[]) AS s (since, until)
 WHERE EXISTS (SELECT FROM ping WHERE company_id = $1 AND worker_id = $4 AND clock_offset_s = 0
                  AND device_at >= s.since AND device_at < s.until)
    OR EXISTS (SELECT FROM ping WHERE company_id = $1 AND worker_id = $4 AND clock_offset_s <> 0
                  AND device_at >= s.since - interval '3 days' AND device_at < s.until + interval '3 days')
"""


async def find_with_pings(
    session: Session, company_id: UUID, worker_id: UUID, spans: Sequence[Window]
) -> list[Window]:
    """Those of these times in which a worker has pings, or may have: where his clock was wrong."""
    sinces, untils = [one.since for one in spans], [one.until for one in spans]
    async with work_in(session, company_id) as work:
        return [Window(*row) for row in await work.rows(WITH_PINGS, sinces, untils, worker_id)]


async def read_windows(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> Windows:
    """When a worker may be tracked, as far as it touches [since, until]."""
    async with work_in(session, company_id) as work:
        facts = await read_facts(work, [worker_id], [], first=since, last=until)
    return facts.windows[worker_id]


async def take_forgettings(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> Sequence[Forgetting]:
    """Claim those that are due."""
    query = select(Forgetting).where(Forgetting.company_id == company_id, Forgetting.look_at <= now)
    query = query.order_by(Forgetting.look_at).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(query)).all()


async def take_positions(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> Sequence[LastPosition]:
    """Claim those that are due to be shown."""
    query = select(LastPosition).where(LastPosition.company_id == company_id, LastPosition.show_at <= now)
    query = query.order_by(LastPosition.show_at).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(query)).all()


def _fix(at: datetime, lat: float, lon: float, accuracy_m: float | None) -> Fix:
    return Fix(Place(lat=lat, lon=lon), accuracy_m or 0, at)


LAST_FIX = Query(
    select(LastPosition.at, LastPosition.lat, LastPosition.lon, LastPosition.accuracy_m).where(
        LastPosition.company_id == bindparam("company", type_=Uuid),
        LastPosition.worker_id == bindparam("worker", type_=Uuid),
    ),
    _fix,
)
"""Where a worker was last."""


FIND_COMPANIES = text("SELECT company_id FROM find_companies()")
FIND_WITH_OLD = text("SELECT company_id FROM find_companies_with_old_places(:moment)")
DROP_EMPTY = text("SELECT drop_empty_ping_days(:before)")


async def find_companies(maker: Sessions) -> Sequence[UUID]:
    """Every company."""
    async with transaction(maker, None) as session:
        return (await session.scalars(FIND_COMPANIES)).all()


async def find_companies_with_old_places(maker: Sessions, *, now: datetime) -> Sequence[UUID]:
    """Companies that may have positions or stop signals which are not kept any longer."""
    async with transaction(maker, None) as session:
        return (await session.scalars(FIND_WITH_OLD, {"moment": now})).all()


async def drop_empty_days(maker: Sessions, *, before: date) -> int:
    """Drop the partitions of days before this one in which no company has a row. Returns how many there were."""
    async with transaction(maker, None) as session:
        return await session.scalar(DROP_EMPTY, {"before": before}) or 0


async def remove_old(session: Session, company_id: UUID, *, before: datetime, at_most: int) -> int:
    """Remove pings that a phone said before this moment, and last positions. Returns how many pings there were."""
    await session.execute(
        delete(LastPosition).where(LastPosition.company_id == company_id, LastPosition.at < before)
    )
    return await session.scalar(select(func.remove_old_pings(before, at_most))) or 0
