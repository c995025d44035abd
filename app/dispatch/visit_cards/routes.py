from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.visit_cards import service
from app.dispatch.visit_cards.schemas import VisitCard
from app.dispatch.visits.service import get_visit
from app.dispatch.visits.states import VisitNotFound
from app.http.guards import office
from app.http.refusals import refuses
from app.orders.api import JobNotFound, JobTypeNotFound, OrderNotFound


@get("/visits/{visit_id:uuid}/card", operation_id="getVisitCard", guards=[office])
@refuses(ClientNotFound, JobNotFound, JobTypeNotFound, OrderNotFound, SiteNotFound, VisitNotFound)
async def get_visit_card(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> VisitCard:
    """A visit with its job, client, site, people, offers, steps of the ladder, history and money: one read."""
    return await service.visit_card(session, caller, await get_visit(session, caller, visit_id))


router = Router("/", route_handlers=[get_visit_card], tags=["dispatch: visits"])
