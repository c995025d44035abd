"""Visits that somebody has or is asked for, with the facts that the rules ask about these people."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Uuid, and_, bindparam, func, literal_column, select

from app.clients.tables import Site
from app.db.query import Query
from app.dispatch.gate.policies import Facts, JobRules
from app.dispatch.gate.queries import (
    RULE_COLUMNS,
    RULES_END,
    is_absent_then,
    is_on_shift_then,
    is_outside_territories,
    job_rules,
)
from app.dispatch.offers.models import Offer
from app.dispatch.offers.queries import IS_OPEN, OFFER_COLUMNS
from app.dispatch.offers.states import OfferState
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import VISIT_COLUMNS, VISIT_END, takes_time_of
from app.dispatch.visits.states import VisitState
from app.identity.tables import UserAccount
from app.notifications.tables import InboxItem
from app.orders.tables import Job
from app.workforce.tables import Crew, VisitBooking, Worker

COMPANY = bindparam("company", type_=Uuid)
NOT_THERE_YET = Visit.status.in_(
    [literal_column("'offered'"), literal_column("'accepted'"), literal_column("'en_route'")]
)

STAFFED_OF = Query(
    select(Visit.id)
    .where(
        Visit.company_id == COMPANY,
        takes_time_of(bindparam("worker", type_=Uuid), COMPANY),
        NOT_THERE_YET,
        Visit.ends_at > bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(Visit.id),
    lambda visit_id: visit_id,
)
"""Visits that take this worker's time and that nobody has reached."""

STAFFED_FOR = Query(
    select(Visit.id)
    .where(
        Visit.company_id == COMPANY,
        Visit.job_id == bindparam("job", type_=Uuid),
        NOT_THERE_YET,
        Visit.ends_at > bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(Visit.id),
    lambda visit_id: visit_id,
)
"""Visits for this job that somebody has or is asked for, and that nobody has reached."""

STAFFED_BY = Query(
    select(Visit.id)
    .where(
        Visit.company_id == COMPANY,
        Visit.crew_id == bindparam("crew", type_=Uuid),
        NOT_THERE_YET,
        Visit.ends_at > bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(Visit.id),
    lambda visit_id: visit_id,
)
"""Visits that this crew has or is asked for, and that nobody has reached."""


class Asked(NamedTuple):
    visit: VisitState
    offer: OfferState


ASKED = Query(
    select(*VISIT_COLUMNS, *OFFER_COLUMNS)
    .select_from(Visit)
    .join(Offer, and_(Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, IS_OPEN))
    .where(
        Visit.company_id == COMPANY,
        Visit.id == func.any(bindparam("visits", type_=ARRAY(Uuid))),
        Visit.status == literal_column("'offered'"),
        Offer.worker_id == bindparam("worker", type_=Uuid),
    ),
    lambda *row: Asked(VisitState(*row[:VISIT_END]), OfferState(*row[VISIT_END:])),
)
"""Those of these visits that are offered to this worker, alone or as foreman, and not answered yet."""


class Leaver(NamedTuple):
    name: str
    session_version: int
    works: bool


LEAVER = Query(
    select(UserAccount.name, UserAccount.session_version, and_(Worker.is_active, UserAccount.is_active))
    .join(Worker, and_(Worker.company_id == UserAccount.company_id, Worker.id == UserAccount.id))
    .where(UserAccount.company_id == COMPANY, UserAccount.id == bindparam("worker", type_=Uuid)),
    Leaver,
)


class Staffed(NamedTuple):
    """A visit beside one of the people who are to come."""

    visit: VisitState
    overruled: Sequence[str]
    """Rules that were overruled when it was offered. They are known."""
    needed: int
    """How many were asked. 0: not known, or one by himself."""
    is_dissolved: bool
    """It belongs to a crew that is not active any more."""
    rules: JobRules
    person: Facts | None


def _staffed(*row: Any) -> Staffed:
    overruled, needed, has_active_crew, *rest = row[VISIT_END:]
    rules, person = rest[:RULES_END], rest[RULES_END:]
    worker_id, skills, absent, outside, on_shift, works = person
    facts = Facts(worker_id, skills, absent, outside, is_on_shift=on_shift, is_active=works, is_busy=False)
    return Staffed(
        VisitState(*row[:VISIT_END]),
        overruled or [],
        needed or 0,
        has_active_crew is False,
        job_rules(*rules),
        facts if worker_id else None,
    )


STAFFED = Query(
    select(
        *VISIT_COLUMNS,
        Offer.in_spite_of,
        Offer.people,
        Crew.is_active,
        *RULE_COLUMNS,
        Worker.id,
        Worker.skills,
        is_absent_then(Worker.id, Visit.starts_at, Visit.ends_at),
        is_outside_territories(Worker.id, Site.point),
        is_on_shift_then(Worker.id, Visit.starts_at, Visit.ends_at),
        and_(Worker.is_active, UserAccount.is_active),
    )
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .outerjoin(Offer, and_(Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, IS_OPEN))
    .outerjoin(Crew, and_(Crew.company_id == Visit.company_id, Crew.id == Visit.crew_id))
    .outerjoin(
        VisitBooking,
        and_(VisitBooking.company_id == Visit.company_id, VisitBooking.visit_id == Visit.id),
    )
    .outerjoin(
        Worker, and_(Worker.company_id == VisitBooking.company_id, Worker.id == VisitBooking.worker_id)
    )
    .outerjoin(UserAccount, and_(UserAccount.company_id == Worker.company_id, UserAccount.id == Worker.id))
    .where(Visit.company_id == COMPANY, Visit.id == func.any(bindparam("visits", type_=ARRAY(Uuid))))
    .order_by(Visit.id, Worker.id),
    _staffed,
)
"""One row for each of the people of these visits."""


class OpenItem(NamedTuple):
    visit_id: UUID
    reasons: list[str]


OPEN_ITEMS = Query(
    select(InboxItem.subject_id, InboxItem.params).where(
        InboxItem.company_id == COMPANY,
        InboxItem.kind == literal_column("'visit_unfit'"),
        InboxItem.subject_id == func.any(bindparam("visits", type_=ARRAY(Uuid))),
        InboxItem.done_at.is_(None),
    ),
    lambda visit_id, params: OpenItem(visit_id, params["reasons"]),
)
"""Open items that say why one of these visits does not fit."""
