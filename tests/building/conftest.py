import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import asyncpg
import pytest
from alembic.config import Config
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from app.db.prepare import prepare_roles
from app.openapi_file import app_to_describe
from tests.conftest import SECRET_KEY, SERVER, database_url


class Route(NamedTuple):
    """One operation: how Litestar serves it and how the contract describes it."""

    name: str
    """Method and path, for messages."""
    method: str
    path: str
    handler: HTTPRouteHandler
    described: dict[str, Any]


@pytest.fixture(scope="session")
def described_app() -> Litestar:
    """The application as the contract is made from it; connected to nothing."""
    return app_to_describe()


@pytest.fixture(scope="session")
def document(described_app: Litestar) -> dict[str, Any]:
    return described_app.openapi_schema.to_schema()


@pytest.fixture(scope="session")
def routes(described_app: Litestar, document: dict[str, Any]) -> list[Route]:
    return list(_routes(described_app, document))


def _routes(app: Litestar, document: dict[str, Any]) -> Iterator[Route]:
    for route in app.routes:
        for method, (handler, _) in route.route_handler_map.items() if isinstance(route, HTTPRoute) else ():
            described = document["paths"].get(route.path_format, {}).get(method.lower(), {})
            if method != "OPTIONS":
                yield Route(f"{method} {route.path_format}", method, route.path_format, handler, described)


def config_for(url: str) -> Config:
    config = Config("alembic.ini")
    config.attributes["url"] = url
    return config


async def tell_server(statement: str) -> None:
    connection = await asyncpg.connect(SERVER)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def fresh_url() -> AsyncIterator[str]:
    """A database with roles and extensions, and no table yet."""
    name = f"brigada_fresh_{id(asyncio.current_task())}"
    await tell_server(f"CREATE DATABASE {name}")
    await prepare_roles(database_url(name), secret_key=SECRET_KEY)
    yield database_url(name)
    await tell_server(f"DROP DATABASE {name} WITH (FORCE)")
    await tell_server(f"DROP ROLE {name}_login")
