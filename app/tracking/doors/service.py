"""What came through a door goes to the table."""

from datetime import datetime

from app.core.scope import Scope
from app.http.wording import Complaint
from app.tracking.doors.own import Batch
from app.tracking.pings.grouping import PingStore
from app.tracking.pings.policies import Verdict, clock_offset_s
from app.tracking.pings.values import Ping, Sent


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
