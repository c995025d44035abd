"""Where workers are while they work."""

from datetime import datetime

from app.core.errors import DomainError
from app.core.places import Place
from app.core.scope import Scope
from app.db.session import Session
from app.workforce.absences.queries import is_absent
from app.workforce.people.service import get_worker
from app.workforce.positions import policies, queries
from app.workforce.shifts.queries import is_on_shift


class PositionFromFuture(DomainError):
    """The time of the position is in the future: the phone's clock is wrong."""

    status = 422
    code = "position_from_future"


class NotOnShift(DomainError):
    """The worker was not on shift. Positions outside working time are never stored."""

    code = "not_on_shift"


async def record_position(
    session: Session, scope: Scope, *, point: Place, accuracy_m: float, at: datetime, now: datetime
) -> bool:
    """Record where the caller's phone was at `at`. Returns whether this is the newest known position.

    A position that arrives late never replaces a newer one.

    Raises:
        WorkerNotFound: the caller is not a worker.
        PositionFromFuture: `at` is more than two minutes ahead of our clock.
        NotOnShift: he was off shift or absent at `at`. Nothing is stored.
    """
    await get_worker(session, scope.company_id, scope.user_id)
    if policies.is_from_future(at, now=now):
        raise PositionFromFuture
    if not await _is_on_duty(session, scope, moment=at):
        raise NotOnShift
    return await queries.move_worker(
        session, scope.company_id, scope.user_id, place=point, accuracy_m=accuracy_m, at=at
    )


async def _is_on_duty(session: Session, scope: Scope, *, moment: datetime) -> bool:
    """On shift and not absent."""
    return await is_on_shift(session, scope.company_id, scope.user_id, moment=moment) and not await is_absent(
        session, scope.company_id, scope.user_id, moment=moment
    )
