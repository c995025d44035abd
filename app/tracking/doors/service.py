"""What came through a door goes to the table."""

from datetime import datetime

from app.core.scope import Scope
from app.http.wording import Complaint
from app.tracking.doors.own import Batch
from app.tracking.doors.reports import Report, ReportUnreadable
from app.tracking.pings.grouping import PingStore
from app.tracking.pings.policies import Refused, Verdict, clock_offset_s, refusal_of
from app.tracking.pings.values import Ping, Sent
from app.tracking.trackers.book import TrackerBook
from app.tracking.trackers.queries import KnownTracker

CANNOT_BE = {Refused.PLACE_INVALID, Refused.UNREADABLE}
"""No clock and no rule makes such a ping right: the program that sends it is wrong."""


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


async def find_sender(book: TrackerBook, keys: list[str], *, now: datetime) -> KnownTracker | None:
    """The tracker with one of these keys. None: nobody's, or keys of two different trackers."""
    found = {tracker for key in dict.fromkeys(keys) if (tracker := await book.find(key, now=now)) is not None}
    return found.pop() if len(found) == 1 else None


async def take_report(
    store: PingStore, book: TrackerBook, tracker: KnownTracker, report: Report, *, now: datetime
) -> list[Verdict]:
    """Take what a tracker has sent. What may not be kept is acknowledged all the same: the program would send it
    again and again, and nothing after it.

    Raises:
        ReportUnreadable: a place or a number that cannot be. Nothing of the report is kept.
        TooBusy: the company asks for more than its share.
    """
    sent = Sent(tracker.worker_id, tracker.tracker_id, report.pings, clock_offset_s=0, received_at=now)
    for ping in report.pings:
        refusal = refusal_of(ping, clock_offset_s=0, now=now)
        if refusal in CANNOT_BE:
            raise ReportUnreadable(what=refusal)
    await book.note_seen(tracker, now=now)
    return await store.take(tracker.company_id, sent) if report.pings else []
