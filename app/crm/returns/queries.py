"""All SQL about return: clients who have bought something, and what is known of them."""

from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.orm import aliased

from app.clients.tables import Client
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.pasts.models import ClientPurchase
from app.crm.returns.policies.comparison import Cell, Kind
from app.crm.returns.policies.due import Due, DueCount
from app.crm.returns.policies.fixed import Counted, FixedCount, Group
from app.crm.returns.policies.quality import Quality
from app.crm.returns.values import By, Period
from app.db.query import Query
from app.db.reader import Reader
from app.identity.tables import Company

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
FIRST = UUID(int=0)
ZONE = Query(select(Company.timezone).where(Company.id == COMPANY), ZoneInfo)


async def get_zone(reader: Reader) -> ZoneInfo:
    """The clock of the company."""
    return (await reader.all(ZONE))[0]


FOLDER = Path(__file__).parent


WHO, NEEDS = FOLDER / "who.sql", FOLDER / "needs.sql"


def report(*parts: Path) -> str:
    """A statement for asyncpg. All parts but the last are written once for several reports."""
    return "WITH\n" + ",\n".join(part.read_text(encoding="utf-8").rstrip() for part in parts)


FIXED = report(WHO, FOLDER / "fixed.sql")
DUE = report(WHO, NEEDS, FOLDER / "due.sql")
CELLS = report(WHO, NEEDS, FOLDER / "cells.sql")
QUALITY = report(WHO, FOLDER / "quality.sql")


async def count_fixed(reader: Reader, visited: Period, returned: Period, by: By | None) -> FixedCount:
    """Clients who bought in `visited`, and those of them who bought in `returned`."""
    groups: dict[str | None, Group] = {}
    for key, *counted in await reader.rows(FIXED, *visited, *returned, by):
        groups[key] = Group(Counted(*counted[:3]), Counted(*counted[3:]))
    return FixedCount(groups.pop(None, Group()), {key or "": one for key, one in groups.items()})


async def count_due(reader: Reader, due: Period, by: By | None, *, today: date) -> DueCount:
    """Needs that were due in a period."""
    groups: dict[str | None, Due] = {}
    for key, *counted in await reader.rows(DUE, *due, today, by):
        groups[key] = Due(*counted)
    return DueCount(groups.pop(None, Due()), {key or "": one for key, one in groups.items()})


async def count_cells(reader: Reader, due: Period, *, today: date) -> dict[UUID, dict[Kind, Cell]]:
    """Matured needs of a period by worker and kind of client."""
    cells: dict[UUID, dict[Kind, Cell]] = defaultdict(dict)
    for worker_id, source, category, *counted in await reader.rows(CELLS, *due, today):
        cells[worker_id][(source, category)] = Cell(*counted)
    return cells


async def count_quality(reader: Reader, first_bought: Period, *, today: date) -> dict[str, Quality]:
    """Clients who bought for the first time in a period, by source."""
    found = await reader.rows(QUALITY, *first_bought, today)
    return {source: Quality(*counted) for source, *counted in found}


REPEATED = Query(
    select(func.count())
    .select_from(ClientPurchase)
    .join(Client, and_(Client.company_id == COMPANY, Client.id == ClientPurchase.client_id))
    .where(
        ClientPurchase.company_id == COMPANY,
        ClientPurchase.on >= bindparam("since", type_=Date),
        ClientPurchase.on < bindparam("until", type_=Date),
        ClientPurchase.number > 0,
        Client.merged_into.is_(None),
    ),
    int,
)


async def count_repeated(reader: Reader, period: Period) -> int:
    """Purchases of a period that were not the first of their client."""
    return (await reader.all(REPEATED, since=period.first, until=period.until))[0]


class Collected(NamedTuple):
    """New clients of a week by the channel of their first request."""

    week: date
    """Its Monday."""
    channel: str | None
    """None: nobody of them has asked, the office has entered the card."""
    clients: int
    reachable: int
    """Those who left a phone or an e-mail."""


REQUEST = aliased(LifeFact)
CONTACT = aliased(LifeFact)
ON_WEEK = cast(
    func.date_trunc("week", LifeFact.at.op("AT TIME ZONE")(bindparam("zone", type_=Text))), Date
).label("week")
CHANNEL = (
    select(REQUEST.detail["channel"].astext)
    .where(
        REQUEST.company_id == COMPANY,
        REQUEST.client_id == LifeFact.client_id,
        REQUEST.kind == FactKind.REQUEST_RECEIVED.value,
    )
    .order_by(REQUEST.at, REQUEST.source_id)
    .limit(1)
    .scalar_subquery()
    .label("channel")
)
REACHABLE = exists().where(
    CONTACT.company_id == COMPANY,
    CONTACT.client_id == LifeFact.client_id,
    CONTACT.kind == FactKind.CONTACT_USABLE.value,
)
KNOWN = (
    select(ON_WEEK, CHANNEL, REACHABLE.label("is_reachable"))
    .where(
        LifeFact.company_id == COMPANY,
        LifeFact.kind == FactKind.CLIENT_KNOWN.value,
        LifeFact.at >= bindparam("since", type_=DateTime(timezone=True)),
        LifeFact.at < bindparam("before", type_=DateTime(timezone=True)),
    )
    .subquery()
)
COLLECTED = Query(
    select(KNOWN.c.week, KNOWN.c.channel, func.count(), func.count().filter(KNOWN.c.is_reachable))
    .group_by(KNOWN.c.week, KNOWN.c.channel)
    .order_by(KNOWN.c.week, KNOWN.c.channel),
    Collected,
)


async def count_collected(
    reader: Reader, since: datetime, before: datetime, zone: ZoneInfo
) -> list[Collected]:
    return await reader.all(COLLECTED, since=since, before=before, zone=zone.key)
