"""A worker as the office sees him."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Role, Scope
from app.db.session import Session
from app.workforce.people import service
from app.workforce.people.models import Worker
from app.workforce.people.schemas import WorkerOut
from app.workforce.people.service import Person

SEES_POSITIONS = frozenset({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER})


def show_person(person: Person, caller: Scope) -> WorkerOut:
    return WorkerOut.of(
        person.worker,
        person.account,
        person.territory_ids,
        sees_position=not caller.roles.isdisjoint(SEES_POSITIONS),
    )


async def show_worker(session: Session, caller: Scope, worker: Worker) -> WorkerOut:
    people = await service.with_accounts(session, caller.company_id, [worker])
    return show_person(people[0], caller)


async def archive_worker(
    session: Session, caller: Scope, worker_id: UUID, *, archived_at: datetime | None
) -> WorkerOut:
    """Put a worker into the archive, or take him out with None.

    Raises:
        WorkerNotFound: no such worker in this company.
    """
    worker = await service.archive_worker(session, caller.company_id, worker_id, archived_at=archived_at)
    return await show_worker(session, caller, worker)
