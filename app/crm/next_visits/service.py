"""Notes what a client and a specialist say of the next visit. Each note is a fact; statuses and needs follow."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.next_visits import queries
from app.crm.next_visits.policies import check_date, date_by_features, find_category
from app.crm.next_visits.schemas import EnterNextVisit, NameDate, NextVisitOut, NoteInterest
from app.crm.statuses.service import ByWhat, keep_facts, read_by_what
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.api import get_visit
from app.orders.api import get_job


class About(NamedTuple):
    """Of whom something is noted, and where it was said."""

    client_id: UUID
    site_id: UUID | None = None
    visit_id: UUID | None = None


async def about_client(session: Session, scope: Scope, client_id: UUID) -> About:
    """Said to the office.

    Raises:
        ClientNotFound: no such client in this company.
    """
    return About((await clients.get_client(session, scope.company_id, client_id)).id)


async def about_visit(session: Session, scope: Scope, visit_id: UUID) -> About:
    """Said at a visit. A worker says it of his own visits.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await get_visit(session, scope, visit_id)
    job = await get_job(session, scope, visit.job_id)
    return About(job.client_id, job.site_id, visit_id)


async def name_date(
    session: Session, scope: Scope, about: About, data: NameDate, *, now: datetime
) -> NextVisitOut:
    """The client named the date of the next visit.

    Raises:
        NextVisitInvalid: a day that is past or too far away, or an unknown category.
        SiteNotFound: no such site in this company.
    """

    def fact(by: ByWhat) -> Fact:
        check_date(data.on, today=_today(by))
        named = [find_category(by.rules[-1], data.category).code] if data.category else []
        known = Fact(FactKind.DATE_NAMED, now, uuid7(), categories=named, on_day=data.on)
        return _said(known, scope, about._replace(site_id=data.site_id or about.site_id))

    if data.site_id is not None:
        await clients.get_site(session, scope.company_id, data.site_id)
    return await _note(session, scope, about, fact, now=now)


async def enter_next_visit(
    session: Session, scope: Scope, about: About, data: EnterNextVisit, *, now: datetime
) -> NextVisitOut:
    """The specialist entered what he saw, or the day itself.

    Raises:
        NextVisitInvalid: an impossible day, or a category or feature that the rules do not know.
    """

    def fact(by: ByWhat) -> Fact:
        category, today = find_category(by.rules[-1], data.category), _today(by)
        if data.features or data.on is None:
            computed = date_by_features(category, data.features, today=today)
        on = data.on or computed
        check_date(on, today=today)
        detail = {"features": data.features} if data.features else {}
        known = Fact(
            FactKind.DATE_ENTERED, now, uuid7(), categories=[category.code], on_day=on, detail=detail
        )
        return _said(known, scope, about)

    return await _note(session, scope, about, fact, now=now)


async def note_interest(
    session: Session, scope: Scope, about: About, data: NoteInterest, *, now: datetime
) -> NextVisitOut:
    """The client asked about another category.

    Raises:
        NextVisitInvalid: the rules do not know the category.
    """

    def fact(by: ByWhat) -> Fact:
        category = find_category(by.rules[-1], data.category)
        detail = {"comment": data.comment} if data.comment else {}
        known = Fact(FactKind.INTEREST_NOTED, now, uuid7(), categories=[category.code], detail=detail)
        return _said(known, scope, about)

    return await _note(session, scope, about, fact, now=now)


def _today(by: ByWhat) -> date:
    return by.now.astimezone(by.zone).date()


def _said(fact: Fact, scope: Scope, about: About) -> Fact:
    """The fact with who said it and where."""
    return fact._replace(site_id=about.site_id, visit_id=about.visit_id, worker_id=scope.user_id)


async def _note(
    session: Session, scope: Scope, about: About, fact: Callable[[ByWhat], Fact], *, now: datetime
) -> NextVisitOut:
    async with work_in(session, scope.company_id) as work:
        by = await read_by_what(work, now=now)
        noted = fact(by)
        await keep_facts(work, [OfClient(about.client_id, noted)], by)
    due_on = await queries.get_due_on(session, scope, about.client_id)
    return NextVisitOut(client_id=about.client_id, noted_on=noted.on_day, due_on=due_on)
