"""What a worker's phone commands about the forms of a visit."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.conflicts.service import Origin, keep_clashes
from app.field.forms import service
from app.field.forms.schemas import AnswerForm, FormTakenOut


async def answer_form(session: Session, sent: Sent[AnswerForm]) -> FormTakenOut:
    taken = await service.answer_form(
        session, sent.caller, visit_id=sent.subject_id, sent=sent.body, now=sent.now
    )
    origin = Origin("visit_form", sent.subject_id, sent.command_id)
    clashes = {taken.form.id: taken.clashes}
    conflicts = await keep_clashes(session, sent.caller, origin, clashes, now=sent.now)
    return FormTakenOut.of(taken.form, written=taken.written, conflicts=conflicts)


ANSWER_FORM = Kind("answer_form", AnswerForm, Subject.VISIT, answer_form)
