"""What a worker's phone commands about materials."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.conflicts.service import Origin, keep_clashes
from app.field.materials import service
from app.field.materials.schemas import MaterialsTakenOut, UseMaterials
from app.field.materials.showing import show_taken

SUBJECT = "material_use"
"""What is in conflict: a reported line."""


async def use_materials(session: Session, sent: Sent[UseMaterials]) -> MaterialsTakenOut:
    reported = await service.use_materials(
        session,
        sent.caller,
        visit_id=sent.subject_id,
        lines=[line.sent() for line in sent.body.lines],
        corrections=[one.sent() for one in sent.body.corrections],
        used_at=sent.body.happened_at(sent.now),
        now=sent.now,
    )
    origin = Origin(SUBJECT, sent.subject_id, sent.command_id)
    conflicts = await keep_clashes(session, sent.caller, origin, reported.clashes, now=sent.now)
    return await show_taken(session, sent.caller, reported.job_id, conflicts, now=sent.now)


USE_MATERIALS = Kind("use_materials", UseMaterials, Subject.VISIT, use_materials, status=201)
