"""Nobody finds acts or passports by trying codes: an address that has missed too often is not answered.

Only misses count: misread or made-up codes, for acts and passports together. Whoever has a right code is
not limited. An address over the limit is refused before anything is looked up, even with a right code:
otherwise the answer would tell the guesser that he has found one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from litestar import Request
from litestar.di import Provide

from app.core.errors import NotFound
from app.core.settings import Settings
from app.identity.api import (
    Attempt,
    Attempts,
    Limit,
    by_address,
    count,
    provide_attempts,
    provide_ip,
    refuse_if_spent,
)


class Guesses(NamedTuple):
    """What this address may still try."""

    attempts: Attempts
    miss: Attempt


def provide_guesses(request: Request[Any, Any, Any]) -> Guesses:
    settings: Settings = request.app.state.settings
    limit = Limit(settings.code_misses_per_hour, timedelta(hours=1))
    return Guesses(provide_attempts(request), by_address("public_code", provide_ip(request), limit))


@asynccontextmanager
async def looking_up(guesses: Guesses, *, now: datetime) -> AsyncIterator[None]:
    """Around opening something by its code. No transaction may be open: a miss is counted in its own.

    Raises:
        TooManyAttempts: this address has missed too often.
    """
    await refuse_if_spent(guesses.attempts, guesses.miss, now=now)
    try:
        yield
    except NotFound:
        await count(guesses.attempts, guesses.miss, now=now)
        raise


GUESSES = {"guesses": Provide(provide_guesses, sync_to_thread=False)}
