"""All SQL about messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, and_, bindparam, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.identity.tables import Company
from app.notifications.batches.models import MessageBatch
from app.notifications.batches.policies import BatchStatus
from app.notifications.channels.protocol import Channel
from app.notifications.gate.policies import Past, Rival
from app.notifications.legal import LegalClass, Priority
from app.notifications.messages.models import DeliveryReport, Message, MessageAttempt
from app.notifications.messages.policies import MessageStatus, Rung, rungs_of
from app.notifications.settings.models import MessageSettings
from app.notifications.templates.models import MessageTemplate, TemplateVersion


async def get_message(session: Session, company_id: UUID, message_id: UUID) -> Message | None:
    query = select(Message).where(Message.company_id == company_id, Message.id == message_id)
    return await session.scalar(query)


async def was_told(
    session: Session, company_id: UUID, *, subject_kind: str, subject_id: UUID, kinds: Sequence[str]
) -> bool:
    """Whether somebody got, or may have got, a message of these kinds about the subject."""
    query = select(Message.id).where(
        Message.company_id == company_id,
        Message.subject_kind == subject_kind,
        Message.subject_id == subject_id,
        Message.kind.in_(kinds),
        Message.status.in_(LEFT),
    )
    return (await session.execute(query.limit(1))).first() is not None


LEFT = [MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNKNOWN]


class LockedMessage(NamedTuple):
    """What is read of a message whose status may change. Its row is locked."""

    id: UUID
    status: str
    kind: str
    audience: str
    subject_kind: str
    subject_id: UUID
    channel: Channel
    phone: str
    address: str
    body: str
    sender: str
    not_after: datetime | None
    sent_at: datetime | None
    rungs: Sequence[Rung]
    rung: int
    rung_until: datetime | None
    tries_before: int
    tries: int
    """By all ways."""

    @classmethod
    def of(cls, *row: Any) -> "LockedMessage":
        values = list(row)
        values[CHANNEL] = CHANNELS[values[CHANNEL]]
        values[RUNGS] = rungs_of(values[RUNGS])
        return cls(*values)


CHANNEL, RUNGS = LockedMessage._fields.index("channel"), LockedMessage._fields.index("rungs")
CHANNELS = {str(one): one for one in Channel}


class Template(NamedTuple):
    """The company's own text of a message."""

    version_id: UUID
    legal_class: LegalClass
    priority: Priority
    content: Mapping[str, Any]


class DueMessage(NamedTuple):
    """A locked message that is due, with what decides whether and how it is sent."""

    facts: LockedMessage
    recipient_id: UUID
    lang: str
    params: Mapping[str, str] | None
    provider: str | None
    timezone: str
    rules: Mapping[str, Any] | None
    """What the company has set: see `settings.policies`."""
    batch: BatchStatus | None
    was_written_lately: bool
    """Another message to this client was sent a moment ago."""
    template: Template | None

    @property
    def id(self) -> UUID:
        return self.facts.id

    @classmethod
    def of(cls, *row: Any) -> "DueMessage":
        facts, rest = row[: len(LockedMessage._fields)], row[len(LockedMessage._fields) :]
        recipient_id, lang, params, provider, timezone, rules, batch, lately, *template = rest
        return cls(
            LockedMessage.of(*facts),
            recipient_id,
            lang,
            params,
            provider,
            timezone,
            rules,
            BatchStatus(batch) if batch else None,
            lately,
            _template(*template) if template[0] else None,
        )


def _template(version_id: UUID, legal_class: str, priority: str, content: Mapping[str, Any]) -> Template:
    return Template(version_id, LegalClass(legal_class), Priority(priority), content)


COMPANY = bindparam("company", type_=Uuid)
TRIES = (
    select(func.count())
    .where(
        MessageAttempt.company_id == COMPANY,
        MessageAttempt.message_id == Message.id,
    )
    .scalar_subquery()
)
COLUMNS = [getattr(Message, name) for name in LockedMessage._fields if name != "tries"]
FACTS = select(*COLUMNS, TRIES.label("tries")).where(Message.company_id == COMPANY)

