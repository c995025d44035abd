"""Listeners of events that bring what commands of phones may wait for."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.documents import ActSigned
from app.contracts.field import AttachmentStored
from app.core.changes import Update
from app.db.work import Work
from app.field.push import queries


async def on_files_stored(work: Work, events: Sequence[AttachmentStored], now: datetime) -> None:
    jobs, files = [event.job_id for event in events], [event.attachment_id for event in events]
    await _look(work, jobs, files, now=now)


async def on_acts_signed(work: Work, events: Sequence[ActSigned], now: datetime) -> None:
    await _look(work, [event.job_id for event in events], [], now=now)


async def _look(work: Work, jobs: Sequence[UUID], files: Sequence[UUID], *, now: datetime) -> None:
    """Have what waits looked at, of all phones that this may concern."""
    devices = await work.all(queries.WAITING_FOR, jobs=list(jobs), files=list(files))
    if devices:
        work.write(Update(queries.DEVICES.name, {"device_id": devices}, {"look_at": now}))
