"""Says what comes of the recommendations of each person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, tzinfo
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from app.crm.pasts.queries import find_bought
from app.crm.pasts.values import Bought
from app.crm.recommenders import queries
from app.crm.recommenders.policies import Brought, Influence, count_influence
from app.crm.recommenders.queries import Recommended
from app.crm.returns.queries import get_zone
from app.db.reader import Reader


class Recommender(NamedTuple):
    source_id: UUID
    name: str
    trust: int
    client_id: UUID | None
    worker_id: UUID | None
    influence: Influence


async def find_recommenders(reader: Reader) -> list[Recommender]:
    """Each person who recommends the company, whoever has brought the most money first."""
    zone = await get_zone(reader)
    recommended = _once(await queries.find_recommended(reader))
    people = {one.client_id for one in recommended} | {
        one.recommender_id for one in recommended if one.recommender_id
    }
    bought = await find_bought(reader, sorted(people))
    found = [_recommender(list(of_one), bought, zone) for _, of_one in groupby(recommended, key=_source)]
    return sorted(found, key=lambda one: (-one.influence.paid_kop, one.name))


def _once(found: Sequence[Recommended]) -> list[Recommended]:
    """Of a client who has several cards the earliest counts."""
    earliest: dict[UUID, Recommended] = {}
    for one in found:
        before = earliest.setdefault(one.client_id, one)
        earliest[one.client_id] = min(before, one, key=lambda each: each.at)
    return [one for one in found if earliest[one.client_id] == one]


def _source(one: Recommended) -> UUID:
    return one.source_id


def _recommender(
    of_one: Sequence[Recommended], bought: Mapping[UUID, Sequence[Bought]], zone: tzinfo
) -> Recommender:
    one = of_one[0]
    own = _days(bought.get(one.recommender_id, ())) if one.recommender_id else None
    brought = [
        Brought(
            other.at.astimezone(zone).date(),
            _days(bought.get(other.client_id, ())),
            [purchase.total_kop for purchase in bought.get(other.client_id, ())],
        )
        for other in of_one
    ]
    influence = count_influence(own, brought)
    return Recommender(one.source_id, one.name, one.trust, one.recommender_id, one.worker_id, influence)


def _days(purchases: Iterable[Bought]) -> list[date]:
    return [one.on for one in purchases]
