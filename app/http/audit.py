"""Who did what, when, from where: one row for every request that changes something."""

from datetime import datetime
from typing import Any, NamedTuple, cast
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


class Origin(NamedTuple):
    """Where something that is done comes from."""

    request_id: str
    """Of a request, or of the job that does it in its place."""
    ip: str | None = None


def origin_of(request: Request[Any, Any, Any]) -> Origin:
    return Origin(request.state.request_id, request.client.host if request.client else None)


async def record_audit(
    session: Session, scope: Scope, request: Request[Any, Any, Any], *, action: str | None = None
) -> None:
    """Write who did it, and what he changed: a row for each card.

    The `session` and `work` dependencies do this for signed-in people; public routes call it once they know who it
    was. `action` names something that is not the route's own purpose.
    """
    await append_audit(session, scope, audit_row(scope, request, action=action))


async def append_audit(session: Session, scope: Scope, what: Insert) -> None:
    """Write this row of the audit for each card that was changed, or once if there is none."""
    row = {"company_id": scope.company_id, **what.row}
    changed = [one._asdict() for one in await take_changes(session)]
    await append(session, AUDIT, *(row | {"id": uuid7()} | one for one in changed or [{}]))


def audit_row(scope: Scope, request: Request[Any, Any, Any], *, action: str | None = None) -> Insert:
    """Who did what the route is for, if `action` does not say otherwise."""
    subject = {name: str(one) for name, one in request.path_params.items()}
    said = action or str(request.route_handler.operation_id)
    return audit_of(scope, origin_of(request), action=said, subject=subject)


def audit_of(scope: Scope, origin: Origin, *, action: str, subject: dict[str, str]) -> Insert:
    """Who did something that is not the purpose of a route."""
    row = {
        "id": uuid7(),
        "user_id": scope.user_id,
        "device_id": scope.device_id,
        "action": action,
        "subject": subject,
        "ip": origin.ip,
        "request_id": origin.request_id,
        "card": None,
        "card_id": None,
        "changes": {},
    }
    return Insert("audit_event", row)
