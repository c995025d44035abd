from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.field.privacy import service
from app.field.privacy.schemas import (
    ConsentStateOut,
    EndPrivateTime,
    GiveConsent,
    PrivateTimeOut,
    StartPrivateTime,
    WithdrawConsent,
)
from app.http.guards import workers
from app.http.refusals import refuses
from app.tracking.api import ConsentTextUnknown, NoConsentInForce
from app.workforce.api import WorkerNotFound


@post("/consent", operation_id="giveTrackingConsent", guards=[workers], status_code=200)
@refuses(ConsentTextUnknown, WorkerNotFound)
async def give_tracking_consent(
    data: JSONBody[GiveConsent],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ConsentStateOut:
    """Agree to be tracked during shifts. Without it no position is kept.

    If he has agreed already, nothing changes.
    """
    return await service.give_tracking_consent(session, caller, sent=data, now=clock.now())


@post("/consent/withdraw", operation_id="withdrawTrackingConsent", guards=[workers], status_code=200)
@refuses(NoConsentInForce)
async def withdraw_tracking_consent(
    data: JSONBody[WithdrawConsent],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ConsentStateOut:
    """Take the consent back. What was kept since it happened is removed."""
    return await service.withdraw_tracking_consent(session, caller, sent=data, now=clock.now())


@post("/private-time/start", operation_id="startPrivateTime", guards=[workers], status_code=200)
@refuses(WorkerNotFound)
async def start_private_time(
    data: JSONBody[StartPrivateTime],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PrivateTimeOut:
    """Begin private time: until it ends, no position is kept.

    What was kept since it began is removed. If he is in private time already, nothing changes.
    """
    return await service.start_private_time(session, caller, sent=data, now=clock.now())


@post("/private-time/end", operation_id="endPrivateTime", guards=[workers], status_code=200)
async def end_private_time(
    data: JSONBody[EndPrivateTime],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PrivateTimeOut:
    """End private time. If he is in none, nothing changes."""
    return await service.end_private_time(session, caller, sent=data, now=clock.now())


router = Router(
    "/field/tracking",
    route_handlers=[
        give_tracking_consent,
        withdraw_tracking_consent,
        start_private_time,
        end_private_time,
    ],
    tags=["tracking: consents"],
)
