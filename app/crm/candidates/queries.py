"""All SQL about whom to invite. It reads needs as they stand, so it is quick however many clients there are."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.clients.tables import Client
from app.crm.facts.queries import JOB_OPEN, ORDER_OPEN
from app.crm.statuses.models import ClientLife
from app.crm.statuses.policies.history import ClientStatus, Reason
from app.crm.tracks.models import NeedTrack
from app.crm.tracks.policies import Source, Track
from app.db.query import Query
from app.db.reader import Reader
from app.db.work import Work
from app.dispatch.tables import ServiceRequest
from app.identity.tables import Company
from app.orders.tables import ClientOrder, Job

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
TODAY = bindparam("today", type_=Date)
REQUEST_OPEN = ("new", "responded")
UNHAPPY = (Reason.DISAPPOINTED, Reason.NOT_INTERESTING, Reason.GIVEN_UP)
"""Nobody advertises to somebody who was disappointed and not won back."""


def _among(what: Any, words: Sequence[str]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = what == func.any(literal([str(word) for word in words], ARRAY(Text)))
    return found


def is_booked(client_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether something of a client is planned, on its way or asked for, on any of his cards. He may have forgotten it.

    `client_id` is that of his surviving card.
    """
    return or_(
        has_any(ClientOrder, client_id, _among(ClientOrder.status, ORDER_OPEN)),
        has_any(Job, client_id, _among(Job.status, JOB_OPEN)),
        has_any(ServiceRequest, client_id, _among(ServiceRequest.status, REQUEST_OPEN)),
    )


def has_any(
    table: Any, client_id: SQLColumnExpression[Any], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a client has such a row here, on any of his cards. `client_id` is that of his surviving card."""
    card = aliased(Client)
    return exists().where(
        card.company_id == COMPANY,
        or_(card.id == client_id, card.merged_into == client_id),
        table.company_id == COMPANY,
        table.client_id == card.id,
        condition,
    )


SERVICE = (
    func.unnest(
        bindparam("codes", type_=ARRAY(Text)),
        bindparam("early", type_=ARRAY(Integer)),
        bindparam("late", type_=ARRAY(Integer)),
    )
    .table_valued(column("code", Text), column("early", Integer), column("late", Integer))
    .render_derived(name="service")
)
"""The categories of the company, with how long before and after its due day each may be done."""


def ripe_clients() -> Select[Any]:
    """Clients with a need that may be met today, and nothing booked."""
    return (
        select(NeedTrack.client_id)
        .join(SERVICE, SERVICE.c.code == NeedTrack.category)
        .join(Client, and_(Client.company_id == NeedTrack.company_id, Client.id == NeedTrack.client_id))
        .join(
            ClientLife,
            and_(ClientLife.company_id == NeedTrack.company_id, ClientLife.client_id == NeedTrack.client_id),
        )
        .where(
            NeedTrack.company_id == COMPANY,
            NeedTrack.due_on - SERVICE.c.early <= TODAY,
            NeedTrack.due_on + SERVICE.c.late >= TODAY,
            Client.merged_into.is_(None),
            Client.archived_at.is_(None),
            ClientLife.status != ClientStatus.RETURNEE.value,
            ClientLife.reason != func.all(literal([str(one) for one in UNHAPPY], ARRAY(Text))),
            ~is_booked(NeedTrack.client_id),
        )
        .group_by(NeedTrack.client_id)
    )


RIPE_AFTER = Query(
    ripe_clients()
    .where(NeedTrack.client_id > bindparam("after", type_=Uuid))
    .order_by(NeedTrack.client_id)
    .limit(bindparam("at_most", type_=Integer)),
    lambda one: one,
)


class Windows(NamedTuple):
    """The days of the categories, as `SERVICE` takes them."""

    codes: list[str]
    early: list[int]
    late: list[int]


async def find_ripe_after(
    reader: Reader | Work, windows: Windows, today: date, *, after: UUID, at_most: int
) -> list[UUID]:
    """Clients to invite, in the order of their ids."""
    return await reader.all(RIPE_AFTER, **windows._asdict(), today=today, after=after, at_most=at_most)


TRACKS = Query(
    select(
        NeedTrack.client_id,
        NeedTrack.site_id,
        NeedTrack.category,
        NeedTrack.anchor_on,
        NeedTrack.due_on,
        NeedTrack.due_source,
    ).where(NeedTrack.company_id == COMPANY, NeedTrack.client_id == func.any(IDS)),
    lambda client_id, site_id, category, anchor_on, due_on, source: (
        client_id,
        Track(site_id, category, anchor_on, due_on, Source(source)),
    ),
)


async def find_tracks(reader: Reader | Work, client_ids: Sequence[UUID]) -> dict[UUID, list[Track]]:
    """All needs of these clients."""
    found: dict[UUID, list[Track]] = defaultdict(list)
    for client_id, track in await reader.all(TRACKS, ids=list(client_ids)):
        found[client_id].append(track)
    return found


class Name(NamedTuple):
    client_id: UUID
    name: str
    surname: str


NAMES = Query(
    select(Client.id, Client.name, Client.surname).where(
        Client.company_id == COMPANY, Client.id == func.any(IDS)
    ),
    Name,
)


async def find_names(reader: Reader | Work, client_ids: Sequence[UUID]) -> dict[UUID, Name]:
    return {one.client_id: one for one in await reader.all(NAMES, ids=list(client_ids))}


ZONE = Query(select(Company.timezone).where(Company.id == COMPANY), ZoneInfo)


async def get_zone(reader: Reader | Work) -> ZoneInfo:
    """The clock of the company."""
    return (await reader.all(ZONE))[0]
