from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from app.openapi_file import app_to_describe


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
