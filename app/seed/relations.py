"""Clients with histories: what they bought long ago, what they need now, who is unhappy, who went away and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.seed.people import ZONE, Company
from app.seed.places import Somebody
from app.seed.stage import together
from app.seed.visits import Visit, card_of

PASTS: list[list[tuple[int, str, int]]] = [
    [(380, "window_install", 148_000_00)],
    [(350, "window_install", 96_000_00), (24, "net", 9_600_00)],
    [(355, "maintenance", 6_400_00), (720, "window_install", 212_000_00)],
    [(1400, "window_install", 88_000_00)],
    [(2200, "window_install", 305_000_00), (1100, "maintenance", 7_200_00)],
    [(900, "window_install", 74_000_00), (540, "maintenance", 5_100_00), (170, "maintenance", 5_600_00)],
    [(610, "window_install", 132_000_00)],
    [(362, "door_adjust", 3_900_00), (1500, "window_install", 187_000_00)],
    [(410, "window_install", 540_000_00), (45, "maintenance", 18_000_00)],
    [(2900, "window_install", 61_000_00)],
]
"""Days ago, category and kopecks of what each of these clients has bought before the product was there."""
TASKS = [
    (-20, "call", "Спросить, как живут новые окна"),
    (0, "call", "Напомнить о регулировке перед зимой"),
    (1, "message", "Отправить памятку по уходу"),
    (2, "call", "Согласовать время монтажа"),
    (26, "letter", "Коммерческое предложение на остекление лоджии"),
]
"""Hours from now, channel and words."""
LOST = [
    ("competitor_price", "Нашли дешевле на 15 тысяч"),
    ("does_it_himself", "Поставит сам"),
    ("relocation", "Продаёт квартиру"),
]
THE_PLAN = {
    "audience": {"trigger": "track", "days_before": 40},
    "stops": ["purchase_made", "opted_out"],
    "steps": [
        {
            "code": "call",
            "task": {
                "channel": "call",
                "note": "Пригласить на регулировку окон",
                "responsible": {"by": "role", "role": "operator"},
            },
        }
    ],
}


class Relations:
    """The clients of before, and what the office does for them."""

    def __init__(self, company: Company, people: Iterator[Somebody]) -> None:
        self._company = company
        self._people = people
        self._clients: list[str] = []

    async def take_over(self, now: datetime) -> None:
        """The cards of the clients of before, with what they bought then."""
        self._clients = await together(self._take_over(past, now) for past in PASTS)

    async def _take_over(self, past: Sequence[tuple[int, str, int]], now: datetime) -> str:
        olga, person = self._company.olga, next(self._people)
        client = await olga.post("/clients", card_of(person))
        site = await olga.post(f"/clients/{client['id']}/sites", person.home)
        for days, category, amount_kop in past:
            on = (now.astimezone(ZONE).date() - timedelta(days=days)).isoformat()
            body = {"on": on, "category": category, "amount_kop": amount_kop, "site_id": site["id"]}
            await olga.post(f"/crm/clients/{client['id']}/past-purchases", body)
        return str(client["id"])

    async def work(self, visits: Sequence[Visit], now: datetime) -> None:
        """What happens today: tasks, proposals, refusals, a complaint, and a plan that is tried."""
        await self._open_tasks(now)
        await self._lose()
        await self._propose(now)
        await self._complain(visits)
        await self._try_plan()

    async def _open_tasks(self, now: datetime) -> None:
        """For Olga and for Irina in turn."""
        hands = (self._company.olga, self._company.irina)
        for number, (client_id, (hours, channel, note)) in enumerate(zip(self._clients, TASKS, strict=False)):
            due_at = (now + timedelta(hours=hours, minutes=30)).isoformat()
            body = {"client_id": client_id, "note": note, "channel": channel, "due_at": due_at}
            await self._company.olga.post("/crm/tasks", body | {"responsible_id": hands[number % 2].id})

    async def _lose(self) -> None:
        for client_id, (reason, words) in zip(self._clients[5:], LOST, strict=False):
            body = {"client_id": client_id, "outcome": "refused", "notes": words}
            await self._company.olga.post(
                "/crm/interactions", body | {"loss_reason": reason, "reason": words, "kind": "call"}
            )

    async def _propose(self, now: datetime) -> None:
        valid_until = (now.astimezone(ZONE).date() + timedelta(days=10)).isoformat()
        for client_id, what in zip(
            self._clients[1:], ("Остекление лоджии", "Замена уплотнителей"), strict=False
        ):
            body = {"client_id": client_id, "what": what, "amount_kop": 64_000_00, "valid_until": valid_until}
            await self._company.olga.post("/crm/proposals", body)

    async def _complain(self, visits: Sequence[Visit]) -> None:
        """Somebody whose windows were installed yesterday, and a client of before."""
        done = [one for one in visits if "signed" in one.noted]
        for client_id, words in (
            (done[0].client_id, "Дует из-под подоконника"),
            (self._clients[8], "Ждал мастера три часа"),
        ):
            body = {"kind": "complaint", "severity": 2, "comment": words}
            await self._company.olga.post(f"/crm/clients/{client_id}/disappointments", body)

    async def _try_plan(self) -> None:
        sergei = self._company.office["supervisor"]
        # The first look brings the plans and texts that every company begins with.
        await sergei.get("/crm/plans")
        body: dict[str, Any] = {"code": "care", "name": "Регулировка раз в год", "content": THE_PLAN}
        plan = await sergei.post("/crm/plans", body)
        await sergei.post(f"/crm/plans/{plan['id']}/dry-runs", {"segment_kop": 450})
