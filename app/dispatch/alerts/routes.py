from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.reader import Reader
from app.db.session import Session
from app.dispatch.alerts import queries, service
from app.dispatch.alerts.schemas import AlertsOut, TakeAlert
from app.dispatch.alerts.service import AlertTakenAlready
from app.dispatch.requests.service import RequestNotFound
from app.dispatch.visits.states import VisitNotFound
from app.http.guards import intake
from app.http.refusals import refuses


@get("/alerts", operation_id="listAlerts", guards=[intake])
async def list_alerts(reader: NamedDependency[Reader], clock: NamedDependency[Clock]) -> AlertsOut:
    """What needs a dispatcher now: offers without answer, late visits, silent clients, requests without response."""
    return await queries.read_alerts(reader, now=clock.now())


@post("/alerts/take", operation_id="takeAlert", guards=[intake], status_code=200)
@refuses(AlertTakenAlready, RequestNotFound, VisitNotFound)
async def take_alert(
    data: JSONBody[TakeAlert],
    session: NamedDependency[Session],
    reader: NamedDependency[Reader],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> None:
    """Say that you look after an alert. Everybody sees it, and nobody else is called by a sound."""
    await service.take_alert(session, caller, alert=data)


router = Router("/", route_handlers=[list_alerts, take_alert], tags=["dispatch: inbox"])
