from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import uuid7
from app.db.base import Base, OfCompany, belongs_to


class ActSeal(OfCompany, Base):
    """What one part of a signed act was when it became final. Only ever added, and sealed with the audit.

    The act's own row is protected by triggers. Whoever gets past them still contradicts this.
    """

    __tablename__ = "act_seal"

    act_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    """signature, pdf_ru or pdf_en."""
    id: Mapped[UUID] = mapped_column(default=uuid7)
    """When it was written: seals of the audit cover rows in this order."""
    says: Mapped[dict[str, Any]]

    __table_args__ = (belongs_to("act"), Index("ix_act_seal__id", "company_id", "id"))
