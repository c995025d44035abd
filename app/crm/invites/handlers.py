"""What happens outside to clients who are invited: messages leave, clients answer, ask and book."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import JobsOfOrderChanged, RequestMatched, VisitPlanned
from app.contracts.notifications import MessageStateChanged
from app.core.scope import Scope
from app.crm.invites import policies, queries
from app.crm.invites.policies import InvitationAnswer, Said
from app.crm.invites.releasing import SUBJECT
from app.crm.invites.service import change_open, take_answer
from app.db.session import Session
from app.db.work import Work
from app.dispatch.api import Says, understood

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


async def answer_by_sms(
    session: Session, company_id: UUID, invitation_id: UUID, text: str, *, now: datetime
) -> bool:
    """Take a text as the answer to an open invitation. False: it is not plain, so a person reads it."""
    invitation = await queries.get_invitation(session, company_id, invitation_id)
    says = understood(text)
    if invitation is None or says is None or invitation.released_by is None:
        return False
    scope = Scope(company_id=company_id, user_id=invitation.released_by, roles=frozenset())
    await take_answer(session, scope, invitation.id, Said(MEANING[says], words=text), now=now)
    return True
