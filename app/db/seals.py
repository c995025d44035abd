"""Seals over rows that are only ever added, so that nobody changes or removes one unnoticed.

About once an hour each company's new rows get a seal: how many there are, a hash over them, and the hash of
the seal before. The head, which is the newest seal, is also kept in the file store, where whoever rewrites the
database does not reach. `app.db.seal_check` compares all three.

Commands pay nothing for it: rows are sealed later, and not by a lock that each command would wait for.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

import structlog
from obstore.store import ObjectStore
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    LargeBinary,
    Table,
    Text,
    extract,
    func,
    literal,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.canonical import canonical_hash
from app.core.clock import Clock
from app.core.ids import lowest_id_at
from app.db.base import Base, OfCompany
from app.db.files import FilesUnavailable
from app.db.seal_heads import HeadKey, has_head, write_head
from app.db.session import Session, Sessions, transaction

log = structlog.get_logger(__name__)

SETTLED_AFTER = timedelta(minutes=10)
"""A row is sealed when it is this old. Rows get their id shortly before COMMIT, and no transaction lasts that
long: statements end after 30 seconds, idle transactions after 60. So no row appears in a window that is sealed."""
ROWS_MAX = 50_000
"""How many rows of a table one seal covers at most."""
FIRST_AFTER_S = 60.0
AGAIN_AFTER_S = 3600.0
NOTHING = UUID(int=0)


class AuditSeal(OfCompany, Base):
    """What was there in one window of time. Only ever added."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(primary_key=True)
    """1, 2, … within the company."""
    until_id: Mapped[UUID]
    """The window: rows with this id or a later one belong to later seals."""
    sealed_at: Mapped[datetime]
    parts: Mapped[list[dict[str, Any]]]
    """For each table: its columns, how many rows, and the hash over them."""
    previous_hash: Mapped[bytes]
    """`hash` of the seal before; empty for the first."""
    hash: Mapped[bytes]
    """SHA-256 of the canonical JSON of all this: see `hash_of`."""


class Seal(NamedTuple):
    """A row of `audit_seal`."""

    company_id: UUID
    number: int
    until_id: UUID
    sealed_at: datetime
    parts: list[dict[str, Any]]
    previous_hash: bytes

    def says(self) -> dict[str, Any]:
        """All of it, as it is hashed and kept in the file store."""
        return {
            "company_id": str(self.company_id),
            "number": self.number,
            "until_id": str(self.until_id),
            "sealed_at": int(self.sealed_at.timestamp() * 1_000_000),
            "parts": self.parts,
            "previous_sha256": self.previous_hash.hex(),
        }


def hash_of(seal: Seal) -> bytes:
    return canonical_hash(seal.says())


SEAL_COLUMNS = [getattr(AuditSeal, name) for name in Seal._fields]


async def seal_forever(
    maker: Sessions, files: ObjectStore, tables: Sequence[Table], clock: Clock, key: HeadKey | None
) -> None:
    """Several processes may run this at the same time. What fails is tried again an hour later."""
    await asyncio.sleep(FIRST_AFTER_S)
    after = NOTHING
    while True:
        before = lowest_id_at(clock.now() - SETTLED_AFTER)
        if await seal_companies(maker, files, tables, after=after, before=before, key=key, now=clock.now()):
            after = before
        await asyncio.sleep(AGAIN_AFTER_S)


FIND_COMPANIES = text("SELECT company_id FROM find_companies_with_audit(:after, :before)")


async def find_companies(maker: Sessions, *, after: UUID, before: UUID) -> Sequence[UUID]:
    """Companies with something to seal in [after, before). A database function that answers ids alone."""
    async with transaction(maker, None) as session:
        return (await session.scalars(FIND_COMPANIES, {"after": after, "before": before})).all()


async def find_every_company(maker: Sessions) -> Sequence[UUID]:
    """The ids of all companies, for a check. A database function that answers ids alone."""
    async with transaction(maker, None) as session:
        return (await session.scalars(text("SELECT company_id FROM find_companies()"))).all()


async def seal_companies(
    maker: Sessions,
    files: ObjectStore,
    tables: Sequence[Table],
    *,
    after: UUID,
    before: UUID,
    key: HeadKey | None,
    now: datetime,
) -> bool:
    """Seal what every company has added in [after, before). False if something failed."""
    is_whole = True
    for company_id in await find_companies(maker, after=after, before=before):
        try:
            await seal_company(maker, company_id, tables, before=before, now=now)
            await write_heads(maker, files, company_id, key=key)
        except FilesUnavailable as error:
            log.warning("audit_head_not_written", company_id=str(company_id), error=str(error))
            is_whole = False
        except Exception as error:
            log.error("audit_not_sealed", company_id=str(company_id), exc_info=error)
            is_whole = False
    return is_whole


