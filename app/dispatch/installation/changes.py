"""The office changes a production order whose installation may be booked."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.gate.policies import Rule
from app.dispatch.installation.handlers import find_too_early
from app.dispatch.visits.service import add_to_history
from app.dispatch.visits.states import entry
from app.orders import api as orders
from app.orders.api import ProductionOrderOut


class InstallationTooEarly(DomainError):
    """An installation (`visits`) is booked before the new ready date. With `override_reason` the date moves all
    the same, and the installation is put before the dispatcher."""

    code = "installation_too_early"


async def change_production_order(
    session: Session,
    scope: Scope,
    *,
    production_order_id: UUID,
    check_version: Callable[[int], None],
    changes: dict[str, Any],
    now: datetime,
) -> ProductionOrderOut:
    """Change the ready date, the plant's number or the comment of a production order.

    If the date moves past a booked installation, its visit keeps the reason in its history. The listener of
    `ReadyDateMoved` puts it before the dispatcher.

    Raises:
        ProductionOrderNotFound, ReadyDateFixed, ReadyDateImpossible: see `orders.change_production`.
        InstallationTooEarly: an installation comes before the new date, and no reason was given.
    """
    reason = changes.pop("override_reason", None)
    was = await orders.get_production(session, scope, production_order_id, lock=True)
    changed = await orders.change_production(
        session,
        scope,
        production_order_id=production_order_id,
        check_version=check_version,
        changes=changes,
        now=now,
    )
    order = await orders.get_production(session, scope, production_order_id)
    if order.planned_ready_on <= was.planned_ready_on:
        return changed
    visit = await find_too_early(session, scope.company_id, order, now=now)
    if visit is not None:
        if reason is None:
            raise InstallationTooEarly(visits=[str(visit.id)])
        said = {"in_spite_of": [Rule.NOT_READY], "override_reason": reason}
        line = entry(visit.id, "ready_date_moved", by=scope.user_id, now=now, payload=said)
        await add_to_history(session, scope.company_id, [line])
    return changed
