from uuid import UUID

from litestar import Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from obstore.store import ObjectStore

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.clock import Clock
from app.core.errors import Invalid
from app.core.i18n import Lang, text
from app.core.scope import Scope
from app.db.files import FileLost
from app.db.session import Session
from app.documents.api import pdf_response, print_estimate
from app.http.dependencies import Transactions
from app.http.guards import dispatchers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.orders.client_orders.policies import OrderCanceled
from app.orders.client_orders.service import OrderNotFound, get_order
from app.orders.estimates import paper, proposals, queries, service
from app.orders.estimates.models import Estimate
from app.orders.estimates.policies import EstimateExpired, EstimateSettled
from app.orders.estimates.schemas import (
    AgreeEstimate,
    DeclineEstimate,
    EstimateOut,
    EstimatesOut,
    ProposalOut,
    WriteEstimate,
)
from app.orders.estimates.service import EstimateNotFound


@post("/orders/{order_id:uuid}/estimates", operation_id="draftEstimate", guards=[dispatchers])
@refuses(Invalid, OrderCanceled, OrderNotFound)
@once
async def draft_estimate(
    order_id: FromPath[UUID],
    data: JSONBody[WriteEstimate],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> EstimateOut:
    """Write what an order costs: works at the prices of the price list, goods and anything else by hand."""
    estimate = await service.draft_estimate(session, caller, order_id=order_id, wanted=data)
    return await _shown(session, estimate)


@get("/orders/{order_id:uuid}/estimates", operation_id="listEstimates", guards=[office])
@refuses(OrderNotFound)
async def list_estimates(
    order_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> EstimatesOut:
    """Every version of what an order costs, newest first."""
    await get_order(session, caller, order_id)
    estimates = await queries.find_estimates(session, caller, order_id)
    lines = await queries.find_lines(session, caller.company_id, [one.id for one in estimates])
    return EstimatesOut(items=[EstimateOut.of(one, lines[one.id]) for one in estimates])


@get("/orders/{order_id:uuid}/estimate-proposal", operation_id="proposeEstimate", guards=[dispatchers])
@refuses(OrderNotFound)
async def propose_estimate(
    order_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ProposalOut:
    """Lines to begin an estimate with: the openings that were measured last, and the works they usually need."""
    await get_order(session, caller, order_id)
    return ProposalOut.of(await proposals.propose(session, caller, order_id))


@get("/estimates/{estimate_id:uuid}", operation_id="getEstimate", guards=[office])
@refuses(EstimateNotFound)
async def get_estimate(
    estimate_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> EstimateOut:
    """One estimate with its lines."""
    return await _shown(session, await service.get_estimate(session, caller, estimate_id))


@get(
    "/estimates/{estimate_id:uuid}/pdf",
    operation_id="getEstimatePdf",
    guards=[office],
    media_type="application/pdf",
)
@refuses(ClientNotFound, EstimateNotFound, FileLost, OrderNotFound, SiteNotFound)
async def get_estimate_pdf(
    estimate_id: FromPath[UUID],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
    lang: FromQuery[Lang | None] = None,
) -> Response[bytes]:
    """The estimate as PDF, in the client's language unless another is asked for. A draft says that it is one."""
    async with transactions() as session:
        estimate = await paper.read_paper(session, caller, estimate_id)
    logo = await paper.read_logo(transactions, files, caller)
    wanted = lang or estimate.parties.lang
    order, number = estimate.parties.order_number, estimate.number
    return pdf_response(
        await print_estimate(estimate, wanted, logo=logo),
        plain=f"estimate-{order}-{number}-{wanted}",
        name=text(wanted, "estimate_paper", "file_name", order=order, number=number),
    )


@put("/estimates/{estimate_id:uuid}", operation_id="rewriteEstimate", guards=[dispatchers])
@refuses(EstimateNotFound, EstimateSettled, Invalid, OrderNotFound)
async def rewrite_estimate(
    estimate_id: FromPath[UUID],
    data: JSONBody[WriteEstimate],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> EstimateOut:
    """Write a draft anew, at today's price list. What is agreed stays: draft another version."""
    estimate = await _locked(session, caller, estimate_id, if_match)
    await service.rewrite_estimate(session, caller, estimate, data)
    return await _shown(session, estimate)


@post(
    "/estimates/{estimate_id:uuid}/agree", operation_id="agreeEstimate", guards=[dispatchers], status_code=200
)
@refuses(
    ClientNotFound,
    EstimateExpired,
    EstimateNotFound,
    EstimateSettled,
    OrderCanceled,
    OrderNotFound,
    SiteNotFound,
)
async def agree_estimate(
    estimate_id: FromPath[UUID],
    data: JSONBody[AgreeEstimate],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> EstimateOut:
    """The client agreed to this version: it becomes the price of the order, with the prices he saw.

    `If-Match` names what he saw. A version that was agreed before is superseded.
    """
    estimate = await _locked(session, caller, estimate_id, if_match)
    await service.agree_estimate(
        session, caller, estimate, note=data.note, even_if_expired=data.even_if_expired, now=clock.now()
    )
    return await _shown(session, estimate)


@post(
    "/estimates/{estimate_id:uuid}/decline",
    operation_id="declineEstimate",
    guards=[dispatchers],
    status_code=200,
)
@refuses(EstimateNotFound, EstimateSettled, OrderNotFound)
async def decline_estimate(
    estimate_id: FromPath[UUID],
    data: JSONBody[DeclineEstimate],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> EstimateOut:
    """The client does not want this version. The reason is kept."""
    estimate = await _locked(session, caller, estimate_id, if_match)
    await service.decline_estimate(session, estimate, reason=data.reason, now=clock.now())
    return await _shown(session, estimate)


async def _locked(session: Session, caller: Scope, estimate_id: UUID, if_match: str | None) -> Estimate:
    """The estimate, its order and itself locked, if it is as the caller has seen it."""
    estimate = await service.lock_estimate(session, caller, estimate_id)
    check_version(if_match, estimate.row_version)
    return estimate


async def _shown(session: Session, estimate: Estimate) -> EstimateOut:
    lines = await queries.find_lines(session, estimate.company_id, [estimate.id])
    return EstimateOut.of(estimate, lines[estimate.id])


router = Router(
    "/",
    route_handlers=[
        draft_estimate,
        list_estimates,
        propose_estimate,
        get_estimate,
        get_estimate_pdf,
        rewrite_estimate,
        agree_estimate,
        decline_estimate,
    ],
    tags=["dispatch: money"],
)
