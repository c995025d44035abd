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
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.base import Executable

from app.core.errors import DomainError
from app.db.query import Query
from app.db.session import Session
from app.db.wake import wake
from app.dispatch.tables import Visit
from app.field.attachments.models import Attachment
from app.field.commands.policies import OPEN, Confidence, Verdict
from app.field.commands.queries import KNOWN_COLUMNS, LEDGER, Known
from app.field.push.models import CommandDevice, CommandGap
from app.field.push.policies import Span

DEVICES = cast(Table, CommandDevice.__table__)
GAPS = cast(Table, CommandGap.__table__)
TIMES = ("corrected_at", "clock_offset", "clock_confidence", "is_backdated")
"""Columns that are found out once, at the reception."""
IS_WAITING = LEDGER.c.verdict == literal_column("'waiting'")
"""A literal, so that PostgreSQL sees that the index `ix_field_command__waiting` fits."""
RUN_MAX = 1_000
"""Commands that one request carries out at most. The others wait for the next."""


async def lock_device(session: Session, company_id: UUID, device_id: UUID, *, user_id: UUID) -> CommandDevice:
    """The phone's row, locked until the transaction ends: its batches are received one after the other."""
    device = await get_device(session, company_id, device_id)
    if device is None:
        new = insert(DEVICES).values(company_id=company_id, device_id=device_id, user_id=user_id)
        await session.execute(new.on_conflict_do_nothing())
        device = await get_device(session, company_id, device_id)
    assert device is not None  # noqa: S101  # there is one now
    return device


async def take_due_devices(
    session: Session, company_id: UUID, *, now: datetime, again_at: datetime, limit: int
) -> list[UUID]:
    """Phones of which something waits and is to be looked at. They are due again at `again_at`."""
    due = (
        select(DEVICES.c.device_id)
        .where(DEVICES.c.company_id == company_id, DEVICES.c.look_at <= now)
        .order_by(DEVICES.c.look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(DEVICES)
        .where(DEVICES.c.company_id == company_id, DEVICES.c.device_id.in_(due))
        .values(look_at=again_at)
        .returning(DEVICES.c.device_id)
    )
    return list(await session.scalars(taken))


async def get_device(session: Session, company_id: UUID, device_id: UUID) -> CommandDevice | None:
    """The phone's row, locked as by `lock_device`, if it has sent a batch before."""
    query = select(CommandDevice).where(
        CommandDevice.company_id == company_id, CommandDevice.device_id == device_id
    )
    return (await session.scalars(query.with_for_update())).first()


class FirstWaiting(NamedTuple):
    """The smallest number that waits beyond a gap, and since when the phone's oldest command waits."""

    beyond: int | None
    beyond_since: datetime | None
    since: datetime | None


async def find_first_waiting(
    session: Session, company_id: UUID, device_id: UUID, *, next_seq: int
) -> FirstWaiting:
    is_beyond = LEDGER.c.device_seq >= next_seq
    query = select(
        func.min(LEDGER.c.device_seq).filter(is_beyond),
        func.min(LEDGER.c.received_at).filter(is_beyond),
        func.min(LEDGER.c.received_at),
    ).where(LEDGER.c.company_id == company_id, LEDGER.c.device_id == device_id, IS_WAITING)
    return FirstWaiting(*(await session.execute(query)).one())


async def set_look(
    session: Session, company_id: UUID, device_id: UUID, *, seen: datetime | None, look_at: datetime | None
) -> None:
    """When to look again at what waits of a phone, unless somebody has said so meanwhile."""
    await session.execute(
        update(DEVICES)
        .where(
            DEVICES.c.company_id == company_id,
            DEVICES.c.device_id == device_id,
            DEVICES.c.look_at.is_not_distinct_from(seen),
        )
        .values(look_at=look_at)
    )
    if look_at is not None:
        wake(session, "waiting_phone", company_id, look_at)


async def look_by(session: Session, company_id: UUID, device_id: UUID, *, at: datetime) -> None:
    """Have what waits of a phone looked at by then at the latest."""
    is_later = DEVICES.c.look_at.is_(None) | (DEVICES.c.look_at > at)
    mine = and_(DEVICES.c.company_id == company_id, DEVICES.c.device_id == device_id)
    await session.execute(update(DEVICES).where(mine, is_later).values(look_at=at))
    wake(session, "waiting_phone", company_id, at)


OF_JOBS = select(Visit.id).where(
    Visit.company_id == bindparam("company"), Visit.job_id == func.any(bindparam("jobs", type_=ARRAY(Uuid)))
)
AUTHORS = select(Attachment.author_id).where(
    Attachment.company_id == bindparam("company"),
    Attachment.id == func.any(bindparam("files", type_=ARRAY(Uuid))),
)
WAITING_FOR = Query(
    select(LEDGER.c.device_id)
    .distinct()
    .where(
        LEDGER.c.company_id == bindparam("company"),
        IS_WAITING,
        LEDGER.c.device_id.is_not(None),
        or_(
            LEDGER.c.subject_id == func.any(bindparam("jobs", type_=ARRAY(Uuid))),
            LEDGER.c.subject_id.in_(OF_JOBS),
            LEDGER.c.user_id.in_(AUTHORS),
        ),
    ),
    lambda device_id: device_id,
)
"""Phones of which something waits about these jobs or their visits, or whose owner has sent these files."""


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
    not_after: datetime | None
    """When a command with a larger number was given, or was here at the latest."""


LATER = LEDGER.alias("later")


def _next(company_id: UUID, device_id: UUID) -> ColumnElement[datetime | None]:
    """When the command with the next number was given, or came. Null: no larger number has come.

    A time that no clock confirms says nothing about what was given before.
    """
    is_sure = and_(LATER.c.corrected_at.is_not(None), LATER.c.clock_confidence != Confidence.NONE)
    return (
        select(case((is_sure, LATER.c.corrected_at), else_=LATER.c.received_at))
        .where(
            LATER.c.company_id == company_id,
            LATER.c.device_id == device_id,
            LATER.c.device_seq > LEDGER.c.device_seq,
        )
        .order_by(LATER.c.device_seq)
        .limit(1)
        .correlate(LEDGER)
        .scalar_subquery()
    )


def _first_beyond(company_id: UUID, device_id: UUID, seq: int) -> ColumnElement[datetime | None]:
    """When the first of those came that wait beyond a gap."""
    return (
        select(func.min(LATER.c.received_at))
        .where(
            LATER.c.company_id == company_id,
            LATER.c.device_id == device_id,
            LATER.c.device_seq >= seq,
            LATER.c.verdict == literal_column("'waiting'"),
        )
        .scalar_subquery()
    )


async def find_waiting(
    session: Session, company_id: UUID, device_id: UUID, *, user_id: UUID, before_seq: int
) -> list[Waiting]:
    """What can be carried out, in the order in which it was given."""
    not_after = func.least(_next(company_id, device_id), _first_beyond(company_id, device_id, before_seq))
    columns: list[ColumnElement[Any]] = [LEDGER.c[name] for name in Waiting._fields if name != "not_after"]
    query = select(*[*columns, not_after]).where(
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
