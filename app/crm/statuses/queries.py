"""All SQL about statuses of clients and what they follow from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ARRAY, DateTime, Integer, Uuid, and_, bindparam, func, or_, select, text
from sqlalchemy.orm import aliased

from app.clients.tables import IS_CLIENT, Client
from app.crm.facts.models import LifeFact
from app.crm.facts.values import Fact, FactKind
from app.crm.statuses.models import ClientLife, StatusStep
from app.crm.statuses.policies.changes import Logged, Now
from app.crm.tracks.models import NeedTrack
from app.crm.tracks.policies import Source, Track
from app.db.query import Query
from app.db.session import Sessions
from app.db.work import Work
from app.identity.tables import Company

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))

ZONE = Query(select(Company.timezone).where(Company.id == COMPANY), ZoneInfo)


async def get_zone(work: Work) -> ZoneInfo:
    """The clock of the company."""
    return await work.one(ZONE) or ZoneInfo("UTC")


LOCK = Query(
    select(*(getattr(ClientLife, name) for name in Now._fields))
    .where(ClientLife.company_id == COMPANY, ClientLife.client_id == func.any(IDS))
    .order_by(ClientLife.client_id)
    .with_for_update(),
    Now,
)


async def lock_lives(work: Work, client_ids: Sequence[UUID]) -> dict[UUID, Now]:
    """How these clients stand, by client. Until COMMIT nobody else works them out."""
    return {one.client_id: one for one in await work.all(LOCK, ids=list(client_ids))}


class _Known(NamedTuple):
    client_id: UUID
    fact: Fact


FACT_COLUMNS = ("kind", "at", "source_id", "part", "site_id", "order_id", "visit_id")
FACTS = Query(
    select(
        LifeFact.client_id,
        *(getattr(LifeFact, name) for name in FACT_COLUMNS),
        LifeFact.categories,
        LifeFact.amount_kop,
        LifeFact.on_day,
        LifeFact.detail,
    ).where(LifeFact.company_id == COMPANY, LifeFact.client_id == func.any(IDS)),
    lambda client_id, kind, at, source, part, site, order, visit, categories, kop, on_day, detail: _Known(
        client_id,
        Fact(kind, at, source, part, site, order, None, visit, None, categories, kop, on_day, detail or {}),
    ),
)


class CardPlace(NamedTuple):
    """Whose status follows from the facts of a card."""

    id: UUID
    root: UUID
    """The card that everybody works with."""
    is_client: bool
    """False: he only supplies, so he has no status."""

    @property
    def rests(self) -> bool:
        return self.root != self.id or not self.is_client


_ROOT = aliased(Client)
PLACES = Query(
    select(
        Client.id,
        func.coalesce(Client.merged_into, Client.id),
        func.coalesce(or_(_ROOT.is_buyer, _ROOT.is_consumer), IS_CLIENT),
    )
    .outerjoin(_ROOT, and_(_ROOT.company_id == COMPANY, _ROOT.id == Client.merged_into))
    .where(Client.company_id == COMPANY, Client.id == func.any(IDS)),
    CardPlace,
)
MERGED = Query(
    select(Client.id, Client.merged_into).where(
        Client.company_id == COMPANY, Client.merged_into == func.any(IDS)
    ),
    lambda *pair: pair,
)


async def find_places(work: Work, card_ids: Sequence[UUID]) -> list[CardPlace]:
    """Of each of these cards: into which it is merged, and whether that is a client's."""
    return await work.all(PLACES, ids=list(card_ids))


async def find_all_cards(work: Work, card_ids: Sequence[UUID]) -> list[UUID]:
    """These cards and all that are merged into them."""
    return sorted({*card_ids, *(card for card, _ in await work.all(MERGED, ids=list(card_ids)))})


async def find_facts(work: Work, client_ids: Sequence[UUID]) -> dict[UUID, list[Fact]]:
    """The facts of these clients, in any order, by client: those of every card that is merged into his, too.

    Nobody recommends himself: if one of his cards has brought another one, that is no referral.
    """
    root_of = dict(await work.all(MERGED, ids=list(client_ids)))
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for card_id, fact in await work.all(FACTS, ids=[*client_ids, *root_of]):
        root = root_of.get(card_id, card_id)
        is_of_himself = root_of.get(fact.source_id, fact.source_id) == root
        if fact.kind != FactKind.REFERRAL_PAID or not is_of_himself:
            found[root].append(fact)
    return found


