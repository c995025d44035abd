"""What a worker's phone commands about tags."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.tags import service
from app.field.tags.schemas import ScanTag, TagScannedOut


async def scan_tag(session: Session, sent: Sent[ScanTag]) -> TagScannedOut:
    return await service.scan_tag(
        session, sent.caller, visit_id=sent.subject_id, sent=sent.body, now=sent.now
    )


SCAN_TAG = Kind("scan_tag", ScanTag, Subject.VISIT, scan_tag)
