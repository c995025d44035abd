"""Objects in the file store that no row knows: what a killed process has left. They are looked for twice a day."""

from datetime import datetime
from uuid import UUID

import structlog

from app.db.files import HALF_WRITTEN, delete_files, find_keys
from app.db.jobs import JobContext
from app.db.session import Session, transaction
from app.db.sweeps import QueueJob
from app.field.attachments.service import KIND, PLACELESS
from app.field.previews.service import PREVIEWS
from app.field.uploads import policies, queries
from app.field.uploads.service import PARTS

log = structlog.get_logger(__name__)

REMOVE_STRAYS = "remove_strays"
ASKED_AT_ONCE = 500


async def queue_stray_check(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
    """Sweep: queue a job that looks for strays of a company."""
    until = now + policies.LOOK_FOR_STRAYS_AFTER
    if not await queries.postpone_stray_check(session, company_id, now=now, until=until):
        return 0
    await queue_job(REMOVE_STRAYS, company_id)
    return 1


async def remove_strays(context: JobContext, company_id: UUID) -> None:
    """Job: remove the objects of photos and signatures that nobody needs.

    The store is read before the database. A row is always older than its object, so an object that was seen and has no
    row is nobody's.
    """
    for kind in (KIND, PLACELESS, PARTS, PREVIEWS):
        keys = await find_keys(context.files, f"{company_id}/{kind}")
        strays = await _strays_among(context, company_id, kind, keys)
        if strays:
            log.warning("strays_removed", kind=kind, count=len(strays))
            await delete_files(context.files, strays)


async def _strays_among(context: JobContext, company_id: UUID, kind: str, keys: list[str]) -> list[str]:
    strays: list[str] = []
    for at in range(0, len(keys), ASKED_AT_ONCE):
        files = {
            key: attachment_id for key in keys[at : at + ASKED_AT_ONCE] if (attachment_id := _id_in(key))
        }
        async with transaction(context.sessions, company_id) as session:
            states = await queries.find_states(session, company_id, list(files.values()))
        strays += [
            key
            for key, attachment_id in files.items()
            if policies.is_stray(
                kind, states.get(attachment_id), is_half_written=bool(HALF_WRITTEN.search(key))
            )
        ]
    return strays


def _id_in(key: str) -> UUID | None:
    """`<company>/<kind>/<attachment>…`. None for a name that is not ours."""
    try:
        return UUID(HALF_WRITTEN.sub("", key.split("/")[2]))
    except (IndexError, ValueError):
        return None
