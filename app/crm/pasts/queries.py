"""All SQL about the past of clients: the facts it follows from, and what is kept of it for reports."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)

from app.clients.tables import Client
from app.crm.facts.models import LifeFact
from app.crm.facts.values import Fact, FactKind
from app.crm.pasts.models import ClientPurchase
from app.crm.pasts.policies import Past
from app.crm.pasts.values import Bought
from app.crm.statuses.models import ClientPast
from app.db.query import Query
from app.db.reader import Reader
from app.db.work import Work

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
TELLING = (
    FactKind.ACT_SIGNED,
    FactKind.PAYMENT_TAKEN,
    FactKind.REFUND_PAID,
    FactKind.PASSPORT_ISSUED,
    FactKind.DATE_NAMED,
    FactKind.DATE_ENTERED,
)
"""Kinds of facts from which purchases and needs follow."""


class _OfClient(NamedTuple):
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
) -> _OfClient:
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
    return _OfClient(client_id, fact)


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


async def find_facts(work: Work, client_ids: Sequence[UUID]) -> dict[UUID, list[Fact]]:
    """Of what these clients bought and when they are expected, by client."""
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for client_id, fact in await work.all(FACTS, ids=list(client_ids)):
        found[client_id].append(fact)
    return found


DUE = Query(
    select(ClientPast.client_id)
    .where(
        ClientPast.company_id == COMPANY,
        ClientPast.look_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(ClientPast.look_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True),
    lambda client_id: client_id,
)


async def take_due(work: Work, *, now: datetime, at_most: int) -> list[UUID]:
    """Clients to whom something has happened since their past was worked out. Locked."""
    return await work.all(DUE, now=now, at_most=at_most)


FORGET_PURCHASES = "DELETE FROM client_purchase WHERE company_id = $1 AND client_id = ANY($2)"
FORGET_NEEDS = "DELETE FROM expected_need WHERE company_id = $1 AND client_id = ANY($2)"


SAVE_PURCHASES = """
INSERT INTO client_purchase (company_id, client_id, number, first_on, on_day, workers, categories, sites, visits,
       total_kop)
SELECT $1, one.* FROM jsonb_to_recordset($2::jsonb) AS one (client_id uuid, number int, first_on date, on_day date,
       workers uuid[], categories text[], sites uuid[], visits uuid[], total_kop bigint)
    ON CONFLICT (company_id, client_id, number) DO NOTHING
"""
SAVE_NEEDS = """
INSERT INTO expected_need (company_id, client_id, number, site_id, category, anchor_on, due_on, early_on, late_on,
       worker_id, renewed_on)
SELECT $1, one.* FROM jsonb_to_recordset($2::jsonb) AS one (client_id uuid, number int, site_id uuid, category text,
       anchor_on date, due_on date, early_on date, late_on date, worker_id uuid, renewed_on date)
    ON CONFLICT (company_id, client_id, number) DO NOTHING
"""
"""Rows come as JSON: a statement with a parameter for each value would be compiled anew for each number of rows. None
of them is there before: ON CONFLICT stands there because Citus refuses INSERT ... SELECT without it (docs/adr/0001)."""


async def save_pasts(work: Work, pasts: Mapping[UUID, Past]) -> None:
    """Keep what these clients bought and when they were expected, instead of what was kept before."""
    await work.rows(FORGET_PURCHASES, list(pasts))
    await work.rows(FORGET_NEEDS, list(pasts))
    await work.rows(SAVE_PURCHASES, msgspec.json.encode(list(_purchases(pasts))).decode())
    await work.rows(SAVE_NEEDS, msgspec.json.encode(list(_needs(pasts))).decode())


def _purchases(pasts: Mapping[UUID, Past]) -> Iterable[dict[str, Any]]:
    for client_id, past in pasts.items():
        for number, one in enumerate(past.bought):
            lists = {
                name: sorted(getattr(one, name)) for name in ("workers", "categories", "sites", "visits")
            }
            row = one._asdict() | lists
            yield {"client_id": client_id, "number": number, "on_day": row.pop("on"), **row}


def _needs(pasts: Mapping[UUID, Past]) -> Iterable[dict[str, Any]]:
    for client_id, past in pasts.items():
        for number, one in enumerate(past.expected):
            yield {"client_id": client_id, "number": number, **one._asdict()}


def _bought(
    client_id: UUID,
    first_on: date,
    on: date,
    workers: list[UUID],
    categories: list[str],
    sites: list[UUID],
    visits: list[UUID],
    total_kop: int,
) -> tuple[UUID, Bought]:
    sets = (frozenset(workers), frozenset(categories), frozenset(sites), frozenset(visits))
    return client_id, Bought(first_on, on, *sets, total_kop)


BY_CATEGORY = (
    select(func.unnest(ClientPurchase.categories).label("category"), ClientPurchase.total_kop)
    .join(Client, and_(Client.company_id == COMPANY, Client.id == ClientPurchase.client_id))
    .where(ClientPurchase.company_id == COMPANY, Client.merged_into.is_(None))
    .subquery()
)
MEDIANS = Query(
    select(
        BY_CATEGORY.c.category,
        func.percentile_disc(0.5).within_group(BY_CATEGORY.c.total_kop),
    ).group_by(BY_CATEGORY.c.category),
    lambda category, kop: (category, kop),
)


async def find_medians(work: Work) -> dict[str, int]:
    """What a purchase with each category brings: half of them as much or less, in kopecks."""
    return dict(await work.all(MEDIANS))


BOUGHT = Query(
    select(ClientPurchase.client_id, *(getattr(ClientPurchase, name) for name in Bought._fields))
    .where(ClientPurchase.company_id == COMPANY, ClientPurchase.client_id == func.any(IDS))
    .order_by(ClientPurchase.client_id, ClientPurchase.number),
    _bought,
)


async def find_bought(reader: Reader, client_ids: Sequence[UUID]) -> dict[UUID, list[Bought]]:
    """All purchases of these clients, in the order of their days."""
    found: dict[UUID, list[Bought]] = defaultdict(list)
    for client_id, one in await reader.all(BOUGHT, ids=list(client_ids)):
        found[client_id].append(one)
    return found
