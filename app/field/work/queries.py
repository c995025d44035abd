"""The facts that a worker's commands need beside the visit."""

from typing import Any, NamedTuple

from sqlalchemy import Uuid, and_, bindparam, exists, func, select

from app.clients.tables import Site
from app.core.places import Place
from app.db.query import Query
from app.documents.api import signed_acts_of_visit
from app.field.attachments.models import Attachment
from app.field.checklists.models import ChecklistAnswer
from app.field.work.policies import Proof
from app.orders.tables import Job, JobType, Measurement

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)
JOB = bindparam("job", type_=Uuid)


SITE_OF_JOB = Query(
    select(func.ST_Y(func.geometry(Site.point)), func.ST_X(func.geometry(Site.point)))
    .join(Job, and_(Job.company_id == Site.company_id, Job.site_id == Site.id))
    .where(Job.company_id == COMPANY, Job.id == JOB),
    lambda lat, lon: Place(lat=lat, lon=lon),
)
"""Where a worker leaves for."""


class Proofs(NamedTuple):
    asked: dict[str, Any]
    """`proofs` of the job type."""
    present: dict[Proof, int]


def _stored(purpose: str) -> Any:
    return (
        select(func.count())
        .where(
            Attachment.company_id == COMPANY,
            Attachment.visit_id == VISIT,
            Attachment.purpose == purpose,
            Attachment.stored_at.is_not(None),
        )
        .scalar_subquery()
    )


PROOFS = Query(
    select(
        JobType.proofs,
        _stored("photo"),
        _stored("photo_act"),
        exists().where(ChecklistAnswer.company_id == COMPANY, ChecklistAnswer.visit_id == VISIT),
        select(func.count())
        .where(Measurement.company_id == COMPANY, Measurement.visit_id == VISIT)
        .scalar_subquery(),
        signed_acts_of_visit(COMPANY, VISIT),
    )
    .select_from(Job)
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .where(Job.company_id == COMPANY, Job.id == JOB),
    lambda asked, photos, photo_acts, is_answered, sheets, acts: Proofs(
        asked,
        {
            Proof.PHOTOS: photos,
            Proof.PHOTO_ACT: photo_acts,
            Proof.CHECKLIST: int(is_answered),
            Proof.MEASUREMENT: sheets,
            Proof.ACT: acts,
        },
    ),
)
"""The proofs the job type requires, and how many of each this visit has."""
