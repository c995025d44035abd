"""The companies that benchmarks work on. The database's owner writes them directly into the tables.

Only this file of the benchmarks knows the product's inside: its tables, its tokens, its default ladder and
its notes to the background process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.wake import WAKE_CHANNEL, note
from app.identity.tokens import issue_access_token
from app.orders.job_types.policies import DEFAULT_LADDER
from benchmarks.servers import SECRET_KEY

MORNING = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=7)
ON_SHIFT_FOR = timedelta(days=60)
ACCEPT_WITHIN = timedelta(hours=2)
"""For every offer, also those that the ladder makes. So long that no later step is due during a run."""
ROWS_AT_ONCE = 5_000
FOLDER = Path(__file__).parent

Row = dict[str, Any]


@dataclass
class Company:
    """A company with its people and places. Every worker is on shift and has the skill that every visit needs."""

    id: UUID
    dispatcher_id: UUID
    job_type_id: UUID
    workers: Sequence[UUID]
    sites: Sequence[tuple[UUID, UUID]]
    """(client, site)."""
    jobs: int = 0
    """Number of jobs written so far."""
    offers: int = 0
    """Number of offers written so far."""

    def dispatcher_token(self) -> str:
        return self.token_of(self.dispatcher_id, Role.DISPATCHER)

    def worker_token(self, worker_id: UUID) -> str:
        return self.token_of(worker_id, Role.MEASURER)

    def token_of(self, user_id: UUID, role: Role) -> str:
        scope = Scope(company_id=self.id, user_id=user_id, roles=frozenset({role}))
        return issue_access_token(SECRET_KEY, scope, session_version=1, now=datetime.now(UTC))


async def make_companies(
    database: asyncpg.Connection, count: int, *, workers: int, sites: int | None = None
) -> list[Company]:
    """Make companies with `workers` workers each, as many clients with a site (or `sites`), and one job type."""
    companies = [
        Company(
            id=uuid7(),
            dispatcher_id=uuid7(),
            job_type_id=uuid7(),
            workers=[uuid7() for _ in range(workers)],
            sites=[(uuid7(), uuid7()) for _ in range(sites or workers)],
        )
        for _ in range(count)
    ]
    await insert_rows(database, "company", [{"id": one.id, "name": "Окна Плюс"} for one in companies])
    await insert_rows(database, "user_account", [row for one in companies for row in _accounts(one)])
    await insert_rows(database, "worker", [row for one in companies for row in _workers(one)])
    await insert_rows(database, "shift", [row for one in companies for row in _shifts(one)])
    await insert_rows(database, "client", [row for one in companies for row in _clients(one)])
    await insert_rows(database, "site", [row for one in companies for row in _sites(one)])
    await insert_rows(database, "job_type", [_measurement(one) for one in companies])
    return companies


def _accounts(company: Company) -> list[Row]:
    office = {"id": company.dispatcher_id, "name": "Ольга Белова", "roles": [Role.DISPATCHER]}
    field_ = [
        {"id": worker_id, "name": f"Замерщик {n}", "roles": [Role.MEASURER], "phone": f"+7916{n:07d}"}
        for n, worker_id in enumerate(company.workers)
    ]
    people = [
        office | {"email": "olga@okna.example", "phone": None},
        *({"email": None} | one for one in field_),
    ]
    return [{"company_id": company.id} | one for one in people]


def _workers(company: Company) -> list[Row]:
    whose = {"company_id": company.id, "skills": ["measure"]}
    return [whose | {"id": one, "home": _place(n)} for n, one in enumerate(company.workers)]


def _shifts(company: Company) -> list[Row]:
    period = _period(MORNING - timedelta(days=1), MORNING + ON_SHIFT_FOR)
    whose = {"company_id": company.id, "period": period}
    return [whose | {"id": uuid7(), "worker_id": one} for one in company.workers]


def _clients(company: Company) -> list[Row]:
    return [
        {"company_id": company.id, "id": client_id, "name": f"Клиент {n}"}
        for n, (client_id, _) in enumerate(company.sites)
    ]


def _sites(company: Company) -> list[Row]:
    return [
        {
            "company_id": company.id,
            "id": site_id,
            "client_id": client_id,
            "address": f"Москва, ул. Сущёвский Вал, д. {n + 1}",
            "point": _place(n),
        }
        for n, (client_id, site_id) in enumerate(company.sites)
    ]


def _measurement(company: Company) -> Row:
    return {
        "company_id": company.id,
        "id": company.job_type_id,
        "code": "measurement",
        "kind": "measurement",
        "name": "Замер",
        "duration_min": 60,
        "required_skills": ["measure"],
        "accept_within_s": int(ACCEPT_WITHIN.total_seconds()),
        "ladder": DEFAULT_LADDER,
        "proofs": [],
    }


async def make_jobs(database: asyncpg.Connection, owners: Sequence[Company]) -> list[UUID]:
    """Make one unplanned job with an order for each entry in `owners`. A company may be listed several times."""
    orders: list[Row] = []
    jobs: list[Row] = []
    for company in owners:
        client_id, site_id = company.sites[company.jobs % len(company.sites)]
        company.jobs += 1
        whose = {
            "company_id": company.id,
            "number": company.jobs,
            "client_id": client_id,
            "site_id": site_id,
        }
        order = whose | {"id": uuid7()}
        work = {"kind": "measurement", "job_type_id": company.job_type_id, "required_skills": ["measure"]}
        orders.append(order)
        jobs.append(whose | work | {"id": uuid7(), "order_id": order["id"]})
    await insert_rows(database, "client_order", orders)
    await insert_rows(database, "job", jobs)
    return [job["id"] for job in jobs]


@dataclass
class OpenOffer:
    """A visit with an open offer that nobody answers."""

    company: Company
    visit_id: UUID
    offer_id: UUID
    expires_at: datetime


async def make_offers(
    database: asyncpg.Connection, owners: Sequence[Company], deadlines: Sequence[datetime]
) -> list[OpenOffer]:
    """Make a visit for each company and deadline. It was offered `ACCEPT_WITHIN` before its deadline.

    The steps of the ladder before the deadline are done. At the time of each visit three of four workers
    are free, so that the ladder finds the next worker.
    """
    job_ids = await make_jobs(database, owners)
    offers = [
        OpenOffer(company, uuid7(), uuid7(), deadline)
        for company, deadline in zip(owners, deadlines, strict=True)
    ]
    rows = [_offered(offer, job_id) for offer, job_id in zip(offers, job_ids, strict=True)]
    async with database.transaction():
        await insert_rows(database, "visit", [visit for visit, _, _ in rows])
        await insert_rows(database, "offer", [offer for _, offer, _ in rows])
        await insert_rows(database, "visit_booking", [booking for _, _, booking in rows])
        notes = [note("escalation", one.company.id, one.expires_at) for one in offers]
        await database.execute("SELECT pg_notify($1, said) FROM unnest($2::text[]) said", WAKE_CHANNEL, notes)
    return offers


def _offered(offer: OpenOffer, job_id: UUID) -> tuple[Row, Row, Row]:
    company = offer.company
    busy_at_once = max(len(company.workers) // 4, 1)
    starts_at, ends_at = slot_of(company.offers, busy_at_once)
    worker_id = company.workers[company.offers % busy_at_once]
    company.offers += 1
    offered_at = offer.expires_at - ACCEPT_WITHIN
    ladder = [
        {"due_at": offered_at + ACCEPT_WITHIN * float(step["at"]), "action": step["action"]}
        for step in DEFAULT_LADDER
    ]
    done = sum(step["due_at"] < offer.expires_at for step in ladder)
    whose = {"company_id": company.id, "worker_id": worker_id}
    visit = whose | {
        "id": offer.visit_id,
        "job_id": job_id,
        "number": 1,
        "status": "offered",
        "starts_at": starts_at,
        "ends_at": ends_at,
        "window_starts_at": starts_at,
        "window_ends_at": ends_at,
        "accept_by": offer.expires_at,
        "ladder": ladder,
        "ladder_next": done,
        "escalate_at": offer.expires_at,
    }
    made = {"visit_id": offer.visit_id, "offered_at": offered_at, "expires_at": offer.expires_at}
    booking = {"visit_id": offer.visit_id, "job_id": job_id, "period": _period(starts_at, ends_at)}
    return visit, whose | made | {"id": offer.offer_id}, whose | booking


BOARD_DAY = MORNING.date()


async def make_board(database: asyncpg.Connection, *, workers: int, visits: int) -> Company:
    """A company whose people have this many visits on BOARD_DAY: accepted, offered and planned ones. With crews,
    absences, territories, jobs without a time, and some visits of other days."""
    [company] = await make_companies(database, 1, workers=workers, sites=visits)
    await insert_rows(database, "crew", [_crew(company, n) for n in range(workers // 6)])
    await database.execute(MAKE_MEMBERS, company.id)
    await insert_rows(database, "territory", [_territory(company, n) for n in range(6)])
    await insert_rows(database, "absence", [_lunch(company, one) for one in company.workers])
    await make_jobs(database, [company] * 20)
    for n, status in enumerate(["accepted"] * 6 + ["offered"] * 3 + ["planned"]):
        number = len(range(n, visits, 10))
        jobs = await make_jobs(database, [company] * number)
        await database.execute(
            MAKE_BOARD_VISITS, company.id, jobs, company.workers, MORNING, n, status, company.job_type_id
        )
    return company


def _crew(company: Company, n: int) -> Row:
    return {"company_id": company.id, "id": uuid7(), "name": f"Бригада {n}", "foreman_id": company.workers[n]}


MAKE_MEMBERS = """
    INSERT INTO crew_member (company_id, id, crew_id, worker_id, period)
    SELECT company_id, gen_random_uuid(), id, foreman_id, tstzrange(now() - interval '1 year', NULL)
      FROM crew WHERE company_id = $1
