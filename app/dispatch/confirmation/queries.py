"""What a company has set for confirmations."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, Table, Uuid, and_, bindparam, func, or_, select

from app.clients.tables import Client, is_card_of, of_client
from app.db.query import Query
from app.db.session import Session
from app.dispatch.confirmation.models import ConfirmationSettings
from app.dispatch.confirmation.policies import Rules
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import VISIT_COLUMNS
from app.dispatch.visits.states import VisitState
from app.documents.api import has_signed_act
from app.orders.tables import Job

COMPANY = bindparam("company", type_=Uuid)

RULE_COLUMNS = [getattr(ConfirmationSettings, name) for name in Rules._fields]
"""The columns of `Rules` in a query that joins the settings from outside: all null if the company has set nothing."""
RULES_END = len(RULE_COLUMNS)


def rules_of(*row: Any) -> Rules:
    return Rules() if row[0] is None else Rules(*row)


async def get_settings(
    session: Session, company_id: UUID, *, lock: bool = False
) -> ConfirmationSettings | None:
    """What the company has set. None: nothing."""
    query = select(ConfirmationSettings).where(ConfirmationSettings.company_id == company_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def get_rules(session: Session, company_id: UUID) -> Rules:
    settings = await get_settings(session, company_id)
    return Rules(*(getattr(settings, name) for name in Rules._fields)) if settings else Rules()


HIS_CARD = cast(Table, Client.__table__).alias("his_card")
SIGNED_JOB = cast(Table, Job.__table__).alias("signed_job")
VISITS_OF_NEW_CLIENTS = Query(
    select(Visit.id)
    .distinct()
    .select_from(SIGNED_JOB)
    .join(Client, is_card_of(SIGNED_JOB.c.client_id, COMPANY))
    .join(
        HIS_CARD,
        and_(
            HIS_CARD.c.company_id == COMPANY,
            or_(HIS_CARD.c.id == Client.id, HIS_CARD.c.merged_into == Client.id),
        ),
    )
    .join(Job, and_(Job.company_id == HIS_CARD.c.company_id, Job.client_id == HIS_CARD.c.id))
    .join(Visit, and_(Visit.company_id == Job.company_id, Visit.job_id == Job.id))
    .where(
        SIGNED_JOB.c.company_id == COMPANY,
        SIGNED_JOB.c.id == func.any(bindparam("jobs", type_=ARRAY(Uuid))),
        Visit.is_new_client,
        Visit.finished_at.is_(None),
    )
    .order_by(Visit.id),
    lambda visit_id: visit_id,
)
"""The visits that are not over of the clients of these jobs, if they still count as new."""
VISITS = Query(
    select(*VISIT_COLUMNS).where(
        Visit.company_id == COMPANY, Visit.id == func.any(bindparam("visits", type_=ARRAY(Uuid)))
    ),
    VisitState,
)
_CARD = bindparam("card", type_=Uuid)
_ANY_JOB = cast(Table, Job.__table__).alias("any_job")
_IS_NEW = ~(
    select(_ANY_JOB.c.id)
    .where(
        _ANY_JOB.c.company_id == COMPANY,
        of_client(_ANY_JOB.c.client_id, _CARD, COMPANY),
        has_signed_act(COMPANY, _ANY_JOB.c.id),
    )
    .exists()
)
WRONGLY_MARKED = Query(
    select(Visit.id)
    .join(Job, and_(Job.company_id == COMPANY, Job.id == Visit.job_id))
    .where(
        Visit.company_id == COMPANY,
        of_client(Job.client_id, _CARD, COMPANY),
        Visit.finished_at.is_(None),
        Visit.status != "canceled",
        Visit.is_new_client != _IS_NEW,
    ),
    lambda visit_id: visit_id,
)
"""The visits that are not over of the client of a card, if they say that he is new and he is not, or the other way."""
