from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy.dialects.postgresql import Range

from app.core.clock import Clock
from app.db.session import Sessions, create_engine, sessions
from tests.cast import Cast, make_cast
from tests.running import RunningProduct


@pytest.fixture(scope="module")
def product(running: RunningProduct) -> RunningProduct:
    """The API and the background process, running, with a Redis of their own."""
    running.revive()
    return running


@pytest.fixture(scope="module")
async def its_sessions(product: RunningProduct) -> AsyncIterator[Sessions]:
    engine = create_engine(product.settings.app_database_url, pool_size=5)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture(scope="module")
async def client(product: RunningProduct) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=product.address, timeout=30) as client:
        yield client


def shifts_of_now() -> list[Range[datetime]]:
    """Day and night, because the clock of the running product is the real one."""
    now = datetime.now(UTC)
    return [Range(now - timedelta(days=1), now + timedelta(days=30))]


@pytest.fixture
async def live_cast(client: httpx.AsyncClient, its_sessions: Sessions, product: RunningProduct) -> Cast:
    """A company on the running product. Its clock is the real one."""
    return await make_cast(client, its_sessions, product.settings, Clock(), shifts_of_now())


@pytest.fixture
async def other_live_cast(client: httpx.AsyncClient, its_sessions: Sessions, product: RunningProduct) -> Cast:
    return await make_cast(client, its_sessions, product.settings, Clock(), shifts_of_now())
