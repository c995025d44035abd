from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId
from app.db.wake import swept_by

SWEEP = "base_pass"


class PassKind(StrEnum):
    GATHER = "gather"
    """Take over what happened before the company kept facts. Nobody is told of it."""
    JUDGE = "judge"
    """Look at every client, because other rules hold."""


class BasePass(HasId, Base):
    """One way through the whole base of a company, some clients at a time, in the background."""

    __tablename__ = "base_pass"

    kind: Mapped[str]
    after: Mapped[UUID | None]
    """The last client that is done."""
    clients: Mapped[int] = mapped_column(server_default="0")
    """So many are done."""
    go_on_at: Mapped[datetime | None]
    """When the background process must go on. Null: all are done."""

    __table_args__ = (
        CheckConstraint("kind IN ('gather','judge')", name="kind"),
        Index("ix_base_pass__due", "company_id", "go_on_at", postgresql_where=text("go_on_at IS NOT NULL")),
        Index(
            "ix_base_pass__go_on_at",
            "go_on_at",
            "company_id",
            postgresql_where=text("go_on_at IS NOT NULL"),
        ),
        swept_by(SWEEP, due="go_on_at"),
    )
