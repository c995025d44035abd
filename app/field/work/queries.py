"""The facts that a worker's commands need beside the visit."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    union_all,
)

from app.clients.api import SiteFacts
from app.clients.tables import Client, Site, is_card_of, phones_of_client
from app.core.places import Place
from app.db.query import Query
from app.dispatch.api import HELD_BY_WORKER, VisitState
from app.dispatch.tables import IS_SEEN, Visit
from app.documents.api import signed_acts_of_visit
from app.field.attachments.models import Attachment
from app.field.forms.models import VisitForm
from app.field.queries import JOB_COLUMNS, VISIT_COLUMNS, FieldJob, visit_with_job
from app.field.tags.models import TagScan
from app.orders.api import Proof, ProofFacts
from app.orders.tables import Form, Job, JobType, Measurement
from app.workforce.tables import VisitBooking

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)
VISITS = bindparam("visits", type_=ARRAY(Uuid))
JOB = bindparam("job", type_=Uuid)
VISITS_MAX = 200


SITE_OF_JOB = Query(
    select(func.ST_Y(func.geometry(Site.point)), func.ST_X(func.geometry(Site.point)))
    .join(Job, and_(Job.company_id == Site.company_id, Job.site_id == Site.id))
    .where(Job.company_id == COMPANY, Job.id == JOB),
    lambda lat, lon: Place(lat=lat, lon=lon),
)
"""Where a worker leaves for."""


class ClientName(NamedTuple):
    """What a worker may see of a client, sooner or later."""

    name: str
    surname: str
    phones: list[list[Any]] | None
    """As `phones_of_client` reads them."""


class VisitToShow(NamedTuple):
    visit: VisitState
    job: FieldJob
    client: ClientName
    site: SiteFacts


SITE_FIELDS = tuple(field for field in SiteFacts.__struct_fields__ if field != "point")
JOB_END = len(VISIT_COLUMNS) + len(JOB_COLUMNS)
CLIENT_END = JOB_END + len(ClientName._fields)


def _visit_to_show(*row: Any) -> VisitToShow:
    *site, lat, lon = row[CLIENT_END:]
    facts = dict(zip(SITE_FIELDS, site, strict=True))
    return VisitToShow(
        *visit_with_job(row[:JOB_END]),
        ClientName(*row[JOB_END:CLIENT_END]),
        SiteFacts(**facts, point=Place(lat=lat, lon=lon)),
    )


def _visits(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    point = func.geometry(Site.point)
    return (
        select(
            *VISIT_COLUMNS,
            *JOB_COLUMNS,
            Client.name.label("client_name"),
            Client.surname,
            phones_of_client(COMPANY),
            *(getattr(Site, field).label(f"site_{field}") for field in SITE_FIELDS),
            func.ST_Y(point),
            func.ST_X(point),
        )
        .select_from(Visit)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
        .join(Client, is_card_of(Job.client_id, COMPANY))
        .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
        .where(Visit.company_id == COMPANY, *conditions)
    )


SINCE = bindparam("since", type_=DateTime(timezone=True))
STATUSES = bindparam("statuses", type_=ARRAY(Text))
VISIT_TO_SHOW = Query(_visits(Visit.id == VISIT, IS_SEEN), _visit_to_show)
"""One visit, if the caller may see it."""
DAY = Query(
    _visits(Visit.starts_at >= SINCE, or_(STATUSES.is_(None), Visit.status == func.any(STATUSES)), IS_SEEN)
    .order_by(Visit.starts_at, Visit.id)
    .limit(VISITS_MAX),
    _visit_to_show,
)
"""Visits that begin at `since` or later, the earliest first. Without `statuses` all of them."""
UNTIL = bindparam("until", type_=DateTime(timezone=True))
_BOOKED = (VisitBooking.company_id == COMPANY, VisitBooking.worker_id == bindparam("worker", type_=Uuid))
_OWN = union_all(
    select(VisitBooking.visit_id).where(
        *_BOOKED,
        VisitBooking.period.op("&&")(
            func.tstzrange(bindparam("open_since", type_=DateTime(timezone=True)), UNTIL)
        ),
    ),
    select(VisitBooking.visit_id).where(*_BOOKED, VisitBooking.period == text("'empty'::tstzrange")),
).cte("own")
OWN_VISITS = Query(
    _visits(
        Visit.id.in_(select(_OWN.c.visit_id)),
        Visit.starts_at < UNTIL,
        or_(
            Visit.starts_at >= SINCE,
            Visit.status == func.any(bindparam("held", sorted(HELD_BY_WORKER), type_=ARRAY(Text))),
        ),
    )
    .order_by(Visit.starts_at, Visit.id)
    .limit(VISITS_MAX),
    _visit_to_show,
)
"""The worker's visits that begin in [since, until), and those since `open_since` that are not over."""


