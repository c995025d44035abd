from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany


class DocumentCounter(OfCompany, Base):
    """The last number given out per kind of document: numbers have no gaps and no repeats, because
    the counter moves in the transaction of the document."""

    __tablename__ = "document_counter"

    kind: Mapped[str] = mapped_column(primary_key=True)
    last_number: Mapped[int]
