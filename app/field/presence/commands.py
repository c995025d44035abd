"""What a worker's phone says of who is at a visit."""

from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import PresencesOut
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.presence.schemas import RecordPresence


async def record_presence(session: Session, sent: Sent[RecordPresence]) -> PresencesOut:
    presences = await dispatch.record_presence(
        session,
        sent.caller,
        visit_id=sent.subject_id,
        statements=sent.body.statements(sent.now),
        reason=sent.body.comment.strip() or None,
        command=sent.body.command(sent.caller),
        now=sent.now,
    )
    return await dispatch.show_presences(session, sent.caller.company_id, presences)


async def retell(session: Session, sent: Sent[RecordPresence]) -> PresencesOut:
    """Who is there now, for a command of a time when answers were not kept."""
    presences = await dispatch.find_presences(session, sent.caller, sent.subject_id)
    return await dispatch.show_presences(session, sent.caller.company_id, presences)


RECORD_PRESENCE = Kind("record_presence", RecordPresence, Subject.VISIT, record_presence, retell=retell)
