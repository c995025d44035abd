"""The way into the live channel for browsers, whose EventSource sends no headers."""

from typing import Any

from litestar import Request, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.session import Session
from app.http.guards import office
from app.http.live import LIVE_PATH
from app.http.schemas import Out
from app.identity.tokens import LIVE_TICKET_LIFE, issue_live_ticket


class LiveTicket(Out):
    ticket: str
    """Open `GET /live?ticket=…` with it."""
    expires_in_s: int
    """To connect within; the connection itself lasts longer."""


@post(
    f"{LIVE_PATH}/ticket",
    operation_id="askLiveTicket",
    guards=[office],
    status_code=200,
    cache_control=CacheControlHeader(no_store=True),
    tags=["live"],
)
async def ask_live_ticket(
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],  # not used here: the audit is written when it ends
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> LiveTicket:
    """A ticket for one connection to the live channel. Every new connection needs a new one; tell it
    where to go on by `after`, the id of the last event you have."""
    ticket = issue_live_ticket(settings.secret_key, request.auth, now=clock.now())
    return LiveTicket(ticket=ticket, expires_in_s=int(LIVE_TICKET_LIFE.total_seconds()))
