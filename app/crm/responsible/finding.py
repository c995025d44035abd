"""Whom a step of a plan is for: finds the person by its rule."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Role
from app.crm.plans.values import Responsible
from app.crm.responsible import queries
from app.db.session import Session


async def find_person(
    session: Session,
    company_id: UUID,
    rule: Responsible | None,
    *,
    client_id: UUID,
    owner_role: Role,
    now: datetime,
    is_deputy: bool = False,
) -> UUID | None:
    """The person who is to act. If the rule finds nobody who works here: whoever of the role has the fewest tasks.

    None: the company has nobody of that role, so the supervisors get the task. Without a rule there is no deputy.
    """
    if rule is None:
        return None
    found = await _by_rule(session, company_id, rule.by, client_id)
    if found is not None:
        return found
    role = rule.role or owner_role
    return await queries.find_least_busy(session, company_id, role, now=now, skip=1 if is_deputy else 0)


async def _by_rule(session: Session, company_id: UUID, by: str, client_id: UUID) -> UUID | None:
    match by:
        case "owner":
            return await queries.find_owner(session, company_id, client_id)
        case "last_worker":
            return await queries.find_last_worker(session, company_id, client_id)
        case "measurer":
            return await queries.find_measurer(session, company_id, client_id)
        case "dispatcher_of_area":
            return await queries.find_dispatcher(session, company_id, client_id)
        case _:
            return None
