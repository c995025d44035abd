"""All SQL about who was at a visit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Uuid, bindparam, exists, select

from app.core.ids import uuid7
from app.db.query import Query
from app.db.session import Session
from app.dispatch.presence.models import VisitPresence
from app.dispatch.presence.policies import Interval, Planned, Presence
from app.workforce.tables import Absence, CrewMember

COMPANY = bindparam("company", type_=Uuid)
MOMENT = bindparam("moment", type_=DateTime(timezone=True))

IS_AWAY = exists().where(
    Absence.company_id == COMPANY,  # by value: Citus wants to know it among the columns
    Absence.worker_id == CrewMember.worker_id,
    Absence.kind != "break",
    Absence.period.contains(MOMENT),
)
CREW_THEN = Query(
    select(CrewMember.worker_id, CrewMember.share, IS_AWAY)
    .where(
        CrewMember.company_id == COMPANY,
        CrewMember.crew_id == bindparam("crew", type_=Uuid),
        CrewMember.period.contains(MOMENT),
    )
    .order_by(CrewMember.id),
    Planned,
)
"""The members of a crew at a moment, in the order in which they joined."""


def row_of(
    visit_id: UUID, presence: Presence, *, by: UUID | None, now: datetime, reason: str | None
) -> dict[str, object]:
    return {
        "id": uuid7(),
        "visit_id": visit_id,
        "worker_id": presence.worker_id,
        "revision": presence.revision,
        "intervals": msgspec.to_builtins(list(presence.intervals)),
        "share": presence.share,
        "source": presence.source,
        "recorded_by": by,
        "recorded_at": now,
        "reason": reason,
    }


async def find_rows(session: Session, company_id: UUID, visit_id: UUID) -> Sequence[VisitPresence]:
    """Everything that was recorded for a visit, oldest first."""
    query = select(VisitPresence).where(
        VisitPresence.company_id == company_id, VisitPresence.visit_id == visit_id
    )
    return (await session.scalars(query.order_by(VisitPresence.recorded_at, VisitPresence.id))).all()


def newest(rows: Iterable[VisitPresence]) -> list[Presence]:
    """What holds for each worker, in the order in which they were first named."""
    found: dict[UUID, Presence] = {}
    for row in rows:
        known = found.get(row.worker_id)
        if known is None or known.revision < row.revision:
            found[row.worker_id] = presence_of(row)
    return list(found.values())


def presence_of(row: VisitPresence) -> Presence:
    intervals = msgspec.convert(row.intervals, tuple[Interval, ...])
    return Presence(row.worker_id, row.share, intervals, row.revision, row.source, row.recorded_at)
