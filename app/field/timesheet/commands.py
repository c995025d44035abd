"""What a worker's phone commands about his timesheet."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.timesheet import service
from app.field.timesheet.schemas import CommentTimeCorrection, TimeCorrectionOut


async def comment_time_correction(session: Session, sent: Sent[CommentTimeCorrection]) -> TimeCorrectionOut:
    """A worker says what he thinks of a correction of his time."""
    explained = await service.comment_time_correction(
        session, sent.caller, correction_id=sent.subject_id, sent=sent.body, now=sent.now
    )
    return TimeCorrectionOut.of(explained.correction, explained.comments)


COMMENT_TIME_CORRECTION = Kind(
    "comment_time_correction", CommentTimeCorrection, Subject.TIME_CORRECTION, comment_time_correction
)
