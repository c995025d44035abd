"""All SQL about working time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)

from app.core.ids import uuid7
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.dispatch.api import Interval
from app.dispatch.tables import VisitEvent, VisitPresence
from app.field.timesheet.models import TimeComment, TimeCorrection
from app.field.timesheet.policies import PHASES, TOLD_BY, Correction, Tap, TimeSaid, Visited
from app.field.timesheet.schemas import TimeCorrectionOut
from app.workforce.tables import VisitBooking

BEFORE = timedelta(hours=36)
"""What counts in a period began at most this long before it: 16 hours, and 12 more for who came before the tap."""
AFTER = timedelta(hours=12)
"""Who came before the tap is counted from when he came."""

HAPPENED_AT = func.coalesce(
    VisitEvent.corrected_at, func.least(VisitEvent.occurred_at, VisitEvent.received_at)
)
"""The best estimate of when it happened. Never later than it was received."""


async def find_visited(
    session: Session, company_id: UUID, *, since: datetime, until: datetime, worker_id: UUID | None = None
) -> dict[UUID, list[Visited]]:
    """By worker: each visit at which he can have done something in [since, until).

    Four statements, however many workers and visits there are.
    """
    visits = await _find_visit_ids(session, company_id, since, until, worker_id)
    taps = await _find_taps(session, company_id, visits)
    presences = await _find_presences(session, company_id, visits)
    booked = await _find_bookings(session, company_id, visits)
    found: dict[UUID, list[Visited]] = defaultdict(list)
    for visit_id, history in taps.items():
        there = presences.get(visit_id, {})
        takes_time = set() if there else booked.get(visit_id, set())
        for worker in {one.by for one in history if one.by} | set(there) | booked.get(visit_id, set()):
            visited = Visited(visit_id, history, there.get(worker), worker in takes_time)
            found[worker].append(visited)
    return found


async def _find_visit_ids(
    session: Session, company_id: UUID, since: datetime, until: datetime, worker_id: UUID | None
) -> list[UUID]:
    query = _select_visit_ids(company_id, since, until)
    if worker_id is not None:
        query = query.where(_concerns(company_id, worker_id))
    return list(await session.scalars(query.distinct()))


def _select_visit_ids(company_id: UUID, since: datetime, until: datetime) -> Select[UUID]:
    return select(VisitEvent.visit_id).where(
        VisitEvent.company_id == company_id,
        VisitEvent.kind.in_(list(PHASES)),
        VisitEvent.received_at >= since - BEFORE,
        until + AFTER > HAPPENED_AT,
    )


async def count_visits(
    session: Session, company_id: UUID, since: datetime, until: datetime, *, at_most: int
) -> int:
    """How many visits `find_visited` would read, counted up to `at_most`."""
    some = _select_visit_ids(company_id, since, until).distinct().limit(at_most).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


def _concerns(company_id: UUID, worker_id: UUID) -> ColumnElement[bool]:
    """He tapped, was there, or is booked. The company stands in each by its value: Citus wants to know it."""
    tables: tuple[Any, ...] = (VisitBooking, VisitPresence)
    return or_(
        VisitEvent.actor_id == worker_id,
        *(
            exists().where(
                one.company_id == company_id,
                one.visit_id == VisitEvent.visit_id,
                one.worker_id == worker_id,
            )
            for one in tables
        ),
    )


def _one_of(ids: Iterable[UUID]) -> Any:
    """One parameter, however many ids there are."""
    return any_(literal(list(ids), ARRAY(Uuid)))


async def _find_taps(session: Session, company_id: UUID, visits: Sequence[UUID]) -> dict[UUID, list[Tap]]:
    stamped = VisitEvent.payload["stamped_at"].astext
    query = (
        select(VisitEvent.visit_id, VisitEvent.kind, HAPPENED_AT, stamped, VisitEvent.actor_id)
        .where(
            VisitEvent.company_id == company_id,
            VisitEvent.visit_id == _one_of(visits),
            VisitEvent.kind.in_(sorted(TOLD_BY)),
        )
        .order_by(VisitEvent.visit_id, VisitEvent.id)
    )
    found: dict[UUID, list[Tap]] = defaultdict(list)
    for visit_id, kind, at, stamp, by in await session.execute(query):
        found[visit_id].append(Tap(kind, datetime.fromisoformat(stamp) if stamp else at, by))
    return found


async def _find_presences(
    session: Session, company_id: UUID, visits: Sequence[UUID]
) -> dict[UUID, dict[UUID, tuple[Interval, ...]]]:
    query = (
        select(VisitPresence.visit_id, VisitPresence.worker_id, VisitPresence.intervals)
        .where(VisitPresence.company_id == company_id, VisitPresence.visit_id == _one_of(visits))
        .order_by(VisitPresence.visit_id, VisitPresence.revision)
    )
    found: dict[UUID, dict[UUID, tuple[Interval, ...]]] = defaultdict(dict)
    for visit_id, worker_id, intervals in await session.execute(query):
        found[visit_id][worker_id] = msgspec.convert(intervals, tuple[Interval, ...])
    return found


async def _find_bookings(session: Session, company_id: UUID, visits: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    query = select(VisitBooking.visit_id, VisitBooking.worker_id).where(
        VisitBooking.company_id == company_id, VisitBooking.visit_id == _one_of(visits)
    )
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for visit_id, worker_id in await session.execute(query):
        found[visit_id].add(worker_id)
    return found


def _corrections(
    company_id: UUID, since: datetime, until: datetime, worker_id: UUID | None
) -> Select[TimeCorrection]:
    query = select(TimeCorrection).where(
        TimeCorrection.company_id == company_id,
        TimeCorrection.starts_at < until,
        TimeCorrection.ends_at > since,
    )
    if worker_id is not None:
        query = query.where(TimeCorrection.worker_id == worker_id)
    return query.order_by(TimeCorrection.worker_id, TimeCorrection.revision)


async def find_corrections(
    session: Session, company_id: UUID, *, since: datetime, until: datetime, worker_id: UUID | None = None
) -> Sequence[TimeCorrection]:
    """Corrections of time in [since, until), by worker, in the order in which they hold."""
    return (await session.scalars(_corrections(company_id, since, until, worker_id))).all()


def correction_of(row: TimeCorrection) -> Correction:
    return Correction(
        row.id, row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC), TimeSaid(row.says), row.visit_id
    )


async def last_revision(session: Session, company_id: UUID, worker_id: UUID) -> int:
    query = select(func.max(TimeCorrection.revision)).where(
        TimeCorrection.company_id == company_id, TimeCorrection.worker_id == worker_id
    )
    return await session.scalar(query) or 0


async def get_correction(
    session: Session, company_id: UUID, correction_id: UUID, *, worker_id: UUID
) -> TimeCorrection | None:
    query = select(TimeCorrection).where(
        TimeCorrection.company_id == company_id,
        TimeCorrection.id == correction_id,
        TimeCorrection.worker_id == worker_id,
    )
    return await session.scalar(query)


async def find_comments(
    session: Session, company_id: UUID, correction_ids: Sequence[UUID]
) -> dict[UUID, list[TimeComment]]:
    """By correction, oldest first."""
    query = select(TimeComment).where(
        TimeComment.company_id == company_id, TimeComment.correction_id == _one_of(correction_ids)
    )
    found: dict[UUID, list[TimeComment]] = defaultdict(list)
    for one in await session.scalars(query.order_by(TimeComment.id)):
        found[one.correction_id].append(one)
    return found


SHOWN = tuple(field for field in TimeCorrectionOut.__struct_fields__ if field != "comments")
_COMMENT = func.jsonb_build_object(
    "id", TimeComment.id, "comment", TimeComment.comment, "said_at", TimeComment.said_at
)
_COMMENTS = (
    select(func.jsonb_agg(_COMMENT).aggregate_order_by(TimeComment.id))
    .where(
        TimeComment.company_id == bindparam("company", type_=Uuid),
        TimeComment.correction_id == TimeCorrection.id,
    )
    .correlate(TimeCorrection)
    .scalar_subquery()
)
CORRECTIONS_OF_WORKER = Query(
    select(*(getattr(TimeCorrection, field) for field in SHOWN), _COMMENTS)
    .where(
        TimeCorrection.company_id == bindparam("company", type_=Uuid),
        TimeCorrection.worker_id == bindparam("worker", type_=Uuid),
        TimeCorrection.corrected_at > bindparam("corrected_since", type_=DateTime(timezone=True)),
    )
    .order_by(TimeCorrection.revision),
    lambda *row: msgspec.convert(
        dict(zip(SHOWN, row, strict=False)) | {"comments": row[-1] or []}, TimeCorrectionOut
    ),
)


async def find_corrections_of_worker(
    work: Work, worker_id: UUID, *, corrected_since: datetime
) -> list[TimeCorrectionOut]:
    """What the office has corrected of his time lately, with what he said of it, in one statement, for phones."""
    return await work.all(CORRECTIONS_OF_WORKER, worker=worker_id, corrected_since=corrected_since)


def new_comment(
    company_id: UUID, correction_id: UUID, worker_id: UUID, comment: str, said_at: datetime
) -> TimeComment:
    return TimeComment(
        company_id=company_id,
        id=uuid7(),
        correction_id=correction_id,
        worker_id=worker_id,
        comment=comment,
        said_at=said_at,
    )
