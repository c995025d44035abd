import asyncpg
import pytest
from litestar import Litestar
from obstore.store import ObjectStore

from tests.cast import Cast
from tests.documents.given import price_list


@pytest.fixture
def files(app: Litestar) -> ObjectStore:
    store: ObjectStore = app.state.files
    return store


@pytest.fixture
async def forger(superuser: asyncpg.Connection) -> asyncpg.Connection:
    """Somebody who can switch the database's own rules off."""
    await superuser.execute("SET session_replication_role = replica")
    return superuser


@pytest.fixture
async def cast(cast: Cast) -> Cast:
    """The company has its price list."""
    await price_list(cast)
    return cast
