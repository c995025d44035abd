"""All SQL about the sequence of a phone's commands."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.base import Executable

from app.core.errors import DomainError
from app.db.session import Session
from app.field.commands.policies import OPEN, Verdict
from app.field.commands.queries import KNOWN_COLUMNS, LEDGER, Known
from app.field.push.models import CommandDevice, CommandGap
from app.field.push.policies import Span

DEVICES = cast(Table, CommandDevice.__table__)
GAPS = cast(Table, CommandGap.__table__)
TIMES = ("corrected_at", "clock_offset", "clock_confidence", "is_backdated")
"""Columns that are found out once, at the reception."""
RUN_MAX = 1_000
"""Commands that one request carries out at most. The others wait for the next."""


async def lock_device(session: Session, company_id: UUID, device_id: UUID, *, user_id: UUID) -> CommandDevice:
    """The phone's row, locked until the transaction ends: its batches are received one after the other."""
    new = insert(DEVICES).values(company_id=company_id, device_id=device_id, user_id=user_id)
    await session.execute(new.on_conflict_do_nothing())
    query = select(CommandDevice).where(
        CommandDevice.company_id == company_id, CommandDevice.device_id == device_id
    )
    return (await session.scalars(query.with_for_update())).one()


async def find_commands(session: Session, company_id: UUID, ids: Collection[UUID]) -> dict[UUID, Known]:
    """What the ledger says of these commands."""
    if not ids:
        return {}
    query = select(*KNOWN_COLUMNS).where(
        LEDGER.c.company_id == company_id, LEDGER.c.command_id == _any(ids, Uuid)
    )
    return {row.command_id: Known(*row) for row in await session.execute(query)}


def _any(values: Collection[Any], of: type[Any]) -> ColumnElement[Any]:
    """One parameter for a list of any length: the statement is compiled once, and not for each length."""
    return any_(literal(list(values), ARRAY(of)))


async def find_holders(
    session: Session, company_id: UUID, device_id: UUID, *, seqs: Collection[int], since: int
) -> dict[int, UUID]:
    """Which commands of the phone have these numbers, and all from `since` on."""
    query = select(LEDGER.c.device_seq, LEDGER.c.command_id).where(
        LEDGER.c.company_id == company_id,
        LEDGER.c.device_id == device_id,
        LEDGER.c.device_seq.is_not(None),
        (LEDGER.c.device_seq >= since) | (LEDGER.c.device_seq == _any(seqs, Integer)),
    )
    return dict(list(await session.execute(query)))


async def find_gaps(session: Session, company_id: UUID, device_id: UUID, *, since: int) -> list[Span]:
    """Numbers that the phone has lost, from `since` on."""
    query = select(GAPS.c.from_seq, GAPS.c.until_seq).where(
        GAPS.c.company_id == company_id, GAPS.c.device_id == device_id, GAPS.c.until_seq > since
    )
    return [(row.from_seq, row.until_seq) for row in await session.execute(query)]


async def add_gaps(
    session: Session, company_id: UUID, device_id: UUID, spans: Sequence[Span], *, now: datetime
) -> None:
    if not spans:
        return
    rows = [
        {
            "company_id": company_id,
            "device_id": device_id,
            "from_seq": start,
            "until_seq": until,
            "said_at": now,
        }
        for start, until in spans
    ]
    await session.execute(insert(GAPS).values(rows).on_conflict_do_nothing())


OF_FIRST_RECEIPT = (
    "command_id",
    "sent_at",
    "received_at",
    "clock_offset",
    "clock_confidence",
    "corrected_at",
    "is_backdated",
)
"""These stay when a command comes again."""
KEPT = (
    *OF_FIRST_RECEIPT,
    "user_id",
    "device_id",
    "device_seq",
    "kind",
    "subject_id",
    "fingerprint",
    "occurred_at",
    "verdict",
    "status",
    "code",
    "params",
    "answer",
    "etag",
    "payload",
    "decided_at",
    "signal_at",
)
"""What is kept of a command at the reception."""
IS_WAITING = LEDGER.c.verdict == literal_column("'waiting'")
"""A literal, so that PostgreSQL sees that the index `ix_field_command__waiting` fits."""
IS_OPEN = LEDGER.c.verdict.in_([literal(str(one), Text) for one in OPEN])
"""Without a parameter for a list, which SQLAlchemy sends with one row only."""


