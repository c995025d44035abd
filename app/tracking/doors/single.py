"""One position of the worker's app, with an answer that says whether it became his."""

from datetime import datetime

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.reader import Reader
from app.tracking.pings.grouping import PingStore
from app.tracking.pings.policies import Refused, Verdict
from app.tracking.pings.queries import LAST_FIX
from app.tracking.pings.values import Ping, Sent
from app.workforce.api import Fault, Fix, fault_of_fix


class PositionFromFuture(DomainError):
    """The time of the position is in the future: the phone's clock is wrong."""

    status = 422
    code = "position_from_future"


class PositionTooOld(DomainError):
    """The time of the position is more than 90 days ago, or the phone's clock was never set."""

    status = 422
    code = "position_too_old"


class NotOnShift(DomainError):
    """The worker was not on shift, or absent. Positions outside working time are never stored."""

    code = "not_on_shift"


class NoTrackingConsent(DomainError):
    """The worker has not agreed to be tracked, or no longer."""

    code = "no_tracking_consent"


class PrivateTimeLasts(DomainError):
    """The worker has marked the time as private."""

    code = "private_time_lasts"


async def take_position(
    store: PingStore, reader: Reader, caller: Scope, ping: Ping, *, now: datetime
) -> Fault | None:
    """Take one position. Returns why it is not the worker's last one. None: it is.

    It is kept as a ping although it may be inaccurate, or older than another. One without a fix is not.

    Raises:
        PositionFromFuture, PositionTooOld: its time cannot be.
        NoTrackingConsent, NotOnShift, PrivateTimeLasts: he may not be tracked at that time. Nothing is stored.
    """
    last = await reader.all(LAST_FIX, worker=caller.user_id)
    sent = Sent(caller.user_id, caller.device_id or caller.user_id, [ping], 0, now)
    (verdict,) = await store.take(caller.company_id, sent)
    if refusal := _refusal_for(verdict):
        raise refusal
    return fault_of_fix(Fix(ping.place(), ping.accuracy_m or 0, ping.at), last[0] if last else None)


def _refusal_for(verdict: Verdict) -> type[DomainError] | None:
    """None: it is kept, or has no fix."""
    match verdict:
        case Refused.FROM_FUTURE:
            return PositionFromFuture
        case Refused.TOO_OLD | Refused.DEVICE_CLOCK:
            return PositionTooOld
        case Refused.NO_CONSENT:
            return NoTrackingConsent
        case Refused.OFF_SHIFT:
            return NotOnShift
        case Refused.PRIVATE:
            return PrivateTimeLasts
    return None
