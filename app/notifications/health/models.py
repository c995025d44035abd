from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany


class ProviderHealth(OfCompany, Base):
    """How the last calls of a provider ended for a company. Only kept where a channel has several providers."""

    __tablename__ = "provider_health"

    provider: Mapped[str] = mapped_column(primary_key=True)
    recent: Mapped[str]
    """A `+` or `-` for each of the last calls, the newest last."""
    noted_at: Mapped[datetime]
    lowered_at: Mapped[datetime | None]
    """Since when it fails and is asked last."""
    probed_at: Mapped[datetime | None]
    """When it last got a message to see whether it works again."""
