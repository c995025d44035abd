"""All SQL about who was at a visit."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, ColumnElement, DateTime, Uuid, and_, any_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.core.ids import uuid7
from app.db.query import Query
from app.db.session import Session
from app.dispatch.presence.models import VisitPresence
from app.dispatch.presence.policies import Interval, Planned, Presence
from app.dispatch.visits.models import Visit
from app.identity.tables import UserAccount
from app.workforce.tables import Absence, CrewMember

COMPANY = bindparam("company", type_=Uuid)
MOMENT = bindparam("moment", type_=DateTime(timezone=True))


def _is_away(lies_in: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether a member was absent then. `lies_in` says whether the moment lies in a period."""
    return exists().where(
        Absence.company_id == COMPANY,  # by value: Citus wants to know it among the columns
        Absence.worker_id == CrewMember.worker_id,
        Absence.kind != "break",
        lies_in(Absence.period),
    )


CREW_THEN = Query(
    select(CrewMember.worker_id, CrewMember.share, _is_away(lambda period: period.contains(MOMENT)))
    .where(
        CrewMember.company_id == COMPANY,
        CrewMember.crew_id == bindparam("crew", type_=Uuid),
        CrewMember.period.contains(MOMENT),
    )
    .order_by(CrewMember.id),
    Planned,
)
"""The members of a crew at a moment, in the order in which they joined."""


class PlannedAt(NamedTuple):
    """Somebody who is planned for a visit, with his name."""

    visit_id: UUID
    at: datetime
    """When the visit was reached, or begins."""
    name: str
    planned: Planned


_VISITS = bindparam("visits", type_=ARRAY(Uuid))
_MEMBER, _SINGLE = aliased(UserAccount), aliased(UserAccount)
"""The person of a member of the crew, and the person who was sent alone."""


def _was_in(period: Any) -> ColumnElement[bool]:
    """Whether the visit was reached in that period, or begins in it. COALESCE would hide the index of the period."""
    reached = and_(Visit.arrived_at.is_not(None), period.contains(Visit.arrived_at))
    return or_(reached, and_(Visit.arrived_at.is_(None), period.contains(Visit.starts_at)))


PLANNED_OF_VISITS = Query(
    select(
        Visit.id,
        func.coalesce(Visit.arrived_at, Visit.starts_at),
        func.coalesce(_MEMBER.name, _SINGLE.name),
        func.coalesce(CrewMember.worker_id, Visit.worker_id),
        func.coalesce(CrewMember.share, 1),
        and_(CrewMember.worker_id.is_not(None), _is_away(_was_in)),
    )
    .outerjoin(
        CrewMember,
        and_(
            CrewMember.company_id == Visit.company_id,
            CrewMember.crew_id == Visit.crew_id,
            _was_in(CrewMember.period),
        ),
    )
    .outerjoin(_MEMBER, and_(_MEMBER.company_id == CrewMember.company_id, _MEMBER.id == CrewMember.worker_id))
    .outerjoin(_SINGLE, and_(_SINGLE.company_id == Visit.company_id, _SINGLE.id == Visit.worker_id))
    .where(
        Visit.company_id == COMPANY,
        Visit.id == any_(_VISITS),
        or_(and_(Visit.crew_id.is_(None), Visit.worker_id.is_not(None)), CrewMember.worker_id.is_not(None)),
    )
    .order_by(Visit.id, CrewMember.id),
    lambda visit_id, at, name, *planned: PlannedAt(visit_id, at, name, Planned(*planned)),
)
"""Who is planned for each of these visits: the members of its crew then, or else its worker."""

_COLUMNS = tuple(VisitPresence.__table__.c)


def _recorded(name: str, *row: Any) -> tuple[str, VisitPresence]:
    return name, VisitPresence(**{column.key: value for column, value in zip(_COLUMNS, row, strict=True)})


RECORDED_OF_VISITS = Query(
    select(UserAccount.name.label("worker_name"), *_COLUMNS)
    .select_from(VisitPresence)
    .join(
        UserAccount,
        and_(UserAccount.company_id == VisitPresence.company_id, UserAccount.id == VisitPresence.worker_id),
    )
    .where(VisitPresence.company_id == COMPANY, VisitPresence.visit_id == any_(_VISITS))
    .order_by(VisitPresence.recorded_at, VisitPresence.id),
    _recorded,
)
"""Everything that was recorded for these visits, oldest first, each with the name of its worker."""


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
