from litestar import Router, get
from litestar.di import NamedDependency

from app.crm.recommenders import service
from app.crm.recommenders.schemas import RecommendersOut
from app.db.reader import Reader
from app.http.guards import office


@get("/recommenders", operation_id="listRecommenders", guards=[office])
async def list_recommenders(
    reader: NamedDependency[Reader],
) -> RecommendersOut:
    """Clients and colleagues who recommend the company: whom they have brought, and what that is worth."""
    return RecommendersOut.of(await service.find_recommenders(reader))


router = Router("/crm", route_handlers=[list_recommenders], tags=["crm: sources"])
