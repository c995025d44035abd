"""What identity's routes can ask for beside the usual: `attempts`, `send_login_code`, and sessions for strangers."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request

from app.core.settings import Settings
from app.db.session import Session, transaction
from app.identity.attempts.service import Attempts
from app.identity.ports import SendLoginCode


async def provide_strangers_session(request: Request[Any, Any, Any]) -> AsyncIterator[Session]:
    """`session` for routes that first count tries, hash a password or find out who is calling.

    It takes no connection before its first statement, and one of the few that strangers have together. The
    route enters the company and writes the audit itself, when it knows which and for whom. A bearer token sent
    along is ignored.
    """
    async with transaction(request.app.state.strangers, None) as session:
        yield session


def provide_attempts(request: Request[Any, Any, Any]) -> Attempts:
    settings: Settings = request.app.state.settings
    return Attempts(request.app.state.strangers, settings.secret_key, settings.unlimited_networks.split())


def provide_send_login_code(request: Request[Any, Any, Any]) -> SendLoginCode:
    send: SendLoginCode = request.app.state.send_login_code
    return send


def provide_ip(request: Request[Any, Any, Any]) -> str:
    """Where the request comes from; behind a proxy uvicorn reads it from X-Forwarded-For."""
    return request.client.host if request.client else ""
