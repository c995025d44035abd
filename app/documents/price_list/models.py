from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned
from app.db.card_changes import Recorded


class WorkItem(HasId, Versioned, Base):
    """A line of the company's price list: what stands on acts and what the crew earns for it."""

    __tablename__ = "work_item"
    __recorded__ = Recorded("work_item")

    code: Mapped[str]
    name_ru: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str]
    """Key of `[unit]` in the texts."""
    price_kop: Mapped[int] = mapped_column(BigInteger)
    reward_kop: Mapped[int] = mapped_column(BigInteger)
    """Paid to the crew per unit, divided by the members' shares."""
    warranty_months: Mapped[int]
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("price_kop >= 0 AND reward_kop >= 0 AND warranty_months >= 0", name="not_negative"),
    )
