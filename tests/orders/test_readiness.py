"""If windows are ready, either an installation is booked or the dispatcher has an inbox item, whatever people do and
in whatever order."""

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.errors import DomainError
from app.core.ids import uuid7
from app.db.session import transaction
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import VisitStatus
from tests.cast import Cast
from tests.dispatch.given import accept, progress
from tests.orders.given_production import book, change, moscow, move, place

FORGOTTEN = text(
    """
    SELECT p.number, p.status, p.remind_at, closed.done_by
      FROM production_order p
      LEFT JOIN LATERAL (
          SELECT done_by FROM inbox_item i
           WHERE i.company_id = :company_id AND i.kind = 'readiness_near' AND i.subject_id = p.id
           ORDER BY i.done_at DESC LIMIT 1
      ) AS closed ON true
     WHERE p.company_id = :company_id AND p.status IN ('ready', 'delivered')
       AND NOT EXISTS (
           SELECT FROM visit v
            WHERE v.company_id = p.company_id AND v.job_id = p.installation_job_id
              AND v.status NOT IN ('canceled', 'not_completed', 'partially_completed')
       )
       AND NOT EXISTS (
           SELECT FROM inbox_item i
            WHERE i.company_id = :company_id AND i.kind = 'readiness_near' AND i.subject_id = p.id
              AND i.done_at IS NULL
       )
       AND NOT coalesce(closed.done_by IS NOT NULL AND p.remind_at < :tomorrow, false)
    """
)
"""Orders that are made, with no installation and no open inbox item. An item that the dispatcher has marked as done
counts as open until the next morning."""


class Office:
    """Olga, Rinat and the time that passes, at random."""

    def __init__(self, cast: Cast, clock: Any, background: Any, random: Random) -> None:
        self.cast = cast
        self.clock = clock
        self.background = background
        self.random = random
        self.orders: list[str] = []
        self.visits: list[str] = []

    async def step(self) -> None:
        doings = [
            self.place,
            self.move_on,
            self.move_on,
            self.move_date,
            self.put_aside,
            self.book,
            self.book,
            self.cancel_visit,
            self.visit_ends,
            self.cancel,
            self.time_passes,
        ]
        await self.random.choice(doings)()

    async def place(self) -> None:
        answer = await place(self.cast, ready_on=self._day())
        self.orders.append(answer.json()["id"])

    async def move_on(self) -> None:
        """As far as the plant has come; what is further already stays."""
        for order_id in self.orders[-2:]:
            steps = ["confirm", "start", "ready", "deliver"]
            await move(self.cast, order_id, *steps[: self.random.randint(1, 4)])

    async def move_date(self) -> None:
        if self.orders:
            await change(self.cast, self.random.choice(self.orders), planned_ready_on=self._day().isoformat())

    async def put_aside(self) -> None:
        items = (await self.cast.olga.get("/inbox?is_open=true")).json()["items"]
        if items:
            await self.cast.olga.post(f"/inbox/{self.random.choice(items)['id']}/done")

    async def book(self) -> None:
        if self.orders:
            starts_at = moscow(self._day(), self.random.choice([9, 14]))
            answer = await book(
                self.cast, self.random.choice(self.orders), starts_at=starts_at, even_if_early=True
            )
            if answer.status_code == 201:
                self.visits.append(answer.json()["visit"]["id"])

    async def cancel_visit(self) -> None:
        if self.visits:
            await self.cast.olga.post(
                f"/visits/{self.random.choice(self.visits)}/cancel",
                {"reason": "Клиент заболел"},
                if_match="*",
            )

    async def visit_ends(self) -> None:
        """Rinat accepts and works; it may fail in the end."""
        if not self.visits:
            return
        visit_id, scope = UUID(self.random.choice(self.visits)), self.cast.rinat.scope
        ending = self.random.choice(["completed", "partially_completed", "not_completed"])
        try:
            now = self.clock.now()
            await accept(self.cast, scope, visit_id, now=now, command=self._command())
            for status in ("en_route", "on_site", "in_progress", ending):
                await progress(
                    self.cast, scope, visit_id, VisitStatus(status), now=now, command=self._command()
                )
        except DomainError:
            return  # it was over already

    async def cancel(self) -> None:
        if self.random.random() < 0.3 and self.orders:
            await move(self.cast, self.random.choice(self.orders), "cancel")

    async def time_passes(self) -> None:
        self.clock.advance(hours=self.random.choice([1, 8, 24, 48]))

    def _day(self) -> date:
        return self.clock.now().date() + timedelta(days=self.random.randint(0, 8))

    def _command(self) -> Command:
        return Command(command_id=uuid7(), occurred_at=self.clock.now())


@pytest.mark.covers("M6", "R181")
@pytest.mark.parametrize("seed", range(3))
async def test_no_ready_order_is_without_a_reminder_or_a_visit_whatever_happens(
    cast, clock, background, seed
):
    office = Office(cast, clock, background, Random(seed))
    for _ in range(30):
        await office.step()
        await background.run()

        async with transaction(cast.maker, cast.company_id) as session:
            given = {"company_id": cast.company_id, "tomorrow": clock.now() + timedelta(days=1)}
            forgotten = (await session.execute(FORGOTTEN, given)).all()
        assert forgotten == []
