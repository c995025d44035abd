"""Who was at a visit, with names, as people see it."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from app.db.session import Session
from app.db.work import Work
from app.dispatch.presence import policies, queries
from app.dispatch.presence.models import VisitPresence
from app.dispatch.presence.policies import Presence
from app.dispatch.presence.schemas import PresenceOut, PresencesOut
from app.workforce import api as workforce


async def show_presences(session: Session, company_id: UUID, presences: Sequence[Presence]) -> PresencesOut:
    names = await workforce.worker_names(session, company_id, [one.worker_id for one in presences])
    return PresencesOut(items=[PresenceOut.of(one, names[one.worker_id]) for one in presences])


async def show_presences_of_visits(work: Work, visit_ids: Sequence[UUID]) -> dict[UUID, list[PresenceOut]]:
    """The same for many visits in two statements. Until somebody has said otherwise: the crew as planned."""
    names, recorded = await _find_recorded(work, visit_ids)
    shown = {visit_id: queries.newest(rows) for visit_id, rows in recorded.items()}
    planned = await work.all(queries.PLANNED_OF_VISITS, visits=visit_ids)
    for one in planned:
        names[one.planned.worker_id] = one.name
        if one.visit_id not in recorded:
            expected = policies.at_arrival([one.planned], arrived=None, at=one.at)
            shown.setdefault(one.visit_id, []).extend(expected)
    return {
        visit_id: [PresenceOut.of(one, names[one.worker_id]) for one in presences]
        for visit_id, presences in shown.items()
    }


async def _find_recorded(
    work: Work, visit_ids: Sequence[UUID]
) -> tuple[dict[UUID, str], dict[UUID, list[VisitPresence]]]:
    """Names by worker, and what was recorded by visit."""
    names, rows = {}, defaultdict(list)
    for name, row in await work.all(queries.RECORDED_OF_VISITS, visits=visit_ids):
        names[row.worker_id] = name
        rows[row.visit_id].append(row)
    return names, rows
