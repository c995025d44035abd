"""Rows that tests of dispatch start from: a client, a job and a visit, made without the routes under test."""

from datetime import datetime, timedelta
from uuid import UUID

import httpx

from app.clients.records.models import Client, ClientContact, Site
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch import api as dispatch
from app.dispatch.api import Command, VisitStatus
from app.dispatch.visits.commands import office_command
from app.orders.client_orders.models import ClientOrder
from app.orders.jobs.models import Job
from tests.cast import NOON, Cast

TOMORROW = NOON + timedelta(days=1)


async def a_job(
    cast: Cast, *, kind: str = "measurement", point: tuple[float, float] = (37.61, 55.75)
) -> UUID:
    """Anna wants new windows on Tverskaya street."""
    number = uuid7().int % 2_000_000_000
    async with transaction(cast.maker, cast.company_id) as session:
        client = Client(company_id=cast.company_id, id=uuid7(), name="Анна Сергеевна", surname="Котова")
        session.add(client)
        await session.flush()
        site = Site(
            company_id=cast.company_id,
            id=uuid7(),
            client_id=client.id,
            address="Москва, Тверская улица, 12",
            entrance="2",
            floor="5",
            apartment="31",
            point=f"SRID=4326;POINT({point[0]} {point[1]})",
        )
        phone = f"+7903{number % 10_000_000:07d}"
        contact = ClientContact(
            company_id=cast.company_id, client_id=client.id, kind="phone", value=phone, is_primary=True
        )
        session.add_all([site, contact])
        await session.flush()
        order = ClientOrder(
            company_id=cast.company_id, id=uuid7(), number=number, client_id=client.id, site_id=site.id
        )
        session.add(order)
        await session.flush()
        is_measurement = kind == "measurement"
        job = Job(
            company_id=cast.company_id,
            id=uuid7(),
            number=number,
            kind=kind,
            job_type_id=cast.measurement_type_id if is_measurement else cast.installation_type_id,
            order_id=order.id,
            client_id=client.id,
            site_id=site.id,
            required_skills=["measure"] if is_measurement else ["install"],
        )
        session.add(job)
    return job.id


async def a_planned_visit(
    cast: Cast, *, starts_at: datetime = TOMORROW, kind: str = "measurement", minutes: int = 60
) -> str:
    """Its id. Nobody has been asked yet."""
    job_id = await a_job(cast, kind=kind)
    body = {"starts_at": starts_at.isoformat(), "duration_min": minutes}
    answer = await cast.olga.post(f"/jobs/{job_id}/visits", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def an_offered_visit(
    cast: Cast, worker_id: UUID, *, starts_at: datetime = TOMORROW, accept_within_s: int | None = None
) -> str:
    visit_id = await a_planned_visit(cast, starts_at=starts_at)
    body = {"worker_id": str(worker_id), "accept_within_s": accept_within_s}
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", body)
    assert answer.status_code == 200, answer.text
    return visit_id


def a_command(at: datetime = NOON, **fields: object) -> dict[str, object]:
    """What a phone sends with every tap."""
    return {"command_id": str(uuid7()), "occurred_at": at.isoformat(), **fields}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def accept(
    cast: Cast, scope: Scope, visit_id: UUID, *, now: datetime = NOON, command: Command | None = None
) -> None:
    """Without HTTP: the service itself, in a transaction of its own."""
    async with begin_work(cast.maker, cast.company_id) as work:
        await dispatch.accept_offer(
            work, scope, visit_id=visit_id, command=command or office_command(now), now=now
        )


async def progress(
    cast: Cast,
    scope: Scope,
    visit_id: UUID,
    to: VisitStatus,
    *,
    now: datetime = NOON,
    command: Command | None = None,
) -> None:
    """As `accept`, for each further step."""
    command = command or office_command(now)
    async with begin_work(cast.maker, cast.company_id) as work:
        facts = await dispatch.lock_for_progress(work, scope, visit_id)
        await dispatch.progress_visit(work, scope, facts, to=to, command=command, now=now)