class ProofsOfVisit(NamedTuple):
    visit_id: UUID
    rules: list[dict[str, Any]]
    """`proofs` of the job type."""
    counts: dict[str, int]
    """By proof: how many there are."""
    complete_forms: list[str]
    """Ids."""
    site: Place

    def facts(self, *, distance_m: float | None = None, accuracy_m: float | None = None) -> ProofFacts:
        return ProofFacts(self.counts, self.complete_forms, distance_m, accuracy_m or 0.0)


def _stored(purpose: str) -> Any:
    """Different files: the same bytes declared twice are one."""
    return (
        select(func.count(Attachment.sha256.distinct()))
        .where(
            Attachment.company_id == COMPANY,
            Attachment.visit_id == Visit.id,
            Attachment.purpose == purpose,
            Attachment.stored_at.is_not(None),
        )
        .correlate(Visit)
        .scalar_subquery()
    )


COUNTS = {
    Proof.PHOTOS: _stored("photo"),
    Proof.PHOTO_ACT: _stored("photo_act"),
    Proof.SIGNATURE: _stored("signature"),
    Proof.MEASUREMENT: select(func.count())
    .where(Measurement.company_id == COMPANY, Measurement.visit_id == Visit.id)
    .correlate(Visit)
    .scalar_subquery(),
    Proof.TAG: select(func.count())
    .where(TagScan.company_id == COMPANY, TagScan.visit_id == Visit.id)
    .correlate(Visit)
    .scalar_subquery(),
    Proof.ACT: signed_acts_of_visit(COMPANY, Visit.id),  # type: ignore[arg-type]  # a column
}


def _proofs_of_visit(
    visit_id: UUID,
    rules: list[dict[str, Any]],
    lat: float,
    lon: float,
    forms: list[UUID] | None,
    *counts: int,
) -> ProofsOfVisit:
    return ProofsOfVisit(
        visit_id,
        rules,
        dict(zip(COUNTS, counts, strict=True)),
        [str(form_id) for form_id in forms or ()],
        Place(lat=lat, lon=lon),
    )


PROOFS = Query(
    select(
        Visit.id,
        JobType.proofs,
        func.ST_Y(func.geometry(Site.point)),
        func.ST_X(func.geometry(Site.point)),
        select(func.array_agg(VisitForm.form_id))
        .where(
            VisitForm.company_id == COMPANY, VisitForm.visit_id == Visit.id, VisitForm.is_complete.is_(True)
        )
        .correlate(Visit)
        .scalar_subquery(),
        *COUNTS.values(),
    )
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .where(Visit.company_id == COMPANY, Visit.id == func.any(VISITS)),
    _proofs_of_visit,
)
"""The proof rules for these visits, and what there is of each proof."""

FORM_NAMES = Query(
    select(Form.name["ru"].astext)
    .where(Form.company_id == COMPANY, Form.id == func.any(bindparam("forms", type_=ARRAY(Uuid))))
    .order_by(Form.id),
    str,
)
