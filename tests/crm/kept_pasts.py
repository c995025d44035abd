"""Clients with what they bought and when they were expected, written at once, for reports about many."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.crm.pasts.policies import Past
from app.crm.pasts.queries import save_pasts
from app.crm.pasts.values import Bought, Expected
from app.db.reader import Reader
from app.db.work import begin_work
from tests.cast import Cast

ADD_CARDS = """
INSERT INTO client (company_id, id, name, source)
SELECT $1, one.* FROM unnest($2::uuid[], $3::text[], $4::text[]) AS one (id, name, source)
    ON CONFLICT DO NOTHING
"""


class Buyer(NamedTuple):
    client_id: UUID
    source: str
    bought: Sequence[Bought]
    expected: Sequence[Expected] = ()


async def keep_buyers(cast: Cast, buyers: Iterable[Buyer]) -> Reader:
    """Give the company these clients. Returns what reads of it."""
    found = list(buyers)
    async with begin_work(cast.maker, cast.company_id) as work:
        cards = [(one.client_id, f"Клиент {one.client_id.int}", one.source) for one in found]
        await work.rows(ADD_CARDS, *map(list, zip(*cards, strict=True)))
        await save_pasts(work, {one.client_id: Past(one.bought, one.expected) for one in found})
    return Reader(cast.maker, cast.company_id)


def bought(on: date, *categories: str, **fields: object) -> Bought:
    sets = dict.fromkeys(("workers", "sites", "visits"), frozenset[UUID]())
    known: dict[str, object] = {"first_on": on, "categories": frozenset(categories or ("maintenance",))}
    return Bought(on=on, **(sets | known | fields))  # type: ignore[arg-type]  # fields of Bought
