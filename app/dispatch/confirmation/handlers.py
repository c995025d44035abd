"""Nobody is a new client any more once he has signed an act, on whichever of his cards."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.clients import ClientsMerged, MergeUndone
from app.contracts.documents import ActSigned
from app.db.work import Work
from app.dispatch.confirmation import queries
from app.dispatch.visits.queries import LOCK_VISIT
from app.dispatch.visits.service import carry_out
from app.dispatch.visits.states import changed


async def on_acts_signed(work: Work, events: Sequence[ActSigned], now: datetime) -> None:
    """His other visits that are not over are those of a known client."""
    found = await work.all(queries.VISITS_OF_NEW_CLIENTS, jobs=[event.job_id for event in events])
    await _mark(work, found, now=now)


async def on_cards_merged(work: Work, events: Sequence[ClientsMerged | MergeUndone], now: datetime) -> None:
    """Of two cards one may be of a known client. When the merge is undone, the other is of a new one again."""
    found: set[UUID] = set()
    for card in {card for one in events for card in (one.survivor_id, one.merged_id)}:
        found.update(await work.all(queries.WRONGLY_MARKED, card=card))
    await _mark(work, sorted(found), now=now)


async def _mark(work: Work, visit_ids: Sequence[UUID], *, now: datetime) -> None:
    """Turn the mark of these visits, which is wrong."""
    for visit_id in visit_ids:
        work.lock(LOCK_VISIT, visit_id)
    for visit in await work.all(queries.VISITS, visits=visit_ids) if visit_ids else []:
        carry_out(work, changed(visit, is_new_client=not visit.is_new_client, now=now))
