"""Assembles the HTTP application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Self

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ASGIApp, ControllerRouterHandler
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from app.clients.routers import pages as client_pages
from app.clients.routers import routers as client_routers
from app.core.clock import Clock
from app.core.garbage import leave_out_what_stays
from app.core.logs import configure_logs
from app.core.settings import Settings, settings_from
from app.core.shared_reads import SharedReads
from app.core.turns import Turns
from app.crm.routers import pages as crm_pages
from app.crm.routers import routers as crm_routers
from app.db.files import open_files
from app.db.session import create_engine, sessions
from app.db.time import follow_time_forever, learn_time_of
from app.dispatch.routers import pages as dispatch_pages
from app.dispatch.routers import routers as dispatch_routers
from app.documents.routers import pages as document_pages
from app.documents.routers import routers as documents_routers
from app.field.routers import routers as field_routers
from app.http import changes, health, live
from app.http.allow import AllowedMethods
from app.http.bodies import StrictRequest
from app.http.client_address import ClientAddress
from app.http.dependencies import (
    provide_caller,
    provide_clock,
    provide_files,
    provide_reader,
    provide_session,
    provide_settings,
    provide_shared_reads,
    provide_transactions,
    provide_work,
)
from app.http.head import HeadAsGet
from app.http.idempotency import provide_once
from app.http.known_queries import RefuseUnknownQueries
from app.http.openapi import ApiDescription
from app.http.pacing import PacedRefusals
from app.http.problems import HANDLERS
from app.http.request_id import RequestId
from app.http.safe_headers import SafeHeaders
from app.http.versions import add_etag
from app.identity.authentication import Authentication
from app.identity.routers import routers as identity_routers
from app.notifications.api import plan_login_code
from app.notifications.routers import routers as notification_routers
from app.orders.routers import routers as orders_routers
from app.tracking.api import Doors, FastDoors, PingStore, TrackerBook, find_rough_place
from app.tracking.routers import routers as tracking_routers
from app.web.built import STATIC
from app.web.faces import Faces
from app.web.routers import pages as web_pages
from app.web.routers import routers as web_routers
from app.web.tiles import map_settings_of
from app.workforce.routers import routers as workforce_routers

API = "/api/v1"

BODY_MAX_BYTES = 1_000_000
"""Routes for photos set a larger limit of their own."""

DEPENDENCIES = {
    "session": Provide(provide_session),
    "work": Provide(provide_work),
    "reader": Provide(provide_reader, sync_to_thread=False),
    "transactions": Provide(provide_transactions, sync_to_thread=False),
    "caller": Provide(provide_caller, sync_to_thread=False),
    "clock": Provide(provide_clock, sync_to_thread=False),
    "files": Provide(provide_files, sync_to_thread=False),
    "settings": Provide(provide_settings, sync_to_thread=False),
    "shared_reads": Provide(provide_shared_reads, sync_to_thread=False),
    "once": Provide(provide_once),
}
"""What a route may ask for by name."""

PAGES: list[ControllerRouterHandler] = [
    *document_pages,
    *dispatch_pages,
    *client_pages,
    *crm_pages,
    *web_pages,
]


def api_router() -> Router:
    return Router(
        API,
        route_handlers=[
            live.router,
            changes.router,
            *identity_routers,
            *client_routers,
            *workforce_routers,
            *orders_routers,
            *dispatch_routers,
            *documents_routers,
            *tracking_routers,
            *field_routers,
            *crm_routers,
            *notification_routers,
            *web_routers,
        ],
    )


def create_app(
    settings: Settings | None = None,
    *,
    engine: AsyncEngine | None = None,
    clock: Clock | None = None,
    faces: Path = STATIC,
) -> Litestar:
    """Create the application. uvicorn calls this without arguments: settings come from the environment.

    Raises:
        SettingsInvalid: they cannot be used.
    """
    settings = settings or settings_from()
    map_settings = map_settings_of(settings)
    clock = clock or Clock()
    configure_logs(level=settings.log_level, fmt=settings.log_format)
    connections = Connections.of(settings, engine)
    turns = turns_of_companies(settings.database_pool)
    maker = sessions(connections.known, turns, secret_key=settings.secret_key)
    strangers = sessions(connections.strangers, secret_key=settings.secret_key)
    doors = Doors(PingStore(maker), TrackerBook(maker, strangers, settings.secret_key))
    state = {
        "settings": settings,
        "sessions": maker,
        "strangers": strangers,
        "clock": clock,
        "redis": connections.redis,
        "files": open_files(settings.files_url),
        "doors": doors,
        "send_login_code": plan_login_code,
        "find_rough_place": find_rough_place,
        "faces": Faces.in_folder(faces, settings),
        "map_settings": map_settings,
        "shared_reads": SharedReads(),
    }
    authentication = Authentication(settings, clock, maker, strangers)
    app = Litestar(
        [api_router(), health.router, *PAGES],
        state=State(state, deep_copy=False),
        dependencies=DEPENDENCIES,
        exception_handlers=HANDLERS,
        after_request=add_etag,
        request_class=StrictRequest,
        middleware=[authentication],
        plugins=[
            live.live_channels(connections.redis),
            ApiDescription(),
            RefuseUnknownQueries(),
        ],
        request_max_body_size=BODY_MAX_BYTES,
        lifespan=[connections.keep],
        logging_config=None,
    )
    usual = _wrapped(app.asgi_handler, settings)
    app.asgi_handler = FastDoors(usual, doors, authentication.caller_of, clock)
    return app


class Connections(NamedTuple):
    """To the database, for people who are signed in and for strangers, and to Redis."""

    known: AsyncEngine
    strangers: AsyncEngine
    redis: Redis
    are_ours: bool
    """Whether both engines were made here, and end with the application."""

    @classmethod
    def of(cls, settings: Settings, engine: AsyncEngine | None) -> Self:
        return cls(
            engine or create_engine(settings.app_database_url, pool_size=settings.database_pool),
            engine or create_engine(settings.app_database_url, pool_size=settings.strangers_pool),
            Redis.from_url(settings.redis_url, health_check_interval=15),
            are_ours=engine is None,
        )

    @asynccontextmanager
    async def keep(self, _: Litestar) -> AsyncIterator[None]:
        """As long as the application runs, which also follows the time of the database."""
        await learn_time_of(self.known)
        following = asyncio.create_task(follow_time_forever(self.known))
        leave_out_what_stays()
        yield
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await self.redis.aclose()
        if self.are_ours:
            await self.known.dispose()
            await self.strangers.dispose()


def turns_of_companies(connections: int) -> Turns:
    """A company alone leaves two connections to whoever comes next. While others ask, it has a third of all."""
    return Turns(connections, share=max(1, connections // 3), alone=max(1, connections - 2))


def _wrapped(app: ASGIApp, settings: Settings) -> ASGIApp:
    """What every request passes before Litestar knows its route, the outermost last."""
    if settings.refusals_per_s:
        app = PacedRefusals(app, settings.refusals_per_s)
    app = SafeHeaders(HeadAsGet(AllowedMethods(app)))
    return ClientAddress(RequestId(app), settings.trusted_proxies)
