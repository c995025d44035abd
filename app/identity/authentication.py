"""Who is calling: reads the bearer token of every request."""

from functools import partial
from typing import Any
from urllib.parse import parse_qs

import msgspec
import structlog
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Send
from litestar.types import Scope as AsgiScope

from app.core.clock import Clock
from app.core.i18n import wanted_lang
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Sessions
from app.http.live import OPENED_BY_TICKET
from app.identity.attempts.service import Attempts, use_once
from app.identity.liveness import Liveness
from app.identity.tokens import AccessToken, TokenInvalid, read_access_token, read_live_ticket

LIVE_TICKET = "live.ticket"


class Authentication(ASGIMiddleware):
    """Puts the caller's `Scope` (or None) into the connection as `user`, his token as `auth`; guards
    decide what that means. Dismissal, other roles and sign-out take effect within a second.

    A request that names a language of ours in `Accept-Language` is answered in it. Others in the caller's own.

    The route of the live channel is also opened by a ticket in its address: by each ticket once."""

    def __init__(self, settings: Settings, clock: Clock, sessions: Sessions, strangers: Sessions) -> None:
        """`strangers` has the connections for people who have not said yet who they are."""
        self._secret_key = settings.secret_key
        self._clock = clock
        self._liveness = Liveness(sessions)
        self._attempts = Attempts(strangers, settings.secret_key, unlimited_networks=())

    async def handle(self, scope: AsgiScope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        held: Any = scope
        token = await self._token(scope)
        held["auth"] = token
        held["user"] = _in_language_of(scope, await self._caller(token))
        held.setdefault("state", {})["is_still_allowed"] = partial(self._is_still_allowed, token)
        await next_app(scope, receive, send)

    async def caller_of(self, authorization: str) -> Scope | None:
        """Who shows this header, for what does not pass here. None: nobody, or no longer."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer":
            return None
        try:
            return await self._caller(
                read_access_token(self._secret_key, token.strip(), now=self._clock.now())
            )
        except TokenInvalid:
            return None

    async def _token(self, scope: AsgiScope) -> AccessToken | None:
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        kind, _, token = header.partition(" ")
        try:
            if kind.lower() == "bearer":
                return read_access_token(self._secret_key, token.strip(), now=self._clock.now())
            if not header and scope["route_handler"].opt.get(OPENED_BY_TICKET):
                return await self._token_of_ticket(_ticket_of(scope))
        except TokenInvalid:
            return None
        return None

    async def _token_of_ticket(self, text: str) -> AccessToken | None:
        """Raises TokenInvalid: no ticket of ours, or it is over."""
        now = self._clock.now()
        ticket = read_live_ticket(self._secret_key, text, now=now)
        is_first = await use_once(self._attempts, LIVE_TICKET, ticket.id, until=ticket.expires_at, now=now)
        return ticket.token if is_first else None

    async def _caller(self, token: AccessToken | None) -> Scope | None:
        if token is None:
            return None
        caller = await self._liveness.caller_now(token, now=self._clock.now())
        if caller is not None:
            structlog.contextvars.bind_contextvars(
                company_id=str(caller.company_id), user_id=str(caller.user_id)
            )
        return caller

    async def _is_still_allowed(self, token: AccessToken | None) -> bool:
        """For answers that go on for hours: has the person been dismissed meanwhile, or left the office?"""
        caller = await self._caller(token)
        return caller is not None and caller.is_office


def _in_language_of(request: AsgiScope, caller: Scope | None) -> Scope | None:
    lang = wanted_lang(dict(request["headers"]).get(b"accept-language", b"").decode("latin-1"))
    return msgspec.structs.replace(caller, lang=lang) if caller and lang else caller


def _ticket_of(scope: AsgiScope) -> str:
    return parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
