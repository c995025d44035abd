"""All SQL about return: clients who have bought something, and what is known of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.clients.tables import Client
from app.crm.calls.models import Interaction
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.invites.models import Invitation
from app.crm.on_site.models import NextVisitProposal
from app.crm.pasts.models import ClientPurchase
from app.crm.pasts.values import Expected
from app.crm.returns.policies.comparison import Cell, Kind
from app.crm.returns.policies.due import Due, DueCount
from app.crm.returns.policies.fixed import Counted, FixedCount, Group
from app.crm.returns.policies.quality import Quality
from app.crm.returns.values import By, Filters, Period
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


def report(*parts: str, folder: Path = FOLDER) -> str:
    """A statement for asyncpg. All parts but the last are written once for several reports."""
    *shared, last = [f"{part}.sql" for part in parts]
    texts = [(FOLDER / one).read_text(encoding="utf-8") for one in shared]
    return "WITH\n" + ",\n".join([*texts, (folder / last).read_text(encoding="utf-8")])


FIXED = report("who", "fixed")
DUE = report("who", "needs", "due")
CELLS = report("who", "needs", "cells")
QUALITY = report("who", "quality")
LOST_DUE = report("who", "lost_due")
LOST_BETWEEN = report("who", "lost_between")


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


class LostClient(NamedTuple):
    """A client who did not come back."""

    client_id: UUID
    name: str
    surname: str
    source: str
    """The one that has brought him with his first request, otherwise what stands on the card."""
    last_on: date | None
    """His last purchase: of all, or of the period of visits."""
    workers: Sequence[UUID]
    """Who led its visits."""
    needs: Sequence[Expected] = ()


async def find_lost_of_due(
    reader: Reader, due: Period, filters: Filters, *, today: date, after: UUID | None, at_most: int
) -> list[LostClient]:
    """Clients with a need of a period for which they certainly did not come, with these needs."""
    found = await reader.rows(LOST_DUE, *due, today, *filters, after or FIRST, at_most)
    lost: dict[UUID, LostClient] = {}
    for client_id, name, surname, source, last_on, workers, *need in found:
        card = LostClient(client_id, name, surname, source, last_on, workers or ())
        known = lost.setdefault(client_id, card)
        lost[client_id] = known._replace(needs=[*known.needs, Expected(*need)])
    return list(lost.values())


async def find_lost_between(
    reader: Reader,
    visited: Period,
    returned: Period,
    filters: Filters,
    *,
    after: UUID | None,
    at_most: int,
) -> list[LostClient]:
    """Clients who bought in `visited` and not in `returned`."""
    found = await reader.rows(LOST_BETWEEN, *visited, *returned, *filters, after or FIRST, at_most)
    return [LostClient(*one) for one in found]


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


class Stated(NamedTuple):
    """Why a client does not come, as he said it."""

    client_id: UUID
    reason: str
    at: datetime


def _said(model: Any, reason: Any, at: Any, refused: ColumnElement[bool]) -> Select[Any]:
    root = select(func.coalesce(CARD.merged_into, CARD.id)).where(
        CARD.company_id == COMPANY, CARD.id == model.client_id
    )
    return select(root.scalar_subquery().label("client_id"), reason.label("reason"), at.label("at")).where(
        model.company_id == COMPANY, model.client_id.in_(CARDS_OF), refused, reason != ""
    )


CARD = aliased(Client)
CARDS_OF = select(Client.id).where(
    Client.company_id == COMPANY, or_(Client.id == func.any(IDS), Client.merged_into == func.any(IDS))
)
SAID = union_all(
    _said(Interaction, Interaction.reason, Interaction.at, Interaction.outcome == "refused"),
    _said(Invitation, Invitation.words, Invitation.answered_at, Invitation.answer == "no"),
    _said(
        NextVisitProposal,
        NextVisitProposal.reason,
        NextVisitProposal.made_at,
        NextVisitProposal.reply == "refused",
    ),
).subquery()
STATED = Query(
    select(SAID.c.client_id, SAID.c.reason, SAID.c.at)
    .ext(distinct_on(SAID.c.client_id))
    .order_by(SAID.c.client_id, SAID.c.at.desc()),
    Stated,
)


async def find_stated(reader: Reader, client_ids: Sequence[UUID]) -> dict[UUID, Stated]:
    """What these clients said last when they refused: in a talk, to an invitation, or on site."""
    return {one.client_id: one for one in await reader.all(STATED, ids=list(client_ids))}
