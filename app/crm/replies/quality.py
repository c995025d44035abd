"""Keeps what a client answers by SMS when a plan has asked whether the quality satisfies him."""

from datetime import datetime
from uuid import UUID

from app.contracts.notifications import SmsReceived
from app.core.scope import Role, Scope
from app.crm.disappointments.service import keep_answer
from app.crm.disappointments.subjects import about_visit
from app.crm.disappointments.values import Answer, Said
from app.crm.replies.queries import OfPlan, find_asked_visit, is_answered, lock_of_plan
from app.crm.touches.inside import content_of
from app.db.session import Session
from app.dispatch.api import Says, understood

MEANING = {Says.YES: Answer.YES, Says.NO: Answer.NO}


async def find_quality_question(session: Session, company_id: UUID, event: SmsReceived) -> OfPlan | None:
    """The message that the number got last, if a plan asked about the quality by it."""
    if event.about_subject_kind != "touch" or event.about_subject_id is None:
        return None
    asked = await lock_of_plan(session, company_id, event.about_subject_id)
    step = content_of(asked.content).step(asked.step) if asked else None
    is_question = step is not None and step.message is not None and step.message.asks == "quality"
    return asked if is_question else None


async def keep_quality(
    session: Session, company_id: UUID, asked: OfPlan, text: str, *, now: datetime
) -> bool:
    """Keep a plain yes or no, the first time. False: a person reads it."""
    says = understood(text)
    if says not in MEANING or asked.released_by is None or asked.sent_at is None:
        return False
    visit_id = await find_asked_visit(session, company_id, asked.client_id, asked_at=asked.sent_at)
    if visit_id is None or await is_answered(session, company_id, visit_id, since=asked.sent_at):
        return False
    scope = Scope(company_id=company_id, user_id=asked.released_by, roles=frozenset({Role.SUPERVISOR}))
    about = await about_visit(session, scope, visit_id)
    said = Said(MEANING[says], text)
    await keep_answer(session, company_id, about, said, asked_by=asked.released_by, now=now)
    return True
