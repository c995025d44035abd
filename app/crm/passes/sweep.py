"""Goes through the base of a company, some clients in each transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.ids import uuid7
from app.crm.facts.gathering import EVERYTHING, Gathering
from app.crm.facts.queries import Asked
from app.crm.first_statuses.service import keep_first_statuses
from app.crm.passes import queries
from app.crm.passes.models import SWEEP, BasePass, PassKind
from app.crm.statuses.queries import find_cards_after
from app.crm.statuses.rebuild import FIRST, LAST
from app.crm.statuses.service import keep_facts, read_by_what, settle_clients
from app.db.session import Session
from app.db.sweeps import QueueJob
from app.db.work import Work, work_in

__all__ = ["CLIENTS_AT_ONCE", "SWEEP", "begin_pass", "go_through_base"]

CLIENTS_AT_ONCE = 200
"""Of one transaction."""


def begin_pass(session: Session, company_id: UUID, kind: PassKind, *, now: datetime) -> None:
    session.add(BasePass(company_id=company_id, id=uuid7(), kind=kind, go_on_at=now))


async def go_through_base(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep: the next clients of one way through the base."""
    one = await queries.take_due(session, company_id, now=now)
    if one is None:
        return 0
    async with work_in(session, company_id) as work:
        cards = await find_cards_after(work, one.after or FIRST, LAST, at_most=CLIENTS_AT_ONCE)
        if one.kind == PassKind.GATHER:
            await gather_everything(work, cards, now=now, assignment_id=one.id)
        elif cards:
            await settle_clients(work, cards, await read_by_what(work, now=now))
    one.clients += len(cards)
    one.after = cards[-1] if cards else one.after
    one.go_on_at = now if len(cards) == CLIENTS_AT_ONCE else None
    return 1


async def gather_everything(work: Work, cards: Sequence[UUID], *, now: datetime, assignment_id: UUID) -> None:
    """Keep all facts of these clients that the other modules know, as history: nobody is told. Their first statuses
    are of this assignment."""
    by = await read_by_what(work, now=now, is_silent=True)
    asked, gathering = Asked(cards, "clients"), Gathering(by.rules, now)
    found = [one for gather in EVERYTHING for one in await gather(work, asked, gathering)]
    await keep_facts(work, found, by)
    await keep_first_statuses(work, assignment_id, cards, by)
