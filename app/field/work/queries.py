"""The facts that a worker's commands need beside the visit."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, exists, func, select

from app.clients.api import sms_phone_of
from app.clients.tables import Client, Site, phones_of_client
from app.core.places import Place
from app.db.query import Query
from app.documents.api import signed_acts_of_visit
from app.field.attachments.models import Attachment
from app.field.checklists.models import ChecklistAnswer
from app.field.work.policies import Proof
from app.identity.tables import Company, UserAccount
from app.orders.tables import Job, JobType, Measurement

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)
JOB = bindparam("job", type_=Uuid)


class Departure(NamedTuple):
    """The client and site a worker leaves for, with everything the SMS contains."""

    client_id: UUID
    lang: str
    phone: str | None
    """The client's phone that takes messages, E.164."""
    worker: str
    timezone: str
    sender: str
    there: Place


def _departure(*row: Any) -> Departure:
    client_id, lang, phones, worker, timezone, sender, lat, lon = row
    return Departure(client_id, lang, sms_phone_of(phones), worker, timezone, sender, Place(lat=lat, lon=lon))


DEPARTURE = Query(
    select(
        Client.id,
        Client.lang,
        phones_of_client(COMPANY),
        UserAccount.name,
        Company.timezone,
        Company.sms_sender,
        func.ST_Y(func.geometry(Site.point)),
        func.ST_X(func.geometry(Site.point)),
    )
    .select_from(Job)
    .join(Client, and_(Client.company_id == Job.company_id, Client.id == Job.client_id))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(Company, Company.id == Job.company_id)
    .join(
        UserAccount,
        and_(
            UserAccount.company_id == Job.company_id,
            UserAccount.id == bindparam("worker", type_=Uuid),
        ),
    )
    .where(Job.company_id == COMPANY, Job.id == JOB),
    _departure,
)


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
