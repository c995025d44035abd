"""All SQL about return: clients who have bought something, and what is known of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.clients.tables import Client, Site
from app.crm.facts.models import LifeFact
from app.crm.facts.values import Fact, FactKind
from app.crm.sources.queries import name_of_first
from app.db.query import Query
from app.db.reader import Reader
from app.documents.tables import Act
from app.identity.tables import Company
from app.workforce.tables import Territory

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
FIRST = UUID(int=0)
TELLING = (
    FactKind.ACT_SIGNED,
    FactKind.PAYMENT_TAKEN,
    FactKind.REFUND_PAID,
    FactKind.PASSPORT_ISSUED,
    FactKind.DATE_NAMED,
    FactKind.DATE_ENTERED,
)
"""Kinds of facts from which purchases and needs follow."""

ZONE = Query(select(Company.timezone).where(Company.id == COMPANY), ZoneInfo)


async def get_zone(reader: Reader) -> ZoneInfo:
    """The clock of the company."""
    return (await reader.all(ZONE))[0]


MERGED = aliased(Client)
_SIGNED = and_(
    LifeFact.company_id == COMPANY,
    LifeFact.kind == FactKind.ACT_SIGNED.value,
    LifeFact.at < bindparam("before", type_=DateTime(timezone=True)),
)
BUYERS = Query(
    select(Client.id)
    .where(
        Client.company_id == COMPANY,
        Client.id > bindparam("after", type_=Uuid),
        Client.merged_into.is_(None),
        or_(
            exists().where(_SIGNED, LifeFact.client_id == Client.id),
            exists().where(
                _SIGNED,
                LifeFact.client_id == MERGED.id,
                MERGED.company_id == COMPANY,
                MERGED.merged_into == Client.id,
            ),
        ),
    )
    .order_by(Client.id)
    .limit(bindparam("at_most", type_=Integer)),
    lambda one: one,
)


async def find_buyers_after(
    reader: Reader, after: UUID | None, *, before: datetime, at_most: int
) -> list[UUID]:
    """Clients who signed something before a moment, in the order of their ids. Merged cards are one client."""
    return await reader.all(BUYERS, after=after or FIRST, before=before, at_most=at_most)


class OfClient(NamedTuple):
    client_id: UUID
    fact: Fact


def _fact(
    client_id: UUID,
    kind: str,
    at: datetime,
    source_id: UUID,
    part: str,
    site_id: UUID | None,
    order_id: UUID | None,
    visit_id: UUID | None,
    worker_id: UUID | None,
    categories: list[str],
    amount_kop: int,
    on_day: date | None,
    detail: dict[str, Any] | None,
) -> OfClient:
    fact = Fact(
        kind,
        at,
        source_id,
        part,
        site_id=site_id,
        order_id=order_id,
        visit_id=visit_id,
        worker_id=worker_id,
        categories=categories,
        amount_kop=amount_kop,
        on_day=on_day,
        detail=detail or {},
    )
    return OfClient(client_id, fact)


FACTS = Query(
    select(
        func.coalesce(Client.merged_into, Client.id),
        LifeFact.kind,
        LifeFact.at,
        LifeFact.source_id,
        LifeFact.part,
        LifeFact.site_id,
        LifeFact.order_id,
        LifeFact.visit_id,
        LifeFact.worker_id,
        LifeFact.categories,
        LifeFact.amount_kop,
        LifeFact.on_day,
        LifeFact.detail,
    )
    .join(Client, and_(Client.company_id == LifeFact.company_id, Client.id == LifeFact.client_id))
    .where(
        LifeFact.company_id == COMPANY,
        or_(Client.id == func.any(IDS), Client.merged_into == func.any(IDS)),
        LifeFact.kind == func.any(literal([str(kind) for kind in TELLING], ARRAY(Text))),
    ),
    _fact,
)


async def find_facts(reader: Reader, client_ids: Sequence[UUID]) -> dict[UUID, list[Fact]]:
    """Of what these clients bought and when they are expected, by client."""
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for client_id, fact in await reader.all(FACTS, ids=list(client_ids)):
        found[client_id].append(fact)
    return found


class Card(NamedTuple):
    client_id: UUID
    name: str
    surname: str
    source: str
    """The one that has brought him with his first request, otherwise what stands on the card."""


CARDS = Query(
    select(
        Client.id, Client.name, Client.surname, func.coalesce(name_of_first(Client.id), Client.source)
    ).where(Client.company_id == COMPANY, Client.id == func.any(IDS)),
    Card,
)


async def find_cards(reader: Reader, client_ids: Sequence[UUID]) -> dict[UUID, Card]:
    return {one.client_id: one for one in await reader.all(CARDS, ids=list(client_ids))}


AREAS = Query(
    select(Site.id, Territory.id)
    .join(
        Territory,
        and_(Territory.company_id == Site.company_id, func.ST_Covers(Territory.area, Site.point)),
    )
    .where(Site.company_id == COMPANY, Site.id == func.any(IDS)),
    lambda site_id, territory_id: (site_id, territory_id),
)


async def find_areas(reader: Reader, site_ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    """The territories in which sites lie, by site."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for site_id, territory_id in await reader.all(AREAS, ids=list(site_ids)):
        found[site_id].add(territory_id)
    return {site_id: frozenset(areas) for site_id, areas in found.items()}


class Discount(NamedTuple):
    visit_id: UUID
    given_kop: int
    paid_kop: int
    """What the act asks for after the discount."""


DISCOUNTS = Query(
    select(
        Act.visit_id,
        func.jsonb_path_query_array(
            Act.content, literal_column("'$.lines[*].discount_kop'"), type_=Act.content.type
        ),
        Act.total_kop,
    ).where(Act.company_id == COMPANY, Act.status == "signed", Act.visit_id == func.any(IDS)),
    lambda visit_id, given, total_kop: Discount(visit_id, sum(given), total_kop),
)


async def find_discounts(reader: Reader, visit_ids: Sequence[UUID]) -> dict[UUID, Discount]:
    """What the acts of visits say of discounts, by visit."""
    return {one.visit_id: one for one in await reader.all(DISCOUNTS, ids=list(visit_ids))}


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
