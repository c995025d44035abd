"""All SQL of the list of clients."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Text, Uuid, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.clients.api import ClientFacts
from app.clients.tables import Client, Site, card_columns, matches, read_search
from app.core.scope import Scope
from app.crm.client_list.values import FoundClient
from app.crm.status_lists.queries import LIFE_COLUMNS
from app.crm.status_lists.values import LifeRow
from app.crm.statuses.models import ClientLife
from app.crm.tracks.models import NeedTrack
from app.db.session import Session
from app.http.paging import cut_page, read_cursor


class Wanted(NamedTuple):
    """What the list is narrowed to."""

    text: str = ""
    status: str | None = None
    due_before: date | None = None
    is_archived: bool = False


class _Line(NamedTuple):
    id: Any
    found: FoundClient


async def find_clients(
    session: Session, scope: Scope, wanted: Wanted, *, cursor: str | None, limit: int
) -> tuple[list[FoundClient], str | None]:
    """A page, the newest card first. One statement."""
    company = bindparam("company", scope.company_id, type_=Uuid)
    own = card_columns(company)
    sites = (
        select(func.array_agg(aggregate_order_by(Site.address, Site.id), type_=ARRAY(Text)))
        .where(Site.company_id == company, Site.client_id == Client.id, Site.archived_at.is_(None))
        .correlate(Client)
        .scalar_subquery()
    )
    need = (
        select(NeedTrack.category)
        .where(NeedTrack.company_id == company, NeedTrack.client_id == Client.id)
        .order_by(NeedTrack.due_on, NeedTrack.category)
        .limit(1)
        .correlate(Client)
        .scalar_subquery()
    )
    is_his = and_(ClientLife.company_id == Client.company_id, ClientLife.client_id == Client.id)
    query = (
        select(*own, *LIFE_COLUMNS, sites, need)
        .select_from(Client)
        .outerjoin(ClientLife, is_his)
        .where(
            Client.company_id == company,
            Client.merged_into.is_(None),
            Client.archived_at.is_not(None) if wanted.is_archived else Client.archived_at.is_(None),
            *matches(scope, read_search(wanted.text)),
        )
    )
    if wanted.status is not None:
        query = query.where(ClientLife.status == wanted.status)
    if wanted.due_before is not None:
        query = query.where(ClientLife.due_on < wanted.due_before)
    if cursor is not None:
        query = query.where(Client.id < read_cursor(cursor))
    rows = await session.execute(query.order_by(Client.id.desc()).limit(limit + 1))
    page, next_cursor = cut_page([_line(row, len(own)) for row in rows], limit)
    return [line.found for line in page], next_cursor


def _line(row: Sequence[Any], own: int) -> _Line:
    *life, addresses, need = row[own:]
    client = ClientFacts.read(*row[:own])
    stands = LifeRow(*life)
    is_known = stands.status is not None and client.is_client
    return _Line(client.id, FoundClient(client, stands if is_known else None, addresses or (), need))
