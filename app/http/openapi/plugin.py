"""The API contract and its page, which works without the internet."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import swagger_ui
from litestar import get
from litestar.config.app import AppConfig
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, License, OpenAPI, SecurityScheme
from litestar.plugins import InitPlugin, ReceiveRoutePlugin
from litestar.response import Redirect
from litestar.router import Router
from litestar.routes import BaseRoute, HTTPRoute
from litestar.static_files import create_static_files_router

from app.http.guards import public
from app.http.openapi.completion import complete

VERSION = "0.1.0"
ASSETS = "/docs-assets"
DESCRIPTION = Path(__file__).with_name("description.md")


class ApiDescription(InitPlugin, ReceiveRoutePlugin):
    """A plugin for Litestar: sees every route, serves `/docs` and `/docs/openapi.json`."""

    def __init__(self) -> None:
        self._handlers: dict[str, HTTPRouteHandler] = {}
        """By operation id."""

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.openapi_config = _Config(
            title="Brigada",
            version=VERSION,
            description=DESCRIPTION.read_text(encoding="utf-8"),
            license=License(name="Apache-2.0", identifier="Apache-2.0"),
            path="/docs",
            use_handler_docstrings=True,
            security=[{"bearer": []}],
            components=Components(
                security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
            ),
            render_plugins=[_page()],
            handlers=self._handlers,
        )
        app_config.route_handlers += [to_the_page, _assets()]
        return app_config

    def receive_route(self, route: BaseRoute) -> None:
        if isinstance(route, HTTPRoute):
            for handler, _ in route.route_handler_map.values():
                if isinstance(handler.operation_id, str):
                    self._handlers[handler.operation_id] = handler


@dataclass
class _Config(OpenAPIConfig):
    handlers: dict[str, HTTPRouteHandler] = field(default_factory=dict)

    def to_openapi_schema(self) -> OpenAPI:
        return _Document(**vars(super().to_openapi_schema()), handlers=self.handlers)


@dataclass
class _Document(OpenAPI):
    """Litestar fills in the paths after this object was made, so they are completed when it is written out."""

    handlers: dict[str, HTTPRouteHandler] = field(default_factory=dict)

    @property
    def _exclude_fields(self) -> set[str]:
        return {*super()._exclude_fields, "handlers"}

    def to_schema(self) -> dict[str, Any]:
        return complete(super().to_schema(), self.handlers)


def _page() -> SwaggerRenderPlugin:
    return SwaggerRenderPlugin(
        path="/",
        js_url=f"{ASSETS}/swagger-ui-bundle.js",
        css_url=f"{ASSETS}/swagger-ui.css",
        standalone_preset_js_url=f"{ASSETS}/swagger-ui-standalone-preset.js",
        favicon=f'<link rel="icon" href="{ASSETS}/favicon-32x32.png">',
    )


@get("/", guards=[public], include_in_schema=False)
async def to_the_page() -> Redirect:
    """Somebody who opens the bare address in a browser gets to the page of the API."""
    return Redirect("/docs")


def _assets() -> Router:
    """Swagger UI's files, from the package that ships them."""
    folder = Path(swagger_ui.__file__).parent / "static"
    return create_static_files_router(ASSETS, directories=[folder], guards=[public], include_in_schema=False)
