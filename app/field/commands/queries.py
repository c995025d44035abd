"""All SQL of the ledger."""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, and_, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.changes import Insert, Update
from app.db.session import Session
from app.dispatch.tables import Visit
from app.field.commands.models import CommandRecord, Conflict
from app.field.commands.policies import OPEN, CommandKnown

LEDGER = cast(Table, CommandRecord.__table__)
CONFLICTS = cast(Table, Conflict.__table__)


class Known(NamedTuple):
    """What the ledger says of a command that came before. The fields have the names of the columns."""

    command_id: UUID
    user_id: UUID
    device_id: UUID | None
    device_seq: int | None
    kind: str
    subject_id: UUID | None
    fingerprint: bytes | None
    received_at: datetime
    verdict: str
    status: int
    code: str | None
    params: dict[str, Any] | None
    answer: bytes | None
    etag: str | None

    @property
    def was_unreadable(self) -> bool:
        """It came with an id and a content that could not be read. What comes with the id later is read anew."""
        return self.fingerprint is None and self.verdict in OPEN


KNOWN_COLUMNS = [LEDGER.c[name] for name in Known._fields]


async def get_command(session: Session, company_id: UUID, command_id: UUID) -> Known | None:
    query = select(*KNOWN_COLUMNS).where(LEDGER.c.company_id == company_id, LEDGER.c.command_id == command_id)
    row = (await session.execute(query)).first()
    return Known(*row) if row else None


async def get_holder(session: Session, company_id: UUID, device_id: UUID, seq: int) -> UUID | None:
    """Which command of a phone has this number."""
    query = select(LEDGER.c.command_id).where(
        LEDGER.c.company_id == company_id, LEDGER.c.device_id == device_id, LEDGER.c.device_seq == seq
    )
    holder: UUID | None = await session.scalar(query)
    return holder


async def get_free_number(session: Session, company_id: UUID, device_id: UUID) -> int:
    """A number that no command of the phone has, nor any after it."""
    query = select(func.max(LEDGER.c.device_seq)).where(
        LEDGER.c.company_id == company_id, LEDGER.c.device_id == device_id, LEDGER.c.device_seq.is_not(None)
    )
    last: int | None = await session.scalar(query)
    return 0 if last is None else last + 1


def with_verdict(row: dict[str, Any], *, replaces: bool) -> Insert | Update:
    """The row of a command that passes. `replaces`: it came before and was not applied then.

    Writing it fails if another request was faster.
    """
    if not replaces:
        return Insert(LEDGER.name, row, if_taken=CommandKnown)
    where = {
        "command_id": row["command_id"],
        "user_id": row["user_id"],
        "verdict": [str(one) for one in OPEN],
    }
    to = {name: value for name, value in row.items() if name not in ("command_id", "user_id")}
    return Update(LEDGER.name, where, to, expected=1)


async def write_refusal(session: Session, company_id: UUID, row: dict[str, Any]) -> bool:
    """Keep a command that was not applied, with what came. False: meanwhile another request had it applied."""
    new = insert(LEDGER).values(company_id=company_id, **row)
    latest = {name: new.excluded[name] for name in row if name not in ("command_id", "received_at")}
    kept = new.on_conflict_do_update(
        index_elements=[LEDGER.c.company_id, LEDGER.c.command_id],
        set_=latest,
        where=and_(LEDGER.c.verdict.in_(OPEN), LEDGER.c.user_id == new.excluded.user_id),
    )
    return (await session.execute(kept.returning(LEDGER.c.command_id))).first() is not None


async def add_conflict(session: Session, company_id: UUID, row: dict[str, Any]) -> None:
    """A conflict of a whole command; there is one for each."""
    await session.execute(insert(CONFLICTS).values(company_id=company_id, **row).on_conflict_do_nothing())


class VisitSeen(NamedTuple):
    """What the office has made of a visit."""

    status: str
    status_reason: str | None
    worker_id: UUID | None
    starts_at: datetime
    ends_at: datetime


async def get_visit_seen(session: Session, company_id: UUID, visit_id: UUID) -> VisitSeen | None:
    columns = [getattr(Visit, name) for name in VisitSeen._fields]
    query = select(*columns).where(Visit.company_id == company_id, Visit.id == visit_id)
    row = (await session.execute(query)).first()
    return VisitSeen(*row) if row else None
