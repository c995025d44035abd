"""All SQL about the health of providers."""

from sqlalchemy import Uuid, bindparam, select

from app.db.query import Query
from app.notifications.health.models import ProviderHealth
from app.notifications.health.policies import Health

HEALTH = Query(
    select(*(getattr(ProviderHealth, name) for name in Health._fields)).where(
        ProviderHealth.company_id == bindparam("company", type_=Uuid)
    ),
    Health,
)
"""Of every provider that the company has used beside others."""
