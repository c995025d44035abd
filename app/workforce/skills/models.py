from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany


class Skill(OfCompany, Base):
    __tablename__ = "skill"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
