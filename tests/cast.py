"""The people of the tests. A small named cast reads better than random rows.

Irina owns the company, Sergei supervises, Olga dispatches, Galina keeps the books,
Marina answers the phone, Pavel and Nikolai
measure, Rinat is foreman of a crew with Timur. Anna is the client.
"""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import Range

from app.core.clock import Clock
from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.core.settings import Settings
from app.db.session import Sessions, transaction
from app.identity.companies.models import Company
from app.identity.tokens import issue_access_token
from app.identity.users.models import UserAccount
from app.orders.job_types.models import JobType
from app.orders.job_types.policies import DEFAULT_LADDER
from app.workforce.crews.models import Crew, CrewMember
from app.workforce.people.models import Worker
from app.workforce.skills.models import Skill

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Monday, 12:00 in Moscow."""

API = "/api/v1"


@dataclass
class Person:
    """A signed-in person: `await olga.post("/clients", {...})`."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    scope: Scope
    _client: httpx.AsyncClient
    _settings: Settings
    _clock: Clock

    def now(self) -> datetime:
        """By the clock of the test."""
        return self._clock.now()

    def token(self) -> str:
        return issue_access_token(
            self._settings.secret_key, self.scope, session_version=1, now=self._clock.now()
        )

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Header names are given with underscores: `idempotency_key="k1"`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["authorization"] = f"Bearer {self.token()}"
        is_raw = isinstance(body, bytes | AsyncIterator)
        options = {"content": body} if is_raw else {"json": body} if body is not None else {}
        return await self._client.request(method, API + path, headers=sent, **options)  # type: ignore[arg-type]

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.call("POST", path, body, **headers)

    async def put(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.call("PUT", path, body, **headers)

    async def patch(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.call("PATCH", path, body, **headers)

    async def delete(self, path: str, **headers: str) -> httpx.Response:
        return await self.call("DELETE", path, **headers)


@dataclass
class Cast:
    company_id: UUID
    irina: Person
    sergei: Person
    olga: Person
    galina: Person
    marina: Person
    pavel: Person
    nikolai: Person
    rinat: Person
    timur: Person
    measurement_type_id: UUID
    installation_type_id: UUID
    crew_id: UUID
    maker: Sessions
    extra: dict[str, Any] = field(default_factory=dict)


OFFICE = {
    "irina": ("Ирина Орлова", Role.OWNER),
    "sergei": ("Сергей Ильин", Role.SUPERVISOR),
    "olga": ("Ольга Белова", Role.DISPATCHER),
    "galina": ("Галина Рыбина", Role.ACCOUNTANT),
    "marina": ("Марина Котова", Role.OPERATOR),
}
WORKERS: dict[str, tuple[str, list[Role], list[str], tuple[float, float]]] = {
    "pavel": ("Павел Громов", [Role.MEASURER], ["measure"], (37.62, 55.76)),
    "nikolai": ("Николай Седов", [Role.MEASURER], ["measure"], (37.75, 55.82)),
    "rinat": ("Ринат Галиев", [Role.FOREMAN, Role.INSTALLER], ["install"], (37.60, 55.70)),
    "timur": ("Тимур Алиев", [Role.INSTALLER], ["install"], (37.61, 55.71)),
}


SERIALS = itertools.count(1)
"""Numbers for phones, so that no two companies of a test process share one: a phone signs in one person."""


MARCH = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
SHIFTS = [Range(at, at + timedelta(hours=13)) for at in (MARCH + timedelta(days=n) for n in range(-1, 30))]
"""By day, around the moment at which the clock of most tests stands."""


ADD_SHIFTS = text("""
INSERT INTO shift (company_id, id, worker_id, period)
SELECT :company_id, id, worker_id, tstzrange(begins, ends)
  FROM unnest(:ids, :workers, :begins, :ends) AS one (id, worker_id, begins, ends)
    ON CONFLICT (company_id, id) DO NOTHING
""").bindparams(
    bindparam("company_id", type_=Uuid),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("workers", type_=ARRAY(Uuid)),
    bindparam("begins", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
)
"""One statement for all shifts of a company: half of what the suite sent to PostgreSQL was one shift at a time."""


async def make_cast(
    client: httpx.AsyncClient,
    maker: Sessions,
    settings: Settings,
    clock: Clock,
    shifts: Sequence[Range[datetime]] = SHIFTS,
) -> Cast:
    company_id, serial = uuid7(), next(SERIALS)
    people: dict[str, Person] = {}
    async with transaction(maker, company_id) as session:
        session.add(Company(id=company_id, name="Окна Плюс", legal_name="ООО «Окна Плюс»", inn="7701234567"))
        session.add_all(
            Skill(company_id=company_id, code=code, name=name)
            for code, name in [("measure", "Замер"), ("install", "Монтаж")]
        )
        for number, (key, (name, *rest)) in enumerate([*OFFICE.items(), *WORKERS.items()]):
            roles = [rest[0]] if key in OFFICE else list(rest[0])
            account = UserAccount(
                company_id=company_id,
                id=uuid7(),
                name=name,
                roles=[str(role) for role in roles],
                email=f"{key}-{company_id.hex[-12:]}@okna.example" if key in OFFICE else None,
                phone=None if key in OFFICE else f"+7916{serial:05d}{number:02d}",
            )
            session.add(account)
            scope = Scope(company_id=company_id, user_id=account.id, roles=frozenset(roles))
            people[key] = Person(
                account.id, name, account.phone, account.email, scope, client, settings, clock
            )
        await session.flush()  # workers refer to accounts
        for key, (_, _, skills, (lon, lat)) in WORKERS.items():
            worker_id = people[key].id
            home = f"SRID=4326;POINT({lon} {lat})"
            session.add(Worker(company_id=company_id, id=worker_id, skills=skills, home=home))
        await session.flush()
        await session.execute(
            ADD_SHIFTS,
            {
                "company_id": company_id,
                "ids": [uuid7() for _ in shifts for _ in WORKERS],
                "workers": [people[key].id for _ in shifts for key in WORKERS],
                "begins": [period.lower for period in shifts for _ in WORKERS],
                "ends": [period.upper for period in shifts for _ in WORKERS],
            },
        )
        crew = Crew(company_id=company_id, id=uuid7(), name="Бригада Рината", foreman_id=people["rinat"].id)
        session.add(crew)
        measurement = _job_type(company_id, "measurement", "Замер", 60, ["measure"])
        installation = _job_type(company_id, "installation", "Монтаж", 240, ["install"])
        session.add_all([measurement, installation])
        await session.flush()
        for key in ("rinat", "timur"):
            member = CrewMember(
                company_id=company_id,
                crew_id=crew.id,
                worker_id=people[key].id,
                period=Range(datetime(2026, 1, 1, tzinfo=UTC), None),
            )
            session.add(member)
    return Cast(
        company_id=company_id,
        **people,
        measurement_type_id=measurement.id,
        installation_type_id=installation.id,
        crew_id=crew.id,
        maker=maker,
    )


def _job_type(company_id: UUID, kind: str, name: str, minutes: int, skills: list[str]) -> JobType:
    return JobType(
        company_id=company_id,
        id=uuid7(),
        code=kind,
        kind=kind,
        name=name,
        duration_min=minutes,
        required_skills=skills,
        ladder=DEFAULT_LADDER,
        proofs=[],
    )
