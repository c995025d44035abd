"""What a job gets, and how long a failed one waits."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.session import Sessions

JOB_TIMEOUT_S = 60


class JobContext(msgspec.Struct, frozen=True, kw_only=True):
    """What background jobs work with."""

    sessions: Sessions
    settings: Settings
    clock: Clock
    files: ObjectStore


Job = Callable[..., Awaitable[Any]]
"""`job(context, company_id, *ids)`: takes ids, reloads, checks that the work is still wanted, is
safe to run twice. Raising is logged; the row it is about is due again later."""


def pause_before(attempt: int) -> timedelta:
    """1 s, 2 s, 4 s … at most 30 min. `attempt` counts the tries already made, from 1."""
    return min(timedelta(seconds=2 ** min(attempt - 1, 20)), timedelta(minutes=30))
