"""The card of a client of a large base through HTTP, beside the statements it asks, bare over asyncpg.

Each tenth client has a history: an order with its job, visits and payments, messages, and talks.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec

from app.clients.consents.queries import PERMISSIONS
from app.crm.cards.cursors import TOP
from app.crm.cards.queries import CARD, WHOLE_HISTORY
from app.crm.cards.reading import FIRST
from app.db.session import set_company
from app.db.work import GENERIC_PLANS
from benchmarks.driver import call_api
from benchmarks.figures import Figure
from benchmarks.servers import Product, Servers, cpu_s
from benchmarks.world import Company

GOAL = 2.0
CARDS = 200
ROUNDS = 3
ENTRIES_MIN = 15
"""So many entries each card that is read must have at least: an empty one would be cheap."""

HISTORY_OF = """
    CREATE TEMPORARY TABLE remembered AS
    SELECT id AS client_id, ('x' || right(id::text, 7))::bit(28)::int AS n, right(id::text, 12) AS tail,
           ('00000000-0000-7000-b000-' || right(id::text, 12))::uuid AS order_id,
           ('00000000-0000-7000-c000-' || right(id::text, 12))::uuid AS job_id,
           ('00000000-0000-7000-d000-' || right(id::text, 12))::uuid AS site_id
      FROM client
     WHERE company_id = $1 AND id::text LIKE '00000000-0000-7000-8000-%'
       AND ('x' || right(id::text, 7))::bit(28)::int % 10 = 1
"""
CONTACTS = """
    INSERT INTO client_contact (company_id, id, client_id, kind, value, is_primary)
    SELECT $1, gen_random_uuid(), client_id, 'phone', '+79' || lpad(n::text, 9, '0'), true FROM remembered
"""
SITES = """
    INSERT INTO site (company_id, id, client_id, address, point, zone_due_at)
    SELECT $1, site_id, client_id, 'Address', 'POINT(37.6 55.7)', NULL FROM remembered
"""
ORDERS = """
    INSERT INTO client_order (company_id, id, number, client_id, site_id)
    SELECT $1, order_id, n, client_id, site_id FROM remembered
"""
JOBS = """
    INSERT INTO job (company_id, id, number, kind, job_type_id, order_id, client_id, site_id, required_skills)
    SELECT $1, job_id, n + 1000, 'measurement', $2, order_id, client_id, site_id, '{}' FROM remembered
"""
VISITS = """
    INSERT INTO visit (company_id, id, job_id, number, status, starts_at, ends_at, window_starts_at, window_ends_at)
    SELECT $1, gen_random_uuid(), job_id, visit, 'completed', at, at + interval '1 hour', at, at + interval '1 hour'
      FROM remembered, generate_series(1, 3) AS visit, LATERAL (SELECT now() - make_interval(days => n % 900 + visit)
           AS at) AS moment
"""
PAYMENTS = """
    INSERT INTO payment (company_id, id, order_id, kind, amount_kop, method, taken_by, taken_at)
    SELECT $1, gen_random_uuid(), order_id, 'final', 500000, 'transfer', $2, now() - make_interval(days => n % 900)
      FROM remembered, generate_series(1, 2)
"""
MESSAGES = """
    INSERT INTO message (company_id, id, kind, audience, recipient_id, phone, lang, sender, body, segments,
                         subject_kind, subject_id, status)
    SELECT $1, gen_random_uuid(), 'visit_booked', 'client', client_id, '+79000000000', 'ru', '', 'Text', 1, 'visit',
           gen_random_uuid(), 'delivered' FROM remembered, generate_series(1, 5)
"""
TALKS = """
    INSERT INTO interaction (company_id, id, client_id, kind, direction, at, outcome, user_id)
    SELECT $1, gen_random_uuid(), client_id, 'call', 'out', now() - make_interval(days => n % 900 + talk), 'done', $2
      FROM remembered, generate_series(1, 5) AS talk
