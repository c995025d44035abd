"""Orders of the demo: what was measured a week ago becomes estimates, invoices, windows in the plant."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from app.seed.people import ZONE, Company
from app.seed.stage import together
from app.seed.visits import Visit

WINDOW = {"part": "goods", "name": "Окно ПВХ двухстворчатое, 70 мм", "unit": "pcs", "vat_rate": 22}
FITTING = {"part": "work", "work_code": "window_install", "vat_rate": 22}
SLOPES = {"part": "work", "work_code": "slopes", "quantity": 1, "vat_rate": 22}
PRICES = (38_500_00, 44_300_00, 29_900_00)

LATE, DELIVERED, NEARLY_READY, IN_WORK, UNPAID, DRAFT, REFUSED = range(7)
"""Places of the earlier measurements in `Orders`, by what becomes of their orders. The last one only waits."""


class Orders:
    """The orders of the measurements of a week ago. Each step is taken at its own time."""

    def __init__(self, company: Company, visits: Sequence[Visit], now: datetime) -> None:
        self._company = company
        self._visits = visits
        self._today = now.astimezone(ZONE).date()
        self._production: dict[int, str] = {}

    def steps(self, now: datetime) -> list[tuple[datetime, Any]]:
        """What the office does, and when."""
        return [
            (now - timedelta(days=7), self.agree_prices),
            (now - timedelta(days=6), self.order_windows),
            (now - timedelta(days=4), self.windows_are_made),
            (now - timedelta(hours=27), self.windows_arrive),
            (now - timedelta(hours=3), self.estimate_anew),
        ]

    async def agree_prices(self) -> None:
        """Five clients agree, one thinks, one refuses. Advances are invoiced, and all but one are paid."""
        await together(self._agree_price(place) for place in (LATE, DELIVERED, NEARLY_READY, IN_WORK, UNPAID))
        await self._estimate(DRAFT)
        refused = await self._estimate(REFUSED)
        body = {"reason": "Дорого, нашли дешевле"}
        path = f"/estimates/{refused['id']}/decline"
        await self._company.olga.call("POST", path, body, **_version(refused))

    async def order_windows(self) -> None:
        ready = {LATE: -2, DELIVERED: -1, NEARLY_READY: 2, IN_WORK: 5}
        await together(
            self._place(place, self._today + timedelta(days=days)) for place, days in ready.items()
        )

    async def windows_are_made(self) -> None:
        for place in self._production:
            await self._move(place, "confirm")
            await self._move(place, "start")

    async def windows_arrive(self) -> None:
        """One order is ready and delivered; its installation is booked into the first free hours of a crew."""
        await self._move(DELIVERED, "ready")
        await self._move(DELIVERED, "deliver")

    async def estimate_anew(self) -> None:
        """Who was measured yesterday gets an estimate today."""
        fresh = [one for one in self._visits[8:] if "measured" in one.noted][-6:-2]
        await together(self._estimate_of(one) for one in fresh)

    async def book_installation(self) -> None:
        """Into the first hours in which a crew is free. Not everything is planned when this is called."""
        olga, production = self._company.olga, self._production[DELIVERED]
        slots = (await olga.get(f"/production-orders/{production}/installation-slots?days=7"))["items"]
        if slots:
            body = {key: slots[0][key] for key in ("crew_id", "starts_at")} | {"agreed_with_client": True}
            await olga.post(f"/production-orders/{production}/installation", body)

    async def _agree_price(self, place: int) -> None:
        olga = self._company.olga
        draft = await self._estimate(place)
        await olga.call("POST", f"/estimates/{draft['id']}/agree", {"note": "По телефону"}, **_version(draft))
        order_id = self._visits[place].order_id
        pay_by = self._today - timedelta(days=2 if place == UNPAID else -3)
        invoice = await olga.post(
            f"/orders/{order_id}/invoices", {"kind": "advance", "percent": 50, "pay_by": pay_by.isoformat()}
        )
        if place != UNPAID and invoice["left_kop"]:
            paid = {"kind": "prepayment", "method": "transfer", "amount_kop": invoice["left_kop"]}
            body = paid | {"invoice_id": invoice["id"], "receipt_ref": f"п/п {310 + place}"}
            await self._company.office["accountant"].post(f"/orders/{order_id}/payments", body)

    async def _estimate(self, place: int) -> dict[str, Any]:
        return await self._estimate_of(self._visits[place])

    async def _estimate_of(self, visit: Visit) -> dict[str, Any]:
        labels = [f"О-{number + 1}" for number in range(1 + visit.number % 3)]
        goods = [
            WINDOW | {"quantity": 1, "opening_label": label, "price_kop": PRICES[number]}
            for number, label in enumerate(labels)
        ]
        lines = [*goods, FITTING | {"quantity": len(labels)}, SLOPES]
        draft = await self._company.olga.post(f"/orders/{visit.order_id}/estimates", {"lines": lines})
        return dict(draft)

    async def _place(self, place: int, ready_on: date) -> None:
        visit, olga = self._visits[place], self._company.olga
        [sheet] = await olga.get(f"/jobs/{visit.job_id}/measurements")
        body = {
            "job_id": visit.job_id,
            "measurement_id": sheet["measurement"]["id"],
            "planned_ready_on": ready_on.isoformat(),
        }
        placed = await olga.post("/production-orders", body | {"plant_ref": f"Завод-7/{331 + place}"})
        self._production[place] = placed["id"]

    async def _move(self, place: int, how: str) -> None:
        await self._company.olga.post(f"/production-orders/{self._production[place]}/{how}")


def _version(row: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{row["version"]}"'}
