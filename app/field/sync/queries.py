"""SQL about what a phone has."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, select

from app.db.query import Query
from app.db.work import Work
from app.dispatch.api import HELD_BY_WORKER
from app.field.conflicts.policies import DECIDED_SHOWN
from app.field.sync.models import SyncView
from app.field.sync.policies import SIGNALS_SHOWN, Days
from app.field.timesheet.policies import CORRECTIONS_SHOWN
from app.field.work.policies import CONTACT_SHOWN_AFTER
from app.field.work.reading import NOT_OVER_FOR
from app.tracking.api import REPEATS_COUNTED

VIEWS = cast(Table, SyncView.__table__).name


MARKS = Path(__file__).with_name("marks.sql").read_text(encoding="utf-8")


class StoredView(NamedTuple):
    id: UUID
    packed: bytes
    marks: bytes | None


VIEWS_OF_DEVICE = Query(
    select(SyncView.id, SyncView.items, SyncView.marks).where(
        SyncView.company_id == bindparam("company", type_=Uuid),
        SyncView.user_id == bindparam("user", type_=Uuid),
        SyncView.device_id.is_not_distinct_from(bindparam("device", type_=Uuid)),
    ),
    StoredView,
)
"""The views of one person on one phone: two, or a few more when he asked several times at once."""


async def read_marks(work: Work, worker_id: UUID, days: Days, *, now: datetime) -> Sequence[Any]:
    """Numbers that are others when anything has changed that `read_items` would read for this worker now."""
    [row] = await work.rows(
        MARKS,
        worker_id,
        days.since,
        days.until,
        days.since - NOT_OVER_FOR,
        sorted(HELD_BY_WORKER),
        now,
        now - CONTACT_SHOWN_AFTER,
        now - DECIDED_SHOWN,
        now - CORRECTIONS_SHOWN,
        now - SIGNALS_SHOWN,
        now - REPEATS_COUNTED,
    )
    return tuple(row)
