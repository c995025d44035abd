"""The company that benchmarks work on: its people and jobs, written by the product's own models."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import Range

from app.clients.cards.models import Client, Site
from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.session import Session, Sessions, transaction
from app.db.wake import wake
from app.dispatch.offers.models import Offer
from app.dispatch.visits.models import Visit
from app.identity.companies.models import Company
from app.identity.tokens import issue_access_token
from app.identity.users.models import UserAccount
from app.orders.client_orders.models import ClientOrder
from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.workforce.bookings.models import VisitBooking
from app.workforce.people.models import Worker
from benchmarks.servers import SECRET_KEY

WORKERS = 200
SITES = 200
MORNING = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=7)


@dataclass
class World:
    company_id: UUID
    dispatcher_id: UUID
    workers: Sequence[UUID]
    sites: Sequence[tuple[UUID, UUID]]
    """(client, site)."""
    job_type_id: UUID

    def dispatcher_token(self) -> str:
        return self._token(self.dispatcher_id, Role.DISPATCHER)

    def worker_token(self, worker_id: UUID) -> str:
        return self._token(worker_id, Role.MEASURER)

    def _token(self, user_id: UUID, role: Role) -> str:
        scope = Scope(company_id=self.company_id, user_id=user_id, roles=frozenset({role}))
        return issue_access_token(SECRET_KEY, scope, session_version=1, now=datetime.now(UTC))


async def make_world(maker: Sessions) -> World:
    """One company with 200 workers, 200 clients with a site each, and one kind of job."""
    world = World(
        company_id=uuid7(),
        dispatcher_id=uuid7(),
        workers=[uuid7() for _ in range(WORKERS)],
        sites=[(uuid7(), uuid7()) for _ in range(SITES)],
        job_type_id=uuid7(),
    )
    async with transaction(maker, world.company_id) as session:
        session.add(Company(id=world.company_id, name="Окна Плюс"))
        await _hire(session, world)
        await _find_clients(session, world)
        session.add(_measurement(world))
    return world


async def _hire(session: Session, world: World) -> None:
    people = [
        {
            "id": world.dispatcher_id,
            "name": "Ольга Белова",
            "roles": [Role.DISPATCHER],
            "email": "olga@okna.example",
        }
    ]
    people += [
        {"id": worker_id, "name": f"Замерщик {n}", "roles": [Role.MEASURER], "phone": f"+7916{n:07d}"}
        for n, worker_id in enumerate(world.workers)
    ]
    for person in people:
        session.add(UserAccount(company_id=world.company_id, **person))
    await session.flush()  # workers refer to accounts
    for n, worker_id in enumerate(world.workers):
        home = f"SRID=4326;POINT({37.3 + n / 500} {55.5 + n / 500})"
        session.add(Worker(company_id=world.company_id, id=worker_id, skills=["measure"], home=home))
    await session.flush()


async def _find_clients(session: Session, world: World) -> None:
    for n, (client_id, site_id) in enumerate(world.sites):
        session.add(Client(company_id=world.company_id, id=client_id, name=f"Клиент {n}"))
        point = f"SRID=4326;POINT({37.3 + n / 500} {55.5 + n / 500})"
        address = f"Москва, ул. Сущёвский Вал, д. {n + 1}"
        session.add(
            Site(company_id=world.company_id, id=site_id, client_id=client_id, address=address, point=point)
        )
    await session.flush()


def _measurement(world: World) -> JobType:
    return JobType(
        company_id=world.company_id,
        id=world.job_type_id,
        code="measurement",
        kind="measurement",
        name="Замер",
        duration_min=60,
        required_skills=["measure"],
        ladder=[{"at": 1.0, "action": "notify_dispatcher"}],
        checklist=[],
        proofs={},
    )


async def make_jobs(maker: Sessions, world: World, count: int) -> list[UUID]:
    """Jobs that wait for a visit, each with an order of its own."""
    ids = [(uuid7(), uuid7(), *world.sites[n % SITES]) for n in range(count)]
    company_id = world.company_id
    base = await _jobs_so_far(maker, world)
    orders = [
        {"company_id": company_id, "id": order, "number": base + n, "client_id": client, "site_id": site}
        for n, (order, _, client, site) in enumerate(ids, 1)
    ]
    jobs = [
        {
            "company_id": company_id,
            "id": job,
            "number": base + n,
            "kind": "measurement",
            "job_type_id": world.job_type_id,
            "order_id": order,
            "client_id": client,
            "site_id": site,
            "required_skills": ["measure"],
        }
        for n, (order, job, client, site) in enumerate(ids, 1)
    ]
    async with transaction(maker, company_id) as session:
        await session.execute(insert(ClientOrder), orders)
        await session.execute(insert(Job), jobs)
    return [job for _, job, _, _ in ids]


async def _jobs_so_far(maker: Sessions, world: World) -> int:
    async with transaction(maker, world.company_id) as session:
        return int(await session.scalar(select(func.count()).select_from(Job)) or 0)


def slot_of(n: int) -> tuple[datetime, datetime]:
    """An hour for the n-th visit in which its worker (n modulo WORKERS) has no other."""
    start = MORNING + timedelta(hours=n // WORKERS)
    return start, start + timedelta(hours=1)


async def make_offers(maker: Sessions, world: World, deadlines: Sequence[datetime]) -> list[UUID]:
    """Visits offered a while ago whose offers end at these moments; at the deadline the dispatcher is told."""
    jobs = await make_jobs(maker, world, len(deadlines))
    visits = [uuid7() for _ in deadlines]
    rows = [_offered(world, n, *row) for n, row in enumerate(zip(visits, jobs, deadlines, strict=True))]
    async with transaction(maker, world.company_id) as session:
        await session.execute(insert(Visit), [visit for visit, _, _ in rows])
        await session.execute(insert(Offer), [offer for _, offer, _ in rows])
        await session.execute(insert(VisitBooking), [booking for _, _, booking in rows])
        for deadline in deadlines:
            wake(session, "escalation", world.company_id, deadline)
    return visits


def _offered(
    world: World, n: int, visit_id: UUID, job_id: UUID, deadline: datetime
) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    worker_id = world.workers[n % WORKERS]
    starts_at, ends_at = slot_of(n)
    whose = {"company_id": world.company_id, "worker_id": worker_id}
    visit = whose | {
        "id": visit_id,
        "job_id": job_id,
        "number": 1,
        "status": "offered",
        "starts_at": starts_at,
        "ends_at": ends_at,
        "window_starts_at": starts_at,
        "window_ends_at": ends_at,
        "accept_by": deadline,
        "ladder": [{"due_at": deadline.isoformat(), "action": "notify_dispatcher"}],
        "ladder_next": 0,
        "escalate_at": deadline,
    }
    offer = whose | {
        "id": uuid7(),
        "visit_id": visit_id,
        "offered_at": deadline - timedelta(minutes=15),
        "expires_at": deadline,
    }
    return visit, offer, whose | {"visit_id": visit_id, "job_id": job_id, "period": Range(starts_at, ends_at)}
