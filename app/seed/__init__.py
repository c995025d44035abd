"""A demo company for `make run`, with a day full of work. All of it is created through the API."""

from typing import Any
from uuid import UUID

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.session import create_engine, sessions, transaction
from app.identity.api import get_company


async def seed_demo_company(
    settings: Settings, known: dict[str, Any] | None, clock: Clock, *, anew: bool = False
) -> dict[str, Any] | None:
    """Create the company and return its logins. None if the company of the logins `known` still exists.

    `anew`: create another one all the same, with a day that is of today.

    `known` are the logins of an earlier run. Their passwords may be out of date; only the company id counts.

    Logins: `{"company", "company_id", "made_at", "office": [{"role", "email", "password"}],
    "workers": [{"role", "name", "phone"}]}`.
    """
    if not anew and known and "company_id" in known and await _exists(settings, UUID(known["company_id"])):
        return None
    from app.seed.day import seed_day  # noqa: PLC0415  # imports the whole product, not needed if the company exists
    from app.seed.people import logins_of  # noqa: PLC0415  # likewise
    from app.seed.stage import open_stage  # noqa: PLC0415  # likewise

    async with open_stage(settings, clock) as stage:
        now = clock.now()
        return logins_of(await seed_day(stage, now), now)


async def _exists(settings: Settings, company_id: UUID) -> bool:
    engine = create_engine(settings.app_database_url, pool_size=1)
    try:
        async with transaction(sessions(engine), company_id) as session:
            return await get_company(session, company_id) is not None
    finally:
        await engine.dispose()
