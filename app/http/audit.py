"""Who did what, when, from where: one row for every request that changes something."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from litestar import Request
from sqlalchemy import Index, Table, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.changes import Insert
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.append import append
from app.db.base import Base, OfCompany
from app.db.card_changes import take_changes
from app.db.session import Session


class AuditEvent(OfCompany, Base):
    """Append-only: the application's role may insert and read, never change."""

    __tablename__ = "audit_event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    action: Mapped[str]
    """The operation id of the route."""
    subject: Mapped[dict[str, Any]]
    """The ids in its path."""
    ip: Mapped[str | None]
    request_id: Mapped[str]
    card: Mapped[str | None]
    """What was changed: client, site, worker, user, company, job_type, form, work_item, territory or crew. Null for
    anything that keeps a history of its own, such as a visit."""
    card_id: Mapped[UUID | None]
    changes: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """`{"surname": ["Котова", "Иванова"]}`: the old and the new value by field. Never a secret."""

    __table_args__ = (
        Index(
            "ix_audit_event__card",
            "company_id",
            "card",
            "card_id",
            "id",
            postgresql_where=text("card IS NOT NULL"),
        ),
    )


AUDIT = cast(Table, AuditEvent.__table__)


async def record_audit(
    session: Session,
    scope: Scope,
    request: Request[Any, Any, Any],
    *,
    action: str | None = None,
    subject: dict[str, str] | None = None,
) -> None:
    """Write who did it, and what he changed: a row for each card.

    The `session` and `work` dependencies do this for signed-in people; public routes call it once they know who it
    was. `action` and `subject` name something that is not the route's own purpose.
    """
    row = {"company_id": scope.company_id, **audit_row(scope, request, action=action, subject=subject).row}
    changed = [one._asdict() for one in await take_changes(session)]
    await append(session, AUDIT, *(row | {"id": uuid7()} | one for one in changed or [{}]))


def audit_row(
    scope: Scope,
    request: Request[Any, Any, Any],
    *,
    action: str | None = None,
    subject: dict[str, str] | None = None,
) -> Insert:
    """Who did it. `action` and `subject` are those of the route, if it does not say otherwise."""
    row = {
        "id": uuid7(),
        "user_id": scope.user_id,
        "device_id": scope.device_id,
        "action": action or request.route_handler.operation_id,
        "subject": subject or {name: str(one) for name, one in request.path_params.items()},
        "ip": request.client.host if request.client else None,
        "request_id": request.state.request_id,
        "card": None,
        "card_id": None,
        "changes": {},
    }
    return Insert("audit_event", row)
