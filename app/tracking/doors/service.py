"""What came through a door goes to the table."""

from datetime import datetime

from app.core.scope import Scope
from app.http.wording import Complaint
from app.tracking.doors.own import Batch
from app.tracking.doors.reports import Report, ReportUnreadable
from app.tracking.pings.grouping import PingStore
from app.tracking.pings.policies import Judge, Refused, Verdict, clock_offset_s
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


async def find_sender(book: TrackerBook, report: Report, *, now: datetime) -> KnownTracker | None:
    """The tracker whose key a report shows. None: nobody's, or keys of two different trackers."""
    found = set()
    for key in dict.fromkeys(report.keys):
        if tracker := await book.find(key, now=now, is_asked_later=bool(report.pings)):
            found.add(tracker)
    return found.pop() if len(found) == 1 else None


async def take_report(
    store: PingStore, book: TrackerBook, tracker: KnownTracker, report: Report, *, now: datetime
) -> list[Verdict] | None:
    """Take what a tracker has sent. None: it was revoked meanwhile.

    What may not be kept is acknowledged all the same: the program would send it again and again, and nothing after it.

    Raises:
        ReportUnreadable: a place or a number that cannot be. Nothing of the report is kept.
        TooBusy: the company asks for more than its share.
    """
    _check(report, now=now)
    is_new = book.is_seen_anew(tracker, now=now)
    if not report.pings:
        if is_new:
            await book.note_seen(tracker, now=now)
        return []
    sent = Sent(tracker.worker_id, tracker.tracker_id, report.pings, 0, now, True, is_new)
    verdicts = await store.take(tracker.company_id, sent)
    if Refused.REVOKED in verdicts:
        book.forget(tracker)
        return None
    return verdicts


def _check(report: Report, *, now: datetime) -> None:
    judge = Judge(clock_offset_s=0, now=now)
    for ping in report.pings:
        refusal = judge.refusal_of(ping)
        if refusal in CANNOT_BE:
            raise ReportUnreadable(what=refusal)
