"""Shows where workers are: to whoever looks for the nearest one, and to the screens of the office.

Pings come every few seconds; a position is shown once in a while. `last_position.show_at` says when.
"""

from datetime import datetime
from uuid import UUID

from app.contracts.tracking import WorkersMoved
from app.core.places import Place
from app.db.outbox import announce
from app.db.session import Session
from app.db.sweeps import QueueJob
from app.tracking.pings import queries
from app.tracking.pings.models import LastPosition
from app.workforce.api import Fix, move_workers

AT_ONCE = 500


async def show_positions(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `position`: last positions become those of the workers. The event names the people, not the places:
    events are kept for a month, and where somebody was not."""
    due = await queries.take_positions(session, company_id, now=now, limit=AT_ONCE)
    if due:
        await move_workers(session, company_id, {one.worker_id: _fix(one) for one in due})
        await announce(session, company_id, WorkersMoved(worker_ids=[one.worker_id for one in due]))
    for one in due:
        one.show_at = None
    return len(due)


def _fix(last: LastPosition) -> Fix:
    return Fix(Place(lat=last.lat, lon=last.lon), last.accuracy_m or 0, last.at)
