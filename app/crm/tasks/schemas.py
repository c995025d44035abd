from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.clients.api import ClientFacts
from app.core.i18n import text
from app.core.phones import mask_phone
from app.crm.loss_reasons.values import LossReason
from app.crm.tasks.models import Task, TaskEvent
from app.crm.tasks.policies import Outcome, Said, TaskStatus
from app.http.schemas import In, LongText, Moment, Out, Text

Channel = Literal["call", "message", "letter", "talk"]


class OpenTask(In):
    client_id: UUID
    note: Text
    """What is to be done, and why."""
    due_at: Moment
    channel: Channel = "call"
    responsible_id: UUID | None = None
    """Default: the caller."""
    deputy_id: UUID | None = None
    """Who gets it if the responsible person is away or too late. After him the supervisors."""
    patience_min: Annotated[int, Meta(ge=5, le=43_200)] = 240
    """How long each of them has."""


class HandOverTask(In):
    user_id: UUID


class DropTask(In):
    reason: Text


class RecordOutcome(In):
    """What came of a try. A refusal needs `reason` and `loss_reason`, an agreement `agreed_on`, a call back
    `call_back_at`."""

    outcome: Outcome
    reason: LongText = ""
    loss_reason: LossReason | None = None
    """Which of the reasons it is."""
    call_back_at: Moment | None = None
    agreed_on: date | None = None

    def said(self) -> Said:
        return Said(self.outcome, self.reason, self.call_back_at, self.agreed_on, self.loss_reason)


class TaskLineOut(Out):
    """A line of the history."""

    kind: str
    at: datetime
    actor_id: UUID | None
    """Null: the product."""
    detail: dict[str, object]

    @classmethod
    def of(cls, event: TaskEvent) -> Self:
        return cls(kind=event.kind, at=event.at, actor_id=event.actor_id, detail=event.detail)


class TaskOut(Out):
    """Whom to call, when and why."""

    id: UUID
    client_id: UUID
    client_name: str
    client_phone: str | None
    """Masked for people who do not call clients, unless the task is theirs."""
    kind: str
    why: str
    """In the reader's language."""
    note: str
    channel: str
    status: TaskStatus
    due_at: datetime
    overdue_at: datetime | None
    """When it goes to the next person."""
    responsible_id: UUID | None
    deputy_id: UUID | None
    holder_id: UUID | None
    """Who has it now. Null: the supervisors."""
    taken_by: UUID | None
    tries: int
    outcome: str | None
    reason: str
    loss_reason: str | None
    agreed_on: date | None
    subject_kind: str
    subject_id: UUID
    created_at: datetime
    closed_at: datetime | None
    closed_by: UUID | None

    @classmethod
    def of(cls, task: Task, client: ClientFacts, *, lang: str, sees_phone: bool) -> Self:
        same = set(cls.__struct_fields__) - {"client_name", "client_phone", "why", "status"}
        return cls(
            client_name=client.full_name,
            client_phone=client.phone if sees_phone or not client.phone else mask_phone(client.phone),
            why=text(lang, "tasks", task.kind, **task.params),
            status=TaskStatus(task.status),
            **{name: getattr(task, name) for name in same},
        )


class TaskHistoryOut(Out):
    """Everything that happened to a task, oldest first."""

    items: list[TaskLineOut]


class MyDayOut(Out):
    """What the caller has to do on this day and before it, longest overdue first."""

    day: date
    items: list[TaskOut]
