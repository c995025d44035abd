from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.db.session import transaction
from app.dispatch.visits import policies
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import VisitStatus
from tests.dispatch.given import TOMORROW, a_job

SET_STATUS = "UPDATE visit SET status = :status, accept_by = {accept_by} WHERE id = :id"


@pytest.mark.covers("P-rel-6")
async def test_the_database_itself_refuses_every_move_the_policy_refuses(cast):
    """Each pair, by plain SQL in the application's role, as a stray script would try it."""
    job_id = await a_job(cast)
    for number, (was, to) in enumerate(product(VisitStatus, repeat=2)):
        visit_id = await a_visit_that_is(cast, job_id, was, number=number)

        moved = await can_be_set(cast, visit_id, to)

        assert moved == (was == to or policies.may_move(was, to)), (was, to)


async def a_visit_that_is(cast, job_id: UUID, status: VisitStatus, *, number: int) -> UUID:
    hour = timedelta(hours=1)
    async with transaction(cast.maker, cast.company_id) as session:
        visit = Visit(
            company_id=cast.company_id,
            id=uuid7(),
            job_id=job_id,
            number=number,
            status=status,
            starts_at=TOMORROW,
            ends_at=TOMORROW + hour,
            window_starts_at=TOMORROW,
            window_ends_at=TOMORROW + hour,
            accept_by=TOMORROW if status == VisitStatus.OFFERED else None,
            ladder=[],
        )
        session.add(visit)
    return visit.id


async def can_be_set(cast, visit_id: UUID, status: VisitStatus) -> bool:
    """False when the database's own rule said no; any other refusal is an error of the test."""
    set_status = text(SET_STATUS.format(accept_by="now()" if status == VisitStatus.OFFERED else "NULL"))
    try:
        async with transaction(cast.maker, cast.company_id) as session:
            await session.execute(set_status, {"status": str(status), "id": visit_id})
    except IntegrityError as error:
        if "visit cannot go from" not in str(error):  # Citus tells no name of a constraint
            raise
        return False
    return True
