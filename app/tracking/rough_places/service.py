"""Says roughly where the worker is for whom a client waits.

This is no look of the office at a track, so it is not noted in `track_view`: see docs/adr/0030.
"""

from datetime import datetime
from uuid import UUID

from app.core.places import Place
from app.db.work import Work
from app.dispatch.api import RoughPlace
from app.tracking.rough_places.policies import ACCURACY_WORST_M, rough
from app.tracking.rough_places.queries import SEEN
from app.workforce.api import POSITION_FRESH_FOR


async def find_rough_place(
    work: Work, *, worker_id: UUID, visit_id: UUID, departed_at: datetime, now: datetime
) -> RoughPlace | None:
    """Roughly where a worker is who has set out to a visit.

    None: nobody knows it now, he has not agreed to it or may not be tracked at this moment, or he has come.
    """
    since = max(departed_at, now - POSITION_FRESH_FOR)
    seen = await work.one(SEEN, worker=worker_id, visit=visit_id, since=since, now=now)
    if seen is None or seen.is_mock or (seen.accuracy_m or 0) > ACCURACY_WORST_M:
        return None
    return RoughPlace(rough(Place(lat=seen.lat, lon=seen.lon)), seen.at)
