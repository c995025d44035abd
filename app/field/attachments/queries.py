"""All SQL about photos and signatures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Table, Text, Uuid, and_, any_, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.clients.tables import Site
from app.core.places import Place
from app.core.scope import Scope
from app.db.points import place_of
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.dispatch.tables import Visit
from app.field.attachments.models import Attachment
from app.field.attachments.policies import PROOFS, Counted, moments_of
from app.field.queries import select_visit
from app.orders.tables import Job


async def get_attachment(
    session: Session, company_id: UUID, attachment_id: UUID, *, lock: bool = False
) -> Attachment | None:
    query = select(Attachment).where(Attachment.company_id == company_id, Attachment.id == attachment_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_attachments(session: Session, scope: Scope, visit_id: UUID) -> Sequence[Attachment]:
    """Oldest first."""
    query = select(Attachment).where(
        Attachment.company_id == scope.company_id, Attachment.visit_id == visit_id
    )
    return (await session.scalars(query.order_by(Attachment.id))).all()


async def find_of_job(
    session: Session, scope: Scope, attachment_ids: Sequence[UUID], *, job_id: UUID
) -> Sequence[Attachment]:
    query = select(Attachment).where(
        Attachment.company_id == scope.company_id,
        Attachment.job_id == job_id,
        Attachment.id.in_(attachment_ids),
        Attachment.is_abandoned.is_(False),
    )
    return (await session.scalars(query)).all()


ATTACHMENTS = cast(Table, Attachment.__table__).name
COLUMNS = tuple(Attachment.__table__.c)
ATTACHMENTS_OF_VISITS = Query(
    select(*COLUMNS)
    .where(
        Attachment.company_id == bindparam("company", type_=Uuid),
        Attachment.visit_id == func.any(bindparam("visits", type_=ARRAY(Uuid))),
    )
    .order_by(Attachment.id),
    lambda *row: Attachment(**{column.key: value for column, value in zip(COLUMNS, row, strict=True)}),
)


async def find_attachments_of_visits(work: Work, visit_ids: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    """By visit, oldest first. The rows belong to no session. A visit without files is left out."""
    found: dict[UUID, list[Attachment]] = {}
    for attachment in await work.all(ATTACHMENTS_OF_VISITS, visits=visit_ids):
        found.setdefault(attachment.visit_id, []).append(attachment)
    return found


class FirstSeen(NamedTuple):
    declared_at: datetime
    captured_at: datetime | None


async def first_seen(session: Session, attachment: Attachment) -> FirstSeen:
    """When the visit first had a file with these bytes or this drawing, by our clock and by the phone's.

    The same picture may be declared again, under another id. That does not make it newer.
    """
    is_same = [Attachment.sha256 == attachment.sha256]
    if attachment.ink_sha256 is not None:
        is_same.append(Attachment.ink_sha256 == attachment.ink_sha256)
    query = select(func.min(Attachment.declared_at), func.min(Attachment.captured_at)).where(
        Attachment.company_id == attachment.company_id,
        Attachment.visit_id == attachment.visit_id,
        or_(*is_same),
    )
    return FirstSeen(*(await session.execute(query)).one())


class SeenByCamera(NamedTuple):
    """A stored photo with what the camera wrote of it."""

    attachment: Attachment
    point: Place | None
    """Where the camera says it was, and `altitude_m` above the sea. None if it does not say, or must not."""
    altitude_m: float | None
    distance_m: float | None
    """From `point` to the site."""

    @property
    def moments(self) -> list[datetime]:
        return moments_of(self.attachment.taken_at, self.attachment.captured_at)

    def without_place(self) -> "SeenByCamera":
        return self._replace(point=None, altitude_m=None, distance_m=None)


async def find_seen_by_camera(session: Session, scope: Scope, visit_id: UUID) -> list[SeenByCamera]:
    """Stored photos of a visit, oldest first."""
    query = (
        select(Attachment, func.ST_Distance(Attachment.taken_point, Site.point))
        .join(Job, and_(Job.company_id == Attachment.company_id, Job.id == Attachment.job_id))
        .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
        .where(
            Attachment.company_id == scope.company_id,
            Attachment.visit_id == visit_id,
            Attachment.purpose != "signature",
            Attachment.stored_at.is_not(None),
        )
        .order_by(Attachment.id)
    )
    return [
        SeenByCamera(
            one,
            None if one.taken_point is None else place_of(one.taken_point),
            one.taken_altitude_m,
            distance_m,
        )
        for one, distance_m in await session.execute(query)
    ]


class DeclareFacts(NamedTuple):
    """What is known when a file is declared."""

    visit_status: str
    job_id: UUID
    counted: Counted
    bytes_sent: int
    """By the whole company since the quota began to count."""
    known: Attachment | None
    """The file that was declared with this id before. It belongs to no session."""


def _declare_facts(
    visit_status: str, job_id: UUID, of_job: int, of_visit: int, sent: int, *known: Any
) -> DeclareFacts:
    values = {column.key: value for column, value in zip(COLUMNS, known, strict=True)}
    attachment = Attachment(**values) if values["id"] is not None else None
    return DeclareFacts(visit_status, job_id, Counted(of_job, of_visit), sent, attachment)


_COMPANY = bindparam("company", type_=Uuid)
_OTHER = aliased(Attachment)
_COUNT = select(func.count()).select_from(_OTHER)
TO_DECLARE = Query(
    select_visit(
        Visit.status,
        Visit.job_id,
        _COUNT.where(
            _OTHER.company_id == _COMPANY,
            _OTHER.job_id == Visit.job_id,
            _OTHER.purpose == any_(bindparam("purposes", type_=ARRAY(Text))),
        ).scalar_subquery(),
        _COUNT.where(
            _OTHER.company_id == _COMPANY,
            _OTHER.visit_id == Visit.id,
            _OTHER.purpose == any_(literal(list(PROOFS), ARRAY(Text))),
        ).scalar_subquery(),
        select(func.coalesce(func.sum(_OTHER.size), 0))
        .where(
            _OTHER.company_id == _COMPANY,
            _OTHER.declared_at >= bindparam("since", type_=DateTime(timezone=True)),
        )
        .scalar_subquery(),
        *COLUMNS,
    ).outerjoin(
        Attachment,
        and_(
            Attachment.company_id == Visit.company_id,
            Attachment.id == bindparam("attachment", type_=Uuid),
        ),
    ),
    _declare_facts,
)
"""All facts of a declaration. Lock the visit and its job first, or the numbers may change before COMMIT."""
