"""Visits that other tests start from. They are brought to their status through the API.

visit = await visit_in_progress(cast)
await visit.worker.post(f"/field/visits/{visit.id}/payments", …)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from app.core.clock import Clock
from app.core.ids import uuid7
from app.dispatch.api import Links, Teller
from app.dispatch.visits.states import HOLD
from tests.cast import NOON, Cast, Person
from tests.dispatch.given import TOMORROW, a_planned_visit


@dataclass
class BookedVisit:
    """A visit and who goes: the measurer Pavel, or Rinat for his crew."""

    id: str
    job_id: str
    worker: Person

    async def tap(self, command: str, **fields: Any) -> httpx.Response:
        """One command of the phone, as it answers; see `done` for one that must succeed."""
        return await self.worker.post(f"/field/visits/{self.id}/{command}", tapped(**fields))

    async def done(self, command: str, **fields: Any) -> dict[str, Any]:
        answer = await self.tap(command, **fields)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    async def screen(self) -> dict[str, Any]:
        """What the worker's phone shows of it."""
        answer = await self.worker.get(f"/field/visits/{self.id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


class _Standing(Clock):
    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


async def clients_are_told(cast: Cast, *, after: timedelta = HOLD) -> None:
    """What the background process does for clients soon. Their messages are only planned and not sent."""
    teller = Teller(Links("https://okna.example", "5" * 64))
    while await teller.tell_clients(cast.maker, cast.company_id, _Standing(cast.olga.now() + after)):
        pass


def tapped(at: datetime = NOON, **fields: Any) -> dict[str, Any]:
    """A command as a phone sends it."""
    return {"command_id": str(uuid7()), "occurred_at": at.isoformat(), **fields}


async def booked_visit(
    cast: Cast, *, kind: str = "measurement", starts_at: datetime = TOMORROW, worker: Person | None = None
) -> BookedVisit:
    """Planned by Olga and offered: a measurement to Pavel, an installation to Rinat's crew."""
    visit_id = await a_planned_visit(cast, kind=kind, starts_at=starts_at)
    is_measurement = kind == "measurement"
    person = worker or (cast.pavel if is_measurement else cast.rinat)
    whom = {"worker_id": str(person.id)} if is_measurement else {"crew_id": str(cast.crew_id)}
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", whom)
    assert answer.status_code == 200, answer.text
    return BookedVisit(id=visit_id, job_id=answer.json()["job_id"], worker=person)


async def accepted_visit(cast: Cast, **options: Any) -> BookedVisit:
    visit = await booked_visit(cast, **options)
    await visit.done("accept")
    return visit


async def visit_on_site(cast: Cast, **options: Any) -> BookedVisit:
    """The worker has driven there and arrived."""
    visit = await accepted_visit(cast, **options)
    await visit.done("depart", eta_minutes=30)
    await visit.done("arrive")
    return visit


async def visit_in_progress(cast: Cast, **options: Any) -> BookedVisit:
    visit = await visit_on_site(cast, **options)
    await visit.done("start")
    return visit


def an_opening(label: str = "О-1", **changes: Any) -> dict[str, Any]:
    """A window of 1400 x 1300 in a straight wall."""
    return {
        "label": label,
        "room": "Кухня",
        "kind": "window",
        "wall": "panel",
        "width_top_mm": 1400,
        "width_middle_mm": 1402,
        "width_bottom_mm": 1401,
        "height_left_mm": 1300,
        "height_middle_mm": 1300,
        "height_right_mm": 1301,
        "diagonal_1_mm": 1911,
        "diagonal_2_mm": 1912,
        "quarter_mm": 60,
        "sill_mm": 250,
        "mosquito_net": True,
        "product": "Двухстворчатое, правая створка поворотно-откидная",
        **changes,
    }


async def measured_visit(
    cast: Cast, *openings: dict[str, Any], **options: Any
) -> tuple[BookedVisit, dict[str, Any]]:
    """Pavel is at work and has sent a sheet: the visit and the measurement."""
    visit = await visit_in_progress(cast, **options)
    sheet = await visit.done("measurements", openings=list(openings) or [an_opening()])
    return visit, sheet
