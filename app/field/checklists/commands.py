"""What a worker's phone commands about the checklist."""

from app.db.session import Session
from app.field.checklists import service
from app.field.checklists.schemas import AnswerChecklist, ChecklistOut
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.visits import get_visit_with_job


async def answer_checklist(session: Session, sent: Sent[AnswerChecklist]) -> ChecklistOut:
    found = await get_visit_with_job(session, sent.caller, sent.subject_id)
    answer = await service.answer_checklist(
        session,
        sent.caller,
        visit_id=sent.subject_id,
        job=found.job,
        version=sent.body.version,
        answers=sent.body.answers,
        answered_at=sent.body.happened_at(sent.now),
    )
    return ChecklistOut.of(answer.form, answer)


ANSWER_CHECKLIST = Kind("answer_checklist", AnswerChecklist, Subject.VISIT, answer_checklist)
