from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.clients.api import ClientNotFound, ClientOut, SiteNotFound, SiteOut, may_see_phones
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.archive import service
from app.crm.archive.service import StillOpen
from app.db.session import Session
from app.http.guards import dispatchers, managers
from app.http.refusals import refuses
from app.workforce.api import WorkerNotFound, WorkerOut


@post(
    "/clients/{client_id:uuid}/archive",
    operation_id="archiveClient",
    guards=[dispatchers],
    status_code=200,
)
@refuses(ClientNotFound, StillOpen)
async def archive_client(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientOut:
    """Keep a client out of lists and new jobs. Refused while a job, an order or a request of his is open."""
    client = await service.archive_client(session, caller, client_id, now=clock.now())
    return ClientOut.of(client, sees_phones=may_see_phones(caller))


@post(
    "/clients/{client_id:uuid}/restore",
    operation_id="restoreClient",
    guards=[dispatchers],
    status_code=200,
)
@refuses(ClientNotFound)
async def restore_client(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ClientOut:
    """Take a client out of the archive."""
    client = await service.restore_client(session, caller, client_id)
    return ClientOut.of(client, sees_phones=may_see_phones(caller))


@post("/sites/{site_id:uuid}/archive", operation_id="archiveSite", guards=[dispatchers], status_code=200)
@refuses(SiteNotFound, StillOpen)
async def archive_site(
    site_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> SiteOut:
    """Keep a site out of lists and new jobs. Refused while a job or an order there is open."""
    return SiteOut.of(await service.archive_site(session, caller, site_id, now=clock.now()))


@post("/sites/{site_id:uuid}/restore", operation_id="restoreSite", guards=[dispatchers], status_code=200)
@refuses(SiteNotFound)
async def restore_site(
    site_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> SiteOut:
    """Take a site out of the archive."""
    return SiteOut.of(await service.restore_site(session, caller, site_id))


@post("/workers/{worker_id:uuid}/archive", operation_id="archiveWorker", guards=[managers], status_code=200)
@refuses(StillOpen, WorkerNotFound)
async def archive_worker(
    worker_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> WorkerOut:
    """Keep a worker out of lists and offers. Refused while he has a visit. To end his sessions, use `changeUser`."""
    return await service.archive_worker(session, caller, worker_id, now=clock.now())


@post("/workers/{worker_id:uuid}/restore", operation_id="restoreWorker", guards=[managers], status_code=200)
@refuses(WorkerNotFound)
async def restore_worker(
    worker_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> WorkerOut:
    """Take a worker out of the archive. He is active again."""
    return await service.restore_worker(session, caller, worker_id)


router = Router(
    "/",
    route_handlers=[
        archive_client,
        restore_client,
        archive_site,
        restore_site,
        archive_worker,
        restore_worker,
    ],
    tags=["crm: archive"],
)
