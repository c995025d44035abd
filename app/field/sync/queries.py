"""SQL about what a phone has."""

from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, select

from app.db.query import Query
from app.field.sync.models import SyncView

VIEWS = cast(Table, SyncView.__table__).name


class StoredView(NamedTuple):
    id: UUID
    packed: bytes


VIEWS_OF_DEVICE = Query(
    select(SyncView.id, SyncView.items).where(
        SyncView.company_id == bindparam("company", type_=Uuid),
        SyncView.user_id == bindparam("user", type_=Uuid),
        SyncView.device_id.is_not_distinct_from(bindparam("device", type_=Uuid)),
    ),
    StoredView,
)
"""The views of one person on one phone: two, or a few more when he asked several times at once."""
