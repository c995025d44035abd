"""A visit with everything a dispatcher wants to see first, in one read."""

from uuid import UUID

import msgspec

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.job_cards.service import job_card
from app.dispatch.offers.queries import find_offers
from app.dispatch.visit_cards import queries
from app.dispatch.visit_cards.schemas import (
    DueMoneyOut,
    NamedEventOut,
    NamedOfferOut,
    PersonOut,
    VisitCard,
    ladder_of,
)
from app.dispatch.visits.queries import find_events
from app.dispatch.visits.schemas import VisitOut
from app.dispatch.visits.states import VisitState
from app.identity import api as identity
from app.identity.api import Account
from app.orders import api as orders


async def visit_card(session: Session, scope: Scope, visit: VisitState) -> VisitCard:
    """The visit with its job, client, site, order, people, offers, history and money."""
    job = await job_card(session, scope, await orders.get_job(session, scope, visit.job_id))
    offers = await find_offers(session, scope, visit.id)
    events = await find_events(session, scope, visit.id)
    people_ids = await queries.find_people(session, scope.company_id, visit.id)
    named = {one.worker_id for one in offers} | {one.actor_id for one in events if one.actor_id}
    accounts = {
        one.id: one for one in await identity.find_users(session, scope.company_id, named | set(people_ids))
    }
    names = {one.id: one.name for one in accounts.values()}
    return VisitCard(
        **msgspec.structs.asdict(job),
        visit=VisitOut.of(visit),
        people=_in_order(visit.worker_id, [accounts[one] for one in people_ids if one in accounts]),
        expected_at=visit.expected_at,
        ladder=ladder_of(visit),
        escalate_at=visit.escalate_at,
        offers=[NamedOfferOut.named(one, names) for one in offers],
        history=[NamedEventOut.named(one, names) for one in events],
        money=DueMoneyOut.of(await orders.get_money(session, scope, job.order.id)),
    )


def _in_order(first: UUID | None, people: list[Account]) -> list[PersonOut]:
    """Whoever answers for the visit comes first, the others by name."""
    return [PersonOut.of(one) for one in sorted(people, key=lambda one: (one.id != first, one.name))]
