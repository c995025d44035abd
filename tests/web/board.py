"""The schedule board as a dispatcher sees and handles it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.cast import Cast, Person
from tests.dispatch.given import a_planned_visit
from tests.running import until
from tests.web.conftest import OpenFace
from tests.web.days import tomorrow, tomorrow_at


async def an_offer(cast: Cast, person: Person, *, hour: int, minutes: int = 60) -> str:
    visit = await a_planned_visit(cast, starts_at=tomorrow_at(hour), minutes=minutes)
    answer = await cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(person.id)})
    assert answer.status_code == 200, answer.text
    return visit


@dataclass
class BoardOnScreen:
    """The board of tomorrow as Olga sees it."""

    page: Page
    cast: Cast

    def visit(self, visit_id: str) -> Locator:
        return self.page.locator(f'[data-visit="{visit_id}"]:not([data-shared])')

    def row(self, person: Person) -> Locator:
        return self.page.locator(f'[data-row="person {person.id}"]')

    @property
    def label(self) -> Locator:
        """What stands beside the pointer during a drag."""
        return self.page.locator("[data-drag-label]")

    async def hour_px(self) -> float:
        first, second = [await self.page.locator("[data-hour]").nth(at).bounding_box() for at in (2, 3)]
        assert first is not None
        assert second is not None
        return second["x"] - first["x"]

    async def drag(self, what: Locator, *, to: Person | None = None, hours: float = 0) -> None:
        """Takes it and holds it there: `drop` lets go."""
        await what.scroll_into_view_if_needed()
        box = await what.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + 10
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + 10, y)
        if to is not None:
            row = await self.row(to).bounding_box()
            assert row
            y = row["y"] + 12
        await self.page.mouse.move(x + hours * await self.hour_px(), y, steps=4)

    async def stretch(self, visit_id: str, *, hours: float) -> None:
        """Drags the right edge."""
        box = await self.visit(visit_id).bounding_box()
        assert box
        x, y = box["x"] + box["width"] - 3, box["y"] + 10
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + hours * await self.hour_px(), y, steps=4)
        await self.drop()

    async def drop(self) -> None:
        await self.page.mouse.up()

    async def stored(self, visit_id: str) -> dict[str, Any]:
        answer = await self.cast.olga.get(f"/visits/{visit_id}")
        visit: dict[str, Any] = answer.json()
        return visit

    async def until_stored(self, visit_id: str, is_so: Callable[[dict[str, Any]], bool]) -> None:
        async def looks_so() -> bool:
            return is_so(await self.stored(visit_id))

        await until(looks_so, patience_s=10)
        await expect(self.page.locator(".pending")).to_have_count(0)


def is_at(person: Person | None, starts_at: datetime) -> Callable[[dict[str, Any]], bool]:
    worker_id = None if person is None else str(person.id)

    def fits(visit: dict[str, Any]) -> bool:
        return visit["worker_id"] == worker_id and datetime.fromisoformat(visit["starts_at"]) == starts_at

    return fits


async def open_board(
    open_face: OpenFace, cast: Cast, query: str = "", person: Person | None = None
) -> BoardOnScreen:
    opened = await open_face(f"/console/board?day={tomorrow()}{query}", person or cast.olga)
    await opened.page.locator("[data-row]").first.wait_for()
    return BoardOnScreen(opened.page, cast)


def iso(moment: datetime) -> str:
    return moment.isoformat()
