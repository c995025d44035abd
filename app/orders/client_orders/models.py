from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned, belongs_to
from app.orders.statuses import OrderStatus


class ClientOrder(HasId, Versioned, Base):
    """What a client buys, from the first call to the handed-over windows: its jobs share it."""

    __tablename__ = "client_order"

    number: Mapped[int]
    client_id: Mapped[UUID]
    site_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=OrderStatus.NEW)
    prepaid_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    canceled_reason: Mapped[str | None]

    __table_args__ = (
        belongs_to("client"),
        belongs_to("site"),
        UniqueConstraint("company_id", "number"),
        Index("ix_client_order__client", "company_id", "client_id"),
        CheckConstraint(
            "status IN ('new','measured','prepaid','in_production','ready','installation_planned','installed',"
            "'handed_over','canceled')",
            name="status",
        ),
        CheckConstraint("(status = 'canceled') = (canceled_reason IS NOT NULL)", name="canceled_has_reason"),
    )