async def seal_company(
    maker: Sessions, company_id: UUID, tables: Sequence[Table], *, before: UUID, now: datetime
) -> int:
    """Seal a company's rows that are older than `before`. Returns how many seals were added."""
    added = 0
    while True:
        async with transaction(maker, company_id) as session:
            last = await get_last_seal(session, company_id)
            seal = await _next_seal(session, company_id, last, tables, before=before, now=now)
            if seal is None:
                return added
            await session.execute(
                insert(cast(Table, AuditSeal.__table__))
                .values(**seal._asdict(), hash=hash_of(seal))
                .on_conflict_do_nothing()  # another process has just sealed it
            )
        added += 1


async def get_last_seal(session: Session, company_id: UUID) -> Seal | None:
    query = select(*SEAL_COLUMNS).where(AuditSeal.company_id == company_id)
    row = (await session.execute(query.order_by(AuditSeal.number.desc()).limit(1))).first()
    return Seal(*row) if row else None


async def find_seals(session: Session, company_id: UUID, *, from_number: int = 1) -> list[tuple[Seal, bytes]]:
    """Seals with their stored hashes, in their order."""
    query = select(*SEAL_COLUMNS, AuditSeal.hash).where(
        AuditSeal.company_id == company_id, AuditSeal.number >= from_number
    )
    return [(Seal(*row[:-1]), row[-1]) for row in await session.execute(query.order_by(AuditSeal.number))]


async def _next_seal(
    session: Session,
    company_id: UUID,
    last: Seal | None,
    tables: Sequence[Table],
    *,
    before: UUID,
    now: datetime,
) -> Seal | None:
    """The seal over what came after `last`; None if nothing did."""
    after = last.until_id if last else NOTHING
    ends = [await _end_of(session, company_id, table, after=after, before=before) for table in tables]
    until = min([*(end for end in ends if end), before])
    parts = [
        await part_of(session, company_id, table, names_of(table), after=after, until=until)
        for table in tables
    ]
    if not any(part["rows"] for part in parts):
        return None
    previous = hash_of(last) if last else b""
    return Seal(company_id, last.number + 1 if last else 1, until, now, parts, previous)


async def _end_of(
    session: Session, company_id: UUID, table: Table, *, after: UUID, before: UUID
) -> UUID | None:
    """Where a seal must end so that it covers no more than `ROWS_MAX` rows of this table. None: at `before`."""
    query = select(table.c.id).where(
        table.c.company_id == company_id, table.c.id >= after, table.c.id < before
    )
    return cast("UUID | None", await session.scalar(query.order_by(table.c.id).offset(ROWS_MAX).limit(1)))


def names_of(table: Table) -> list[str]:
    """The columns a seal covers: all there are."""
    return [str(column.name) for column in table.columns]


async def part_of(
    session: Session, company_id: UUID, table: Table, names: Sequence[str], *, after: UUID, until: UUID
) -> dict[str, Any]:
    """How many rows of the table there are in [after, until), and the hash over these columns of them."""
    row = func.jsonb_build_array(*(_as_json(table.c[name]) for name in names))
    hashed = func.sha256(func.convert_to(sql_cast(row, Text), "UTF8"))
    together = func.string_agg(hashed, aggregate_order_by(literal(b"", LargeBinary), table.c.id, hashed))
    query = select(func.count(), together).where(
        table.c.company_id == company_id, table.c.id >= after, table.c.id < until
    )
    rows, hashes = (await session.execute(query)).one()
    sha256 = hashlib.sha256(hashes or b"").hexdigest()
    return {"table": str(table.name), "columns": list(names), "rows": rows, "sha256": sha256}


def _as_json(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same text whatever the settings of the session are."""
    if isinstance(column.type, DateTime):
        return sql_cast(extract("epoch", column) * 1_000_000, BigInteger)
    if isinstance(column.type, LargeBinary):
        return func.encode(column, "hex")
    return column


async def write_heads(maker: Sessions, files: ObjectStore, company_id: UUID, *, key: HeadKey | None) -> None:
    """Keep the newest seals in the file store: all that are not there yet. No transaction is open meanwhile.

    Raises:
        FilesUnavailable: the store does not answer.
    """
    async with transaction(maker, company_id) as session:
        last = await get_last_seal(session, company_id)
    number = last.number if last else 0
    while number and not await has_head(files, company_id, number):
        number -= 1
    async with transaction(maker, company_id) as session:
        missing = await find_seals(session, company_id, from_number=number + 1)
    for seal, _ in missing:
        await write_head(files, company_id, seal.number, seal.says(), key=key)
