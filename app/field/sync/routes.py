from typing import Annotated

from litestar import Router, get
from litestar.config.compression import CompressionConfig
from litestar.di import NamedDependency
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.params import QueryParameter

from app.core.clock import Clock
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.work import Work
from app.field.sync import service
from app.field.sync.schemas import SyncOut
from app.http.guards import workers

SyncCursor = Annotated[
    str | None,
    QueryParameter(
        max_length=100, description="`cursor` of the last answer that arrived. Without it: everything"
    ),
]
GZIP = DefineMiddleware(
    CompressionMiddleware, config=CompressionConfig("gzip", minimum_size=600, gzip_compress_level=5)
)
"""For `Accept-Encoding: gzip`. Above level 5 a day gets smaller by 2 %, at twice the time."""


@get("/sync", operation_id="pullChanges", guards=[workers], middleware=[GZIP])
async def pull_changes(
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    cursor: SyncCursor = None,
) -> SyncOut:
    """All that the worker's phone needs for the next days, or what has changed since `cursor`.

    Ask when the app comes to the front, after commands were sent, and every few minutes. An answer that got lost does
    no harm: ask again with the cursor that you have. An unknown or too old cursor gives everything.
    """
    return await service.pull(work, caller, cursor=cursor, settings=settings, now=clock.now())


router = Router("/field", route_handlers=[pull_changes], tags=["field: sync"])
