from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to


class FirstAssignment(HasId, Base):
    """The base that a company had before the product knew it: its clients got their first status together.

    It has the id of the way through the base (`base_pass`) that found them. Until a person releases it, no plan
    touches its clients because of what was before.
    """

    __tablename__ = "first_assignment"

    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    comment: Mapped[str] = mapped_column(server_default="")
    """Why it was released."""

    __table_args__ = (
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        Index("ix_first_assignment__open", "company_id", "id", postgresql_where=text("released_at IS NULL")),
    )


class FirstStatus(OfCompany, Base):
    """What a client of such a base was when he was first looked at. His status of today is in `client_life`."""

    __tablename__ = "first_status"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID]
    status: Mapped[str]
    reason: Mapped[str]
    params: Mapped[dict[str, Any]]
    doubts: Mapped[list[str]] = mapped_column(server_default="{}")
    """What speaks against his facts: see `policies.Doubt`."""
    weight: Mapped[int] = mapped_column(server_default="0")
    """How many doubts there were at first. Lists begin with the greatest."""
    assigned_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(server_default="")
    """What whoever confirmed it has seen to."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("first_assignment", "assignment_id"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        Index("ix_first_status__list", "company_id", "assignment_id", "weight", "client_id"),
    )
