"""Passwords as argon2id hashes. Hashing takes tens of milliseconds of a core, so it has a thread of its own.

One thread, behind all others: whoever signs in a thousand times a second takes what is left of one core, and nobody
else waits for him. Callers take turns by their address.
"""

import asyncio
import os
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.turns import Turns

LENGTH_MIN = 12
LENGTH_MAX = 200

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's figures for argon2id. Raise them freely: old hashes are replaced at the next sign-in."""


T = TypeVar("T")


BEHIND = 5
"""A third of what other threads get of a core that all of them want."""


def _stand_back() -> None:
    """Linux gives each thread a priority of its own; other systems leave it as it is."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)


THREAD = ThreadPoolExecutor(1, thread_name_prefix="passwords", initializer=_stand_back)
ROOM = Turns(2, share=1, alone=2, waiting_max=100)
"""One is hashed and the next is at hand."""


async def by_turns(who: str, call: Callable[..., T], *args: Any) -> T:
    """Run what takes long in the thread of this module.

    Raises:
        TooBusy: too many wait.
    """
    async with ROOM.turn(who):
        return await asyncio.get_running_loop().run_in_executor(THREAD, call, *args)


def refuse_if_full(who: str) -> None:
    """Before anything is looked up or counted for a sign-in that could not be finished.

    Raises:
        TooBusy: too many wait.
    """
    ROOM.refuse_if_full(who)


async def hash_password(password: str, *, who: str = "") -> str:
    """`who` is the address of a stranger."""
    return await by_turns(who, HASHER.hash, _same_on_every_keyboard(password))


async def is_right(password: str, password_hash: str | None, *, who: str = "") -> bool:
    """Whether this is the password. Takes as long when there is none to compare with."""
    return await by_turns(who, _verify, password, password_hash)


def is_outdated(password_hash: str) -> bool:
    return HASHER.check_needs_rehash(password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        given = _same_on_every_keyboard(password)
        return HASHER.verify(password_hash or _nobodys_hash(), given) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _same_on_every_keyboard(password: str) -> str:
    """`й` is one character or two, as the phone likes."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")
