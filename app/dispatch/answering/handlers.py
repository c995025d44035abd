"""What clients write to the company, if it is about a visit."""

from datetime import datetime
from uuid import UUID

from app.contracts.notifications import SmsReceived
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.answering.service import take_sms
from app.notifications.api import InboxKind, settle_items


async def on_sms_received(session: Session, company_id: UUID, event: SmsReceived, now: datetime) -> None:
    """Take it as the answer to the last message about a visit. Then nobody has to read it for itself.

    If the number got something else after that, which asks for an answer too, this is not about a visit.
    """
    if event.about_subject_kind not in (None, "visit"):
        return
    async with work_in(session, company_id) as work:
        is_answer = await take_sms(
            work,
            clients=event.client_ids,
            phone=event.value,
            text=event.text,
            received_at=now,
            source_id=event.inbound_id,
            now=now,
        )
        if is_answer:
            work.write(settle_items([InboxKind.CLIENT_WROTE], event.inbound_id, now=now))
