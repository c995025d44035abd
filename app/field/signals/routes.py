from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.session import Session
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.signals.commands import ANSWER_SIGNAL
from app.field.signals.schemas import AnswerSignal
from app.http.guards import workers
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page
from app.tracking import api as tracking
from app.tracking.api import SignalClosed, SignalCommentNeeded, SignalNotFound, StopSignalOut


@get("/field/my-signals", operation_id="listMySignals", guards=[workers])
async def list_my_signals(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[StopSignalOut]:
    """The caller's own stops that nothing explains, newest first, as a supervisor sees them."""
    items, next_cursor = await tracking.find_signals_of_caller(
        session, caller, cursor=cursor, limit=limit, now=clock.now()
    )
    return Page(items=items, next_cursor=next_cursor)


@post(
    "/field/my-signals/{signal_id:uuid}/answer",
    operation_id="answerSignal",
    guards=[workers],
    status_code=200,
)
@refuses(CommandReused, NumberUsed, SignalClosed, SignalCommentNeeded, SignalNotFound)
async def answer_signal(
    signal_id: FromPath[UUID], data: JSONBody[AnswerSignal], door: NamedDependency[Door]
) -> StopSignalOut:
    """Say what the stop was. It stands beside the signal for ever. More can be said until it is closed."""
    return await door.carry_out(ANSWER_SIGNAL, signal_id, data)


router = Router(
    "/",
    route_handlers=[list_my_signals, answer_signal],
    dependencies=DOOR,
    tags=["tracking: signals"],
)
