from datetime import date, timedelta
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.loss_reasons.policies import LossReasonWithoutRefusal
from app.crm.tasks import queries, service
from app.crm.tasks.models import Task
from app.crm.tasks.policies import OutcomeIncomplete, TaskKind, TaskOfCase, TaskStatus
from app.crm.tasks.reading import show_day, show_task, show_tasks
from app.crm.tasks.schemas import (
    DropTask,
    HandOverTask,
    MyDayOut,
    OpenTask,
    RecordOutcome,
    TaskHistoryOut,
    TaskLineOut,
    TaskOut,
)
from app.crm.tasks.service import NewTask, PersonUnknown, TaskNotFound, TaskOver, TaskTaken
from app.db.session import Session
from app.http.guards import anybody, intake, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page


@post("/", operation_id="openTask", guards=[intake])
@refuses(ClientNotFound, PersonUnknown)
@once
async def open_task(
    data: JSONBody[OpenTask],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TaskOut:
    """Give somebody a task: whom to call, when and why. If he is away then, the deputy gets it."""
    new = NewTask(
        client_id=data.client_id,
        kind=TaskKind.BY_HAND,
        channel=data.channel,
        due_at=data.due_at,
        responsible_id=data.responsible_id or caller.user_id,
        deputy_id=data.deputy_id,
        patience=timedelta(minutes=data.patience_min),
        note=data.note.strip(),
    )
    now = clock.now()
    task = await service.open_new_task(session, caller.company_id, new, opened_by=caller.user_id, now=now)
    return await show_task(session, caller, task)


@get("/", operation_id="listTasks", guards=[office])
async def list_tasks(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    client_id: FromQuery[UUID | None] = None,
    holder_id: FromQuery[UUID | None] = None,
    status: FromQuery[TaskStatus | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TaskOut]:
    """Tasks, newest first."""
    query = queries.select_tasks(caller, client_id=client_id, holder_id=holder_id, status=status)
    tasks, next_cursor = await fetch_page(session, query, Task.id, cursor=cursor, limit=limit)
    return Page(items=await show_tasks(session, caller, tasks), next_cursor=next_cursor)


@get("/my-day", operation_id="getMyDay", guards=[anybody])
async def get_my_day(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    day: FromQuery[date | None] = None,
) -> MyDayOut:
    """Whom the caller has to call on this day, when and why; also what is left of the days before."""
    return await show_day(session, caller, day=day, now=clock.now())


@get("/{task_id:uuid}", operation_id="getTask", guards=[anybody])
@refuses(TaskNotFound)
async def get_task(
    task_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TaskOut:
    """One task. Workers see those that are theirs."""
    return await show_task(session, caller, await service.get_task(session, caller, task_id))


@get("/{task_id:uuid}/history", operation_id="getTaskHistory", guards=[office])
@refuses(TaskNotFound)
async def get_task_history(
    task_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TaskHistoryOut:
    """Who had the task, what he tried, and to whom it went."""
    task = await service.get_task(session, caller, task_id)
    lines = await queries.find_history(session, caller.company_id, task.id)
    return TaskHistoryOut(items=[TaskLineOut.of(one) for one in lines])


@post("/{task_id:uuid}/take", operation_id="takeTask", guards=[anybody], status_code=200)
@refuses(TaskNotFound, TaskOver, TaskTaken)
async def take_task(
    task_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TaskOut:
    """Say that the caller is at it, so that nobody else calls this client too."""
    task = await service.take_task(session, caller, task_id=task_id, now=clock.now())
    return await show_task(session, caller, task)


@post("/{task_id:uuid}/hand-over", operation_id="handOverTask", guards=[intake], status_code=200)
@refuses(PersonUnknown, TaskNotFound, TaskOver)
async def hand_over_task(
    task_id: FromPath[UUID],
    data: JSONBody[HandOverTask],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TaskOut:
    """Give the task to another person, also if somebody is at it."""
    task = await service.hand_over(session, caller, task_id=task_id, user_id=data.user_id, now=clock.now())
    return await show_task(session, caller, task)


@post("/{task_id:uuid}/outcome", operation_id="recordTaskOutcome", guards=[anybody], status_code=200)
@refuses(LossReasonWithoutRefusal, OutcomeIncomplete, TaskNotFound, TaskOfCase, TaskOver, TaskTaken)
async def record_task_outcome(
    task_id: FromPath[UUID],
    data: JSONBody[RecordOutcome],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TaskOut:
    """Say what came of it.

    If nobody answers there are further tries after 2 hours, a day and three days. A call back moves the task.
    Everything else closes it.
    """
    task = await service.record_outcome(session, caller, task_id=task_id, said=data.said(), now=clock.now())
    return await show_task(session, caller, task)


@post("/{task_id:uuid}/drop", operation_id="dropTask", guards=[intake], status_code=200)
@refuses(TaskNotFound, TaskOfCase, TaskOver)
async def drop_task(
    task_id: FromPath[UUID],
    data: JSONBody[DropTask],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TaskOut:
    """Say that nobody needs to act any more."""
    task = await service.drop_task(
        session, caller, task_id=task_id, reason=data.reason.strip(), now=clock.now()
    )
    return await show_task(session, caller, task)


router = Router(
    "/crm/tasks",
    route_handlers=[
        open_task,
        list_tasks,
        get_my_day,
        get_task,
        get_task_history,
        take_task,
        hand_over_task,
        record_task_outcome,
        drop_task,
    ],
    tags=["crm: tasks"],
)
