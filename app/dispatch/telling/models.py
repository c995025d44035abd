from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, belongs_to


class ClientNotice(OfCompany, Base):
    """What a client is told about a visit, by an SMS or by a person whom an inbox item asks to do it.

    Whether he was told follows from the message and from the item. So the last notice that reached him is
    what he knows. The window and the person are those that he knows after it, also if it does not repeat them.

    It refers to the row of the telling and not to the visit. A reference to the visit would wait for a command
    that has locked the visit, and the command may be waiting for the row of the telling.
    """

    __tablename__ = "client_notice"

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """1, 2, … within the visit."""
    says: Mapped[str]
    window_starts_at: Mapped[datetime]
    window_ends_at: Mapped[datetime]
    who_id: Mapped[UUID | None]
    """The crew or the worker it names. Null: nobody was named."""
    who_name: Mapped[str] = mapped_column(server_default="")
    """As the client was told."""
    departed_at: Mapped[datetime | None]
    """The departure it speaks of."""
    message_id: Mapped[UUID | None]
    """Null: there was no number for an SMS."""
    item_id: Mapped[UUID | None]
    """The inbox item that asks a person to tell the client."""
    asks: Mapped[bool] = mapped_column(server_default=false())
    """It asks for an answer."""
    supervisor_item_id: Mapped[UUID | None]
    """The inbox item that tells the supervisor that nobody has called a new client."""
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["company_id", "visit_id"], ["visit_telling.company_id", "visit_telling.visit_id"]
        ),
        belongs_to("message"),
        belongs_to("inbox_item", "item_id"),
        belongs_to("inbox_item", "supervisor_item_id"),
        CheckConstraint(
            "says IN ('asked','reminded','booked','moved','person','on_the_way','not_coming','failed','called_off')",
            name="says",
        ),
    )