REST = "UPDATE client_life SET look_at = NULL WHERE company_id = $1 AND client_id = ANY($2) AND look_at IS NOT NULL"
REMOVE_ALL_TRACKS = "DELETE FROM need_track WHERE company_id = $1 AND client_id = ANY($2)"


async def let_rest(work: Work, card_ids: Sequence[UUID]) -> None:
    """These cards are merged into others or are of suppliers: nothing is due for them, and they need nothing."""
    await work.rows(REST, card_ids)
    await work.rows(REMOVE_ALL_TRACKS, card_ids)


WITHDRAWAL = aliased(StatusStep)
LOGGED = Query(
    select(
        StatusStep.client_id,
        StatusStep.id,
        StatusStep.at,
        StatusStep.was,
        StatusStep.status,
        StatusStep.reason,
        StatusStep.params,
        StatusStep.rules_version,
    )
    .where(
        StatusStep.company_id == COMPANY,
        StatusStep.client_id == func.any(IDS),
        StatusStep.withdraws.is_(None),
        ~select(WITHDRAWAL.id)
        .where(
            WITHDRAWAL.company_id == COMPANY,
            WITHDRAWAL.client_id == StatusStep.client_id,
            WITHDRAWAL.withdraws == StatusStep.id,
        )
        .exists(),
    )
    .order_by(StatusStep.client_id, StatusStep.at, StatusStep.id),
    lambda client_id, *step: (client_id, Logged(*step)),
)


async def find_steps(work: Work, client_ids: Sequence[UUID]) -> dict[UUID, list[Logged]]:
    """The steps that hold, in time order, by client."""
    found: dict[UUID, list[Logged]] = defaultdict(list)
    for client_id, step in await work.all(LOGGED, ids=list(client_ids)):
        found[client_id].append(step)
    return found


def _track(
    client_id: UUID, site_id: UUID, category: str, anchor_on: date, due_on: date, source: str
) -> tuple[UUID, Track]:
    return client_id, Track(site_id, category, anchor_on, due_on, Source(source))


TRACKS = Query(
    select(
        NeedTrack.client_id,
        NeedTrack.site_id,
        NeedTrack.category,
        NeedTrack.anchor_on,
        NeedTrack.due_on,
        NeedTrack.due_source,
    ).where(NeedTrack.company_id == COMPANY, NeedTrack.client_id == func.any(IDS)),
    _track,
)


async def find_tracks(work: Work, client_ids: Sequence[UUID]) -> dict[UUID, list[Track]]:
    found: dict[UUID, list[Track]] = defaultdict(list)
    for client_id, track in await work.all(TRACKS, ids=list(client_ids)):
        found[client_id].append(track)
    return found


SAVE_LIVES = """
INSERT INTO client_life (company_id, client_id, status, reason, params, since, rules_version, due_on, due_source,
                         purchases, receipts, total_kop, tier, first_purchase_at, last_purchase_at, active_at, look_at)
SELECT $1, one.* FROM unnest($2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[], $7::int[],
                             $8::date[], $9::text[], $10::int[], $11::int[], $12::bigint[], $13::text[],
                             $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[]) AS one
    ON CONFLICT (company_id, client_id) DO UPDATE SET
       status = excluded.status, reason = excluded.reason, params = excluded.params, since = excluded.since,
       rules_version = excluded.rules_version, due_on = excluded.due_on, due_source = excluded.due_source,
       purchases = excluded.purchases, receipts = excluded.receipts, total_kop = excluded.total_kop,
       tier = excluded.tier, first_purchase_at = excluded.first_purchase_at,
       last_purchase_at = excluded.last_purchase_at, active_at = excluded.active_at, look_at = excluded.look_at
"""


ADD_STEPS = """
INSERT INTO status_step (company_id, id, client_id, at, was, status, reason, params, rules_version, withdraws)
SELECT $1, one.* FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                             $8::jsonb[], $9::int[], $10::uuid[]) AS one
    ON CONFLICT (company_id, id) DO NOTHING
"""
"""Ids are new: ON CONFLICT is there because Citus refuses INSERT ... SELECT without it (docs/adr/0001)."""


