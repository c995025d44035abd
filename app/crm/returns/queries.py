"""All SQL about return: clients who have bought something, and what is known of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.clients.tables import Client, Site
from app.crm.calls.models import Interaction
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.invites.models import Invitation
from app.crm.on_site.models import NextVisitProposal
from app.crm.pasts.models import ClientPurchase, ExpectedNeed
from app.crm.returns.values import Period
from app.crm.sources.queries import name_of_first
from app.db.query import Query
from app.db.reader import Reader
from app.documents.tables import Act
from app.identity.tables import Company
from app.workforce.tables import Territory

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
FIRST = UUID(int=0)
ZONE = Query(select(Company.timezone).where(Company.id == COMPANY), ZoneInfo)


async def get_zone(reader: Reader) -> ZoneInfo:
    """The clock of the company."""
    return (await reader.all(ZONE))[0]


def _page(query: Select[Any], client_id: Any) -> Query[UUID]:
    """Clients of a query one page after the other, in the order of their ids. Merged cards are not here."""
    return Query(
        query.join(Client, and_(Client.company_id == COMPANY, Client.id == client_id))
        .where(Client.merged_into.is_(None), client_id > bindparam("after", type_=Uuid))
        .order_by(client_id)
        .limit(bindparam("at_most", type_=Integer)),
        lambda one: one,
    )


_DAYS = (bindparam("since", type_=Date), bindparam("until", type_=Date))
_BOUGHT = select(ClientPurchase.client_id).where(
    ClientPurchase.company_id == COMPANY, ClientPurchase.on >= _DAYS[0], ClientPurchase.on < _DAYS[1]
)
BOUGHT_IN = _page(_BOUGHT.distinct(), ClientPurchase.client_id)
"""Clients who bought something in a period."""
FIRST_BOUGHT_IN = _page(_BOUGHT.where(ClientPurchase.number == 0), ClientPurchase.client_id)
"""Clients who bought in it for the first time."""
DUE_IN = _page(
    select(ExpectedNeed.client_id)
    .where(
        ExpectedNeed.company_id == COMPANY, ExpectedNeed.due_on >= _DAYS[0], ExpectedNeed.due_on < _DAYS[1]
    )
    .distinct(),
    ExpectedNeed.client_id,
)
"""Clients with a need that was due in it."""


async def find_page(
    reader: Reader, who: Query[UUID], period: Period, after: UUID | None, *, at_most: int
) -> list[UUID]:
    """The next clients of `who`."""
    return await reader.all(
        who, since=period.first, until=period.until, after=after or FIRST, at_most=at_most
    )


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
