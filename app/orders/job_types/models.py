from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned
from app.db.card_changes import Recorded


class JobType(HasId, Versioned, Base):
    """How a company does one kind of job: duration, skills, the acceptance ladder, the proofs."""

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
    proofs: Mapped[list[dict[str, Any]]]
    """What a visit needs at which stage, and the forms it shows: `[{"proof": "photos", "stage": "complete",
    "level": "required", "at_least": 2}, …]`. See `proofs.policies`."""
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("duration_min > 0", name="duration"),
        CheckConstraint("kind IN ('measurement','installation','service','delivery','claim')", name="kind"),
    )
