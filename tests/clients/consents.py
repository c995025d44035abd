"""How the tests of this module record consents and ask the door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.clients import api as clients
from app.clients.consents.policies import Permission
from app.core.ids import uuid7
from app.db.session import Session, Sessions, transaction
from app.notifications.messages.models import Message
from app.notifications.templates.models import MessageTemplate, TemplateVersion
from tests.cast import Cast, Person

WORDS = {"text_ru": "Согласен получать рекламу.", "text_en": "I agree to advertising."}
MOBILE = "+79031234567"


async def published(person: Person, purpose: str = "marketing") -> dict[str, Any]:
    answer = await person.post("/consent-texts", {"purpose": purpose} | WORDS)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def consent(value: str = MOBILE, **fields: Any) -> dict[str, Any]:
    return {
        "contact_kind": "email" if "@" in value else "phone",
        "value": value,
        "purposes": ["marketing"],
        "channels": ["email"] if "@" in value else ["sms"],
        "how": "spoken",
        "said_at": "2026-03-02T08:00:00+00:00",
        "note": "Разговор 2 марта с Ольгой",
    } | fields


async def agreed(person: Person, client_id: str, value: str = MOBILE, **fields: Any) -> dict[str, Any]:
    answer = await person.post(f"/clients/{client_id}/consents", consent(value, **fields))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def stopped(person: Person, client_id: str, **fields: Any) -> dict[str, Any]:
    answer = await person.post(f"/clients/{client_id}/stop", fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def ask(
    maker: Sessions,
    cast: Cast,
    client_id: str,
    value: str = MOBILE,
    *,
    purpose: str = "marketing",
    channel: str = "sms",
    now: datetime | None = None,
    **more: Any,
) -> Permission:
    """What the door says."""
    async with transaction(maker, cast.company_id) as session:
        return await clients.may_write(
            session,
            cast.company_id,
            UUID(client_id),
            purpose=purpose,
            channel=channel,
            value=value,
            now=now or cast.olga.now(),
            **more,
        )


async def queued_message(
    maker: Sessions, cast: Cast, client_id: str, *, legal_class: str, phone: str = MOBILE
) -> UUID:
    """A message that waits to be sent."""
    company_id, message_id = cast.company_id, uuid7()
    async with transaction(maker, company_id) as session:
        kind = await _kind_of_class(session, cast, legal_class)
        session.add(
            Message(
                company_id=company_id,
                id=message_id,
                kind=kind,
                audience="client",
                recipient_id=UUID(client_id),
                phone=phone,
                lang="ru",
                sender="",
                body="Окна Плюс: осмотр окон весной.",
                params={},
                segments=1,
                subject_kind="client",
                subject_id=uuid7(),
                send_at=cast.olga.now(),
            )
        )
    return message_id


async def _kind_of_class(session: Session, cast: Cast, legal_class: str) -> str:
    """A kind of message whose published template has this class."""
    if legal_class == "service":
        return "visit_booked"
    kind = f"plan_{legal_class}"
    known = select(MessageTemplate.id).where(
        MessageTemplate.company_id == cast.company_id, MessageTemplate.kind == kind
    )
    if await session.scalar(known) is not None:
        return kind
    priority = "feedback" if legal_class == "feedback" else "promo"
    content = {"ru": {"sms": "Окна Плюс: осмотр окон весной."}}
    written = {"company_id": cast.company_id, "legal_class": legal_class, "priority": priority}
    template = MessageTemplate(id=uuid7(), kind=kind, draft=content, published_number=1, **written)
    session.add(template)
    await session.flush()
    session.add(
        TemplateVersion(
            id=uuid7(),
            template_id=template.id,
            number=1,
            content=content,
            published_at=cast.olga.now(),
            published_by=cast.irina.id,
            **written,
        )
    )
    await session.flush()
    return kind