"""


async def measure_card(running: Servers, product: Product, company: Company) -> Figure:
    """Give the base a history, and read the cards of some of its clients while only the API runs."""
    async with running.owner_of(product.database) as owner:
        clients = await _make_history(owner, company)
    api = product.api()
    api.start()
    connection = await asyncpg.connect(
        product.app_url,
        server_settings={"jit": "off", "timezone": "UTC"},
        max_cacheable_statement_size=0,  # as the product's engine
    )
    ours, bare = [], []
    try:
        async with httpx.AsyncClient(base_url=api.address, timeout=30) as http:
            for _ in range(ROUNDS):
                ours.append(await _cpu_ms(_through_http(http, company), clients, api.pid, running))
                bare.append(await _cpu_ms(_bare(connection, company), clients, None, running))
    finally:
        await connection.close()
        api.stop()
    return _figure(sorted(ours)[ROUNDS // 2], sorted(bare)[ROUNDS // 2])


async def _make_history(owner: asyncpg.Connection, company: Company) -> list[UUID]:
    for quiet in ("ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()"):
        await owner.execute(quiet)  # its CPU would count as that of the statements
    await owner.execute("SET session_replication_role = replica")  # no triggers
    await owner.execute(HISTORY_OF, company.id, timeout=600)
    for statement, *values in (
        (CONTACTS, company.id),
        (SITES, company.id),
        (ORDERS, company.id),
        (JOBS, company.id, company.job_type_id),
        (VISITS, company.id),
        (PAYMENTS, company.id, company.dispatcher_id),
        (MESSAGES, company.id),
        (TALKS, company.id, company.dispatcher_id),
    ):
        await owner.execute(statement, *values, timeout=1800)
    await owner.execute("SET session_replication_role = origin")
    await owner.execute("VACUUM ANALYZE", timeout=1800)
    found = await owner.fetch("SELECT client_id FROM remembered ORDER BY tail LIMIT $1", CARDS)
    return [row["client_id"] for row in found]


Read = Callable[[UUID], Awaitable[int]]
"""Reads a card. Returns how many entries its history has."""


async def _cpu_ms(
    read: Read, clients: Sequence[UUID], api_pid: int | None, running: Servers
) -> tuple[float, float]:
    """CPU of Python (the API's, or our own) and of PostgreSQL, per card. The first round warms up."""
    for client in clients:
        await read(client)
    before = _python_s(api_pid), cpu_s(running.postgres_pid)
    for client in clients:
        if await read(client) < ENTRIES_MIN:
            raise RuntimeError("the history of a card is not whole")
    after = _python_s(api_pid), cpu_s(running.postgres_pid)
    python, postgres = (
        (late - early) / len(clients) * 1000 for early, late in zip(before, after, strict=True)
    )
    return python, postgres


def _python_s(api_pid: int | None) -> float:
    return time.process_time() if api_pid is None else cpu_s(api_pid)


def _through_http(http: httpx.AsyncClient, company: Company) -> Read:
    token = company.dispatcher_token()

    async def read(client: UUID) -> int:
        card = await call_api(http, "GET", f"/api/v1/crm/clients/{client}/card", token)
        return len(card["history"])

    return read


def _bare(connection: asyncpg.Connection, company: Company) -> Read:
    """The same statements in one transaction, with the same settings."""
    begin = "; ".join(["BEGIN", set_company(company.id), GENERIC_PLANS])

    async def read(client: UUID) -> int:
        await connection.execute(begin)
        values: dict[str, Any] = {"company": company.id, "client": client, "root": client, "cards": [client]}
        card = await connection.fetchrow(CARD.compiled.sql, *CARD.compiled.arguments(values))
        assert card is not None
        phones = [contact[1] for contact in msgspec.json.decode(card["contacts"])]
        await connection.fetch(PERMISSIONS, company.id, [client] * len(phones), phones, datetime.now(UTC))
        values |= {"before_at": TOP.at, "before_id": TOP.id, "at_most": FIRST + 1}
        found = await connection.fetch(WHOLE_HISTORY.compiled.sql, *WHOLE_HISTORY.compiled.arguments(values))
        await connection.execute("COMMIT")
        return len(found)

    return read


def _figure(ours: tuple[float, float], bare: tuple[float, float]) -> Figure:
    ratio = sum(ours) / sum(bare)
    return Figure(
        metric="the card of a client through HTTP: CPU with PostgreSQL",
        value=sum(ours),
        reference=sum(bare),
        reference_is="its bare statements over asyncpg",
        ratio=ratio,
        goal=f"ratio ≤ {GOAL:g}",
        holds=ratio <= GOAL,
        unit="ms",
        parts={
            "through HTTP": {"api CPU_ms": ours[0], "postgres CPU_ms": ours[1]},
            "bare statements": {"python CPU_ms": bare[0], "postgres CPU_ms": bare[1]},
        },
    )
