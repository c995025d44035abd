"""Rows that tests of production start from: measured windows, an order to the plant, a booked crew."""

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx

from app.core.ids import uuid7
from app.db.session import transaction
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import VisitStatus
from app.orders.measurements.models import Measurement, Opening
from app.orders.measurements.plausibility import SIZE_FIELDS
from tests.cast import NOON, Cast
from tests.dispatch.given import a_job

READY_ON = date(2026, 3, 20)
"""A Friday, eighteen days after NOON."""


async def a_measurement(cast: Cast, job_id: UUID, *, version: int = 1) -> UUID:
    """A stored sheet of three openings. Its visit is canceled and in the past, so that it takes nobody's time."""
    async with transaction(cast.maker, cast.company_id) as session:
        visit = Visit(
            company_id=cast.company_id,
            id=uuid7(),
            job_id=job_id,
            number=90 + version,
            status=VisitStatus.CANCELED,
            starts_at=NOON - timedelta(days=1),
            ends_at=NOON,
            window_starts_at=NOON - timedelta(days=1),
            window_ends_at=NOON,
        )
        session.add(visit)
        await session.flush()
        measurement = Measurement(
            company_id=cast.company_id,
            id=uuid7(),
            job_id=job_id,
            visit_id=visit.id,
            version=version,
            author_id=cast.pavel.id,
            content_hash=sha256(f"{job_id} {version}".encode()).digest(),
            measured_at=NOON,
            received_at=NOON,
        )
        session.add(measurement)
        await session.flush()
        session.add_all(_opening(measurement, position) for position in (1, 2, 3))
    return measurement.id


def _opening(measurement: Measurement, position: int) -> Opening:
    return Opening(
        company_id=measurement.company_id,
        measurement_id=measurement.id,
        position=position,
        label=f"О-{position}",
        room="",
        kind="window",
        wall="brick",
        checks=[],
        **dict.fromkeys(SIZE_FIELDS, 1000),
    )


async def measured_windows(cast: Cast) -> dict[str, str]:
    """`job_id` and `measurement_id` of windows that nobody has ordered yet."""
    job_id = await a_job(cast)
    return {"job_id": str(job_id), "measurement_id": str(await a_measurement(cast, job_id))}


async def place(cast: Cast, *, ready_on: date = READY_ON, **fields: Any) -> httpx.Response:
    windows = {} if "job_id" in fields else await measured_windows(cast)
    body = {**windows, "planned_ready_on": ready_on.isoformat(), **fields}
    return await cast.olga.post("/production-orders", body)


async def a_production_order(cast: Cast, *, ready_on: date = READY_ON) -> str:
    answer = await place(cast, ready_on=ready_on)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def move(cast: Cast, order_id: str, *actions: str) -> httpx.Response:
    """Each action in turn: confirm, start, ready, deliver, cancel. The last answer."""
    for action in actions:
        body = {"reason": "Клиент передумал"} if action == "cancel" else None
        answer = await cast.olga.post(f"/production-orders/{order_id}/{action}", body)
    return answer


async def a_ready_order(cast: Cast) -> str:
    order_id = await a_production_order(cast)
    answer = await move(cast, order_id, "confirm", "start", "ready")
    assert answer.status_code == 200, answer.text
    return order_id


async def change(cast: Cast, order_id: str, **changes: Any) -> httpx.Response:
    read = await cast.olga.get(f"/production-orders/{order_id}")
    return await cast.olga.patch(f"/production-orders/{order_id}", changes, if_match=read.headers["etag"])


async def history(cast: Cast, order_id: str) -> list[str]:
    answer = await cast.olga.get(f"/production-orders/{order_id}")
    return [event["kind"] for event in answer.json()["history"]]


async def reminders(cast: Cast, order_id: str, *, kind: str = "readiness_near") -> list[dict[str, Any]]:
    """What lies before the dispatcher about this order."""
    answer = await cast.olga.get("/inbox?is_open=true&limit=100")
    return [item for item in answer.json()["items"] if (item["subject_id"], item["kind"]) == (order_id, kind)]


def moscow(day: date, hour: int, minute: int = 0) -> datetime:
    """On the company's clocks."""
    return datetime.fromisoformat(f"{day.isoformat()}T{hour:02d}:{minute:02d}:00+03:00")


async def book(
    cast: Cast,
    order_id: str,
    *,
    starts_at: datetime | None = None,
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> httpx.Response:
    """By default the crew comes at 9:00 on the Monday after the ready date."""
    body = {
        "crew_id": str(cast.crew_id),
        "starts_at": (starts_at or moscow(READY_ON + timedelta(days=3), 9)).isoformat(),
        "agreed_with_client": True,
        **fields,
    }
    return await cast.olga.post(f"/production-orders/{order_id}/installation", body, **(headers or {}))


async def a_booked_installation(cast: Cast, order_id: str) -> dict[str, Any]:
    answer = await book(cast, order_id)
    assert answer.status_code == 201, answer.text
    booked: dict[str, Any] = answer.json()
    return booked
