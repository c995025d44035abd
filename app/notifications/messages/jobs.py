"""Sending in the background. The clock rings, a job sends; what is lost in between is found by its lease."""

from datetime import datetime
from uuid import UUID

from app.db.jobs import JobContext
from app.db.session import Session, transaction
from app.db.sweeps import Ring
from app.notifications.messages import policies, queries, service
from app.notifications.messages.policies import MessageStatus
from app.notifications.providers.choice import provider_from

SEND_MESSAGE = "send_message"
RING_AT_ONCE = 100


async def look_after_messages(session: Session, company_id: UUID, now: datetime, ring: Ring) -> int:
    """Sweep: ring for messages that are due (and again later, until a job takes them), and end the
    wait for those whose sender has died and those whose delivery report has not come."""
    due = await queries.take_due(session, company_id, now, limit=RING_AT_ONCE)
    for message in due:
        if message.status == MessageStatus.SENDING:
            await service.give_up_on(session, message, now=now)
        elif message.status == MessageStatus.SENT:
            await service.miss_report(session, message)
        else:
            message.send_at = now + policies.RING_AGAIN_AFTER
            await ring(SEND_MESSAGE, company_id, message.id)
    return len(due)


async def send_message(context: JobContext, company_id: UUID, message_id: UUID) -> None:
    """Job: send one message, at most once however often it is rung for.

    1. Claim it and write the attempt, COMMIT.
    2. Call the gateway, no transaction open. A crash from here on makes the message `unknown`.
    3. Record the outcome.
    """
    provider = provider_from(context.settings)
    async with transaction(context.sessions, company_id) as session:
        letter = await service.claim_message(
            session,
            company_id,
            message_id,
            provider=provider.name,
            default_sender=context.settings.sms_sender,
            now=context.clock.now(),
        )
    if letter is None:
        return
    outcome = await provider.send(
        ref=f"{company_id}/{message_id}",
        to=letter.phone,
        text=letter.body,
        sender=letter.sender,
        valid_for=letter.valid_for,
    )
    async with transaction(context.sessions, company_id) as session:
        await service.record_outcome(session, company_id, letter, outcome, now=context.clock.now())
