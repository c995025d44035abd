"""Keeps which clients were there before the product, what they were at first, and what speaks against it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.changes import Insert, InsertMany, Row
from app.crm.facts.values import Fact
from app.crm.first_statuses import queries
from app.crm.first_statuses.policies import find_doubts
from app.crm.rules.values import Rules
from app.crm.statuses.policies.changes import Now
from app.crm.statuses.queries import find_facts, lock_lives
from app.crm.statuses.service import ByWhat
from app.db.work import Work


async def keep_first_statuses(work: Work, assignment_id: UUID, card_ids: Sequence[UUID], by: ByWhat) -> None:
    """Of these cards, whose facts were just taken over: note the status of those that belong to no assignment yet."""
    new = await queries.find_taken_over(work, card_ids)
    if not new:
        return
    work.write(Insert("first_assignment", {"id": assignment_id}, once=True))
    lives, facts = await lock_lives(work, new), await find_facts(work, new)
    rows = [_row(assignment_id, life, facts[life.client_id], by.rules[-1], by.now) for life in lives.values()]
    work.write(InsertMany("first_status", rows, once=True))
    await work.write_now()


def _row(assignment_id: UUID, life: Now, facts: Sequence[Fact], rules: Rules, now: datetime) -> Row:
    doubts = [str(one) for one in find_doubts(facts, rules, now=now)]
    return {
        "client_id": life.client_id,
        "assignment_id": assignment_id,
        "status": life.status,
        "reason": life.reason,
        "params": dict(life.params),
        "doubts": doubts,
        "weight": len(doubts),
        "assigned_at": now,
    }
