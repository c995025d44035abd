from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.identity.attempts.models import AttemptCounter

FORGET_AT_ONCE = 20


async def lock_tries(
    session: Session, keys: Sequence[str], *, forget_at: datetime
) -> Mapping[str, Sequence[datetime]]:
    """When each of these was tried. Others who count one of them wait for this transaction.

    The rows are made or locked by one statement in the order of the keys, so that two requests
    never wait for each other.
    """
    rows = [{"key": key, "tried_at": [], "forget_at": forget_at} for key in sorted(keys)]
    counters = insert(AttemptCounter).values(rows)
    locked = counters.on_conflict_do_update(
        index_elements=[AttemptCounter.key], set_={"key": counters.excluded.key}
    ).returning(AttemptCounter.key, AttemptCounter.tried_at)
    return {row.key: row.tried_at for row in await session.execute(locked)}


async def find_tries(session: Session, key: str) -> Sequence[datetime]:
    found = await session.scalars(select(AttemptCounter.tried_at).where(AttemptCounter.key == key))
    return found.one_or_none() or []


async def save_tries(
    session: Session, tries: Mapping[str, Sequence[datetime]], *, forget_at: Mapping[str, datetime]
) -> None:
    rows = [
        {"key": key, "tried_at": list(tried_at), "forget_at": forget_at[key]}
        for key, tried_at in sorted(tries.items())
    ]
    counters = insert(AttemptCounter).values(rows)
    await session.execute(
        counters.on_conflict_do_update(
            index_elements=[AttemptCounter.key],
            set_={"tried_at": counters.excluded.tried_at, "forget_at": counters.excluded.forget_at},
        )
    )


async def add_counter(session: Session, key: str, *, forget_at: datetime) -> bool:
    """False if there is one with this key, also one that is over. Of parallel requests exactly one gets True."""
    row = insert(AttemptCounter).values(key=key, tried_at=[], forget_at=forget_at)
    added = await session.execute(row.on_conflict_do_nothing().returning(AttemptCounter.key))
    return added.first() is not None


async def find_counters(session: Session, keys: Sequence[str], *, now: datetime) -> Sequence[str]:
    found = await session.scalars(
        select(AttemptCounter.key).where(AttemptCounter.key.in_(keys), AttemptCounter.forget_at > now)
    )
    return found.all()


async def remove_counter(session: Session, key: str) -> None:
    await session.execute(delete(AttemptCounter).where(AttemptCounter.key == key))


async def forget_some(session: Session, *, now: datetime) -> None:
    """Remove a few counters that no limit looks at any more: as many go as come, so the table stays small."""
    over = (
        select(AttemptCounter.key)
        .where(AttemptCounter.forget_at < now)
        .order_by(AttemptCounter.forget_at)
        .limit(FORGET_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(delete(AttemptCounter).where(AttemptCounter.key.in_(over)))
