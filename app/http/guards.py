"""Who may call a route. Every route names one of these; a test fails for one that does not."""

from collections.abc import Iterable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

from app.core.errors import Forbidden
from app.core.scope import OFFICE_ROLES, WORKER_ROLES, Role, Scope

EXPECTED = "expected"
"""Marks a public route that outsiders call because we have asked them to: a gateway with its reports, a load balancer.
They are not held up like strangers."""

Connection = ASGIConnection[Any, Any, Any, Any]


class Allow:
    """Guard: the signed-in person holds one of these roles. 401 for nobody, 403 for another role."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self.roles = frozenset(roles)

    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        # async, because Litestar runs a plain function in a thread, for each request
        scope: Scope | None = connection.scope.get("user")
        if scope is None:
            raise NotAuthorizedException("sign in first")
        if self.roles.isdisjoint(scope.roles):
            raise Forbidden(roles=sorted(self.roles))


class Public:
    """Guard: everybody may call it, signed in or not."""

    roles: frozenset[Role] = frozenset()

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        return None


public = Public()
anybody = Allow(Role)
office = Allow(OFFICE_ROLES)
owner = Allow({Role.OWNER})
managers = Allow({Role.OWNER, Role.SUPERVISOR})
dispatchers = Allow({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER})
intake = Allow({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER, Role.OPERATOR})
cashiers = Allow({Role.OWNER, Role.SUPERVISOR, Role.ACCOUNTANT})
billers = Allow({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER, Role.ACCOUNTANT})
workers = Allow(WORKER_ROLES)
