"""pytest plugin: a test fails if the code waits for something slow while a transaction is open.

A transaction holds a connection of a small pool and locks that others wait for. So nothing slow may happen inside
it: no file store, gateway, hashing or rendering, and nothing else that runs in a thread or a process. A logo was
once read from the file store inside the transaction that drew up an act. This plugin finds such a mistake in any
test that reaches it.

It watches the statements to PostgreSQL. The task that sends BEGIN owns the transaction of its connection, and the
plugin asks the connection whether the transaction is still open. Inside a request, the request with all its tasks
is the owner.
"""

import asyncio
import sys
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
import obstore
import pytest
from argon2 import PasswordHasher
from litestar import Litestar

from app.identity.users import policies as passwords

PRODUCT = str(Path(__file__).parents[1] / "app")
REQUEST: ContextVar[object | None] = ContextVar("request", default=None)

begun: WeakKeyDictionary[asyncpg.Connection, object] = WeakKeyDictionary()
"""Connections, with the owner of the last transaction that was begun on each."""
offences: list[str] = []


def owner_here() -> object | None:
    """The owner of transactions that begin here. None in a thread: its task was checked when it started the thread."""
    try:
        return REQUEST.get() or asyncio.current_task()
    except RuntimeError:
        return None


def has_open_transaction() -> bool:
    here = owner_here()
    return here is not None and any(
        owner is here and not connection.is_closed() and connection.is_in_transaction()
        for connection, owner in list(begun.items())
    )


def note(what: str) -> None:
    """Record an offence. Code of the test itself is left out: some tests hold a lock on purpose."""
    if not (asyncio_is_running() and has_open_transaction()):
        return
    places = [frame for frame in traceback.extract_stack() if frame.filename.startswith(PRODUCT)]
    if places:
        shown = " < ".join(
            f"{Path(one.filename).relative_to(PRODUCT)}:{one.lineno}" for one in places[:-4:-1]
        )
        offences.append(f"{what} with a transaction open, at {shown}")


def asyncio_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def noting(what: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, watched. What an async one returns is awaited by the caller as before."""

    def watched(*args: Any, **kwargs: Any) -> Any:
        note(what)
        return call(*args, **kwargs)

    return watched


def _execute(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    async def execute(self: asyncpg.Connection, query: str, *args: Any, **options: Any) -> str:
        if query.lstrip()[:5].upper() == "BEGIN" and (owner := owner_here()) is not None:
            begun[self] = owner
        return await original(self, query, *args, **options)

    return execute


def _handle(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    async def handle(self: Litestar, scope: Any, receive: Any, send: Any) -> None:
        before = REQUEST.set(object() if scope["type"] != "lifespan" else None)
        try:
            await original(self, scope, receive, send)
        finally:
            REQUEST.reset(before)

    return handle


def _run_in_executor(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def run_in_executor(self: Any, executor: Any, call: Any, *args: Any) -> Any:
        if getattr(call, "__module__", None) != "socket":  # the loop's own look at names and addresses
            note("a thread or a process")
        return original(self, executor, call, *args)

    return run_in_executor


def gateways() -> list[type]:
    """Every class of the product that hands messages over: what is in `notifications.channels` and can `send`."""
    folder = "app.notifications.channels."
    return [
        one
        for name, module in list(sys.modules.items())
        if name.startswith(folder)
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == name and "send" in vars(one) and not is_protocol(one)
    ]


def is_protocol(one: type) -> bool:
    return bool(getattr(one, "_is_protocol", False))


@pytest.fixture(scope="session", autouse=True)
def watched_calls() -> Iterator[None]:
    loops = asyncio.base_events.BaseEventLoop
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg.Connection, "execute", _execute(asyncpg.Connection.execute))
        patch.setattr(Litestar, "__call__", _handle(Litestar.__call__))
        patch.setattr(loops, "run_in_executor", _run_in_executor(loops.run_in_executor))
        for name in ("put_async", "get_async", "delete_async", "head_async"):
            patch.setattr(obstore, name, noting("the file store", getattr(obstore, name)))
        for name in ("hash", "verify"):
            patch.setattr(PasswordHasher, name, noting("argon2", getattr(PasswordHasher, name)))
        patch.setattr(passwords, "zxcvbn", noting("zxcvbn", passwords.zxcvbn))
        for gateway in gateways():
            patch.setattr(gateway, "send", noting("a gateway", gateway.send))  # type: ignore[attr-defined]
        yield


@pytest.fixture(autouse=True)
def nothing_slow_with_a_transaction_open(watched_calls: None) -> Iterator[None]:
    offences.clear()
    yield
    found, offences[:] = offences[:], []
    assert not found, "\n".join(dict.fromkeys(found))
