"""Tasks: somebody must act towards a client, by a time, and somebody else if he does not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.contracts.crm import TaskClosed, TaskOpened
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.tasks import policies, queries
from app.crm.tasks.models import Task
from app.crm.tasks.policies import OF_CASE, PATIENCE, Outcome, People, Said, Seat, TaskKind, TaskStatus
from app.crm.tasks.queries import EVENTS
from app.db.append import append
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.identity import api as identity
from app.notifications.api import InboxKind, Item, add_items_once, settle_items


class TaskNotFound(NotFound):
    code = "task_not_found"


class TaskTaken(DomainError):
    """Somebody else is at it. `params` name him."""

    code = "task_taken"


class TaskOver(DomainError):
    """It is closed, or nobody needs to act any more."""

    code = "task_over"


class PersonUnknown(NotFound):
    """Nobody with this id works in this company."""

    code = "task_person_unknown"


class NewTask(NamedTuple):
    client_id: UUID
    kind: TaskKind
    channel: str
    due_at: datetime
    responsible_id: UUID | None
    deputy_id: UUID | None = None
    patience: timedelta = PATIENCE
    note: str = ""
    params: dict[str, Any] = {}
    subject_kind: str = "client_task"
    subject_id: UUID | None = None
    """None: the task itself."""
    occurrence: str = ""


async def open_new_task(
    session: Session, company_id: UUID, new: NewTask, *, opened_by: UUID | None, now: datetime
) -> Task:
    """As `open_task`, for a task about itself, which nobody can have opened before."""
    task = await open_task(session, company_id, new._replace(subject_id=None), opened_by=opened_by, now=now)
    if task is None:
        raise LookupError("a new id is in use")
    return task


async def open_task(
    session: Session, company_id: UUID, new: NewTask, *, opened_by: UUID | None, now: datetime
) -> Task | None:
    """Open a task and give it to the first who is there. None if there is one for its subject and occurrence.

    Raises:
        ClientNotFound: no such client in this company.
        PersonUnknown: the responsible person or the deputy does not work here.
    """
    await clients.get_client(session, company_id, new.client_id)
    await check_people(session, company_id, new.responsible_id, new.deputy_id)
    return await open_for_known(session, company_id, new, opened_by=opened_by, now=now)


async def open_for_known(
    session: Session, company_id: UUID, new: NewTask, *, opened_by: UUID | None, now: datetime
) -> Task | None:
    """As `open_task`, where the client and the people are known to be of this company."""
    people = await _people(session, company_id, new.responsible_id, new.deputy_id, at=max(new.due_at, now))
    seat = policies.seat_for(people, due_at=new.due_at, patience=new.patience, now=now)
    task_id = uuid7()
    values = new._asdict() | seat._asdict() | {"subject_id": new.subject_id or task_id}
    task = await queries.insert_task(
        session, company_id=company_id, id=task_id, opened_by=opened_by, **values
    )
    if task is None:
        return None
    await _note(session, task, "opened", opened_by, now, holder_id=_said(seat.holder_id))
    await announce(session, company_id, TaskOpened(task_id=task.id, client_id=task.client_id))
    await _tell_supervisors(session, task)
    return task


async def check_people(session: Session, company_id: UUID, *user_ids: UUID | None) -> None:
    wanted = {one for one in user_ids if one is not None}
    known = {one.id for one in await identity.find_users(session, company_id, wanted)} if wanted else set()
    if unknown := wanted - known:
        raise PersonUnknown(user_id=min(unknown))


async def _people(
    session: Session, company_id: UUID, responsible_id: UUID | None, deputy_id: UUID | None, *, at: datetime
) -> People:
    here = await queries.find_here(session, company_id, [responsible_id, deputy_id], at=at)
    return People(responsible_id, deputy_id, here)


async def get_task(session: Session, scope: Scope, task_id: UUID) -> Task:
    """One task that this person may see.

    Raises:
        TaskNotFound: no such task for him.
    """
    task = await session.scalar(queries.visible_to(scope).where(Task.id == task_id))
    if task is None:
        raise TaskNotFound(task_id=task_id)
    return task


async def _lock_open(session: Session, scope: Scope, task_id: UUID) -> Task:
    await get_task(session, scope, task_id)
    task = await queries.get_task(session, scope.company_id, task_id, lock=True)
    if task is None or task.status != TaskStatus.OPEN:
        raise TaskOver(task_id=task_id)
    return task


async def take_task(session: Session, scope: Scope, *, task_id: UUID, now: datetime) -> Task:
    """Take a task: from now on nobody else can. He who takes what another had is responsible for it.

    Raises:
        TaskNotFound, TaskOver: see there.
        TaskTaken: somebody else was faster.
    """
    task = await _lock_open(session, scope, task_id)
    if task.taken_by == scope.user_id:
        return task
    if task.taken_by is not None:
        raise TaskTaken(task_id=task_id, taken_by=task.taken_by)
    task.taken_by = scope.user_id
    if task.holder_id != scope.user_id:
        await _seat_person(session, task, scope.user_id, now=now)
    await _note(session, task, "taken", scope.user_id, now)
    return task


async def hand_over(session: Session, scope: Scope, *, task_id: UUID, user_id: UUID, now: datetime) -> Task:
    """Give a task to another person. It is his from now on, and not taken.

    Raises:
        TaskNotFound, TaskOver, PersonUnknown: see there.
    """
    task = await _lock_open(session, scope, task_id)
    await check_people(session, scope.company_id, user_id)
    task.taken_by = None
    await _seat_person(session, task, user_id, now=now)
    await _note(session, task, "handed_over", scope.user_id, now, to=str(user_id))
    return task


async def _seat_person(session: Session, task: Task, user_id: UUID, *, now: datetime) -> None:
    """He is responsible now. If he was the deputy, the one before him is the deputy."""
    if task.deputy_id == user_id:
        task.deputy_id = task.responsible_id
    task.responsible_id = user_id
    await _seat_anew(session, task, task.due_at, now=now)


async def _seat_anew(session: Session, task: Task, due_at: datetime, *, now: datetime) -> None:
    people = await _people(session, task.company_id, task.responsible_id, task.deputy_id, at=max(due_at, now))
    task.due_at = due_at
    _sit(task, policies.seat_for(people, due_at=due_at, patience=task.patience, now=now))
    if task.holder_id is None:
        await _tell_supervisors(session, task)
    else:
        await _settle_inbox(session, task, now=now)


async def record_outcome(session: Session, scope: Scope, *, task_id: UUID, said: Said, now: datetime) -> Task:
    """Write down what came of it: the task is over, or there is a further try.

    Raises:
        TaskNotFound, TaskOver: see there.
        TaskTaken: somebody else is at it.
        OutcomeIncomplete: a reason, a day or a time is missing.
        LossReasonWithoutRefusal: see there.
        TaskOfCase: see there.
    """
    task = await _lock_open(session, scope, task_id)
    policies.check_ends_here(task.kind, task.subject_id)
    if task.taken_by not in (None, scope.user_id):
        raise TaskTaken(task_id=task_id, taken_by=task.taken_by)
    follows = policies.after(said, tries=task.tries, now=now)
    task.outcome, task.reason = said.outcome, said.reason.strip()
    task.loss_reason = said.loss_reason
    task.agreed_on, task.tries, task.taken_by = said.agreed_on, follows.tries, None
    await _note(session, task, "tried", scope.user_id, now, outcome=said.outcome, reason=task.reason)
    if follows.due_at is not None:
        await _seat_anew(session, task, follows.due_at, now=now)
    else:
        await _close(session, task, follows.status, scope.user_id, now=now)
    return task


async def drop_tasks(
    session: Session,
    company_id: UUID,
    subject_ids: Sequence[UUID],
    *,
    reason: str,
    now: datetime,
    kind: TaskKind | None = None,
) -> int:
    """Nobody needs to act about these things any more. Returns how many tasks were open."""
    tasks = await queries.lock_open_of_subjects(session, company_id, subject_ids, kind=kind)
    for task in tasks:
        task.reason = reason
        await _close(session, task, TaskStatus.DROPPED, None, now=now)
    return len(tasks)


async def end_tasks_of_case(
    session: Session, company_id: UUID, case_id: UUID, *, by: UUID | None, now: datetime
) -> None:
    """What the open tasks of a recovery case ask for is done."""
    for task in await queries.lock_open_of_subjects(session, company_id, [case_id]):
        if task.kind in OF_CASE:
            task.outcome = Outcome.DONE
            await _close(session, task, TaskStatus.CLOSED, by, now=now)


async def give_tasks_of_case(
    session: Session, company_id: UUID, case_id: UUID, *, to: UUID | None, by: UUID | None, now: datetime
) -> None:
    """A recovery case has another owner: he gets its open tasks. None: the supervisors do."""
    for task in await queries.lock_open_of_subjects(session, company_id, [case_id]):
        if task.kind in OF_CASE and task.responsible_id != to:
            task.responsible_id, task.deputy_id, task.taken_by = to, None, None
            await _seat_anew(session, task, task.due_at, now=now)
            await _note(session, task, "handed_over", by, now, to=_said(to))


async def drop_task(session: Session, scope: Scope, *, task_id: UUID, reason: str, now: datetime) -> Task:
    """A person says that nobody needs to act any more.

    Raises:
        TaskNotFound, TaskOver, TaskOfCase: see there.
    """
    task = await _lock_open(session, scope, task_id)
    policies.check_ends_here(task.kind, task.subject_id)
    task.reason = reason
    await _close(session, task, TaskStatus.DROPPED, scope.user_id, now=now)
    return task


async def _close(
    session: Session, task: Task, status: TaskStatus, actor_id: UUID | None, *, now: datetime
) -> None:
    task.status, task.closed_at, task.closed_by = status, now, actor_id
    task.look_at, task.overdue_at, task.taken_by = None, None, None
    await _note(session, task, status, actor_id, now, reason=task.reason)
    closed = TaskClosed(task_id=task.id, client_id=task.client_id, status=status, outcome=task.outcome)
    await announce(session, task.company_id, closed)
    await _settle_inbox(session, task, now=now)


async def look_again(session: Session, task: Task, *, now: datetime) -> None:
    """Pass a task on if its holder is not there, or has had his time. The caller has locked it."""
    people = await _people(session, task.company_id, task.responsible_id, task.deputy_id, at=now)
    was = Seat(task.step, task.holder_id, task.overdue_at, task.look_at)
    seat = policies.next_seat(was, people, patience=task.patience, now=now)
    _sit(task, seat)
    if seat.step == was.step:
        return
    task.taken_by = None
    await _note(session, task, "passed_on", None, now, was=_said(was.holder_id), to=_said(seat.holder_id))
    await _tell_supervisors(session, task)


def _sit(task: Task, seat: Seat) -> None:
    task.step, task.holder_id = seat.step, seat.holder_id
    task.overdue_at, task.look_at = seat.overdue_at, seat.look_at


async def _tell_supervisors(session: Session, task: Task) -> None:
    """Put a task that nobody has before the supervisors."""
    if task.holder_id is not None:
        return
    [client] = await clients.find_clients(session, task.company_id, [task.client_id])
    params = {"client": client.full_name, "due_at": task.due_at.isoformat()}
    item = Item("supervisor", InboxKind.TASK_UNDONE, "client_task", task.id, params, task.due_at.isoformat())
    await add_items_once(session, task.company_id, item)


async def _settle_inbox(session: Session, task: Task, *, now: datetime) -> None:
    async with work_in(session, task.company_id) as work:
        work.write(settle_items([InboxKind.TASK_UNDONE], task.id, now=now))


async def _note(
    session: Session, task: Task, kind: str, actor_id: UUID | None, at: datetime, **detail: Any
) -> None:
    row = {
        "company_id": task.company_id,
        "id": uuid7(),
        "task_id": task.id,
        "kind": kind,
        "at": at,
        "actor_id": actor_id,
        "detail": detail,
    }
    await append(session, EVENTS, row)


def _said(user_id: UUID | None) -> str | None:
    return None if user_id is None else str(user_id)
