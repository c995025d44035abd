from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.errors import CommandReused
from app.core.scope import Scope
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.privacy.commands import (
    END_PRIVATE_TIME,
    GIVE_TRACKING_CONSENT,
    START_PRIVATE_TIME,
    WITHDRAW_TRACKING_CONSENT,
)
from app.field.privacy.schemas import (
    ConsentStateOut,
    EndPrivateTime,
    GiveTrackingConsent,
    PrivateTimeOut,
    StartPrivateTime,
    WithdrawTrackingConsent,
)
from app.http.guards import workers
from app.http.refusals import refuses
from app.tracking.api import ConsentTextUnknown
from app.workforce.api import WorkerNotFound

NO_PLACE = {"point": {"type": "null", "description": "Must be left out: such a command carries no place."}}


@post(
    "/consent", operation_id="giveTrackingConsent", guards=[workers], status_code=200, field_shapes=NO_PLACE
)
@refuses(CommandReused, ConsentTextUnknown, NumberUsed, WorkerNotFound)
async def give_tracking_consent(
    data: JSONBody[GiveTrackingConsent], caller: NamedDependency[Scope], door: NamedDependency[Door]
) -> ConsentStateOut:
    """Agree to be tracked during shifts. Without it no position is kept.

    If he has agreed to these words already, nothing changes.
    """
    return await door.carry_out(GIVE_TRACKING_CONSENT, caller.user_id, data)


@post(
    "/consent/withdraw",
    operation_id="withdrawTrackingConsent",
    guards=[workers],
    status_code=200,
    field_shapes=NO_PLACE,
)
@refuses(CommandReused, NumberUsed, WorkerNotFound)
async def withdraw_tracking_consent(
    data: JSONBody[WithdrawTrackingConsent], caller: NamedDependency[Scope], door: NamedDependency[Door]
) -> ConsentStateOut:
    """Take the consent back. What was kept since it happened is removed.

    It is never refused for want of a consent: one that was given before may come later, and ends when this happened.
    """
    return await door.carry_out(WITHDRAW_TRACKING_CONSENT, caller.user_id, data)


@post(
    "/private-time/start",
    operation_id="startPrivateTime",
    guards=[workers],
    status_code=200,
    field_shapes=NO_PLACE,
)
@refuses(CommandReused, NumberUsed, WorkerNotFound)
async def start_private_time(
    data: JSONBody[StartPrivateTime], caller: NamedDependency[Scope], door: NamedDependency[Door]
) -> PrivateTimeOut:
    """Begin private time: until it ends, no position is kept.

    What was kept since it began is removed. If he is in private time already, nothing changes.
    """
    return await door.carry_out(START_PRIVATE_TIME, caller.user_id, data)


@post(
    "/private-time/end",
    operation_id="endPrivateTime",
    guards=[workers],
    status_code=200,
    field_shapes=NO_PLACE,
)
@refuses(CommandReused, NumberUsed, WorkerNotFound)
async def end_private_time(
    data: JSONBody[EndPrivateTime], caller: NamedDependency[Scope], door: NamedDependency[Door]
) -> PrivateTimeOut:
    """End private time. If he is in none, nothing changes; a beginning of before that comes later ends here."""
    return await door.carry_out(END_PRIVATE_TIME, caller.user_id, data)


router = Router(
    "/field/tracking",
    route_handlers=[
        give_tracking_consent,
        withdraw_tracking_consent,
        start_private_time,
        end_private_time,
    ],
    dependencies=DOOR,
    tags=["tracking: consents"],
)
