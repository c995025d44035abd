"""A week of a big company as the board's API answers it: made up, the same each time, on days from a given one."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

PEOPLE = 60
VISITS = 2_000
DAYS = 7
ZONE = ZoneInfo("Europe/Moscow")
STATUSES = ["planned", "offered", "accepted", "accepted", "accepted", "en_route", "in_progress", "completed"]
KINDS = ["measurement", "installation", "service", "claim"]
SURNAMES = ["Иванова", "Смирнов", "Кузнецова", "Попов", "Васильева", "Петров", "Соколова", "Михайлов"]
STREETS = ["Ленина", "Садовая", "Мира", "Гагарина", "Лесная", "Школьная", "Набережная"]


def made_up_board(
    first: date, *, people: int = PEOPLE, visits: int = VISITS, days: int = DAYS
) -> dict[str, Any]:
    """What `GET /board` answers."""
    made = _Maker(first, people, days)
    starts_at, ends_at = made.moment(0, 0), made.moment(days, 0)
    now = datetime.now(UTC)
    return {
        "day": first.isoformat(),
        "days": days,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "timezone": str(ZONE),
        "now": now.isoformat(),
        "as_of": str(UUID(int=1)),
        "workers": [made.worker(number) for number in range(people)],
        "crews": [],
        "shifts": [made.shift(number, day) for number in range(people) for day in range(days)],
        "absences": [],
        "territories": [],
        "visits": [made.visit(number, visits) for number in range(visits)],
        "tray": {
            "jobs": [made.job(number) for number in range(40)],
            "jobs_total": 40,
            "visits": [],
            "visits_total": 0,
        },
        "counts": {},
    }


class _Maker:
    def __init__(self, first: date, people: int, days: int) -> None:
        self._first = first
        self._people = people
        self._days = days
        self._random = random.Random(11)

    def moment(self, day: int, minute: int) -> str:
        midnight = datetime.combine(self._first + timedelta(days=day), datetime.min.time(), ZONE)
        return (midnight + timedelta(minutes=minute)).astimezone(UTC).isoformat()

    def worker(self, number: int) -> dict[str, Any]:
        load = [
            {
                "day": (self._first + timedelta(days=day)).isoformat(),
                "shift_min": 600,
                "booked_min": 300,
                "free_min": 300,
            }
            for day in range(self._days)
        ]
        return {
            "id": _id(1, number),
            "name": f"{SURNAMES[number % len(SURNAMES)]} {number + 1}",
            "roles": ["installer"],
            "skills": [],
            "territory_ids": [],
            "is_active": True,
            "load": load,
        }

    def shift(self, number: int, day: int) -> dict[str, Any]:
        return {
            "id": _id(2, number * 10 + day),
            "worker_id": _id(1, number),
            "starts_at": self.moment(day, 8 * 60),
            "ends_at": self.moment(day, 21 * 60),
        }

    def visit(self, number: int, of: int) -> dict[str, Any]:
        """The next one of its worker: they follow each other, and now and then overlap."""
        order, worker = divmod(number, self._people)
        per_day = -(-of // (self._people * self._days))
        day, turn = divmod(order, per_day)
        begins = 8 * 60 + turn * (13 * 60 // per_day) + self._random.choice([0, 15, 30])
        lasts = self._random.choice([60, 90, 120, 165])
        status = self._random.choice(STATUSES)
        starts_at, ends_at = self.moment(day, begins), self.moment(day, begins + lasts)
        return {
            "id": _id(3, number),
            "number": 1,
            "status": status,
            "phase": "ahead",
            "status_reason": None,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "window_starts_at": starts_at,
            "window_ends_at": ends_at,
            "worker_id": _id(1, worker),
            "crew_id": None,
            "is_pinned": number % 23 == 0,
            "accept_by": self.moment(day, begins - 30) if status == "offered" else None,
            "accepted_at": None,
            "departed_at": starts_at if status in ("en_route", "in_progress", "completed") else None,
            "expected_at": None,
            "arrived_at": starts_at if status in ("in_progress", "completed") else None,
            "started_at": starts_at if status in ("in_progress", "completed") else None,
            "finished_at": ends_at if status == "completed" else None,
            "client_answer": self._random.choice([None, None, "yes"]),
            "client_answered_at": None,
            "is_new_client": False,
            "version": 1,
            "job_status": "planned",
            "job_number": number + 1,
            "people": [_id(1, worker)],
            "offered_at": None,
            "runs_in_hours": False,
            "in_spite_of": [],
            "breaks": ["outside_territory"] if number % 31 == 0 else [],
            "ladder": [],
            "escalated_to": None,
            "escalated_at": None,
            "job_id": _id(4, number),
            **self._work(number),
        }

    def job(self, number: int) -> dict[str, Any]:
        return {
            "id": _id(9, number),
            "number": number + 5_000,
            "instructions": "",
            "version": 1,
            "duration_min": 90,
            "visits_made": 0,
            "ready_on": None,
            **self._work(number),
        }

    def _work(self, number: int) -> dict[str, Any]:
        street = STREETS[number % len(STREETS)]
        return {
            "kind": KINDS[number % len(KINDS)],
            "priority": "urgent" if number % 17 == 0 else "normal",
            "required_skills": [],
            "order_id": _id(5, number),
            "job_type_id": _id(6, 1),
            "job_type_name": "Замер окон",
            "client_id": _id(7, number),
            "client_name": f"{SURNAMES[number % len(SURNAMES)]} Анна",
            "site_id": _id(8, number),
            "address": f"Тула, ул. {street}, {number % 90 + 1}",
            "lat": 54.19 + self._random.random() / 10,
            "lon": 37.55 + self._random.random() / 10,
            "territory_ids": [],
        }


def _id(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 64) + number + 1))
