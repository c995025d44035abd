"""Tells a client when somebody comes."""

from datetime import datetime
from uuid import UUID

from app.clients.api import get_client
from app.db.session import Session
from app.db.work import work_in
from app.identity.api import get_company
from app.notifications.api import MessageKind, format_day, format_time_range, plan_message


async def tell_client(
    session: Session,
    company_id: UUID,
    kind: MessageKind,
    *,
    client_id: UUID,
    visit_id: UUID,
    window: tuple[datetime, datetime],
    occurrence: str = "",
    crew: str | None = None,
    now: datetime,
    not_after: datetime,
) -> None:
    """Plan an SMS that tells the client the day and the window of a visit. Without a phone that takes SMS nothing is
    planned.

    `crew` is the name of the crew that comes, for kinds whose text has it.
    """
    client = await get_client(session, company_id, client_id)
    company = await get_company(session, company_id)
    if client.sms_phone is None or company is None:
        return
    starts_at, ends_at = window
    zone, lang = company.timezone, client.lang
    params = {
        "day": format_day(starts_at, timezone=zone, lang=lang),
        "window": format_time_range(starts_at, ends_at, timezone=zone, lang=lang),
    }
    message = plan_message(
        kind,
        params if crew is None else params | {"crew": crew},
        audience="client",
        recipient_id=client_id,
        phone=client.sms_phone,
        lang=lang,
        sender=company.sms_sender,
        subject_kind="visit",
        subject_id=visit_id,
        occurrence=occurrence,
        now=now,
        not_after=not_after,
    )
    async with work_in(session, company_id) as work:
        work.write(message)
