"""What a worker's phone commands about materials."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.materials import service
from app.field.materials.schemas import JobMaterialsHistoryOut, UseMaterials
from app.field.materials.showing import show_job


async def use_materials(session: Session, sent: Sent[UseMaterials]) -> JobMaterialsHistoryOut:
    job_id = await service.use_materials(
        session,
        sent.caller,
        visit_id=sent.subject_id,
        lines=[line.sent() for line in sent.body.lines],
        corrections=[one.sent() for one in sent.body.corrections],
        used_at=sent.body.happened_at(sent.now),
        now=sent.now,
    )
    return await show_job(session, sent.caller, job_id, now=sent.now)


USE_MATERIALS = Kind("use_materials", UseMaterials, Subject.VISIT, use_materials, status=201)
