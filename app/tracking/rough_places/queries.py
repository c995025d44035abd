"""All SQL about where a worker is, for clients."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, Uuid, bindparam, exists, func, or_, select

from app.db.query import Query
from app.tracking.consents.models import PrivateTime, TrackingConsent
from app.tracking.facts.models import ArrivalProposal
from app.tracking.pings.models import LastPosition
from app.workforce.tables import Absence, Shift

COMPANY = bindparam("company", type_=Uuid)
WORKER = bindparam("worker", type_=Uuid)
SINCE, NOW = (bindparam(name, type_=DateTime(timezone=True)) for name in ("since", "now"))


class Seen(NamedTuple):
    """A position of a worker that his client may see, before it is made rough."""

    at: datetime
    lat: float
    lon: float
    accuracy_m: float | None
    is_mock: bool | None


def _is_now_in(model: Any) -> ColumnElement[bool]:  # a table of periods of workers
    return exists().where(model.company_id == COMPANY, model.worker_id == WORKER, model.period.contains(NOW))


AGREED = exists().where(
    TrackingConsent.company_id == COMPANY,
    TrackingConsent.worker_id == WORKER,
    TrackingConsent.clients_see,
    TrackingConsent.given_at <= LastPosition.at,
    or_(TrackingConsent.withdrawn_at.is_(None), TrackingConsent.withdrawn_at > NOW),
)
"""He had agreed to words that say so when he was there, and still does."""
HAS_COME = exists().where(
    ArrivalProposal.company_id == COMPANY, ArrivalProposal.visit_id == bindparam("visit", type_=Uuid)
)
"""His positions say that he is there, whatever he has tapped."""
SEEN = Query(
    select(
        LastPosition.at,
        LastPosition.lat,
        LastPosition.lon,
        LastPosition.accuracy_m,
        func.coalesce(LastPosition.is_mock, False),
    ).where(
        LastPosition.company_id == COMPANY,
        LastPosition.worker_id == WORKER,
        LastPosition.at >= SINCE,
        AGREED,
        _is_now_in(Shift),
        ~_is_now_in(Absence),
        ~_is_now_in(PrivateTime),
        ~HAS_COME,
    ),
    Seen,
)
"""Where he was last, if he may be shown now. A position was only taken when he might be tracked."""
