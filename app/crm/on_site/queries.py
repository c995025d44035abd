"""All SQL about next visits that were proposed at visits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.clients.tables import of_client
from app.core.scope import Scope
from app.crm.on_site.models import NextVisitProposal
from app.db.query import Query
from app.db.reader import Reader
from app.db.session import Session
from app.dispatch.tables import Visit

COMPANY = bindparam("company", type_=Uuid)
FINISHED = (
    Visit.company_id == COMPANY,
    Visit.finished_at >= bindparam("since", type_=DateTime(timezone=True)),
    Visit.finished_at < bindparam("before", type_=DateTime(timezone=True)),
)
VISITS = Query(
    select(Visit.worker_id, func.count()).where(*FINISHED).group_by(Visit.worker_id),
    lambda worker_id, visits: (worker_id, visits),
)
LAST = (
    select(Visit.worker_id, NextVisitProposal.reply)
    .ext(distinct_on(NextVisitProposal.visit_id))
    .join(
        Visit, (Visit.company_id == NextVisitProposal.company_id) & (Visit.id == NextVisitProposal.visit_id)
    )
    .where(*FINISHED)
    .order_by(NextVisitProposal.visit_id, NextVisitProposal.id.desc())
)
REPLIES = Query(LAST, lambda worker_id, reply: (worker_id, reply))


async def count_finished(reader: Reader, since: datetime, before: datetime) -> dict[UUID | None, int]:
    """Visits that were finished in a period, by who led them."""
    return dict(await reader.all(VISITS, since=since, before=before))


async def find_last_replies(
    reader: Reader, since: datetime, before: datetime
) -> list[tuple[UUID | None, str]]:
    """What was said last at each of these visits at which the next one was proposed."""
    return await reader.all(REPLIES, since=since, before=before)


def select_of_client(scope: Scope, client_id: UUID) -> Select[Any]:
    return select(NextVisitProposal).where(
        NextVisitProposal.company_id == scope.company_id,
        of_client(NextVisitProposal.client_id, client_id, scope.company_id),
    )


async def add(session: Session, proposal: NextVisitProposal) -> NextVisitProposal:
    session.add(proposal)
    await session.flush()
    return proposal
