"""What a background job receives, and how long to wait after a failed try."""

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
"""`job(context, company_id, *ids)`. A job takes ids, reloads the rows and checks that the work is still wanted.
It must be safe to run twice. An exception is logged, and the job's row is due again later."""


def pause_before(attempt: int) -> timedelta:
    """1 s, 2 s, 4 s … at most 30 min. `attempt` is the number of tries already made: 1 after the first."""
    return min(timedelta(seconds=2 ** min(attempt - 1, 20)), timedelta(minutes=30))
