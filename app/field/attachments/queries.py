"""All SQL about photos and signatures."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, bindparam, case, func, or_, select

from app.clients.tables import Site
from app.core.places import Place
from app.core.scope import Scope
from app.db.points import place_of
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.field.attachments.models import Attachment
from app.field.attachments.policies import COUNTED_TOGETHER, PROOFS, Counted, moments_of
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


async def count_attachments(
    session: Session, scope: Scope, *, purpose: str, job_id: UUID, visit_id: UUID
) -> Counted:
    """Count declared and stored files. Lock the job first, or the numbers may change before COMMIT."""
    counts = Attachment.purpose.in_(COUNTED_TOGETHER.get(purpose, (purpose,)))
    is_proof_of_visit = and_(Attachment.visit_id == visit_id, Attachment.purpose.in_(PROOFS))
    query = select(func.count(case((counts, 1))), func.count(case((is_proof_of_visit, 1)))).where(
        Attachment.company_id == scope.company_id, Attachment.job_id == job_id
    )
    return Counted(*(await session.execute(query)).one())


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


async def count_bytes(session: Session, company_id: UUID, *, since: datetime) -> int:
    """Size of all files that a company has declared since then, in bytes."""
    query = select(func.coalesce(func.sum(Attachment.size), 0)).where(
        Attachment.company_id == company_id, Attachment.declared_at >= since
    )
    return int(await session.scalar(query) or 0)
