"""Passwords as argon2id hashes. Hashing takes tens of milliseconds of a core, so it runs in a thread."""

import asyncio
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN = 12
LENGTH_MAX = 200

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's figures for argon2id. Raise them freely: old hashes are replaced at the next sign-in."""


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(HASHER.hash, _same_on_every_keyboard(password))


async def is_right(password: str, password_hash: str | None) -> bool:
    """Whether this is the password. Takes as long when there is none to compare with."""
    return await asyncio.to_thread(_verify, password, password_hash)


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
