"""All SQL about where workers are now."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Uuid, and_, bindparam, exists, select

from app.db.query import Query
from app.identity.tables import UserAccount
from app.tracking.consents.models import PrivateTime
from app.tracking.pings.models import LastPosition
from app.workforce.tables import Absence, Shift


class Whereabouts(NamedTuple):
    """Where a worker was last, and what is true of him now."""

    worker_id: UUID
    name: str
    at: datetime
    lat: float
    lon: float
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: float | None
    battery_pct: float | None
    is_charging: bool | None
    is_mock: bool | None
    is_on_shift: bool
    is_absent: bool
    is_private: bool


COMPANY = bindparam("company", type_=Uuid)
NOW = bindparam("now", type_=DateTime(timezone=True))


def _has_now(model: Any) -> ColumnElement[bool]:  # a table of periods of workers
    return exists().where(
        model.company_id == COMPANY, model.worker_id == LastPosition.worker_id, model.period.contains(NOW)
    )


WHEREABOUTS = Query(
    select(
        LastPosition.worker_id,
        UserAccount.name,
        LastPosition.at,
        LastPosition.lat,
        LastPosition.lon,
        LastPosition.accuracy_m,
        LastPosition.speed_mps,
        LastPosition.heading_deg,
        LastPosition.battery_pct,
        LastPosition.is_charging,
        LastPosition.is_mock,
        _has_now(Shift),
        _has_now(Absence),
        _has_now(PrivateTime),
    )
    .join(
        UserAccount,
        and_(UserAccount.company_id == LastPosition.company_id, UserAccount.id == LastPosition.worker_id),
    )
    .where(LastPosition.company_id == COMPANY, UserAccount.is_active)
    .order_by(UserAccount.name, LastPosition.worker_id),
    Whereabouts,
)
"""Of those who work for the company, by name."""
