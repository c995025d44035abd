"""Asks a client while somebody is still there about the next visit, books it, and remembers what he said."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.clients.api import SiteNotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.candidates.queries import get_zone
from app.crm.invites.queries import find_job_types
from app.crm.invites.releasing import services_of
from app.crm.loss_reasons.policies import check_refused
from app.crm.next_visits.policies import find_category
from app.crm.next_visits.schemas import NameDate
from app.crm.next_visits.service import About, about_visit, name_date
from app.crm.on_site import queries
from app.crm.on_site.models import NextVisitProposal
from app.crm.on_site.policies import CategoryWithoutJobType, Reply, check_complete
from app.crm.on_site.schemas import ProposeNextVisit
from app.crm.rules.service import find_rules
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.api import VisitTime, get_visit, plan_visit
from app.orders.api import create_job


class Booked(NamedTuple):
    """What follows from a reply."""

    on: date | None = None
    job_id: UUID | None = None
    visit_id: UUID | None = None


async def propose_next_visit(
    session: Session, scope: Scope, visit_id: UUID, said: ProposeNextVisit, *, now: datetime
) -> NextVisitProposal:
    """Keep what the client says, and do it: book the visit, or note the day that he names.

    A booking is a new job at this site with a planned visit. The office finds who comes, as for any other.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
        ReplyIncomplete, LossReasonWithoutRefusal, NextVisitInvalid, CategoryWithoutJobType: see there.
        and the refusals of creating a job and of planning a visit.
    """
    check_complete(said.reply, time=said.time, on=said.on, reason=said.reason)
    check_refused(said.loss_reason, is_refused=said.reply == Reply.REFUSED)
    about = await about_visit(session, scope, visit_id)
    visit = await get_visit(session, scope, visit_id)
    follows = await _follow(session, scope, about, said, now=now)
    proposal = NextVisitProposal(
        company_id=scope.company_id,
        id=uuid7(),
        visit_id=visit_id,
        client_id=about.client_id,
        worker_id=visit.worker_id,
        category=said.category,
        reply=said.reply,
        on_day=follows.on,
        job_id=follows.job_id,
        booked_visit_id=follows.visit_id,
        reason=said.reason.strip(),
        loss_reason=said.loss_reason,
        made_by=scope.user_id,
        made_at=now,
    )
    return await queries.add(session, proposal)


async def _follow(
    session: Session, scope: Scope, about: About, said: ProposeNextVisit, *, now: datetime
) -> Booked:
    if said.reply == Reply.BOOKED and said.time is not None:
        return await _book(session, scope, about, said.category, said.time, now=now)
    if said.reply == Reply.NAMED and said.on is not None:
        named = NameDate(on=said.on, category=said.category)
        await name_date(session, scope, about, named, now=now)
        return Booked(said.on)
    async with work_in(session, scope.company_id) as work:
        find_category((await find_rules(work, now=now))[-1], said.category)
    return Booked()


async def _book(
    session: Session, scope: Scope, about: About, category: str, time: VisitTime, *, now: datetime
) -> Booked:
    if about.site_id is None:
        raise SiteNotFound
    async with work_in(session, scope.company_id) as work:
        rules, zone = (await find_rules(work, now=now))[-1], await get_zone(work)
        find_category(rules, category)
        service = services_of(rules, await find_job_types(work)).get(category)
    if service is None or service.job_type_id is None:
        raise CategoryWithoutJobType(category=category)
    job = await create_job(
        session,
        scope,
        job_type_id=service.job_type_id,
        client_id=about.client_id,
        site_id=about.site_id,
        now=now,
    )
    async with work_in(session, scope.company_id) as work:
        visit = await plan_visit(work, scope, job_id=job.id, time=time, now=now)
    return Booked(time.starts_at.astimezone(zone).date(), job.id, visit.id)
