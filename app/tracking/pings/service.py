"""Takes pings: the one way from any door to the table."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from app.db.session import Sessions
from app.db.wake import note
from app.db.work import Work, begin_work
from app.tracking.pings import policies, queries
from app.tracking.pings.items import Item, items_of, newest_plausible
from app.tracking.pings.policies import DUPLICATE, TAKEN, Days, Refused, Verdict
from app.tracking.pings.queries import Facts
from app.tracking.pings.values import Sent, content_of

DERIVE_AFTER = timedelta(seconds=5)
"""A phone that was offline sends several batches: what is derived waits a little."""
DERIVE_APART = timedelta(seconds=60)
"""A day of a worker who drives is derived at most so often."""
SHOW_AFTER = timedelta(seconds=5)
"""A worker's position is shown at most so often."""


async def store_pings(sessions: Sessions, company_id: UUID, sents: Sequence[Sent]) -> list[list[Verdict]]:
    """Store pings of a company in one transaction. Returns a verdict for each ping when they are durable.

    The same pings may come any number of times and in any order. Of what is refused nothing is written.
    If the partition of a day is missing, it is made, and the pings are stored.
    """
    items = [item for sent in sents for item in items_of(sent)]
    possible = [one for one in items if one.refused is None]
    taken = await _store_making_days(sessions, company_id, possible) if possible else set()
    verdicts = (_verdict(one, taken) for one in items)
    return [[next(verdicts) for _ in sent.pings] for sent in sents]


async def _store_making_days(sessions: Sessions, company_id: UUID, items: list[Item]) -> set[int]:
    try:
        return await _store_in_transaction(sessions, company_id, items)
    except Exception as error:
        if not queries.is_without_partition(error):
            raise
    await queries.make_days(sessions, policies.partitions_of(one.ping.at for one in items))
    return await _store_in_transaction(sessions, company_id, items)


async def _store_in_transaction(sessions: Sessions, company_id: UUID, items: list[Item]) -> set[int]:
    async with begin_work(sessions, company_id) as work:
        return await _store(work, items)


async def _store(work: Work, items: list[Item]) -> set[int]:
    """Store what may be kept. Returns the hashes of what is new."""
    moments = [one.at for one in items]
    workers = list({one.sent.worker_id for one in items})
    trackers = list({one.sent.device_id for one in items if one.sent.is_of_tracker})
    facts = await queries.read_facts(work, workers, trackers, first=min(moments), last=max(moments))
    if seen := [one.sent.device_id for one in items if one.sent.is_seen_anew]:
        await queries.note_seen(work, seen, now=max(one.sent.received_at for one in items))
    allowed = list(_allowed(items, facts))
    for one in allowed:
        one.content = content_of(one.sent.worker_id, one.sent.device_id, one.ping)
    taken = await queries.add_pings(work, allowed) if allowed else set()
    if taken:
        await _note_what_is_new(work, [one for one in allowed if one.content in taken], facts)
    return taken


def _allowed(items: list[Item], facts: Facts) -> Iterator[Item]:
    """What may be kept. The others get their refusal."""
    for sent, some in groupby(items, attrgetter("sent")):
        of_device = list(some)
        windows = facts.windows[sent.worker_id]
        if sent.device_id in facts.revoked:
            for one in of_device:
                one.refused = Refused.REVOKED
        elif windows.allows_all(*_ends(of_device)):
            yield from of_device
        else:
            for one in of_device:
                one.refused = windows.refusal_at(one.at)
            yield from (one for one in of_device if one.refused is None)


def _ends(items: list[Item]) -> tuple[datetime, datetime]:
    moments = [one.at for one in items]
    return min(moments), max(moments)


async def _note_what_is_new(work: Work, items: list[Item], facts: Facts) -> None:
    """Set the clocks of what follows from new pings: what is derived of their days, and last positions."""
    now = max(one.sent.received_at for one in items)
    of_worker: defaultdict[UUID, list[Item]] = defaultdict(list)
    for one in items:
        of_worker[one.sent.worker_id].append(one)
    days = Days(facts.zone)
    touched = sorted((worker, day) for worker, some in of_worker.items() for day in _days_of(some, days))
    derive_at = await queries.derive_later(work, touched, at=now + DERIVE_AFTER, apart=DERIVE_APART)
    if derive_at:
        work.notes.add(note("track_day", work.company_id, derive_at))
    newest = [
        found
        for worker, some in of_worker.items()
        if (found := newest_plausible(some, last=facts.last.get(worker))) is not None
    ]
    show_at = now + SHOW_AFTER
    if newest and await queries.move_last(work, newest, show_at=show_at):
        work.notes.add(note("position", work.company_id, show_at))


def _days_of(items: list[Item], days: Days) -> set[date]:
    first, last = _ends(items)
    if days.day_of(first) == days.day_of(last):
        return {days.day_of(last)}
    return {days.day_of(one.at) for one in items}


def _verdict(item: Item, taken: set[int]) -> Verdict:
    """Of two that are the same and come together, one is taken."""
    if item.refused is not None:
        return item.refused
    if item.content in taken:
        taken.remove(item.content)
        return TAKEN
    return DUPLICATE
