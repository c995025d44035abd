"""What a worker's phone commands about photos and signatures. The bytes come by another way."""

from app.db.work import Work
from app.field.attachments import service
from app.field.attachments.schemas import AttachmentOut, DeclareAttachment
from app.field.commands.kinds import Kind, Runs, Sent, Subject


async def declare_attachment(work: Work, sent: Sent[DeclareAttachment]) -> AttachmentOut:
    quota = service.quota_of(sent.settings)
    attachment = await service.declare_attachment(
        work, sent.caller, visit_id=sent.subject_id, declared=sent.body, quota=quota, now=sent.now
    )
    return AttachmentOut.of(attachment)


DECLARE_ATTACHMENT = Kind(
    "declare_attachment",
    DeclareAttachment,
    Subject.VISIT,
    declare_attachment,
    Runs.WORK,
    status=201,
    brings_files=True,
)
