from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody

from app.clients.api import (
    ClientArchived,
    ClientInvalid,
    ClientNotFound,
    ContactJustFreed,
    EmailBelongsToClient,
    PhoneBelongsToClient,
    PhoneIsShared,
    SiteArchived,
    SiteNotFound,
    load_zones,
)
from app.core.clock import Clock
from app.core.emails import EmailInvalid
from app.core.phones import PhoneInvalid
from app.core.scope import Scope
from app.db.reader import Reader
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.candidates.service import find_candidates
from app.dispatch.gate.policies import JobNotPlannable, NotReadyThen, VisitTimeInvalid
from app.dispatch.requests import queries, service
from app.dispatch.requests.policies import RequestReasonMisplaced, RequestStatus
from app.dispatch.requests.schemas import (
    BookedMeasurement,
    BookMeasurement,
    Channel,
    RegisterRequest,
    RequestOut,
    UpdateRequest,
    WaitingRequests,
)
from app.dispatch.requests.service import (
    ClientNeeded,
    NotAMeasurement,
    RequestAlreadyConverted,
    RequestMoveRefused,
    RequestNotFound,
    SiteNeeded,
)
from app.http.guards import intake
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, read_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version
from app.orders.api import (
    JobNotFound,
    JobTypeNeeded,
    JobTypeNotFound,
    JobTypeRetired,
    OrderNotFound,
    OrderOfOtherSite,
    SiteOfOtherClient,
)
from app.workforce.api import SkillUnknown

WAITING_MAX = 200


@post(
    "/requests",
    operation_id="registerRequest",
    guards=[intake],
    responses={
        200: ResponseSpec(RequestOut, description="It was registered before", generate_examples=False)
    },
)
@refuses(PhoneInvalid, PhoneIsShared)
async def register_request(
    data: JSONBody[RegisterRequest],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    once: NamedDependency[Once],
) -> Response[RequestOut]:
    """Register a request. The same `external_ref` from the same channel returns the existing one with 200."""
    if (given := await once.answer_given()) is not None:
        return given
    request, is_new = await service.register_request(session, caller, request=data, now=clock.now())
    answer, status = RequestOut.of(request), 201 if is_new else 200
    await once.keep(answer, status=status)
    return Response(answer, status_code=status)


@get("/requests", operation_id="listRequests", guards=[intake])
async def list_requests(
    reader: NamedDependency[Reader],
    status: FromQuery[RequestStatus | None] = None,
    channel: FromQuery[Channel | None] = None,
    client_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[RequestOut]:
    """Requests, newest first."""
    requests, next_cursor = await read_page(
        reader,
        queries.REQUESTS,
        cursor=cursor,
        limit=limit,
        status=status,
        channel=channel,
        client=client_id,
    )
    return Page(items=requests, next_cursor=next_cursor)


@get("/requests/waiting", operation_id="listWaitingRequests", guards=[intake])
async def list_waiting_requests(reader: NamedDependency[Reader]) -> WaitingRequests:
    """Requests without a first response, the most urgent first; at most 200."""
    return WaitingRequests(items=await reader.all(queries.WAITING, at_most=WAITING_MAX))


@get("/requests/{request_id:uuid}", operation_id="getRequest", guards=[intake])
@refuses(RequestNotFound)
async def get_request(
    request_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> RequestOut:
    """One request."""
    return RequestOut.of(await service.get_request(session, caller, request_id))


@patch("/requests/{request_id:uuid}", operation_id="updateRequest", guards=[intake])
@refuses(PhoneInvalid, RequestMoveRefused, RequestNotFound, RequestReasonMisplaced)
async def update_request(
    request_id: FromPath[UUID],
    data: JSONBody[UpdateRequest],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> RequestOut:
    """Correct a request, or say what became of it; `responded` reopens.

    Closed with a `loss_reason`: whoever asked does not buy. Without one: his question was answered.
    """
    request = await service.get_request(session, caller, request_id, lock=True)
    check_version(if_match, request.row_version)
    changed = await service.update_request(
        session, caller, request=request, changes=data.changes(), now=clock.now()
    )
    return RequestOut.of(changed)


@post(
    "/requests/{request_id:uuid}/book-measurement",
    operation_id="bookMeasurement",
    guards=[intake],
    before_request=load_zones,
)
@refuses(
    ClientArchived,
    ClientInvalid,
    ClientNeeded,
    ClientNotFound,
    ContactJustFreed,
    EmailBelongsToClient,
    EmailInvalid,
    JobNotFound,
    JobNotPlannable,
    JobTypeNeeded,
    JobTypeNotFound,
    JobTypeRetired,
    NotAMeasurement,
    NotReadyThen,
    OrderNotFound,
    OrderOfOtherSite,
    PhoneBelongsToClient,
    PhoneInvalid,
    PhoneIsShared,
    RequestAlreadyConverted,
    RequestMoveRefused,
    RequestNotFound,
    SiteArchived,
    SiteNeeded,
    SiteNotFound,
    SiteOfOtherClient,
    SkillUnknown,
    VisitTimeInvalid,
)
@once
async def book_measurement(
    request_id: FromPath[UUID],
    data: JSONBody[BookMeasurement],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> BookedMeasurement:
    """Turn a request into a client, a site, an order, a measurement job and a planned visit, in one step.

    The client gets an SMS with the time. `candidates` lists who could take the visit, nearest first.
    """
    now = clock.now()
    booked = await service.book_measurement(session, caller, request_id=request_id, booking=data, now=now)
    async with work_in(session, caller.company_id) as work:
        candidates = await find_candidates(work, booked.visit, offers=[], now=now)
    return BookedMeasurement.of(booked.request, booked.job, booked.visit, candidates)


router = Router(
    "/",
    route_handlers=[
        register_request,
        list_requests,
        list_waiting_requests,
        get_request,
        update_request,
        book_measurement,
    ],
    tags=["dispatch: requests"],
)
