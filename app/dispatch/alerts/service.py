"""Taking an alert: the others see who looks after it, and their consoles are quiet."""

from uuid import UUID

from app.contracts.dispatch import AlertTaken
from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.dispatch.alerts import queries
from app.dispatch.alerts.schemas import AlertKind, TakeAlert
from app.dispatch.requests.service import get_request
from app.dispatch.visits.service import get_visit
from app.identity import api as identity


class AlertTakenAlready(DomainError):
    """Somebody else looks after it. `params` name him."""

    code = "alert_taken_already"


async def take_alert(session: Session, scope: Scope, *, alert: TakeAlert) -> None:
    """Say that the caller looks after an alert. Saying it again changes nothing.

    Raises:
        VisitNotFound, RequestNotFound: there is no such subject in this company.
        AlertTakenAlready: somebody else was faster.
    """
    if alert.kind == AlertKind.REQUEST_UNANSWERED:
        await get_request(session, scope, alert.subject_id)
    else:
        await get_visit(session, scope, alert.subject_id)
    if await queries.keep_taken(session, scope.company_id, alert, by=scope.user_id):
        taken = AlertTaken(alert_kind=alert.kind, subject_id=alert.subject_id, taken_by=scope.user_id)
        await announce(session, scope.company_id, taken)
        return
    taker = await queries.get_taker(session, scope.company_id, alert)
    if taker is not None and taker != scope.user_id:
        raise AlertTakenAlready(taken_by=await _name_of(session, scope.company_id, taker))


async def _name_of(session: Session, company_id: UUID, user_id: UUID) -> str:
    return "".join(one.name for one in await identity.find_users(session, company_id, [user_id]))
