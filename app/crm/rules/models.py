from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany


class LifeRules(OfCompany, Base):
    """One version of a company's rules. Rows are only ever added."""

    __tablename__ = "life_rules"

    version: Mapped[int] = mapped_column(primary_key=True)
    """1, 2, … The first holds also for what happened before it was published."""
    valid_from: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    """See `values.RulesContent`."""
    published_by: Mapped[UUID | None]
    """Null: the starter set of the product."""
    comment: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (CheckConstraint("version > 0", name="version"),)
