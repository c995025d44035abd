from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class LeadMagnet(HasId, Base):
    """Something useful that a company gives for a contact."""

    __tablename__ = "lead_magnet"

    kind: Mapped[str]
    """checklist, free_measurement, calculator or other."""
    name: Mapped[str]
    cost_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """What giving it once costs."""
    ends_at: Mapped[datetime | None]
    """From then on nobody gets it."""
    added_by: Mapped[UUID]

    __table_args__ = (
        CheckConstraint("kind IN ('checklist','free_measurement','calculator','other')", name="kind"),
        CheckConstraint("cost_kop >= 0", name="cost"),
    )


class MagnetExchange(HasId, Base):
    """A person has left his contact and got something useful. Rows are only added."""

    __tablename__ = "magnet_exchange"

    magnet_id: Mapped[UUID]
    client_id: Mapped[UUID]
    at: Mapped[datetime]
    channel: Mapped[str]
    """How he left it."""
    has_consent: Mapped[bool]
    """He agreed to be written to: the ledger of consents has it with its proof."""
    target_id: Mapped[UUID | None]
    """Where he was found."""
    recorded_by: Mapped[UUID]

    __table_args__ = (
        belongs_to("lead_magnet", "magnet_id"),
        belongs_to("client"),
        belongs_to("target_place", "target_id"),
        Index("uq_magnet_exchange__client", "company_id", "magnet_id", "client_id", unique=True),
        Index("ix_magnet_exchange__at", "company_id", "at"),
    )
