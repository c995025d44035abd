"""All SQL about tasks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, and_, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from app.clients.tables import of_client
from app.core.scope import Scope
from app.crm.tasks.models import Task, TaskEvent
from app.crm.tasks.policies import TaskStatus
from app.db.session import Session
from app.db.wake import wake_for
from app.identity.tables import UserAccount
from app.workforce.tables import Absence

TASKS = cast(Table, Task.__table__)
EVENTS = cast(Table, TaskEvent.__table__)


async def insert_task(session: Session, **values: Any) -> Task | None:
    """None if there is one for this kind, subject and occurrence."""
    inserted = insert(Task).values(**values).on_conflict_do_nothing().returning(Task)
    task = await session.scalar(inserted)
    if task is not None:
        wake_for(session, TASKS, values)
    return task


async def get_task(session: Session, company_id: UUID, task_id: UUID, *, lock: bool = False) -> Task | None:
    query = select(Task).where(Task.company_id == company_id, Task.id == task_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


def visible_to(scope: Scope) -> Select[Task]:
    """The office sees all tasks, a worker those that he has or may get."""
    query = select(Task).where(Task.company_id == scope.company_id)
    if scope.is_office:
        return query
    mine = (Task.holder_id, Task.responsible_id, Task.deputy_id)
    return query.where(or_(*(column == scope.user_id for column in mine)))


def select_tasks(
    scope: Scope, *, client_id: UUID | None, holder_id: UUID | None, status: TaskStatus | None
) -> Select[Task]:
    query = visible_to(scope)
    if client_id is not None:
        query = query.where(of_client(Task.client_id, client_id, scope.company_id))
    if holder_id is not None:
        query = query.where(Task.holder_id == holder_id)
    return query if status is None else query.where(Task.status == status)


async def find_of_day(
    session: Session, company_id: UUID, holder_id: UUID, *, until: datetime, limit: int
) -> Sequence[Task]:
    """What a person has to do before this moment, longest overdue first."""
    query = (
        select(Task)
        .where(
            Task.company_id == company_id,
            Task.holder_id == holder_id,
            Task.status == TaskStatus.OPEN,
            Task.due_at < until,
        )
        .order_by(Task.due_at, Task.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def find_history(session: Session, company_id: UUID, task_id: UUID) -> Sequence[TaskEvent]:
    query = select(TaskEvent).where(TaskEvent.company_id == company_id, TaskEvent.task_id == task_id)
    return (await session.scalars(query.order_by(TaskEvent.id))).all()


async def find_here(
    session: Session, company_id: UUID, user_ids: Iterable[UUID | None], *, at: datetime
) -> set[UUID]:
    """Those of these people who work here and are not absent at this moment."""
    absent = exists().where(
        Absence.company_id == UserAccount.company_id,
        Absence.worker_id == UserAccount.id,
        Absence.period.op("@>")(at),
    )
    query = select(UserAccount.id).where(
        UserAccount.company_id == company_id,
        UserAccount.id.in_([one for one in user_ids if one is not None]),
        UserAccount.is_active.is_(True),
        ~absent,
    )
    return set(await session.scalars(query))


async def take_due_looks(session: Session, company_id: UUID, *, now: datetime, limit: int) -> Sequence[Task]:
    """Tasks to look at now. Their rows are locked; rows that another transaction holds are skipped."""
    query = (
        select(Task)
        .where(Task.company_id == company_id, Task.look_at <= now)
        .order_by(Task.look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()


async def look_at_tasks_of(session: Session, company_id: UUID, holder_id: UUID, *, now: datetime) -> bool:
    """Have the open tasks of this person looked at now. Whether he has any."""
    query = (
        update(Task)
        .where(Task.company_id == company_id, Task.holder_id == holder_id, Task.status == TaskStatus.OPEN)
        .values(look_at=func.least(Task.look_at, now))
        .returning(Task.id)
    )
    return bool((await session.scalars(query)).all())


async def lock_open_of_subjects(
    session: Session, company_id: UUID, subject_ids: Sequence[UUID], *, kind: str | None = None
) -> Sequence[Task]:
    """Open tasks about these things, of one kind or of all, locked in one order."""
    query = (
        select(Task)
        .where(
            and_(Task.company_id == company_id, Task.status == TaskStatus.OPEN),
            Task.subject_id.in_(subject_ids),
            Task.kind == kind if kind else true(),
        )
        .order_by(Task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()
