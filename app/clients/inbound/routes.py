from typing import Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from app.clients.consents.service import CardNotFound, cards_of
from app.clients.inbound import queries, service
from app.clients.inbound.reading import read_kannel
from app.clients.inbound.schemas import InboundMessageOut, InboundMessagesOut, InboundUrlOut, TextTaken
from app.clients.records.policies import may_see_phones
from app.core.clock import Clock
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.http.guards import EXPECTED, managers, office, public
from app.http.known_queries import ANY_QUERY
from app.http.refusals import refuses
from app.notifications.api import ReportNotSigned

AnyRequest = Request[Any, Any, Any]


@get(
    "/callbacks/sms/kannel/{company_id:uuid}/inbound",
    operation_id="receiveKannelText",
    guards=[public],
    opt={EXPECTED: True, ANY_QUERY: True},
    security=[{}],
    tags=["notifications: callbacks"],
)
@refuses(ReportNotSigned)
async def receive_kannel_text(
    request: AnyRequest,
    company_id: FromPath[UUID],
    sig: FromQuery[str],
    session: NamedDependency[Session],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> TextTaken:
    """Receive a text that somebody sent to the company by SMS. `getInboundUrl` says what to write into Kannel.

    A refusal of messages holds at once. Everything else comes to the client's card and the inbox.
    """
    await service.receive(
        session,
        company_id=company_id,
        received=read_kannel(request.scope["query_string"]),
        signature=sig,
        secret_key=settings.secret_key,
        now=clock.now(),
    )
    return TextTaken()


@get("/sms-inbound-url", operation_id="getInboundUrl", guards=[managers])
async def get_inbound_url(
    caller: NamedDependency[Scope], settings: NamedDependency[Settings]
) -> InboundUrlOut:
    """Where Kannel brings the texts that clients send to this company."""
    url = service.inbound_url(settings.public_url, settings.secret_key, caller.company_id)
    return InboundUrlOut(url=url)


@get("/clients/{client_id:uuid}/inbound-messages", operation_id="listInboundMessages", guards=[office])
@refuses(CardNotFound)
async def list_inbound_messages(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> InboundMessagesOut:
    """What a client wrote to the company. A shared phone shows it at everybody who has it."""
    cards = await cards_of(session, caller.company_id, client_id)
    rows = await queries.find_messages(session, caller.company_id, cards)
    sees_phones = may_see_phones(caller)
    return InboundMessagesOut(items=[InboundMessageOut.of(row, sees_phones=sees_phones) for row in rows])


router = Router(
    "/",
    route_handlers=[receive_kannel_text, get_inbound_url, list_inbound_messages],
    tags=["crm: consents"],
)
