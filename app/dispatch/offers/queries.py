"""All SQL about offers. Each command reads its facts with one `Query`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    lateral,
    literal_column,
    select,
    true,
)

from app.clients.tables import Site
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Lock
from app.dispatch.candidates.policies import OfferMade
from app.dispatch.gate.policies import Facts
from app.dispatch.gate.queries import (
    RULE_COLUMNS,
    RULES_END,
    is_absent_then,
    is_on_shift_then,
    is_outside_territories,
    job_rules,
)
from app.dispatch.offers.hours import answer_hours
from app.dispatch.offers.models import Offer
from app.dispatch.offers.policies import AnswerFacts, Asked, Terms
from app.dispatch.offers.states import OfferState
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import VISIT_COLUMNS
from app.dispatch.visits.states import VisitState
from app.identity.api import is_employed
from app.identity.tables import Company, UserAccount
from app.orders.tables import Job, JobType
from app.workforce.tables import Absence, Crew, CrewMember, Shift, VisitBooking, Worker

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)
WORKER = bindparam("worker", type_=Uuid)
ASKED = bindparam("asked", type_=ARRAY(Uuid))
OFFER_COLUMNS = [getattr(Offer, name) for name in OfferState._fields]
VISIT_END = len(VisitState._fields)
OFFER_END = VISIT_END + len(OfferState._fields)
PERSON_FROM = VISIT_END + 2 + 7 + RULES_END
"""After the visit: time to answer and ladder, `HOURS_COLUMNS`, `RULE_COLUMNS`."""


class OfferRow(NamedTuple):
    """A visit that is to be offered, beside one of the workers who are asked.

    `person` is None if there is no such worker.
    """

    visit: VisitState
    terms: Terms
    clashes: list[UUID]
    """Other visits that take his time then."""
    person: Facts | None


def _offer_row(*row: Any) -> OfferRow:
    within_s, ladder, *rest = row[VISIT_END:PERSON_FROM]
    hours, rules = rest[:HOURS_END], rest[HOURS_END:]
    clashes, worker_id, skills, absent, outside, on_shift, works = row[PERSON_FROM:]
    person = Facts(worker_id, skills, absent, outside, bool(clashes), on_shift, works)
    return OfferRow(
        visit=VisitState(*row[:VISIT_END]),
        terms=Terms(timedelta(seconds=within_s), ladder, job_rules(*rules), answer_hours(*hours)),
        clashes=clashes or [],
        person=person if worker_id else None,
    )


CLASHES = (
    select(func.array_agg(VisitBooking.visit_id.distinct()))
    .where(
        VisitBooking.company_id == COMPANY,
        VisitBooking.worker_id == Worker.id,
        VisitBooking.period.overlaps(func.tstzrange(Visit.starts_at, Visit.ends_at)),
        VisitBooking.visit_id != Visit.id,
    )
    .correlate(Visit, Worker)
    .scalar_subquery()
)
SINCE = bindparam("since", type_=DateTime(timezone=True))


def _periods_of_worker(table: Any) -> Any:
    """His periods from `since` until the visit begins. Null if the company lets time run at any hour."""
    found = (
        select(func.jsonb_agg(func.jsonb_build_array(func.lower(table.period), func.upper(table.period))))
        .where(
            table.company_id == COMPANY,
            table.worker_id == Worker.id,
            table.period.overlaps(func.tstzrange(SINCE, func.greatest(SINCE, Visit.starts_at))),
        )
        .correlate(Visit, Worker)
        .scalar_subquery()
    )
    return case((Company.offers_wait_for_shifts, found))


HOURS_COLUMNS = (
    Job.priority,
    Company.office_hours,
    Company.offers_wait_for_shifts,
    Company.urgent_at_any_hour,
    Company.timezone,
    _periods_of_worker(Shift),
    _periods_of_worker(Absence),
)
"""The columns of `AnswerHours` for a worker who is asked."""
HOURS_END = len(HOURS_COLUMNS)
ANSWER_HOURS = Query(
    select(*HOURS_COLUMNS)
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(Company, Company.id == Visit.company_id)
    .join(Worker, and_(Worker.company_id == Visit.company_id, Worker.id == WORKER))
    .where(Visit.company_id == COMPANY, Visit.id == VISIT),
    answer_hours,
)
"""For the next candidate of a ladder."""
TO_OFFER = Query(
    select(
        *VISIT_COLUMNS,
        JobType.accept_within_s,
        JobType.ladder,
        *HOURS_COLUMNS,
        *RULE_COLUMNS,
        CLASHES,
        Worker.id,
        Worker.skills,
        is_absent_then(Worker.id, Visit.starts_at, Visit.ends_at),
        is_outside_territories(Worker.id, Site.point),
        is_on_shift_then(Worker.id, Visit.starts_at, Visit.ends_at),
        and_(Worker.is_active, UserAccount.is_active),
    )
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(Company, Company.id == Visit.company_id)
    .outerjoin(Worker, and_(Worker.company_id == Visit.company_id, Worker.id == func.any(ASKED)))
    .outerjoin(UserAccount, and_(UserAccount.company_id == Worker.company_id, UserAccount.id == Worker.id))
    .where(Visit.company_id == COMPANY, Visit.id == VISIT),
    _offer_row,
)
"""One row for each worker who is asked; one row without a worker if none of them exists."""

LOCK_CREW = Lock("lock_crew", "SELECT FROM crew WHERE company_id = $1 AND id = $2 FOR SHARE")
"""Until the end of the transaction nobody joins or leaves the crew, so exactly its members are booked."""
CREW_THEN = Query(
    select(Crew.foreman_id, func.array_agg(CrewMember.worker_id), Crew.id)
    .select_from(Visit)
    .join(Crew, and_(Crew.company_id == Visit.company_id, Crew.id == bindparam("crew", type_=Uuid)))
    .join(
        CrewMember,
        and_(
            CrewMember.company_id == Crew.company_id,
            CrewMember.crew_id == Crew.id,
            CrewMember.period.contains(Visit.starts_at),
        ),
    )
    .where(
        Visit.company_id == COMPANY,
        Visit.id == VISIT,
        Crew.is_active.is_(True),
        is_employed(COMPANY, Crew.foreman_id),
    )
    .group_by(Crew.company_id, Crew.id),
    Asked,
)
"""An active crew with its members when the visit begins. Its foreman is the one who is asked."""


def _answer_facts(*row: Any) -> AnswerFacts:
    return AnswerFacts(visit=VisitState(*row[:VISIT_END]), offer=OfferState(*row[VISIT_END:]))


LAST_OFFER = lateral(
    select(*OFFER_COLUMNS)
    .where(Offer.company_id == COMPANY, Offer.visit_id == Visit.id, Offer.worker_id == WORKER)
    .order_by(Offer.id.desc())
    .limit(1)
    .correlate(Visit)
).alias("last_offer")
TO_ANSWER = Query(
    select(*VISIT_COLUMNS, *LAST_OFFER.c)
    .select_from(Visit)
    .join(LAST_OFFER, true())
    .where(Visit.company_id == COMPANY, Visit.id == VISIT),
    _answer_facts,
)
"""Also finds offers that have ended, because a late answer is refused with the reason."""

MADE = cast(Table, Offer.__table__).alias("made")
OFFERS_MADE = (
    select(func.jsonb_agg(func.jsonb_build_array(MADE.c.worker_id, MADE.c.crew_id, MADE.c.status)))
    .where(MADE.c.company_id == COMPANY, MADE.c.visit_id == Visit.id)
    .correlate(Visit)
    .scalar_subquery()
)


def offers_made(made: Any) -> list[OfferMade]:
    """Read the value of OFFERS_MADE."""
    return [
        OfferMade(UUID(worker), UUID(crew) if crew else None, status) for worker, crew, status in made or []
    ]


OFFERS_OF = Query(
    select(*VISIT_COLUMNS, OFFERS_MADE).where(Visit.company_id == COMPANY, Visit.id == VISIT),
    lambda *row: (VisitState(*row[:VISIT_END]), offers_made(row[VISIT_END])),
)
IS_OPEN = Offer.status.in_([literal_column("'pending'"), literal_column("'accepted'")])
"""Literals, so that PostgreSQL sees that the index `uq_offer__open` fits."""


async def find_offers(session: Session, scope: Scope, visit_id: UUID) -> Sequence[Offer]:
    """Everybody who was asked, oldest first."""
    query = select(Offer).where(Offer.company_id == scope.company_id, Offer.visit_id == visit_id)
    return (await session.scalars(query.order_by(Offer.id))).all()