IS_TO_CLIENT = Message.audience == "client"
Earlier = aliased(Message)
WAS_WRITTEN_LATELY = case(
    (
        IS_TO_CLIENT,
        exists()
        .where(
            Earlier.company_id == COMPANY,
            Earlier.recipient_id == Message.recipient_id,
            Earlier.let_at > bindparam("lately"),
            Earlier.id != Message.id,
        )
        .correlate(Message),
    ),
    else_=false(),
)
TIMEZONE = func.coalesce(
    Message.timezone, select(Company.timezone).where(Company.id == COMPANY).scalar_subquery()
)
RULES = select(MessageSettings.rules).where(MessageSettings.company_id == COMPANY).scalar_subquery()
DUE_MESSAGES = Query(
    select(
        *COLUMNS,
        TRIES.label("tries"),
        Message.recipient_id,
        Message.lang,
        Message.params,
        Message.provider,
        TIMEZONE.label("zone"),
        RULES.label("rules"),
        MessageBatch.status.label("batch"),
        WAS_WRITTEN_LATELY.label("lately"),
        TemplateVersion.id.label("version"),
        TemplateVersion.legal_class,
        TemplateVersion.priority,
        TemplateVersion.content,
    )
    .select_from(Message)
    .outerjoin(
        MessageTemplate,
        and_(
            MessageTemplate.company_id == Message.company_id,
            MessageTemplate.kind == Message.kind,
            IS_TO_CLIENT,
        ),
    )
    .outerjoin(
        TemplateVersion,
        and_(
            TemplateVersion.company_id == MessageTemplate.company_id,
            TemplateVersion.template_id == MessageTemplate.id,
            TemplateVersion.number == MessageTemplate.published_number,
        ),
    )
    .outerjoin(
        MessageBatch,
        and_(MessageBatch.company_id == Message.company_id, MessageBatch.id == Message.batch_id),
    )
    .where(Message.company_id == COMPANY, Message.send_at <= bindparam("now"))
    .order_by(Message.send_at)
    .limit(bindparam("at_most"))
    .with_for_update(of=Message, skip_locked=True),
    DueMessage.of,
)
"""Due messages, earliest first. Rows that another process holds are skipped."""
LOCKED_MESSAGES = Query(
    FACTS.where(Message.id == func.any(bindparam("messages", type_=ARRAY(Uuid))))
    .order_by(Message.id)
    .with_for_update(of=Message),
    LockedMessage.of,
)
"""Messages by id. `tries` may be out of date: it is counted before the wait for the lock."""
QUEUED_MESSAGES = Query(
    FACTS.where(
        Message.subject_kind == bindparam("subject_kind"),
        Message.subject_id == bindparam("subject"),
        Message.kind == func.any(bindparam("kinds", type_=ARRAY(Text))),
        Message.status == MessageStatus.QUEUED,
    )
    .order_by(Message.id)
    .with_for_update(of=Message),
    LockedMessage.of,
)
"""Messages of a subject that no process has begun to send. Rows are locked in the same order everywhere."""

IS_OF_TEMPLATE = and_(MessageTemplate.company_id == Message.company_id, MessageTemplate.kind == Message.kind)
IS_PUBLISHED = and_(
    TemplateVersion.company_id == MessageTemplate.company_id,
    TemplateVersion.template_id == MessageTemplate.id,
    TemplateVersion.number == MessageTemplate.published_number,
)
VALUES = func.any(bindparam("values", type_=ARRAY(Text)))
QUEUED_TO = Query(
    FACTS.join(MessageTemplate, IS_OF_TEMPLATE)
    .join(TemplateVersion, IS_PUBLISHED)
    .where(
        IS_TO_CLIENT,
        Message.status == MessageStatus.QUEUED,
        Message.send_at.is_not(None),
        TemplateVersion.legal_class == func.any(bindparam("legal_classes", type_=ARRAY(Text))),
        or_(Message.address == VALUES, and_(Message.address == "", Message.phone == VALUES)),
    )
    .order_by(Message.id)
    .with_for_update(of=Message),
    LockedMessage.of,
)
"""Messages of these classes that would go to these phones or addresses next, and that nobody has begun to send."""

