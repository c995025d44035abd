"""Nobody is a new client any more once he has signed an act."""

from collections.abc import Sequence
from datetime import datetime

from app.contracts.documents import ActSigned
from app.db.work import Work
from app.dispatch.confirmation import queries
from app.dispatch.visits.queries import LOCK_VISIT
from app.dispatch.visits.service import carry_out
from app.dispatch.visits.states import changed


async def on_acts_signed(work: Work, events: Sequence[ActSigned], now: datetime) -> None:
    """His other visits that are not over are those of a known client."""
    found = await work.all(queries.VISITS_OF_NEW_CLIENTS, jobs=[event.job_id for event in events])
    for visit_id in found:
        work.lock(LOCK_VISIT, visit_id)
    for visit in await work.all(queries.VISITS, visits=found) if found else []:
        carry_out(work, changed(visit, is_new_client=False, now=now))
