"""What the booking of an installation needs to know of a production order, and tells it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.orders.production import policies, queries, service
from app.orders.production.models import ProductionOrder


class Production(NamedTuple):
    """A production order, as other modules know it."""

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

    def installable_from(self, *, zone: ZoneInfo, now: datetime) -> datetime:
        """The first moment an installation can begin (aware, UTC)."""
        return policies.installable_from(
            status=self.status, planned_ready_on=self.planned_ready_on, zone=zone, now=now
        )


async def get_production(
    session: Session, scope: Scope, production_order_id: UUID, *, lock: bool = False
) -> Production:
    """Locked, nobody else books its installation or moves it until the end of the transaction.

    Raises:
        ProductionOrderNotFound: not in this company.
    """
    order = await service.get_production_order(session, scope, production_order_id, lock=lock)
    return Production.of(order)


async def find_production(session: Session, company_id: UUID, production_order_id: UUID) -> Production | None:
    order = await queries.get_production_order(session, company_id, production_order_id)
    return Production.of(order) if order else None


async def book_production(
    session: Session,
    scope: Scope,
    *,
    production_order_id: UUID,
    job_id: UUID,
    booked: dict[str, Any],
    now: datetime,
) -> None:
    """This job installs it: nothing is left to agree, and the history says so with what was `booked`."""
    order = await service.get_production_order(session, scope, production_order_id, lock=True)
    order.installation_job_id = job_id
    await service.call_off_reminder(session, order, now=now)
    await service.record(session, scope, order, "installation_booked", now=now, payload=booked)


async def settle_reminders(session: Session, company_id: UUID, job_id: UUID, *, now: datetime) -> None:
    """Something happened to the visits of a job: the production orders whose windows it installs need a
    reminder, or none."""
    for order in await queries.find_orders_of_installation(session, company_id, job_id):
        await service.settle_reminder(session, order, now=now)


async def find_jobs_of_production(work: Work, jobs: Sequence[UUID]) -> set[UUID]:
    """Those of these jobs that install what a plant makes."""
    return set(await work.all(queries.INSTALLATION_JOBS, jobs=list(jobs)))
