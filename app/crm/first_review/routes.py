from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.first_review import queries, service
from app.crm.first_review.queries import Filters
from app.crm.first_review.schemas import (
    ConfirmedOut,
    ConfirmFirstStatus,
    DoubtName,
    FirstAssignmentOut,
    FirstAssignmentsOut,
    FirstReviewOut,
    NotePastPurchase,
    PastPurchaseOut,
    ReleaseFirstAssignment,
    ReviewedClientOut,
)
from app.crm.first_review.service import (
    FirstAssignmentNotFound,
    FirstStatusNotFound,
    PastPurchaseInvalid,
    PastPurchaseNotFound,
    StillAssigning,
)
from app.crm.status_lists.schemas import StatusName
from app.db.session import Session
from app.http.guards import dispatchers, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page


@get("/first-assignments", operation_id="listFirstAssignments", guards=[office])
async def list_first_assignments(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> FirstAssignmentsOut:
    """Bases that were there before the product, with how far people have come with looking at them."""
    found = await queries.find_summaries(session, caller.company_id)
    return FirstAssignmentsOut(items=[FirstAssignmentOut.of(one) for one in found])


@post("/first-assignments", operation_id="beginFirstAssignment", guards=[managers], status_code=202)
@refuses(StillAssigning)
async def begin_first_assignment(
    session: NamedDependency[Session], caller: NamedDependency[Scope], clock: NamedDependency[Clock]
) -> None:
    """Take over what happened to clients of whom nothing is known yet, in the background. Nobody is told."""
    await service.begin_assignment(session, caller, now=clock.now())


@get("/first-assignments/{assignment_id:uuid}", operation_id="reviewFirstAssignment", guards=[office])
@refuses(FirstAssignmentNotFound)
async def review_first_assignment(
    assignment_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> FirstReviewOut:
    """How many clients got which status and why, some of each, and what speaks against the facts of others."""
    return FirstReviewOut.of(await service.review_assignment(session, caller, assignment_id), caller.lang)


@get("/first-assignments/{assignment_id:uuid}/clients", operation_id="listReviewedClients", guards=[office])
async def list_reviewed_clients(
    assignment_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    status: FromQuery[StatusName | None] = None,
    doubt: FromQuery[DoubtName | None] = None,
    is_confirmed: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ReviewedClientOut]:
    """The clients of such a base, those with most doubts first."""
    rows, next_cursor = await queries.find_reviewed(
        session,
        caller.company_id,
        assignment_id,
        Filters(status, doubt, is_confirmed),
        cursor=cursor,
        limit=limit,
    )
    return Page(items=[ReviewedClientOut.of(row, caller.lang) for row in rows], next_cursor=next_cursor)


@post(
    "/first-assignments/{assignment_id:uuid}/clients/{client_id:uuid}/confirm",
    operation_id="confirmFirstStatus",
    guards=[dispatchers],
    status_code=200,
)
@refuses(FirstStatusNotFound)
async def confirm_first_status(
    assignment_id: FromPath[UUID],
    client_id: FromPath[UUID],
    data: JSONBody[ConfirmFirstStatus],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ConfirmedOut:
    """The facts of a client are right. A wrong status is corrected by the fact that is missing, never by itself."""
    first = await service.confirm_client(
        session, caller, assignment_id=assignment_id, client_id=client_id, note=data.note, now=clock.now()
    )
    return ConfirmedOut.of(first)


@post(
    "/first-assignments/{assignment_id:uuid}/release",
    operation_id="releaseFirstAssignment",
    guards=[managers],
    status_code=200,
)
@refuses(FirstAssignmentNotFound, StillAssigning)
async def release_first_assignment(
    assignment_id: FromPath[UUID],
    data: JSONBody[ReleaseFirstAssignment],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> FirstReviewOut:
    """Let plans touch these clients. Until then nothing that was before makes anybody write to them."""
    await service.release_assignment(
        session, caller, assignment_id=assignment_id, comment=data.comment, now=clock.now()
    )
    return FirstReviewOut.of(await service.review_assignment(session, caller, assignment_id), caller.lang)


@post("/clients/{client_id:uuid}/past-purchases", operation_id="notePastPurchase", guards=[dispatchers])
@refuses(ClientNotFound, PastPurchaseInvalid, SiteNotFound)
@once
async def note_past_purchase(
    client_id: FromPath[UUID],
    data: JSONBody[NotePastPurchase],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PastPurchaseOut:
    """The client bought something before the product knew him. His status follows, and nobody is told."""
    purchase_id = await service.note_past_purchase(
        session, caller, client_id=client_id, purchase=data.to_purchase(), now=clock.now()
    )
    return PastPurchaseOut(id=purchase_id, client_id=client_id)


@post(
    "/clients/{client_id:uuid}/past-purchases/{purchase_id:uuid}/withdraw",
    operation_id="withdrawPastPurchase",
    guards=[dispatchers],
    status_code=204,
)
@refuses(PastPurchaseNotFound)
async def withdraw_past_purchase(
    client_id: FromPath[UUID],
    purchase_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> None:
    """He did not buy it after all. Nothing is deleted: a further fact takes it back."""
    await service.withdraw_past_purchase(
        session, caller, client_id=client_id, purchase_id=purchase_id, now=clock.now()
    )


router = Router(
    "/crm",
    route_handlers=[
        list_first_assignments,
        begin_first_assignment,
        review_first_assignment,
        list_reviewed_clients,
        confirm_first_status,
        release_first_assignment,
        note_past_purchase,
        withdraw_past_purchase,
    ],
    tags=["crm: first statuses"],
)
