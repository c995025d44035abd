"""SQL of the clock of each day, `track_day.derive_at`: who takes a day to derive it, and what makes it due again.

Whoever changes several days locks them in one order, by worker and day. So two that change the same days cannot
deadlock.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, or_, select, update

from app.db.session import Session
from app.db.work import Work
from app.tracking.pings.models import TrackDay
from app.tracking.pings.queries import lock_days


async def take_due_day(
    session: Session, company_id: UUID, *, now: datetime, lease_until: datetime
) -> tuple[UUID, date] | None:
    """Claim a day to derive. If its process is killed, it is due again at `lease_until`."""
    due = (
        select(TrackDay.worker_id, TrackDay.day)
        .where(TrackDay.company_id == company_id, TrackDay.derive_at <= now)
        .order_by(TrackDay.derive_at, TrackDay.worker_id, TrackDay.day)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if (row := (await session.execute(due)).first()) is None:
        return None
    worker_id, day = row
    await session.execute(_clock_of(company_id, worker_id, day).values(derive_at=lease_until))
    return worker_id, day


def _clock_of(company_id: UUID, worker_id: UUID, day: date) -> Update:
    return update(TrackDay).where(
        TrackDay.company_id == company_id, TrackDay.worker_id == worker_id, TrackDay.day == day
    )


async def finish_day(
    session: Session,
    company_id: UUID,
    worker_id: UUID,
    day: date,
    *,
    lease_until: datetime,
    derive_at: datetime | None,
    now: datetime,
) -> bool:
    """Give up a claim and set the next time. False if something new came meanwhile: then the day is due already."""
    mine = _clock_of(company_id, worker_id, day).where(TrackDay.derive_at == lease_until)
    done = await session.execute(mine.values(derive_at=derive_at, derived_at=now).returning(TrackDay.day))
    return done.first() is not None


async def lock_day_and_neighbours(session: Session, company_id: UUID, worker_id: UUID, day: date) -> None:
    """Before `finish_day`, if the days beside it will have to be derived too."""
    a_day = timedelta(days=1)
    await lock_days(session, company_id, worker_id, first=day - a_day, last=day + a_day)


async def derive_neighbours(
    session: Session, company_id: UUID, worker_id: UUID, day: date, *, at: datetime
) -> bool:
    """Let the days before and after be derived anew at `at`. True if one of them will be.

    A day that was never derived is due at its own time and then sees this one. Without this rule a shift of today
    would derive all days of shifts to come, each of them because of the one before.
    """
    a_day = timedelta(days=1)
    beside = (
        update(TrackDay)
        .where(
            TrackDay.company_id == company_id,
            TrackDay.worker_id == worker_id,
            TrackDay.day.in_([day - a_day, day + a_day]),
            TrackDay.derived_at.is_not(None),
            or_(TrackDay.derive_at.is_(None), TrackDay.derive_at > at),
        )
        .values(derive_at=at)
        .returning(TrackDay.day)
    )
    return bool((await session.execute(beside)).all())


DERIVE_DAYS_OF_VISITS = """
WITH found AS (
SELECT worker_id, day
  FROM track_day
 WHERE track_day.company_id = $1 AND (track_day.derive_at IS NULL OR track_day.derive_at > $3)
   AND (EXISTS (SELECT FROM visit JOIN visit_booking ON visit_booking.company_id = $1
                                                    AND visit_booking.visit_id = visit.id
                 WHERE visit.company_id = $1 AND visit.id = ANY($2)
                   AND visit_booking.worker_id = track_day.worker_id
                   AND track_day.day BETWEEN visit.starts_at::date - 1 AND visit.starts_at::date + 1)
     OR EXISTS (SELECT FROM track_fact
                 WHERE track_fact.company_id = $1 AND track_fact.visit_id = ANY($2)
                   AND track_fact.worker_id = track_day.worker_id AND track_fact.day = track_day.day))
 ORDER BY worker_id, day
   FOR UPDATE
)
UPDATE track_day SET derive_at = $3
  FROM found
 WHERE track_day.company_id = $1 AND track_day.worker_id = found.worker_id AND track_day.day = found.day
