from collections.abc import Sequence
from datetime import datetime

from app.contracts.tracking import PlacesForgotten
from app.db.wake import note
from app.db.work import Work
from app.field.forgetting import queries

CLEAR_PLACES = "place_clearing"
"""Name of the sweep."""


async def on_places_forgotten(work: Work, events: Sequence[PlacesForgotten], now: datetime) -> None:
    """Forget where these workers gave commands and took photos. Files follow by the sweep `place_clearing`."""
    for event in events:
        sinces, untils = [since for since, _ in event.periods], [until for _, until in event.periods]
        if await queries.forget_places(work, event.worker_id, sinces, untils, now=now):
            work.notes.add(note(CLEAR_PLACES, work.company_id, now))
