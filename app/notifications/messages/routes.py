from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from app.core.clock import Clock
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.http.guards import EXPECTED, office, public
from app.http.known_queries import ANY_QUERY
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Out, Page
from app.notifications.channels.choice import report_within
from app.notifications.channels.sms.kannel import read_report
from app.notifications.messages import queries, service
from app.notifications.messages.models import Message
from app.notifications.messages.policies import MessageStatus
from app.notifications.messages.schemas import MessageDetailsOut, MessageOut
from app.notifications.messages.service import MessageNotFound, ReportNotSigned


@get("/", operation_id="listMessages", guards=[office])
async def list_messages(
    *,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    subject_kind: FromQuery[str | None] = None,
    subject_id: FromQuery[UUID | None] = None,
    status: FromQuery[MessageStatus | None] = None,
    kind: FromQuery[str | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[MessageOut]:
    """SMS to clients and workers, newest first, with their status.

    A person must look at those with `status=unknown` or `status=failed`.
    """
    query = queries.select_messages(
        caller, subject_kind=subject_kind, subject_id=subject_id, status=status, kind=kind
    )
    rows, next_cursor = await fetch_page(session, query, Message.id, cursor=cursor, limit=limit)
    return Page(items=[MessageOut.of(row, caller) for row in rows], next_cursor=next_cursor)


@get("/{message_id:uuid}", operation_id="getMessage", guards=[office])
@refuses(MessageNotFound)
async def get_message(
    message_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> MessageDetailsOut:
    """One SMS with every call of the gateway and every delivery report."""
    found = await service.get_message(session, caller, message_id=message_id)
    return MessageDetailsOut.of_all(*found, caller)


class ReportTaken(Out):
    status: str = "ok"


@get(
    "/callbacks/sms/kannel/{company_id:uuid}/{message_id:uuid}",
    operation_id="receiveKannelReport",
    guards=[public],
    opt={EXPECTED: True, ANY_QUERY: True},
    security=[{}],
    tags=["notifications: callbacks"],
)
@refuses(ReportNotSigned)
async def receive_kannel_report(
    *,
    request: Request[Any, Any, Any],
    company_id: FromPath[UUID],
    message_id: FromPath[UUID],
    sig: FromQuery[str],
    type_: Annotated[
        str,
        QueryParameter(
            name="type", description="1 delivered, 2 not delivered, 4 buffered, 8 accepted, 16 refused"
        ),
    ],
    session: NamedDependency[Session],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> ReportTaken:
    """Receive a delivery report from Kannel. Kannel got this signed address together with the SMS.

    The answer is also 200 for an unknown message, so that Kannel does not try again.
    """
    raw = {name: value.replace("\0", "") for name, value in request.query_params.items() if name != "sig"}
    await service.receive_report(
        session,
        company_id=company_id,
        message_id=message_id,
        state=read_report(raw),
        raw=raw,
        signature=sig,
        secret_key=settings.secret_key,
        report_within=report_within(settings),
        now=clock.now(),
    )
    return ReportTaken()


messages = Router("/messages", route_handlers=[list_messages, get_message], tags=["notifications: messages"])
callbacks = Router("/", route_handlers=[receive_kannel_report])
