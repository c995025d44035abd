"""What identity's routes can ask for beside the usual: `attempts`, `send_login_code`, and sessions for strangers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request

from app.core.settings import Settings
from app.db.session import Session, transaction
from app.identity.attempts.service import Attempts
from app.identity.ports import SendLoginCode

EQUAL_TIME_S = 0.1


async def provide_strangers_session(request: Request[Any, Any, Any]) -> AsyncIterator[Session]:
    """`session` for routes that first count tries, hash a password or find out who is calling.

    It takes no connection before its first statement. The route enters the company and writes the
    audit itself, when it knows which and for whom. A bearer token sent along is ignored.
    """
    async with transaction(request.app.state.sessions, None) as session:
        yield session


async def provide_unhurried_session(request: Request[Any, Any, Any]) -> AsyncIterator[Session]:
    """As `provide_strangers_session`, but the answer takes EQUAL_TIME_S, COMMIT included: its time must not
    reveal whether there was anything to do."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + EQUAL_TIME_S
    async with transaction(request.app.state.sessions, None) as session:
        yield session
    await asyncio.sleep(ends_at - loop.time())


def provide_attempts(request: Request[Any, Any, Any]) -> Attempts:
    settings: Settings = request.app.state.settings
    return Attempts(request.app.state.sessions, settings.secret_key, settings.unlimited_networks.split())


def provide_send_login_code(request: Request[Any, Any, Any]) -> SendLoginCode:
    send: SendLoginCode = request.app.state.send_login_code
    return send


def provide_ip(request: Request[Any, Any, Any]) -> str:
    """Where the request comes from; behind a proxy uvicorn reads it from X-Forwarded-For."""
    return request.client.host if request.client else ""
