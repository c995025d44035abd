"""What happens outside to clients who are invited: messages leave, clients answer, ask and book."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.contracts.dispatch import JobsOfOrderChanged, RequestMatched, VisitPlanned
from app.contracts.notifications import MessageStateChanged, SmsReceived
from app.core.scope import Scope
from app.crm.invites import policies, queries
from app.crm.invites.models import Invitation
from app.crm.invites.policies import InvitationAnswer, Said
from app.crm.invites.releasing import SUBJECT
from app.crm.invites.service import change_open, take_answer
from app.db.session import Session
from app.db.work import Work, work_in
from app.dispatch.api import Says, understood
from app.notifications.api import InboxKind, find_last_message_to, settle_items

ANSWERED_WITHIN = timedelta(days=14)
"""An SMS answers the last message to its number, if that was an invitation of these days."""
MEANING = {Says.YES: InvitationAnswer.YES, Says.NO: InvitationAnswer.NO, Says.MOVE: InvitationAnswer.MOVE}


async def on_message_states_changed(work: Work, events: Sequence[MessageStateChanged], now: datetime) -> None:
    """An invitation has left, or it never will."""
    about = {one.subject_id: one for one in events if one.subject_kind == SUBJECT}
    if about:
        await change_open(
            work,
            {
                one.id: policies.after_message(
                    one.status, about[one.id].status, about[one.id].reason, now=now
                )
                for one in await queries.lock_open(work, sorted(about))
            },
        )


async def on_visits_planned(work: Work, events: Sequence[VisitPlanned], now: datetime) -> None:
    await _book(work, await queries.find_bookings(work, jobs=[one.job_id for one in events]), now)


async def on_jobs_changed(work: Work, events: Sequence[JobsOfOrderChanged], now: datetime) -> None:
    await _book(work, await queries.find_bookings(work, orders=[one.order_id for one in events]), now)


async def _book(work: Work, bookings: Sequence[queries.Booking], now: datetime) -> None:
    """Nobody has to invite whoever has booked."""
    for booking in bookings:
        found = await queries.lock_open_of(work, [booking.client_id])
        changes = {one.id: policies.after_booking(one.status, booking.job_id, now=now) for one in found}
        await change_open(work, changes)
        await work.write_now()


async def on_requests_matched(work: Work, events: Sequence[RequestMatched], now: datetime) -> None:
    """Whoever asks himself need not be invited. If an invitation has reached him, this is his answer."""
    for event in events:
        found = await queries.lock_open_of(work, [event.client_id])
        changes = {one.id: policies.after_request(one.status, event.request_id, now=now) for one in found}
        await change_open(work, changes)
        await work.write_now()


async def on_sms_received(session: Session, company_id: UUID, event: SmsReceived, now: datetime) -> None:
    """An answer to an invitation, if that is the last that this number got. What is not plain, a person reads."""
    invitation = await _find_asked(session, company_id, event, now)
    says = understood(event.text)
    if invitation is None or says is None or invitation.released_by is None:
        return
    scope = Scope(company_id=company_id, user_id=invitation.released_by, roles=frozenset())
    said = Said(MEANING[says], words=event.text)
    await take_answer(session, scope, invitation.id, said, now=now)
    async with work_in(session, company_id) as work:
        work.write(settle_items([InboxKind.CLIENT_WROTE], event.inbound_id, now=now))


async def _find_asked(
    session: Session, company_id: UUID, event: SmsReceived, now: datetime
) -> Invitation | None:
    """The open invitation that he answers. None: none, or he has answered it before."""
    last = await find_last_message_to(session, company_id, event.value, since=now - ANSWERED_WITHIN)
    if last is None or last.subject_kind != SUBJECT:
        return None
    found = await queries.get_invitation(session, company_id, last.subject_id)
    return found if found is not None and found.closed_at is None else None
