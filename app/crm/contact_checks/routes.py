from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.contact_checks import service
from app.crm.tasks.service import PersonUnknown
from app.db.session import Session
from app.http.guards import intake
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.schemas import In, Moment, Out

DUE_AFTER = timedelta(days=1)


class OpenContactChecks(In):
    """Whose contacts somebody is to check."""

    client_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)]
    responsible_id: UUID | None = None
    """Null: the caller."""
    deputy_id: UUID | None = None
    due_at: Moment | None = None
    """Null: in a day."""


class OpenedContactChecksOut(Out):
    task_ids: list[UUID]
    """The new tasks. Who has one of this day gets no other."""


@post("/contact-checks", operation_id="openContactChecks", guards=[intake])
@refuses(ClientNotFound, PersonUnknown)
@once
async def open_contact_checks(
    data: JSONBody[OpenContactChecks],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> OpenedContactChecksOut:
    """Give somebody the task to check the contacts of clients. Confirming them settles it."""
    now = clock.now()
    opened = await service.open_checks(
        session,
        caller,
        client_ids=data.client_ids,
        responsible_id=data.responsible_id or caller.user_id,
        deputy_id=data.deputy_id,
        due_at=data.due_at or now + DUE_AFTER,
        now=now,
    )
    return OpenedContactChecksOut(task_ids=opened)


router = Router("/crm", route_handlers=[open_contact_checks], tags=["crm: tasks"])
