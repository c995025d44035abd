from datetime import datetime

from sqlalchemy import ARRAY, DateTime
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class AttemptCounter(Base):
    """When something was tried lately. In PostgreSQL, so that a wiped Redis lifts no limit.

    Belongs to the installation, not to a company: whoever guesses is not signed in to one.
    """

    __tablename__ = "attempt_counter"

    key: Mapped[str] = mapped_column(primary_key=True)
    """What is limited and for whom: `code_send.phone:<hmac>`; no personal data."""
    tried_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    """Oldest first; never more than the largest limit allows."""
    forget_at: Mapped[datetime] = mapped_column(index=True)
