from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from obstore.store import ObjectStore

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.clock import Clock
from app.core.errors import CommandReused, Invalid
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.dispatch.api import VisitNotFound
from app.documents.api import (
    ActAlreadySigned,
    ActChanged,
    ActNotFound,
    ActNotPresented,
    ActOut,
    DocumentDamaged,
    Logo,
    SignatureUsed,
)
from app.field.acts import service
from app.field.acts.schemas import PresentAct, RefuseAct, SignAct, SignedActOut
from app.field.acts.service import OpeningUnknown, SignatureUnusable
from app.field.attachments.service import AttachmentNotFound
from app.field.visits import VisitNotAtWork
from app.http.dependencies import Transactions, prepared_by
from app.http.guards import workers
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.orders.api import OrderNotFound


async def read_logo(
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
) -> Logo | None:
    return await service.read_logo(transactions, files, caller)


@post(
    "/field/visits/{visit_id:uuid}/act",
    operation_id="presentAct",
    guards=[workers],
    dependencies=prepared_by(read_logo),
)
@refuses(
    ActAlreadySigned,
    ClientNotFound,
    Invalid,
    OpeningUnknown,
    OrderNotFound,
    SiteNotFound,
    VisitNotAtWork,
    VisitNotFound,
)
@once
async def present_act(
    visit_id: FromPath[UUID],
    data: JSONBody[PresentAct],
    prepared: NamedDependency[SkipValidation[Logo | None]],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ActOut:
    """Draw up the act of completed works to show to the client: prices, sums, warranty, what is left to pay.

    Voids an earlier act of this visit that is not signed yet. When the client signs, send the `content_hash`
    of the act he has seen.
    """
    act = await service.present_act(
        session, caller, visit_id=visit_id, wanted=data, logo=prepared, now=clock.now()
    )
    return ActOut.of(act)


@post("/field/acts/{act_id:uuid}/sign", operation_id="signAct", guards=[workers], status_code=200)
@refuses(
    ActAlreadySigned,
    ActChanged,
    ActNotFound,
    ActNotPresented,
    AttachmentNotFound,
    CommandReused,
    DocumentDamaged,
    OrderNotFound,
    SignatureUnusable,
    SignatureUsed,
    VisitNotFound,
)
async def sign_act(
    act_id: FromPath[UUID],
    data: JSONBody[SignAct],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> SignedActOut:
    """Sign an act: the client has signed on the screen. This creates the rewards and passports.

    The same command again gets the same answer. The PDFs are printed a moment later, or at once on request.
    """
    signed = await service.sign_act(session, caller, act_id=act_id, wanted=data, now=clock.now())
    return SignedActOut.of_signed(signed, public_url=settings.public_url)


@post("/field/acts/{act_id:uuid}/refuse", operation_id="refuseAct", guards=[workers], status_code=200)
@refuses(ActAlreadySigned, ActNotFound, ActNotPresented)
async def refuse_act(
    act_id: FromPath[UUID],
    data: JSONBody[RefuseAct],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ActOut:
    """Record that the client does not sign, with a reason. Another act can then be drawn up for this visit."""
    act = await service.refuse_act(session, caller, act_id=act_id, reason=data.reason, now=clock.now())
    return ActOut.of(act)


router = Router("/", route_handlers=[present_act, sign_act, refuse_act], tags=["field: acts"])