"""


async def derive_days_of_visits(work: Work, visit_ids: Sequence[UUID], *, at: datetime) -> None:
    """Let the days be derived again on which somebody may have been at these visits, or was thought to be."""
    await work.rows(DERIVE_DAYS_OF_VISITS, visit_ids, at)


DERIVE_DAYS_OF_WORKERS = """
WITH found AS (
SELECT worker_id, day
  FROM track_day
 WHERE company_id = $1 AND worker_id = ANY($2) AND day BETWEEN $3 AND $4 AND (derive_at IS NULL OR derive_at > $5)
 ORDER BY worker_id, day
   FOR UPDATE
)
UPDATE track_day SET derive_at = $5
  FROM found
 WHERE track_day.company_id = $1 AND track_day.worker_id = found.worker_id AND track_day.day = found.day
"""


async def derive_days_of_workers(
    work: Work, worker_ids: Sequence[UUID], *, first: date, last: date, at: datetime
) -> None:
    """Let the days of these workers from `first` to `last`, both included, be derived again."""
    await work.rows(DERIVE_DAYS_OF_WORKERS, worker_ids, first, last, at)


DAYS_TO_DERIVE_AGAIN = """
SELECT track_day.worker_id, track_day.day
  FROM track_day
 WHERE track_day.company_id = $1 AND track_day.derived_at IS NOT NULL
   AND ($2::date IS NULL OR track_day.day >= $2)
   AND ($3::integer IS NULL
        OR EXISTS (SELECT FROM track_derivation
                    WHERE track_derivation.company_id = $1 AND track_derivation.worker_id = track_day.worker_id
                      AND track_derivation.day = track_day.day AND track_derivation.algorithm_version < $3))
 ORDER BY track_day.worker_id, track_day.day
   FOR UPDATE
"""
DERIVE_AT = """
UPDATE track_day SET derive_at = again.derive_at
  FROM unnest($2::uuid[], $3::date[], $4::timestamptz[]) AS again (worker_id, day, derive_at)
 WHERE track_day.company_id = $1 AND track_day.worker_id = again.worker_id AND track_day.day = again.day
   AND (track_day.derive_at IS NULL OR track_day.derive_at > again.derive_at)
"""


async def derive_again(
    work: Work, *, at: datetime, apart: timedelta, since: date | None = None, older_than: int | None = None
) -> int:
    """Let days be derived again, the newest first, `apart` from each other. Returns how many.

    Those that are due earlier for another reason stay so.
    `since`: no earlier days. `older_than`: only those that an older version of the algorithm derived.
    """
    locked = await work.rows(DAYS_TO_DERIVE_AGAIN, since, older_than)
    days = sorted(locked, key=lambda one: one["day"], reverse=True)
    moments = [at + apart * place for place in range(1, len(days) + 1)]
    await work.rows(DERIVE_AT, [one["worker_id"] for one in days], [one["day"] for one in days], moments)
    return len(days)


AWAIT_SHIFTS = """
INSERT INTO track_day (company_id, worker_id, day, derive_at)
SELECT $1, shift.worker_id, on_day::date, max(upper(shift.period)) + $4
  FROM shift JOIN company ON company.id = $1
 CROSS JOIN LATERAL generate_series(
           (lower(shift.period) AT TIME ZONE company.timezone)::date::timestamp,
           ((upper(shift.period) - interval '1 microsecond') AT TIME ZONE company.timezone)::date::timestamp,
           interval '1 day') AS on_day
 WHERE shift.company_id = $1 AND shift.worker_id = ANY($2) AND upper(shift.period) > $3
 GROUP BY shift.worker_id, on_day
    ON CONFLICT (company_id, worker_id, day) DO NOTHING
"""


async def await_shifts(
    work: Work, worker_ids: Sequence[UUID], *, ended_after: datetime, seen_after: timedelta
) -> None:
    """Let the days of shifts be derived `seen_after` their end, also if no position ever comes."""
    await work.rows(AWAIT_SHIFTS, worker_ids, ended_after, seen_after)
