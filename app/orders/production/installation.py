"""The link between a production order and the job that installs its windows."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work, work_in
from app.notifications import api as notifications
from app.orders.production import policies, queries, service
from app.orders.production.models import ProductionOrder
from app.orders.production.schemas import ProductionOrderOut
from app.orders.statuses import ProductionStatus


class Production(NamedTuple):
    """A production order as other modules see it."""

    id: UUID
    number: int
    order_id: UUID
    job_id: UUID
    """The measurement job."""
    status: str
    planned_ready_on: date
    installation_job_id: UUID | None

    @classmethod
    def of(cls, order: ProductionOrder) -> Self:
        return cls(*(getattr(order, field) for field in cls._fields))

    @property
    def awaited_on(self) -> date | None:
        """When the windows are expected. None: they are made, or nothing is being made."""
        return self.planned_ready_on if ProductionStatus(self.status) in policies.AWAITED else None

    def installable_from(self, *, zone: ZoneInfo, now: datetime) -> datetime:
        """The first moment at which an installation can begin (aware, UTC)."""
        return policies.installable_from(
            status=self.status, planned_ready_on=self.planned_ready_on, zone=zone, now=now
        )


def installable_from(ready_on: date, *, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment at which windows that are expected on this day can be installed (aware, UTC)."""
    return policies.installable_from(
        status=ProductionStatus.PLACED, planned_ready_on=ready_on, zone=zone, now=now
    )


async def get_production(
    session: Session, scope: Scope, production_order_id: UUID, *, lock: bool = False
) -> Production:
    """One production order. With `lock`, nobody else can book its installation or move it until COMMIT.

    Raises:
        ProductionOrderNotFound: no such production order in this company.
    """
    order = await service.get_production_order(session, scope, production_order_id, lock=lock)
    return Production.of(order)


async def find_production(session: Session, company_id: UUID, production_order_id: UUID) -> Production | None:
    order = await queries.get_production_order(session, company_id, production_order_id)
    return Production.of(order) if order else None


async def change_production(
    session: Session,
    scope: Scope,
    *,
    production_order_id: UUID,
    check_version: Callable[[int], None],
    changes: dict[str, Any],
    now: datetime,
) -> ProductionOrderOut:
    """Change the ready date, the plant's number or the comment. The caller looks at a booked installation.

    Raises:
        ProductionOrderNotFound: no such production order in this company.
        ReadyDateFixed, ReadyDateImpossible: see `service.change_production_order`.
    """
    order = await service.get_production_order(session, scope, production_order_id, lock=True)
    check_version(order.row_version)
    await service.change_production_order(session, scope, order=order, changes=changes, now=now)
    await session.flush()  # the answer names the new version
    return ProductionOrderOut.of(order)


async def find_productions(session: Session, company_id: UUID, job_id: UUID) -> list[Production]:
    """The production orders that this job installs, locked."""
    found = await queries.find_orders_of_installation(session, company_id, job_id)
    return [Production.of(order) for order in found]


async def settle_too_early(
    session: Session, company_id: UUID, production_order_id: UUID, *, now: datetime
) -> None:
    """Close the item that says that the installation comes too early, because it does not any more."""
    async with work_in(session, company_id) as work:
        work.write(notifications.settle_items([service.TOO_EARLY], production_order_id, now=now))


async def book_production(
    session: Session,
    scope: Scope,
    *,
    production_order_id: UUID,
    job_id: UUID,
    booked: dict[str, Any],
    now: datetime,
) -> None:
    """Set the job that installs the order and stop its reminder. The history keeps `booked`."""
    order = await service.get_production_order(session, scope, production_order_id, lock=True)
    order.installation_job_id = job_id
    await service.stop_reminder(session, order, now=now)
    await service.record(session, scope, order, "installation_booked", now=now, payload=booked)


async def settle_reminders(session: Session, company_id: UUID, job_id: UUID, *, now: datetime) -> None:
    """Set or stop the reminders of the production orders that this job installs. Call it when its visits change."""
    for order in await queries.find_orders_of_installation(session, company_id, job_id):
        await service.settle_reminder(session, order, now=now)


async def find_jobs_of_production(work: Work, jobs: Sequence[UUID]) -> set[UUID]:
    """Those of these jobs that install windows of a production order."""
    return set(await work.all(queries.INSTALLATION_JOBS, jobs=list(jobs)))