class LogRow(NamedTuple):
    """A row of the log, see `StatusStep`."""

    id: UUID
    client_id: UUID
    at: datetime
    was: str | None
    status: str
    reason: str
    params: Mapping[str, Any]
    rules_version: int
    withdraws: UUID | None


async def add_steps(work: Work, steps: Sequence[LogRow]) -> None:
    if steps:
        await work.rows(ADD_STEPS, *_columns(steps))


def _columns(rows: Sequence[LogRow] | Sequence[Now]) -> list[list[Any]]:
    """As arrays; parameters of a sentence are written as JSON."""
    written = (row._replace(params=msgspec.json.encode(row.params).decode()) for row in rows)  # type: ignore[arg-type]  # as the column has it
    return [list(column) for column in zip(*written, strict=True)]


async def save_lives(work: Work, lives: Sequence[Now]) -> None:
    """Write how clients stand. They are locked."""
    if lives:
        await work.rows(SAVE_LIVES, *_columns(lives))


SAVE_TRACKS = """
INSERT INTO need_track (company_id, client_id, site_id, category, anchor_on, due_on, due_source)
SELECT $1, one.* FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::date[], $7::text[]) AS one
    ON CONFLICT (company_id, client_id, site_id, category) DO UPDATE SET
       anchor_on = excluded.anchor_on, due_on = excluded.due_on, due_source = excluded.due_source
"""
REMOVE_TRACKS = """
DELETE FROM need_track USING unnest($2::uuid[], $3::uuid[], $4::text[]) AS gone (client_id, site_id, category)
 WHERE need_track.company_id = $1 AND need_track.client_id = gone.client_id
   AND need_track.site_id = gone.site_id AND need_track.category = gone.category
"""


async def save_tracks(
    work: Work, kept: Sequence[tuple[UUID, Track]], gone: Sequence[tuple[UUID, Track]]
) -> None:
    if gone:
        keys = [(client_id, track.site_id, track.category) for client_id, track in gone]
        await work.rows(REMOVE_TRACKS, *map(list, zip(*keys, strict=True)))
    if kept:
        rows = [(client_id, *track) for client_id, track in kept]
        await work.rows(SAVE_TRACKS, *map(list, zip(*rows, strict=True)))


DUE = Query(
    select(ClientLife.client_id)
    .where(
        ClientLife.company_id == COMPANY,
        ClientLife.look_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(ClientLife.look_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True),
    lambda client_id: client_id,
)


async def take_due(work: Work, *, now: datetime, at_most: int) -> list[UUID]:
    """Clients whose status time alone may have changed. Locked."""
    return await work.all(DUE, now=now, at_most=at_most)


BATCH = Query(
    select(Client.id)
    .where(
        Client.company_id == COMPANY,
        Client.merged_into.is_(None),
        Client.id > bindparam("after", type_=Uuid),
        Client.id <= bindparam("last", type_=Uuid),
    )
    .order_by(Client.id)
    .limit(bindparam("at_most", type_=Integer)),
    lambda client_id: client_id,
)


async def find_cards_after(work: Work, after: UUID, last: UUID, *, at_most: int) -> list[UUID]:
    """The next cards of the base in (after, last], in the order of their ids."""
    return await work.all(BATCH, after=after, last=last, at_most=at_most)


FIND_COMPANIES = text("SELECT company_id FROM find_companies()")
CUTS = """
SELECT percentile_disc(parts.at) WITHIN GROUP (ORDER BY id)
  FROM client CROSS JOIN unnest($2::float8[]) AS parts (at) WHERE company_id = $1 GROUP BY parts.at ORDER BY parts.at
"""


async def find_companies(maker: Sessions) -> list[UUID]:
    """Every company of this installation."""
    async with maker() as session:
        return list(await session.scalars(FIND_COMPANIES))


async def find_cuts(work: Work, parts: int) -> list[UUID]:
    """Ids that cut the base into so many parts of about the same size: one fewer than parts."""
    at = [place / parts for place in range(1, parts)]
    return [row[0] for row in await work.rows(CUTS, at)] if at else []
