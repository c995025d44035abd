"""The API contract and its page, which works without the internet."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import swagger_ui
from litestar import Request, get
from litestar.config.app import AppConfig
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, License, OpenAPI, SecurityScheme
from litestar.params import FromPath
from litestar.plugins import InitPlugin, ReceiveRoutePlugin
from litestar.response import File
from litestar.routes import BaseRoute, HTTPRoute

from app.http.guards import public
from app.http.openapi.completion import complete
from app.http.safe_headers import PAGE_POLICY

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
        app_config.route_handlers += [show_asset]
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


class _Page(SwaggerRenderPlugin):
    """Swagger UI's page. It may load our own files and run the one script that stands in it."""

    _rendered: tuple[bytes, str] | None = None
    """Page and policy. The contract does not change while the process runs."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._rendered is None:
            page = super().render(request, openapi_schema)
            self._rendered = page, _policy_for(page)
        page, request.state[PAGE_POLICY] = self._rendered
        return page


def _policy_for(page: bytes) -> str:
    scripts = re.findall(rb"<script type='text/javascript'>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(rb"<style[^>]*>(.*?)</style>", page, re.DOTALL)
    return (
        f"default-src 'none'; script-src 'self' {_hashes(scripts)}; style-src 'self' {_hashes(styles)};"
        " img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )


def _hashes(texts: list[bytes]) -> str:
    digests = [base64.b64encode(hashlib.sha256(text).digest()).decode() for text in texts]
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _page() -> SwaggerRenderPlugin:
    return _Page(
        path="/",
        js_url=f"{ASSETS}/swagger-ui-bundle.js",
        css_url=f"{ASSETS}/swagger-ui.css",
        standalone_preset_js_url=f"{ASSETS}/swagger-ui-standalone-preset.js",
        favicon=f'<link rel="icon" href="{ASSETS}/favicon-32x32.png">',
    )


FILES = {
    path.name: path for path in (Path(swagger_ui.__file__).parent / "static").iterdir() if path.is_file()
}
"""Swagger UI's files, from the package that ships them."""


@get(ASSETS + "/{name:str}", guards=[public], include_in_schema=False)
async def show_asset(name: FromPath[str]) -> File:
    """One of these files. The name is looked up and never becomes part of a path."""
    if name not in FILES:
        raise NotFoundException
    return File(
        FILES[name],
        media_type=guess_type(name)[0],
        content_disposition_type="inline",
        headers={"Cache-Control": "public, max-age=86400"},
    )
