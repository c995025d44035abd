from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class VisitPresence(HasId, Base):
    """When one worker was at one visit, as far as it was known then. Rows are never changed.

    A correction is another row with the next `revision`: the newest row of a worker holds.
    """

    __tablename__ = "visit_presence"

    visit_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    revision: Mapped[int]
    """1, 2, … for this worker at this visit."""
    intervals: Mapped[list[dict[str, Any]]]
    """`[{"came_at": …, "left_at": …}, …]` in time order; `left_at` is null while he is there. Empty: he was not."""
    share: Mapped[int]
    """Weight in the division of the rewards."""
    source: Mapped[str]
    """arrival: taken over from the crew when the visit was reached. field: a worker said so. office."""
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    reason: Mapped[str | None]

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("worker"),
        UniqueConstraint(
            "company_id", "visit_id", "worker_id", "revision", name="uq_visit_presence__revision"
        ),
        CheckConstraint("share > 0", name="share"),
        CheckConstraint("source IN ('arrival','field','office')", name="source"),
    )