PEOPLE = func.any(bindparam("people", type_=ARRAY(Uuid)))
NOT_THESE = Message.id != func.all(bindparam("messages", type_=ARRAY(Uuid)))
PAST_MESSAGES = Query(
    select(
        Message.recipient_id,
        Message.legal_class,
        Message.body,
        Message.subject_id,
        Message.let_at,
        Message.phone,
    ).where(
        Message.company_id == COMPANY,
        Message.recipient_id == PEOPLE,
        Message.let_at > bindparam("since"),
        or_(*(Message.status == status for status in [*LEFT, MessageStatus.QUEUED])),
        NOT_THESE,
    ),
    lambda client, legal, *rest: Past(client, LegalClass(legal), *rest),
)
"""What went to these clients, or is tried again: it may have arrived."""
RIVALS = Query(
    select(Message.recipient_id, TemplateVersion.priority)
    .outerjoin(
        MessageTemplate,
        and_(MessageTemplate.company_id == Message.company_id, MessageTemplate.kind == Message.kind),
    )
    .outerjoin(
        TemplateVersion,
        and_(
            TemplateVersion.company_id == MessageTemplate.company_id,
            TemplateVersion.template_id == MessageTemplate.id,
            TemplateVersion.number == MessageTemplate.published_number,
        ),
    )
    .where(
        Message.company_id == COMPANY,
        Message.send_at <= bindparam("now"),
        Message.status == MessageStatus.QUEUED,
        IS_TO_CLIENT,
        Message.recipient_id == PEOPLE,
        NOT_THESE,
    ),
    lambda client, priority: Rival(client, Priority(priority or Priority.SERVICE)),
)
"""Other messages to these clients that are due."""
LOCK_OF_HOUSEHOLDS = "SELECT pg_advisory_xact_lock(hashtextextended('households ' || $1::uuid::text, 0))"
"""One process at a time decides about caps of a company. Otherwise two could let a message each to one household."""


class LastMessage(NamedTuple):
    """A message that somebody may be answering."""

    id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID


async def find_last_message_to(
    session: Session, company_id: UUID, value: str, *, since: datetime
) -> LastMessage | None:
    """The newest message that went to this phone since then."""
    query = (
        select(Message.id, Message.kind, Message.subject_kind, Message.subject_id)
        .where(Message.company_id == company_id, Message.phone == value, Message.sent_at >= since)
        .order_by(Message.sent_at.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return LastMessage(*row) if row else None


async def find_attempts(session: Session, company_id: UUID, message_id: UUID) -> Sequence[MessageAttempt]:
    query = select(MessageAttempt).where(
        MessageAttempt.company_id == company_id, MessageAttempt.message_id == message_id
    )
    return (await session.scalars(query.order_by(MessageAttempt.number))).all()


async def find_reports(session: Session, company_id: UUID, message_id: UUID) -> Sequence[DeliveryReport]:
    query = (
        select(DeliveryReport)
        .where(DeliveryReport.company_id == company_id, DeliveryReport.message_id == message_id)
        .order_by(DeliveryReport.id)
    )
    return (await session.scalars(query)).all()


def select_messages(
    scope: Scope,
    *,
    subject_kind: str | None,
    subject_id: UUID | None,
    status: MessageStatus | None,
    kind: str | None,
) -> Select[Message]:
    wanted = {"subject_kind": subject_kind, "subject_id": subject_id, "status": status, "kind": kind}
    query = select(Message).where(Message.company_id == scope.company_id)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(getattr(Message, name) == value)
    return query
