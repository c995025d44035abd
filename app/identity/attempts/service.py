"""Counting tries. A refused request, parallel requests or a wiped Redis lose none of them."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import NamedTuple

from app.core.addresses import same_caller
from app.core.errors import DomainError
from app.db.session import Session, Sessions, transaction
from app.identity.attempts import policies, queries
from app.identity.attempts.policies import Limit
from app.identity.keyed_hash import keyed_hash


class TooManyAttempts(DomainError):
    """`kind` says which limit it was; people are told only how long to wait."""

    status = 429
    code = "too_many_attempts"

    def __init__(self, kind: str, *, retry_after_s: int) -> None:
        self.kind = kind
        super().__init__(retry_after_s=retry_after_s)


class Attempt(NamedTuple):
    """One try of one kind by (or against) one phone, e-mail, code or address."""

    kind: str
    who: str
    limits: Sequence[Limit]
    address: str | None = None
    """Set when the caller's address is what is limited."""


def by_address(action: str, ip: str, limit: Limit) -> Attempt:
    """A try from this address; neighbours behind one IPv6 customer's line count together."""
    return Attempt(f"{action}.ip", same_caller(ip), [limit], address=ip)


class Attempts(NamedTuple):
    """What counting works with."""

    sessions: Sessions
    secret_key: str
    unlimited_networks: Sequence[str]

    def key(self, kind: str, who: str) -> str:
        return f"{kind}:{keyed_hash(self.secret_key, kind, who).hex()[:32]}"

    def is_unlimited(self, attempt: Attempt) -> bool:
        address = attempt.address
        return address is not None and policies.is_unlimited(address, self.unlimited_networks)


async def count(attempts: Attempts, *tries: Attempt, now: datetime) -> None:
    """Count these tries, all of them or none, in a transaction of its own that is over on return.

    A request counts before its session does anything. If many requests held one connection each while
    they waited for a second one here, the pool would be empty and none could go on.

    Raises:
        TooManyAttempts: one of the limits is reached; nothing was counted.
    """
    async with transaction(attempts.sessions, None) as session:
        await count_within(session, attempts, *tries, now=now)


async def count_within(session: Session, attempts: Attempts, *tries: Attempt, now: datetime) -> None:
    """As `count`, but in the caller's transaction: the count goes if that is rolled back.

    Raises:
        TooManyAttempts: one of the limits is reached.
    """
    limited = {attempts.key(one.kind, one.who): one for one in tries if not attempts.is_unlimited(one)}
    if not limited:
        return
    forget_at = {key: now + max(limit.within for limit in one.limits) for key, one in limited.items()}
    tried = await queries.lock_tries(session, list(limited), forget_at=max(forget_at.values()))
    for key, attempt in limited.items():
        _refuse_beyond(attempt, tried[key], now=now)
    counted = {
        key: [*policies.still_counting(tried[key], forget_at[key] - now, now=now), now] for key in limited
    }
    await queries.save_tries(session, counted, forget_at=forget_at)
    await queries.forget_some(session, now=now)


async def refuse_if_spent(attempts: Attempts, one: Attempt, *, now: datetime) -> None:
    """For tries of which only the failed ones are counted: look first, count afterwards.

    Tries made at the same moment all see what was counted before them.

    Raises:
        TooManyAttempts: one of the limits is reached.
    """
    if attempts.is_unlimited(one):
        return
    async with transaction(attempts.sessions, None) as session:
        tried_at = await queries.find_tries(session, attempts.key(one.kind, one.who))
    _refuse_beyond(one, tried_at, now=now)


def _refuse_beyond(attempt: Attempt, tried_at: Sequence[datetime], *, now: datetime) -> None:
    wait = policies.wait_before_next(tried_at, attempt.limits, now=now)
    if wait is not None:
        raise TooManyAttempts(attempt.kind, retry_after_s=max(1, ceil(wait.total_seconds())))


async def forgive(session: Session, attempts: Attempts, kind: str, who: str) -> None:
    """Forget the tries of somebody who has just proved who he is."""
    await queries.remove_counter(session, attempts.key(kind, who))


async def remember(session: Session, attempts: Attempts, kind: str, who: str, *, until: datetime) -> None:
    """Remember that this was seen, until then."""
    key = attempts.key(kind, who)
    await queries.save_tries(session, {key: []}, forget_at={key: until})


async def use_once(attempts: Attempts, kind: str, what: str, *, until: datetime, now: datetime) -> bool:
    """Whether this is its first use. It is remembered until then; the caller refuses what is older."""
    async with transaction(attempts.sessions, None) as session:
        is_first = await queries.add_counter(session, attempts.key(kind, what), forget_at=until)
        await queries.forget_some(session, now=now)
    return is_first


async def remembered(attempts: Attempts, kind: str, whos: Sequence[str], *, now: datetime) -> set[str]:
    """Those of `whos` that were remembered and are not forgotten yet."""
    keys = {attempts.key(kind, who): who for who in whos}
    async with transaction(attempts.sessions, None) as session:
        return {keys[key] for key in await queries.find_counters(session, list(keys), now=now)}
