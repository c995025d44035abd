"""What a worker's phone says of a stop that nothing explains."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.signals.schemas import AnswerSignal
from app.tracking import api as tracking
from app.tracking.api import StopSignalOut


async def answer_signal(session: Session, sent: Sent[AnswerSignal]) -> StopSignalOut:
    return await tracking.answer_signal(
        session,
        sent.caller,
        signal_id=sent.subject_id,
        choice=sent.body.choice,
        comment=sent.body.comment,
        said_at=sent.body.happened_at(sent.now),
    )


ANSWER_SIGNAL = Kind("answer_signal", AnswerSignal, Subject.SIGNAL, answer_signal)
