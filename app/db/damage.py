"""Stored files that are missing or have other bytes: noticed when somebody asks for one, put before the office, and
looked at again until they are good.

The row of a damaged file is the clock of the next look. Its damage is announced once, and announced again if the file
is damaged anew after it was good.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import IO, NamedTuple, cast
from uuid import UUID

import structlog
from obstore.store import ObjectStore
from sqlalchemy import Index, Table, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from app.contracts.files import FileDamaged, FileRestored
from app.core.ids import uuid7
from app.db.base import Base, HasId
from app.db.files import FileLost, open_file, read_file
from app.db.jobs import JobContext
from app.db.outbox import announce
from app.db.session import Session, enter_company, transaction
from app.db.sweeps import QueueJob
from app.db.wake import swept_by, wake

log = structlog.get_logger(__name__)

CHECK_FILE = "check_file"
LOOK_AGAIN_AFTER = timedelta(minutes=10)


class DamagedFile(HasId, Base):
    """A file that was not what was stored when somebody last asked for it, or was once."""

    __tablename__ = "damaged_file"

    key: Mapped[str]
    sha256: Mapped[bytes]
    """What it must have."""
    check_at: Mapped[datetime | None]
    """When to look again. Null once it is good."""

    __table_args__ = (
        UniqueConstraint("company_id", "key"),
        Index(
            "ix_damaged_file__check",
            "company_id",
            "check_at",
            postgresql_where=text("check_at IS NOT NULL"),
        ),
        Index(
            "ix_damaged_file__check_due",
            "check_at",
            "company_id",
            postgresql_where=text("check_at IS NOT NULL"),
        ),
        swept_by("damaged_file", due="check_at"),
    )


DAMAGED = cast(Table, DamagedFile.__table__)


class StoredFile(NamedTuple):
    """A file as the database knows it."""

    company_id: UUID
    kind: str
    """stored_photo, stored_act_pdf …: a word of the inbox."""
    key: str
    sha256: bytes
    subject_kind: str
    subject_id: UUID
    """What it belongs to: an attachment, an act, the company."""
    of: str = ""
    """Its number, as it stands in the title of the inbox item: ` № 17`."""


Transactions = Callable[[], AbstractAsyncContextManager[Session]]


async def read_stored(
    transactions: Transactions, files: ObjectStore, stored: StoredFile, *, now: datetime
) -> bytes:
    """The whole file, checked. No transaction may be open.

    Raises:
        FileLost: it is missing or has other bytes. The office has an inbox item.
        FilesUnavailable: the store does not answer.
    """
    try:
        return await read_file(files, stored.key, sha256=stored.sha256)
    except FileLost as lost:
        await _put_before_office(transactions, stored, lost, now=now)
        raise


async def open_stored(
    transactions: Transactions, files: ObjectStore, stored: StoredFile, *, now: datetime
) -> IO[bytes]:
    """As `read_stored`, for large files: the checked bytes are in a temporary file, which the caller closes."""
    try:
        return await open_file(files, stored.key, sha256=stored.sha256)
    except FileLost as lost:
        await _put_before_office(transactions, stored, lost, now=now)
        raise


async def _put_before_office(
    transactions: Transactions, stored: StoredFile, lost: FileLost, *, now: datetime
) -> None:
    log.error("file_lost", key=stored.key, reason=lost.params["reason"])
    async with transactions() as session:
        await enter_company(session, stored.company_id)  # whoever asks may have no company: a check page
        damage_id = await _note_damage(session, stored, now=now)
        if damage_id is not None:
            found = FileDamaged(
                damage_id=damage_id,
                file_kind=stored.kind,
                of=stored.of,
                subject_kind=stored.subject_kind,
                subject_id=stored.subject_id,
            )
            await announce(session, stored.company_id, found)


async def _note_damage(session: Session, stored: StoredFile, *, now: datetime) -> UUID | None:
    """The id of the damage, or None if it is known already."""
    check_at = now + LOOK_AGAIN_AFTER
    noted = insert(DAMAGED).values(
        company_id=stored.company_id, id=uuid7(), key=stored.key, sha256=stored.sha256, check_at=check_at
    )
    noted = noted.on_conflict_do_update(
        index_elements=[DAMAGED.c.company_id, DAMAGED.c.key],
        set_={"check_at": noted.excluded.check_at, "sha256": noted.excluded.sha256},
        where=DAMAGED.c.check_at.is_(None),
    )
    damage_id: UUID | None = await session.scalar(noted.returning(DAMAGED.c.id))
    if damage_id is not None:
        wake(session, "damaged_file", stored.company_id, check_at)
    return damage_id


async def queue_checks_of_damaged(
    session: Session, company_id: UUID, now: datetime, queue_job: QueueJob
) -> int:
    """Sweep: queue a job to look at each damaged file again, and the next look."""
    due = (
        select(DAMAGED.c.id)
        .where(DAMAGED.c.company_id == company_id, DAMAGED.c.check_at <= now)
        .order_by(DAMAGED.c.check_at)
        .limit(20)
        .with_for_update(skip_locked=True)
    )
    again_at = now + LOOK_AGAIN_AFTER
    taken = (
        update(DAMAGED)
        .where(DAMAGED.c.company_id == company_id, DAMAGED.c.id.in_(due))
        .values(check_at=again_at)
        .returning(DAMAGED.c.id)
    )
    damages = list(await session.scalars(taken))
    for damage_id in damages:
        await queue_job(CHECK_FILE, company_id, damage_id)
    if damages:
        wake(session, "damaged_file", company_id, again_at)
    return len(damages)


async def check_file(context: JobContext, company_id: UUID, damage_id: UUID) -> None:
    """Job: look at a damaged file. If it is good again, say so and look no more."""
    async with transaction(context.sessions, company_id) as session:
        damaged = await session.get(DamagedFile, (company_id, damage_id))
    if damaged is None or damaged.check_at is None:
        return
    try:
        await read_file(context.files, damaged.key, sha256=damaged.sha256)
    except FileLost:
        return
    async with transaction(context.sessions, company_id) as session:
        good = update(DAMAGED).where(
            DAMAGED.c.company_id == company_id, DAMAGED.c.id == damage_id, DAMAGED.c.check_at.is_not(None)
        )
        if (await session.execute(good.values(check_at=None).returning(DAMAGED.c.id))).first() is not None:
            await announce(session, company_id, FileRestored(damage_id=damage_id))
