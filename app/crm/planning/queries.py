"""All SQL of the plans of months."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, select

from app.crm.planning.models import MonthlyPlan
from app.crm.planning.values import StoredPlan
from app.db.query import Query
from app.db.reader import Reader
from app.db.session import Session

PLAN = Query(
    select(
        MonthlyPlan.newcomers,
        MonthlyPlan.new_fans,
        MonthlyPlan.paid_kop,
        MonthlyPlan.business,
        MonthlyPlan.set_by,
        MonthlyPlan.set_at,
        MonthlyPlan.row_version,
    ).where(
        MonthlyPlan.company_id == bindparam("company", type_=Uuid),
        MonthlyPlan.month == bindparam("month", type_=Date),
    ),
    StoredPlan,
)


async def find_plan(reader: Reader, month: date) -> StoredPlan | None:
    """The plan of the month that begins on this day."""
    return next(iter(await reader.all(PLAN, month=month)), None)


async def get_plan(session: Session, company_id: UUID, month: date) -> MonthlyPlan | None:
    """The same as a row to change, locked."""
    return await session.get(MonthlyPlan, (company_id, month), with_for_update=True)
