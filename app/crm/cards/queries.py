"""All SQL of the client's card: what stands on it, and the history of a client over all modules."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Subquery, Uuid, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from app.clients.api import ClientFacts
from app.clients.tables import HISTORY as CLIENTS
from app.clients.tables import Client, ClientPreference, Site, card_columns, is_card_of, of_client
from app.core.history import HistoryRow
from app.crm.cards.cursors import Place
from app.crm.cards.values import Card, CardSite, Happened, KnownWishes
from app.crm.client_history.queries import HISTORY as CRM
from app.crm.rules.defaults import starter_rules
from app.crm.rules.models import LifeRules
from app.crm.rules.values import RulesContent
from app.crm.status_lists.queries import LIFE_COLUMNS
from app.crm.status_lists.values import LifeRow, ShownTrack
from app.crm.statuses.models import ClientLife
from app.crm.tracks.models import NeedTrack
from app.db.history import AT_MOST, COMPANY, TYPES, HistoryPart, behind, put_together
from app.db.query import Query
from app.db.work import Work
from app.dispatch.tables import HISTORY as DISPATCH
from app.documents.tables import HISTORY as DOCUMENTS
from app.field.tables import HISTORY as FIELD
from app.identity.tables import UserAccount
from app.notifications.tables import HISTORY as NOTIFICATIONS
from app.orders.tables import HISTORY as ORDERS
from app.orders.tables import ClientOrder

PARTS: dict[str, HistoryPart] = {
    part.kind: part for part in [*CLIENTS, *DISPATCH, *ORDERS, *DOCUMENTS, *NOTIFICATIONS, *FIELD, *CRM]
}
"""What the history of a client is put together from, by the kind of the entries."""

CLIENT = bindparam("client", type_=Uuid)
OWN = card_columns(COMPANY)
OWN_END, LIFE_END = len(OWN), len(OWN) + len(LIFE_COLUMNS)
WISHES_END = LIFE_END + len(KnownWishes._fields)


def _listed(columns: Iterable[Any], *order: Any, where: Iterable[Any]) -> Any:
    """Rows as a JSON list of lists."""
    row = func.jsonb_build_array(*columns)
    listed = select(func.jsonb_agg(aggregate_order_by(row, *order), type_=JSONB)).where(*where)
    return listed.correlate(Client).scalar_subquery()


_SITES = _listed(
    (Site.id, Site.address, Site.archived_at.is_not(None)),
    Site.archived_at.is_not(None),
    Site.id,
    where=(Site.company_id == COMPANY, Site.client_id == Client.id),
)
_NEEDS = _listed(
    [getattr(NeedTrack, name) for name in ShownTrack._fields],
    NeedTrack.due_on,
    NeedTrack.category,
    NeedTrack.site_id,
    where=(NeedTrack.company_id == COMPANY, NeedTrack.client_id == Client.id),
)
_RULES = (
    select(LifeRules.content)
    .where(LifeRules.company_id == COMPANY)
    .order_by(LifeRules.version.desc())
    .limit(1)
    .scalar_subquery()
)
_ORDERED_AT = (
    select(func.max(ClientOrder.created_at))
    .where(ClientOrder.company_id == COMPANY, of_client(ClientOrder.client_id, CLIENT, COMPANY))
    .scalar_subquery()
)


def _card(*columns: Any) -> Card:
    life = LifeRow(*columns[OWN_END:LIFE_END])
    wishes = KnownWishes(*columns[LIFE_END:WISHES_END])
    sites, needs, rules, ordered_at = columns[WISHES_END:]
    client = ClientFacts.read(*columns[:OWN_END])
    return Card(
        client=client,
        life=life if life.status is not None and client.is_client else None,
        wishes=wishes if wishes.channels_off is not None else None,
        sites=msgspec.convert(sites or [], list[CardSite]),
        needs=msgspec.convert(needs or [], list[ShownTrack]),
        rules=msgspec.convert(rules, RulesContent) if rules else starter_rules(),
        ordered_at=ordered_at,
    )


CARD = Query(
    select(
        *OWN,
        *LIFE_COLUMNS,
        *(getattr(ClientPreference, name) for name in KnownWishes._fields),
        _SITES,
        _NEEDS,
        _RULES,
        _ORDERED_AT,
    )
    .select_from(Client)
    .outerjoin(ClientLife, and_(ClientLife.company_id == COMPANY, ClientLife.client_id == Client.id))
    .outerjoin(
        ClientPreference,
        and_(ClientPreference.company_id == COMPANY, ClientPreference.client_id == Client.id),
    )
    .where(is_card_of(CLIENT, COMPANY)),
    _card,
)


async def get_card(work: Work, client_id: UUID) -> Card | None:
    """By any card of the client. One statement."""
    return await work.one(CARD, client=client_id)


def _happened(*columns: Any) -> Happened:
    return Happened(HistoryRow._make(columns[:-1]), columns[-1])


COLUMNS = ("kind", "at", "id", *TYPES)


def _named(found: Subquery, *conditions: ColumnElement[bool], newest_first: bool) -> Query[Happened]:
    """The first rows, with the names of the people."""

    def in_order(rows: Subquery) -> list[ColumnElement[Any]]:
        return [rows.c.at.desc(), rows.c.id.desc()] if newest_first else [rows.c.at, rows.c.id]

    page = select(found).where(*conditions).order_by(*in_order(found)).limit(AT_MOST).subquery("page")
    is_person = and_(UserAccount.company_id == COMPANY, UserAccount.id == page.c.person_id)
    return Query(
        select(*(page.c[name] for name in COLUMNS), UserAccount.name)
        .outerjoin_from(page, UserAccount, is_person)
        .order_by(*in_order(page)),
        _happened,
    )


def _history(parts: Iterable[HistoryPart]) -> Query[Happened]:
    """One statement over several parts: what is behind a place, the newest first."""
    found = put_together(part.all() for part in parts)
    return _named(found, behind(found), newest_first=True)


WHOLE_HISTORY = _history(PARTS.values())
OPEN_MATTERS = _named(
    put_together(opened for part in PARTS.values() if (opened := part.still_open()) is not None),
    newest_first=False,
)
LATELY = _history(PARTS[kind] for kind in ("interaction", "text", "visit_answer", "chat", "message", "visit"))
"""What was said with a client, and who was with him."""
OF_KIND = {kind: _history([part]) for kind, part in PARTS.items()}


async def find_history(
    work: Work, client: ClientFacts, *, kind: str | None, before: Place, at_most: int
) -> list[Happened]:
    """What happened to a client before a place, the newest first. `kind` None: everything. One statement."""
    query = WHOLE_HISTORY if kind is None else OF_KIND[kind]
    return await work.all(query, **_cards(client), before_at=before.at, before_id=before.id, at_most=at_most)


async def find_lately(work: Work, client: ClientFacts, *, before: Place, at_most: int) -> list[Happened]:
    """What was said with a client before a place, and the visits to him, the newest first. One statement."""
    return await work.all(LATELY, **_cards(client), before_at=before.at, before_id=before.id, at_most=at_most)


async def find_open_matters(work: Work, client: ClientFacts, *, at_most: int) -> list[Happened]:
    """What somebody still has to do, the oldest first. One statement."""
    return await work.all(OPEN_MATTERS, **_cards(client), at_most=at_most)


def _cards(client: ClientFacts) -> Mapping[str, Any]:
    return {"root": client.id, "cards": list(client.card_ids)}
