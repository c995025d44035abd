"""Finds the question that a client answers by SMS. One decides for all, so that no text answers two questions."""

from datetime import datetime, timedelta
from uuid import UUID

from app.contracts.notifications import SmsReceived
from app.crm.invites.handlers import answer_by_sms
from app.crm.invites.queries import find_asked
from app.crm.replies.policies import Answers, what_it_answers
from app.crm.replies.quality import find_quality_question, keep_quality
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.api import find_visit_question, take_sms
from app.notifications.api import InboxKind, settle_items

INVITED_WITHIN = timedelta(days=14)
"""So long an invitation can be answered by SMS."""
ASK = (None, "visit", "invitation")
"""Subjects of messages whose answers are understood. None: nothing went to the number in the last three days."""


async def on_sms_received(session: Session, company_id: UUID, event: SmsReceived, now: datetime) -> None:
    """Take it as the answer to the last open question. Then nobody has to read it for itself."""
    invited = await find_asked(session, company_id, event.value, since=now - INVITED_WITHIN)
    async with work_in(session, company_id) as work:
        visit = await find_visit_question(work, clients=event.client_ids, phone=event.value, now=now)
    asked = await find_quality_question(session, company_id, event)
    answers = what_it_answers(
        visit,
        invited.sent_at if invited else None,
        asks_quality=asked is not None,
        is_about_other=event.about_subject_kind not in ASK,
    )
    is_taken = False
    if answers == Answers.VISIT:
        async with work_in(session, company_id) as work:
            is_taken = await take_sms(
                work,
                clients=event.client_ids,
                phone=event.value,
                text=event.text,
                received_at=now,
                source_id=event.inbound_id,
                now=now,
            )
    elif answers == Answers.QUALITY and asked is not None:
        is_taken = await keep_quality(session, company_id, asked, event.text, now=now)
    elif answers == Answers.INVITATION and invited is not None:
        is_taken = await answer_by_sms(session, company_id, invited.invitation_id, event.text, now=now)
    if is_taken:
        async with work_in(session, company_id) as work:
            work.write(settle_items([InboxKind.CLIENT_WROTE], event.inbound_id, now=now))
