from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.card_changes import Recorded
from app.orders.forms.policies import version_of


class Form(HasId, Versioned, Base):
    """Questions of the company's own. The office edits the draft; phones see what was published last."""

    __tablename__ = "form"
    __recorded__ = Recorded("form", hidden=frozenset({"published_version"}))

    code: Mapped[str]
    name: Mapped[dict[str, Any]]
    """By language: `{"ru": "Чек-лист монтажа"}`."""
    draft: Mapped[dict[str, Any]]
    """`{"schema": …, "ui": …}` as the office sent it."""
    published_number: Mapped[int | None]
    """`number` of the version that phones see."""
    published_version: Mapped[str | None]
    retired_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("company_id", "code"),)

    @property
    def is_changed(self) -> bool:
        return version_of(self.draft) != self.published_version


class FormVersion(HasId, Base):
    """What was published once. It stays as it is, so that answers can be judged by it for ever."""

    __tablename__ = "form_version"

    form_id: Mapped[UUID]
    number: Mapped[int]
    version: Mapped[str]
    """`policies.version_of`. Of a checklist from before there were forms: the name its phones know."""
    schema: Mapped[dict[str, Any]]
    """As `policies.compile_schema` makes it."""
    ui: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
    """Null: made with the company."""

    __table_args__ = (
        belongs_to("form"),
        UniqueConstraint("company_id", "form_id", "number"),
    )
