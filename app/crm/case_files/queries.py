"""All SQL about evidence: what a file is packed from, and the files themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, func, select

from app.clients.tables import of_client
from app.crm.calls.models import Interaction
from app.crm.case_files.models import CaseFile, StaffStatement
from app.crm.disappointments.models import Disappointment, QualityAnswer
from app.db.session import Session
from app.dispatch.tables import Visit
from app.documents.tables import Act
from app.field.tables import Attachment, ChatMessage
from app.notifications.tables import Message
from app.orders.tables import ClientOrder, Job, JobType, Payment

SHOWN_MAX = 500
"""Of each kind of thing the newest. No client has had more yet."""

JOB_OF_VISIT = and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id)
ORDER_OF_PAYMENT = and_(ClientOrder.company_id == Payment.company_id, ClientOrder.id == Payment.order_id)
TYPE_OF_JOB = and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id)


def _late_min(company_id: UUID) -> ColumnElement[Any]:
    """Minutes after the promised window. Positions count more than what the worker says, where they made a signal."""
    judged = (
        select(func.max(Disappointment.minutes))
        .where(Disappointment.company_id == company_id, Disappointment.visit_id == Visit.id)
        .scalar_subquery()
    )
    after_window = func.extract("epoch", Visit.arrived_at - Visit.window_ends_at) / 60
    said = cast(func.floor(func.greatest(after_window, 0)), Integer)
    return func.coalesce(judged, case((Visit.arrived_at.is_not(None), said))).label("late_min")


Statements = dict[str, Select[*tuple[Any, ...]]]
"""What a file contains, by its heading."""


def _of_work(company_id: UUID, his: Callable[[Any], Any]) -> Statements:
    """What went wrong, and what was done for the client. `his(column)` holds for all cards of his."""
    return {
        "signals": select(
            Disappointment.id,
            Disappointment.kind,
            Disappointment.severity,
            Disappointment.at,
            Disappointment.visit_id,
            Disappointment.worker_id,
            Disappointment.comment,
            Disappointment.minutes.label("late_min"),
            Disappointment.evidence,
        ).where(Disappointment.company_id == company_id, his(Disappointment.client_id)),
        "jobs": select(Job.id, Job.number, Job.kind, JobType.code.label("type"), Job.status, Job.order_id)
        .join(JobType, TYPE_OF_JOB)
        .where(Job.company_id == company_id, his(Job.client_id)),
        "visits": select(
            Visit.id,
            Visit.job_id,
            Visit.status,
            Visit.worker_id,
            Visit.window_starts_at,
            Visit.window_ends_at,
            Visit.arrived_at,
            Visit.finished_at,
            _late_min(company_id),
        )
        .join(Job, JOB_OF_VISIT)
        .where(Visit.company_id == company_id, his(Job.client_id)),
        "acts": select(
            Act.id,
            Act.visit_id,
            Act.status,
            Act.signed_at,
            Act.refused_at,
            Act.refusal_reason,
            Act.signature["remarks"].astext.label("remarks"),
            Act.total_kop,
        ).where(Act.company_id == company_id, his(Act.client_id)),
        "photos": select(
            Attachment.id,
            Attachment.visit_id,
            Attachment.purpose,
            Attachment.caption,
            Attachment.captured_at,
            func.encode(Attachment.sha256, "hex").label("sha256"),
        )
        .join(Job, and_(Job.company_id == Attachment.company_id, Job.id == Attachment.job_id))
        .where(Attachment.company_id == company_id, his(Job.client_id), Attachment.stored_at.is_not(None)),
    }


def _of_talks(company_id: UUID, his: Callable[[Any], Any]) -> Statements:
    return {
        "chat": select(
            ChatMessage.id, ChatMessage.job_id, ChatMessage.author_id, ChatMessage.said_at, ChatMessage.text
        )
        .join(Job, and_(Job.company_id == ChatMessage.company_id, Job.id == ChatMessage.job_id))
        .where(ChatMessage.company_id == company_id, his(Job.client_id)),
        "messages": select(
            Message.id, Message.kind, Message.status, Message.created_at.label("at"), Message.body
        ).where(Message.company_id == company_id, Message.audience == "client", his(Message.recipient_id)),
        "calls": select(
            Interaction.id,
            Interaction.kind,
            Interaction.direction,
            Interaction.at,
            Interaction.outcome,
            Interaction.reason,
            Interaction.notes,
            Interaction.user_id,
        ).where(Interaction.company_id == company_id, his(Interaction.client_id)),
        "answers": select(
            QualityAnswer.id,
            QualityAnswer.visit_id,
            QualityAnswer.answer,
            QualityAnswer.stars,
            QualityAnswer.comment,
            QualityAnswer.answered_at.label("at"),
        ).where(QualityAnswer.company_id == company_id, his(QualityAnswer.client_id)),
    }


def _of_money(company_id: UUID, his: Callable[[Any], Any]) -> Statements:
    return {
        "payments": select(
            Payment.id, Payment.order_id, Payment.kind, Payment.amount_kop, Payment.taken_at.label("at")
        )
        .join(ClientOrder, ORDER_OF_PAYMENT)
        .where(Payment.company_id == company_id, his(ClientOrder.client_id)),
    }


def _of_staff(company_id: UUID, case_id: UUID) -> Statements:
    return {
        "statements": select(
            StaffStatement.id,
            StaffStatement.user_id,
            StaffStatement.words,
            StaffStatement.taken_by,
            StaffStatement.said_at.label("at"),
        ).where(StaffStatement.company_id == company_id, StaffStatement.case_id == case_id),
    }


async def find_evidence(
    session: Session, company_id: UUID, client_id: UUID, case_id: UUID
) -> dict[str, list[dict[str, Any]]]:
    """What is known of a client and of the staff's side, by heading, oldest first."""

    def his(column: Any) -> Any:
        return of_client(column, client_id, company_id)

    statements = {
        **_of_work(company_id, his),
        **_of_talks(company_id, his),
        **_of_money(company_id, his),
        **_of_staff(company_id, case_id),
    }
    found = {}
    for name, statement in statements.items():
        newest = statement.order_by(statement.selected_columns[0].desc()).limit(SHOWN_MAX)
        rows = (await session.execute(newest)).mappings().all()
        found[name] = [dict(row) for row in reversed(rows)]
    return found


async def find_last_file(session: Session, company_id: UUID, case_id: UUID) -> CaseFile | None:
    query = select(CaseFile).where(CaseFile.company_id == company_id, CaseFile.case_id == case_id)
    return await session.scalar(query.order_by(CaseFile.number.desc()).limit(1))


async def find_files(
    session: Session, company_id: UUID, case_id: UUID
) -> Sequence[tuple[int, bytes, datetime, UUID | None]]:
    """Number, hash, time and person of each file of a case, the first first."""
    query = (
        select(CaseFile.number, CaseFile.content_hash, CaseFile.packed_at, CaseFile.packed_by)
        .where(CaseFile.company_id == company_id, CaseFile.case_id == case_id)
        .order_by(CaseFile.number)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(query)]
