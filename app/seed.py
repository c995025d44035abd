"""A demo company for `make run`, created through the API."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.session import create_engine, sessions, transaction
from app.identity.api import get_company

COMPANY = "Окна Плюс (демо)"
SHIFT_DAYS = 365

OFFICE = [
    ("owner", "Ирина Орлова", "irina@okna.example"),
    ("supervisor", "Сергей Ильин", "sergei@okna.example"),
    ("dispatcher", "Ольга Белова", "olga@okna.example"),
    ("accountant", "Галина Рыбина", "galina@okna.example"),
]
SKILLS = {"measure": "Замер", "install": "Монтаж", "service": "Сервис"}
WORKERS = [
    ("Павел Громов", "+79160000001", ["measurer"], ["measure"], (55.7601, 37.6189)),
    ("Николай Седов", "+79160000002", ["measurer"], ["measure"], (55.7936, 37.7013)),
    ("Ринат Галиев", "+79160000003", ["foreman", "installer"], ["install"], (55.7262, 37.6241)),
    ("Тимур Алиев", "+79160000004", ["installer"], ["install"], (55.7109, 37.6542)),
    ("Степан Юдин", "+79160000005", ["service_master"], ["service"], (55.7752, 37.5838)),
]
"""Name, phone, roles, skills, home base (latitude, longitude) in Moscow."""


async def seed_demo_company(
    settings: Settings, known: dict[str, Any] | None, clock: Clock
) -> dict[str, Any] | None:
    """Create the company and return its logins. None if the company of the logins `known` still exists.

    `known` are the logins of an earlier run. Their passwords may be out of date; only the company id counts.

    Logins: `{"company", "company_id", "office": [{"role", "email", "password"}],
    "workers": [{"role", "name", "phone"}]}`.
    """
    if known and "company_id" in known and await _exists(settings, UUID(known["company_id"])):
        return None
    from app.main import API, create_app  # noqa: PLC0415  # imports the whole product, not needed if the company exists

    app = create_app(settings, clock=clock)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar types the ASGI scope its own way
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url=f"http://seed{API}") as api:
        password = secrets.token_urlsafe(12)
        return _logins(await _create_company(api, password, clock.now()), password)


async def _exists(settings: Settings, company_id: UUID) -> bool:
    engine = create_engine(settings.app_database_url, pool_size=1)
    try:
        async with transaction(sessions(engine), company_id) as session:
            return await get_company(session, company_id) is not None
    finally:
        await engine.dispose()


async def _create_company(api: httpx.AsyncClient, password: str, now: datetime) -> str:
    """Create the company and its people. Returns its id."""
    _, owner_name, owner_email = OFFICE[0]
    owner = {"name": owner_name, "email": owner_email, "password": password}
    company = await _post(api, "/companies", {"name": COMPANY, "owner": owner})
    api.headers["Authorization"] = f"Bearer {company['tokens']['access_token']}"
    for role, name, email in OFFICE[1:]:
        await _post(api, "/users", {"name": name, "roles": [role], "email": email, "password": password})
    for code, skill in SKILLS.items():
        (await api.put(f"/skills/{code}", json={"name": skill})).raise_for_status()
    ids = [await _create_worker(api, now, *worker) for worker in WORKERS]
    crew = await _post(
        api, "/crews", {"name": "Бригада Рината", "foreman_id": ids[2], "vehicle": "Газель А123ВС"}
    )
    await _post(api, f"/crews/{crew['id']}/members", {"worker_id": ids[3]})
    return str(company["company"]["id"])


async def _create_worker(
    api: httpx.AsyncClient,
    now: datetime,
    name: str,
    phone: str,
    roles: list[str],
    skills: list[str],
    home: tuple[float, float],
) -> str:
    base = {"lat": home[0], "lon": home[1]}
    body = {"name": name, "phone": phone, "roles": roles, "skills": skills, "home": base}
    worker = await _post(api, "/workers", body)
    await _post(api, f"/workers/{worker['id']}/shifts", {"periods": _shifts(now)})
    return str(worker["id"])


def _shifts(now: datetime) -> list[dict[str, str]]:
    """Every day from 08:00 to 20:00 Moscow time."""
    morning = now.replace(hour=5, minute=0, second=0, microsecond=0)
    days = [morning + timedelta(days=day) for day in range(SHIFT_DAYS)]
    return [
        {"starts_at": day.isoformat(), "ends_at": (day + timedelta(hours=12)).isoformat()} for day in days
    ]


async def _post(api: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post(path, json=body)
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return made


def _logins(company_id: str, password: str) -> dict[str, Any]:
    return {
        "company": COMPANY,
        "company_id": company_id,
        "office": [{"role": role, "email": email, "password": password} for role, _, email in OFFICE],
        "workers": [{"role": roles[0], "name": name, "phone": phone} for name, phone, roles, *_ in WORKERS],
    }