def _keep() -> Executable:
    """Write a row as it came; one that is there and was not applied gets what came last.

    A statement for one row, sent once with all rows: compiling one for as many rows as a batch has took a quarter of
    all that a day of a phone cost.
    """
    new = insert(LEDGER).values({name: bindparam(name) for name in ("company_id", *KEPT)})
    latest: dict[str, Any] = {name: new.excluded[name] for name in KEPT if name not in OF_FIRST_RECEIPT}
    is_waiting = new.excluded.verdict == Verdict.WAITING
    latest["signal_at"] = case((is_waiting, func.coalesce(LEDGER.c.signal_at, new.excluded.signal_at)))
    return new.on_conflict_do_update(
        index_elements=[LEDGER.c.company_id, LEDGER.c.command_id],
        set_=latest,
        where=and_(IS_OPEN, LEDGER.c.user_id == new.excluded.user_id),
    )


KEEP = _keep()


async def keep_commands(session: Session, company_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what came, before anything of it is carried out. What was applied stays as it is."""
    if rows:
        named = [{"company_id": company_id, **row} for row in rows]
        await (await session.connection()).execute(KEEP, named)


class Waiting(NamedTuple):
    """A command that is kept and was not carried out yet."""

    command_id: UUID
    kind: str
    subject_id: UUID
    device_seq: int
    fingerprint: bytes
    payload: dict[str, Any]
    sent_at: datetime | None
    received_at: datetime
    corrected_at: datetime | None
    """Null: nobody has looked yet when it was given."""
    clock_offset: timedelta | None
    clock_confidence: str
    is_backdated: bool


async def find_waiting(
    session: Session, company_id: UUID, device_id: UUID, *, user_id: UUID, before_seq: int
) -> list[Waiting]:
    """What can be carried out, in the order in which it was given."""
    columns = [LEDGER.c[name] for name in Waiting._fields]
    query = select(*columns).where(
        LEDGER.c.company_id == company_id,
        LEDGER.c.device_id == device_id,
        LEDGER.c.user_id == user_id,
        IS_WAITING,
        LEDGER.c.device_seq < before_seq,
        LEDGER.c.fingerprint.is_not(None),
    )
    rows = await session.execute(query.order_by(LEDGER.c.device_seq).limit(RUN_MAX))
    return [Waiting(*row) for row in rows]


NOTE_TIMES = (
    update(LEDGER)
    .where(LEDGER.c.company_id == bindparam("its_company_id"), LEDGER.c.command_id == bindparam("its_id"))
    .values({name: bindparam(f"its_{name}") for name in TIMES})
)


async def note_times(session: Session, company_id: UUID, commands: Sequence[Waiting]) -> None:
    """Keep when commands were given."""
    if commands:
        rows = [
            {"its_company_id": company_id, "its_id": one.command_id}
            | {f"its_{name}": getattr(one, name) for name in TIMES}
            for one in commands
        ]
        await (await session.connection()).execute(NOTE_TIMES, rows)


async def reject(
    session: Session, company_id: UUID, command_id: UUID, refusal: DomainError, *, now: datetime
) -> None:
    """Refuse a command that is kept and waits."""
    await session.execute(
        update(LEDGER)
        .where(LEDGER.c.company_id == company_id, LEDGER.c.command_id == command_id, IS_WAITING)
        .values(
            verdict=Verdict.REJECTED,
            status=refusal.status,
            code=refusal.code,
            params=refusal.params,
            decided_at=now,
            signal_at=None,
        )
    )


async def get_time_before(
    session: Session, company_id: UUID, device_id: UUID, *, seq: int
) -> datetime | None:
    """When the phone's last command with a smaller number was given, by our clock."""
    query = (
        select(LEDGER.c.corrected_at)
        .where(
            LEDGER.c.company_id == company_id,
            LEDGER.c.device_id == device_id,
            LEDGER.c.device_seq < seq,
            LEDGER.c.corrected_at.is_not(None),
        )
        .order_by(LEDGER.c.device_seq.desc())
        .limit(1)
    )
    found: datetime | None = await session.scalar(query)
    return found


class Overdue(NamedTuple):
    """A command that has waited for too long."""

    command_id: UUID
    kind: str
    subject_id: UUID | None
    user_id: UUID
    code: str | None
    received_at: datetime


async def take_overdue(session: Session, company_id: UUID, *, now: datetime, limit: int) -> list[Overdue]:
    """Commands that wait for too long; their clock is stopped. Those that somebody else works on are left out."""
    due = (
        select(LEDGER.c.command_id)
        .where(LEDGER.c.company_id == company_id, LEDGER.c.signal_at <= now)
        .order_by(LEDGER.c.signal_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(LEDGER)
        .where(LEDGER.c.company_id == company_id, LEDGER.c.command_id.in_(due))
        .values(signal_at=None)
        .returning(*[LEDGER.c[name] for name in Overdue._fields])
    )
    return [Overdue(*row) for row in await session.execute(taken)]
