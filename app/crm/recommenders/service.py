"""Says what comes of the recommendations of each person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from app.crm.facts.values import Fact, FactKind, in_time_order
from app.crm.purchases.policies import Purchase
from app.crm.recommenders import queries
from app.crm.recommenders.policies import Brought, Influence, count_influence
from app.crm.recommenders.queries import Recommended
from app.crm.returns.queries import find_facts
from app.crm.returns.service import Asked, ask
from app.crm.rules.values import rules_at
from app.crm.statuses.policies.life import Life
from app.db.reader import Reader

BUYING = (FactKind.ACT_SIGNED, FactKind.PAYMENT_TAKEN, FactKind.REFUND_PAID)


class Recommender(NamedTuple):
    source_id: UUID
    name: str
    trust: int
    client_id: UUID | None
    worker_id: UUID | None
    influence: Influence


async def find_recommenders(reader: Reader, *, now: datetime) -> list[Recommender]:
    """Each person who recommends the company, whoever has brought the most money first."""
    by = await ask(reader, now=now)
    recommended = _once(await queries.find_recommended(reader))
    people = {one.client_id for one in recommended} | {
        one.recommender_id for one in recommended if one.recommender_id
    }
    facts = await find_facts(reader, sorted(people))
    bought = {person: _purchases(facts.get(person, ()), by) for person in people}
    found = [_recommender(list(of_one), bought, by) for _, of_one in groupby(recommended, key=_source)]
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


def _purchases(facts: Sequence[Fact], by: Asked) -> list[Purchase]:
    life = Life(by.zone)
    for fact in in_time_order(facts):
        if fact.kind in BUYING and by.rules:
            life.add(fact, rules_at(by.rules, fact.at))
    return life.purchases(by.rules[-1]) if by.rules else []


def _recommender(
    of_one: Sequence[Recommended], bought: Mapping[UUID, Sequence[Purchase]], by: Asked
) -> Recommender:
    one = of_one[0]
    own = _days(bought[one.recommender_id]) if one.recommender_id else None
    brought = [
        Brought(
            other.at.astimezone(by.zone).date(),
            _days(bought[other.client_id]),
            [purchase.total_kop for purchase in bought[other.client_id]],
        )
        for other in of_one
    ]
    influence = count_influence(own, brought)
    return Recommender(one.source_id, one.name, one.trust, one.recommender_id, one.worker_id, influence)


def _days(purchases: Iterable[Purchase]) -> list[date]:
    return [one.on for one in purchases]
