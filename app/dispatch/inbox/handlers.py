"""What the dispatchers must hear of although nobody told them."""

from datetime import datetime
from uuid import UUID

from app.contracts.notifications import MessageStateChanged
from app.db.session import Session
from app.dispatch.inbox.service import add_inbox_item
from app.notifications.api import MessageStatus

NOT_THERE = {MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.EXPIRED}


async def on_message_state_changed(
    session: Session, company_id: UUID, event: MessageStateChanged, _: datetime
) -> None:
    """A client who may not have been told is somebody's call to make: no message fails in silence."""
    if event.audience != "client" or event.status not in NOT_THERE:
        return
    await add_inbox_item(
        session,
        company_id,
        audience="dispatcher",
        kind="message_not_delivered",
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        occurrence=f"{event.message_id}:{event.status}",
        params={"message_id": str(event.message_id), "message": event.message_kind, "status": event.status},
    )
