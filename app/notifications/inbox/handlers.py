"""What the dispatchers must hear of although nobody told them."""

from datetime import datetime
from uuid import UUID

from app.contracts.notifications import MessageStateChanged
from app.db.session import Session
from app.notifications.api import MessageKind, MessageStatus
from app.notifications.inbox.service import add_inbox_item

NOT_THERE = {MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.EXPIRED}


async def on_message_state_changed(
    session: Session, company_id: UUID, event: MessageStateChanged, _: datetime
) -> None:
    """Somebody who may not have been told is somebody's call to make: no message to a client fails in
    silence, and none to a worker who would drive for nothing. Of his other messages he hears in the app."""
    if event.status not in NOT_THERE:
        return
    if event.audience == "client":
        kind = "message_not_delivered"
    elif event.message_kind == MessageKind.OFFER_WITHDRAWN:
        kind = "worker_not_told"
    else:
        return
    await add_inbox_item(
        session,
        company_id,
        audience="dispatcher",
        kind=kind,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        occurrence=f"{event.message_id}:{event.status}",
        params={"message_id": str(event.message_id), "message": event.message_kind, "status": event.status},
    )
