"""Puts clients, sites and workers into the archive. Nothing is deleted; what is open must be finished first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.clients import api as clients
from app.clients.api import ClientFacts, SiteFacts
from app.core.errors import DomainError
from app.core.scope import Scope
from app.crm.archive import queries
from app.crm.archive.queries import Open
from app.db.session import Session
from app.workforce import api as workforce
from app.workforce.api import WorkerOut

CODES = {
    "job": "still_open_job",
    "order": "still_open_order",
    "request": "still_open_request",
    "visit": "still_open_visit",
}


class StillOpen(DomainError):
    """Something of it is not finished. `errors` names each: a job, an order, a request or a visit."""

    code = "still_open"


async def archive_client(session: Session, scope: Scope, client_id: UUID, *, now: datetime) -> ClientFacts:
    """Put a client into the archive. If he is there already, nothing changes.

    Raises:
        ClientNotFound: no such client in this company.
        StillOpen: jobs, orders or requests of his.
    """

    async def check() -> None:
        _check(await queries.find_open_of_client(session, scope.company_id, client_id))

    return await clients.archive_client(session, scope.company_id, client_id, archived_at=now, check=check)


async def archive_site(session: Session, scope: Scope, site_id: UUID, *, now: datetime) -> SiteFacts:
    """Put a site into the archive.

    Raises:
        SiteNotFound: no such site in this company.
        StillOpen: jobs or orders there.
    """

    async def check() -> None:
        _check(await queries.find_open_of_site(session, scope.company_id, site_id))

    return await clients.archive_site(session, scope.company_id, site_id, archived_at=now, check=check)


async def archive_worker(session: Session, scope: Scope, worker_id: UUID, *, now: datetime) -> WorkerOut:
    """Put a worker into the archive. He is no longer active.

    Raises:
        WorkerNotFound: no such worker in this company.
        StillOpen: visits that he has or was asked for.
    """
    shown = await workforce.archive_worker(session, scope, worker_id, archived_at=now)
    _check(await queries.find_open_of_worker(session, scope.company_id, worker_id, now=now))
    return shown


async def restore_client(session: Session, scope: Scope, client_id: UUID) -> ClientFacts:
    """Take a client out of the archive.

    Raises:
        ClientNotFound: no such client in this company.
    """
    return await clients.archive_client(
        session, scope.company_id, client_id, archived_at=None, check=_nothing
    )


async def restore_site(session: Session, scope: Scope, site_id: UUID) -> SiteFacts:
    """Take a site out of the archive.

    Raises:
        SiteNotFound: no such site in this company.
    """
    return await clients.archive_site(session, scope.company_id, site_id, archived_at=None, check=_nothing)


async def restore_worker(session: Session, scope: Scope, worker_id: UUID) -> WorkerOut:
    """Take a worker out of the archive. He is active again.

    Raises:
        WorkerNotFound: no such worker in this company.
    """
    return await workforce.archive_worker(session, scope, worker_id, archived_at=None)


async def _nothing() -> None:
    """Whoever comes back needs no check."""


def _check(found: Sequence[Open]) -> None:
    if found:
        raise StillOpen(errors=[_said(one) for one in found])


def _said(one: Open) -> dict[str, object]:
    params = {"number": one.number, "id": str(one.id)}
    return {"path": f"{one.kind}s", "code": CODES[one.kind], "params": params}
