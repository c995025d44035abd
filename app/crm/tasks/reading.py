"""Tasks as people see them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.clients import api as clients
from app.core.scope import Scope
from app.crm.tasks import queries
from app.crm.tasks.models import Task
from app.crm.tasks.schemas import MyDayOut, TaskOut
from app.db.session import Session
from app.identity import api as identity

DAY_MAX = 200
"""More nobody does in a day. What is not shown comes when others are done."""


async def show_tasks(session: Session, scope: Scope, tasks: Sequence[Task]) -> list[TaskOut]:
    """Each with the client's name and phone."""
    found = await clients.find_clients(session, scope.company_id, list({one.client_id for one in tasks}))
    by_id = {card: one for one in found for card in one.card_ids}
    sees_all = clients.may_see_phones(scope)
    return [
        TaskOut.of(
            one,
            by_id[one.client_id],
            lang=scope.lang,
            sees_phone=sees_all or (one.holder_id == scope.user_id and one.closed_at is None),
        )
        for one in tasks
    ]


async def show_task(session: Session, scope: Scope, task: Task) -> TaskOut:
    await session.flush()
    return (await show_tasks(session, scope, [task]))[0]


async def show_day(session: Session, scope: Scope, *, day: date | None, now: datetime) -> MyDayOut:
    """The caller's day, by the company's calendar."""
    company = await identity.get_entered_company(session, scope.company_id)
    zone = ZoneInfo(company.timezone)
    day = day or now.astimezone(zone).date()
    until = datetime.combine(day + timedelta(days=1), time(), zone)
    tasks = await _of_day(session, scope.company_id, scope.user_id, until)
    return MyDayOut(day=day, items=await show_tasks(session, scope, tasks))


async def _of_day(session: Session, company_id: UUID, user_id: UUID, until: datetime) -> Sequence[Task]:
    return await queries.find_of_day(session, company_id, user_id, until=until, limit=DAY_MAX)
