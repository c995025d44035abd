"""What a route can ask for by name: `session` (or `work`, `reader`, `transactions`), `caller`, `clock`, `files`,
`settings`, `shared_reads`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import asyncpg
from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.errors import DomainError
from app.core.scope import Scope
from app.core.settings import Settings
from app.core.shared_reads import SharedReads
from app.db.reader import Reader
from app.db.session import Session, Sessions, transaction
from app.db.work import Work, begin_work
from app.http.audit import audit_row, record_audit
from app.http.guards import EXPECTED
from app.http.idempotency import find_answer_given

READING = {"GET", "HEAD", "OPTIONS"}

Before = NamedDependency[SkipValidation[Any]]
"""Something to be provided first. Litestar makes a task for each of several dependencies that wait for nothing,
which costs more than most of them do. So those of most requests wait for each other: caller, clock, then
`session` or `work`, then `once`."""


async def provide_session(request: Request[Any, Any, Any], clock: Before) -> AsyncIterator[Session]:
    """One transaction per request, of the caller's company, committed before the answer leaves.

    It is a generator dependency, so a failed COMMIT becomes the client's 409 or 500. Public routes start
    without a company and see no rows; they enter a company once they know which.
    """
    async with _request_transaction(request, audited=request.method not in READING) as session:
        yield session


async def _provide_session_when_prepared(
    request: Request[Any, Any, Any], prepared: Before
) -> AsyncIterator[Session]:
    async with _request_transaction(request, audited=request.method not in READING) as session:
        yield session


def prepared_by(prepare: Callable[..., Awaitable[Any]]) -> dict[str, Provide]:
    """`dependencies` of a route that has to wait for a hash or a file before its transaction may begin.

    What `prepare` answers is the route's `prepared`; its `session` is opened afterwards.
    """
    return {"prepared": Provide(prepare), "session": Provide(_provide_session_when_prepared)}


@asynccontextmanager
async def _request_transaction(request: Request[Any, Any, Any], *, audited: bool) -> AsyncIterator[Session]:
    scope: Scope | None = request.scope.get("user")
    async with transaction(_connections_for(scope, request), scope.company_id if scope else None) as session:
        yield session
        if scope is not None and audited:
            await record_audit(session, scope, request)


def _connections_for(scope: Scope | None, request: Request[Any, Any, Any]) -> Sessions:
    """Strangers have few connections together, so that no number of them keeps people at work waiting."""
    is_stranger = scope is None and not request.route_handler.opt.get(EXPECTED)
    maker: Sessions = request.app.state.strangers if is_stranger else request.app.state.sessions
    return maker


async def provide_work(request: Request[Any, Any, Any], clock: Before) -> AsyncIterator[Work]:
    """One transaction per request, as `session`, for commands that read, decide and write (`app.db.work`).

    A refusal may be due to the first request with the same Idempotency-Key: that one's answer comes first.
    """
    scope: Scope = request.scope["user"]
    try:
        async with begin_work(request.app.state.sessions, scope.company_id) as work:
            yield work
            if request.method not in READING:
                work.write(audit_row(scope, request))
    except (DomainError, asyncpg.IntegrityConstraintViolationError):
        if (given := await find_answer_given(request)) is not None:
            raise given from None
        raise


def provide_reader(request: Request[Any, Any, Any]) -> Reader:
    """For a list that is read by one statement. Nothing is left open when the route returns. So this need not be a
    generator, for which Litestar has more to do."""
    scope: Scope = request.scope["user"]
    return Reader(request.app.state.sessions, scope.company_id)


class Transactions(Protocol):
    """Opens a transaction of the caller's company; `audited` writes who did it into the same one.

    For the few routes that must not hold a transaction while a phone sends or the file store answers.
    """

    def __call__(self, *, audited: bool = False) -> AbstractAsyncContextManager[Session]: ...


def provide_transactions(request: Request[Any, Any, Any]) -> Transactions:
    def begin(*, audited: bool = False) -> AbstractAsyncContextManager[Session]:
        return _request_transaction(request, audited=audited)

    return begin


def provide_caller(request: Request[Any, Any, Any]) -> Scope:
    scope: Scope = request.scope["user"]
    return scope


def provide_clock(request: Request[Any, Any, Any], caller: Before) -> Clock:
    clock: Clock = request.app.state.clock
    return clock


def provide_settings(request: Request[Any, Any, Any]) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def provide_files(request: Request[Any, Any, Any]) -> ObjectStore:
    files: ObjectStore = request.app.state.files
    return files


def provide_shared_reads(request: Request[Any, Any, Any]) -> SharedReads:
    shared_reads: SharedReads = request.app.state.shared_reads
    return shared_reads