"""


def _territory(company: Company, n: int) -> Row:
    west, south = 37.2 + n * 0.1, 55.4
    corners = [(west, south), (west + 0.2, south), (west + 0.2, 56.2), (west, 56.2), (west, south)]
    ring = ", ".join(f"{lon} {lat}" for lon, lat in corners)
    area = f"SRID=4326;POLYGON(({ring}))"
    return {"company_id": company.id, "id": uuid7(), "name": f"Район {n}", "area": area}


def _lunch(company: Company, worker_id: UUID) -> Row:
    period = _period(MORNING + timedelta(hours=6), MORNING + timedelta(hours=7))
    return {
        "company_id": company.id,
        "id": uuid7(),
        "worker_id": worker_id,
        "kind": "break",
        "period": period,
    }


MAKE_BOARD_VISITS = (FOLDER / "board_visits.sql").read_text(encoding="utf-8")


async def make_past(database: asyncpg.Connection, company: Company, visits: int) -> None:
    """Visits that this company's people completed in the past, each with job, offer, time and event.

    Without the checks of foreign keys, which take most of the time: the rows name each other.
    """
    await database.execute("SET session_replication_role = replica")
    for first in range(0, visits, PAST_AT_ONCE):
        number = min(PAST_AT_ONCE, visits - first)
        (client_id, site_id), at = company.sites[first // PAST_AT_ONCE % len(company.sites)], company.jobs
        await database.execute(
            MAKE_PAST,
            company.id,
            company.workers,
            first,
            number,
            at,
            client_id,
            site_id,
            company.job_type_id,
            MORNING - timedelta(days=8),
        )
        company.jobs += number
    await database.execute("RESET session_replication_role")


PAST_AT_ONCE = 10_000
MAKE_PAST = (FOLDER / "past_visits.sql").read_text(encoding="utf-8")


async def make_dispatchers(database: asyncpg.Connection, company: Company, number: int) -> list[str]:
    """So many more people of the office. Returns their tokens."""
    ids = [uuid7() for _ in range(number)]
    rows = [
        {
            "company_id": company.id,
            "id": one,
            "name": f"Диспетчер {n}",
            "roles": [Role.DISPATCHER],
            "email": f"dispatcher{n}@okna.example",
        }
        for n, one in enumerate(ids)
    ]
    await insert_rows(database, "user_account", rows)
    return [company.token_of(one, Role.DISPATCHER) for one in ids]


async def make_messages_awaiting_reports(database: asyncpg.Connection, owners: Sequence[Company]) -> None:
    """Make SMS that the gateway accepted some time ago. Their wait for reports ends tomorrow."""
    now = datetime.now(UTC)
    rows = [
        {
            "company_id": company.id,
            "id": uuid7(),
            "kind": "offer_made",
            "audience": "worker",
            "recipient_id": company.workers[n % len(company.workers)],
            "phone": "+79160000000",
            "lang": "ru",
            "sender": "Brigada",
            "body": "Замер завтра в 10:00, Москва, ул. Сущёвский Вал, д. 1",
            "segments": 1,
            "subject_kind": "offer",
            "subject_id": uuid7(),
            "status": "sent",
            "send_at": now + timedelta(days=1, seconds=n % 3600),
            "provider": "file",
            "sent_at": now,
        }
        for n, company in enumerate(owners)
    ]
    await insert_rows(database, "message", rows)


def slot_of(n: int, at_once: int) -> tuple[datetime, datetime]:
    """The hour of the n-th visit. Each hour has `at_once` visits."""
    start = MORNING + timedelta(hours=n // at_once)
    return start, start + timedelta(hours=1)


def _place(n: int) -> str:
    return f"SRID=4326;POINT({37.3 + n / 500} {55.5 + n / 500})"


def _period(start: datetime, end: datetime) -> str:
    return f"[{start.isoformat()},{end.isoformat()})"


async def insert_rows(database: asyncpg.Connection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows with the same columns. PostgreSQL reads the values from JSON."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[first : first + ROWS_AT_ONCE]
        columns = ", ".join(some[0])
        await database.execute(
            f"INSERT INTO {table} ({columns})"
            f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)",
            msgspec.json.encode(some).decode(),
        )
