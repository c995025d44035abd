from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.card_changes import Recorded


class JobType(HasId, Versioned, Base):
    """How a company does one kind of job: duration, skills, the acceptance ladder, the checklist."""

    __tablename__ = "job_type"
    __recorded__ = Recorded("job_type")

    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    duration_min: Mapped[int]
    required_skills: Mapped[list[str]]
    accept_within_s: Mapped[int] = mapped_column(server_default="900")
    ladder: Mapped[list[dict[str, Any]]]
    """Steps of escalation: `[{"at": 0.5, "action": "remind_worker"}, …]`. `at` counts from the first offer;
    1 is one time to accept. See `policies`."""
    checklist: Mapped[list[dict[str, Any]]]
    """The company's form: `[{"code": "level", "title": "По уровню", "kind": "yes_no", "required": true}, …]`."""
    proofs: Mapped[dict[str, Any]]
    """What a visit needs before it can be completed: `{"photos": 2, "checklist": true, "act": true}`."""
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("duration_min > 0", name="duration"),
        CheckConstraint("kind IN ('measurement','installation','service','delivery','claim')", name="kind"),
    )


class OldChecklist(HasId, Base):
    """A checklist that another one has replaced. Whoever was shown it is judged by it."""

    __tablename__ = "old_checklist"

    job_type_id: Mapped[UUID]
    version: Mapped[str]
    """As `policies.checklist_version` counts it."""
    form: Mapped[list[dict[str, Any]]]
    replaced_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("job_type"),
        Index("ix_old_checklist__job_type", "company_id", "job_type_id", "id"),
    )
