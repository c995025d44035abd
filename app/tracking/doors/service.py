"""What came through a door goes to the table."""

from datetime import datetime

from app.core.scope import Scope
from app.http.wording import Complaint
from app.tracking.doors.own import Batch
from app.tracking.doors.reports import Report, ReportUnreadable, Unread
from app.tracking.pings.grouping import PingStore
from app.tracking.pings.policies import Judge, Refused, Verdict, clock_offset_s
from app.tracking.pings.values import Ping, Sent
from app.tracking.trackers.book import TrackerBook
from app.tracking.trackers.queries import KnownTracker

KEYS_SHOWN_MAX = 5
"""Different ones in one report: a password, and a device in the address, in two headers and in the topic."""


async def take_batch(
    store: PingStore, caller: Scope, batch: Batch, *, now: datetime
) -> list[Verdict | Complaint]:
    """Take a batch of the caller's phone. Returns a verdict for each ping, or why it could not be read.

    Raises:
        TooBusy: the company asks for more than its share.
    """
    sent = Sent(
        worker_id=caller.user_id,
        device_id=caller.device_id or caller.user_id,
        pings=[one for one in batch.pings if isinstance(one, Ping)],
        clock_offset_s=clock_offset_s(sent_at=batch.sent_at, received_at=now),
        received_at=now,
    )
    verdicts = iter(await store.take(caller.company_id, sent) if sent.pings else [])
    return [next(verdicts) if isinstance(one, Ping) else one for one in batch.pings]


async def find_sender(book: TrackerBook, report: Report, *, now: datetime) -> KnownTracker | None:
    """The tracker whose key a report shows. None: nobody's, keys of two different trackers, or more than a program
    shows: each is looked for in the database."""
    found, keys = set(), dict.fromkeys(report.keys)
    if len(keys) > KEYS_SHOWN_MAX:
        return None
    for key in keys:
        if tracker := await book.find(key, now=now, is_asked_later=bool(report.positions)):
            found.add(tracker)
    return found.pop() if len(found) == 1 else None


async def take_report(
    store: PingStore, book: TrackerBook, tracker: KnownTracker, report: Report, *, now: datetime
) -> list[str] | None:
    """Take what a tracker has sent. Returns a verdict for each position. None: it was revoked meanwhile.

    What may not be kept is acknowledged all the same: the program would send it again and again, and nothing after it.
    So is a position that cannot be right if it does not come alone.

    Raises:
        ReportUnreadable: the only position of the report cannot be read, or cannot be.
        TooBusy: the company asks for more than its share.
    """
    if len(report.positions) == 1:
        _check(report.positions[0], now=now)
    pings = [one for one in report.positions if isinstance(one, Ping)]
    is_new = book.is_seen_anew(tracker, now=now)
    if not pings:
        if is_new:
            await book.note_seen(tracker, now=now)
        return [one.verdict for one in report.positions if isinstance(one, Unread)]
    sent = Sent(tracker.worker_id, tracker.tracker_id, pings, 0, now, True, is_new)
    taken = await store.take(tracker.company_id, sent)
    if Refused.REVOKED in taken:
        book.forget(tracker)
        return None
    verdicts = iter(taken)
    return [one.verdict if isinstance(one, Unread) else next(verdicts) for one in report.positions]


def _check(position: Ping | Unread, *, now: datetime) -> None:
    if isinstance(position, Unread):
        raise ReportUnreadable.because(position.code, position.field)
    if Judge(clock_offset_s=0, now=now).refusal_of(position) is Refused.PLACE_INVALID:
        raise ReportUnreadable.because("report_place")
