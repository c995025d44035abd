from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.errors import CommandReused, Invalid
from app.dispatch.api import VisitNotFound
from app.documents.api import (
    ActAlreadySigned,
    ActChanged,
    ActNotFound,
    ActNotPresented,
    ActOut,
    DocumentDamaged,
    SignatureUsed,
)
from app.field.acts.commands import PRESENT_ACT, REFUSE_ACT, SIGN_ACT
from app.field.acts.schemas import PresentAct, RefuseAct, SignAct, SignedActOut
from app.field.acts.service import OpeningUnknown, SignatureUnusable, WorkIsShared
from app.field.attachments.service import AttachmentNotFound
from app.field.commands.door import DOOR, DOOR_WITH_KEY, Door
from app.field.commands.policies import NumberUsed
from app.field.visits import VisitNotAtWork
from app.http.guards import workers
from app.http.refusals import refuses
from app.orders.api import OrderNotFound


@post(
    "/field/visits/{visit_id:uuid}/act",
    operation_id="presentAct",
    guards=[workers],
    dependencies=DOOR_WITH_KEY,
)
@refuses(
    ActAlreadySigned,
    ClientNotFound,
    CommandReused,
    Invalid,
    NumberUsed,
    OpeningUnknown,
    OrderNotFound,
    SiteNotFound,
    VisitNotAtWork,
    VisitNotFound,
    WorkIsShared,
)
async def present_act(
    visit_id: FromPath[UUID], data: JSONBody[PresentAct], door: NamedDependency[Door]
) -> ActOut:
    """Draw up the act of completed works to show to the client: prices, sums, warranty, what is left to pay.

    Possible from the departure on, so that the phone has an act where there is no network: `agreed_works` of the visit
    say what it begins with. A phone that draws it up unasked says `is_ahead`. Voids an earlier act of this visit that
    is not signed yet. When the client signs, send the `content_hash` of the act he has seen.
    """
    return await door.carry_out(PRESENT_ACT, visit_id, data)


@post("/field/acts/{act_id:uuid}/sign", operation_id="signAct", guards=[workers], status_code=200)
@refuses(
    ActAlreadySigned,
    ActChanged,
    ActNotFound,
    ActNotPresented,
    AttachmentNotFound,
    CommandReused,
    DocumentDamaged,
    NumberUsed,
    OrderNotFound,
    SignatureUnusable,
    SignatureUsed,
    VisitNotAtWork,
    VisitNotFound,
)
async def sign_act(
    act_id: FromPath[UUID], data: JSONBody[SignAct], door: NamedDependency[Door]
) -> SignedActOut:
    """Sign an act: the client has signed on the screen. This creates the rewards and passports.

    With `remarks` the act is just as final. The PDF prints them, and the office sees a disappointed client.
    The same command again gets the same answer. The PDFs are printed a moment later, or at once on request.
    """
    return await door.carry_out(SIGN_ACT, act_id, data)


@post("/field/acts/{act_id:uuid}/refuse", operation_id="refuseAct", guards=[workers], status_code=200)
@refuses(
    ActAlreadySigned,
    ActNotFound,
    ActNotPresented,
    CommandReused,
    NumberUsed,
    VisitNotAtWork,
    VisitNotFound,
)
async def refuse_act(
    act_id: FromPath[UUID], data: JSONBody[RefuseAct], door: NamedDependency[Door]
) -> ActOut:
    """Record that the client does not sign, with a reason. Another act can then be drawn up for this visit."""
    return await door.carry_out(REFUSE_ACT, act_id, data)


router = Router(
    "/", route_handlers=[present_act, sign_act, refuse_act], dependencies=DOOR, tags=["field: acts"]
)
