from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId
from app.db.wake import swept_by

SWEEP = "rules_dry_run"


class RulesDryRun(HasId, Base):
    """A comparison of the whole base: who would change status under other rules. It is made in the background."""

    __tablename__ = "rules_dry_run"

    content: Mapped[dict[str, Any]]
    """The proposed rules, see `rules.values.RulesContent`."""
    base_version: Mapped[int]
    """The version they are compared with."""
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    """The comparison is made as of this moment."""
    after: Mapped[UUID | None]
    """The last client that was compared."""
    clients: Mapped[int] = mapped_column(server_default="0")
    """So many have been compared."""
    changes: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    """How many would change: `[{"was": "fan", "status": "dormant", "clients": 412}, …]`."""
    go_on_at: Mapped[datetime | None]
    """When the background process must go on. Null: done."""

    __table_args__ = (
        Index(
            "ix_rules_dry_run__due",
            "company_id",
            "go_on_at",
            postgresql_where=text("go_on_at IS NOT NULL"),
        ),
        Index(
            "ix_rules_dry_run__go_on_at",
            "go_on_at",
            "company_id",
            postgresql_where=text("go_on_at IS NOT NULL"),
        ),
        swept_by(SWEEP, due="go_on_at"),
    )
