"""Where workers are while they work."""

from datetime import datetime

from app.core.errors import DomainError
from app.core.places import Place
from app.core.scope import Scope
from app.db.points import place_of
from app.db.session import Session
from app.workforce.absences.queries import is_absent
from app.workforce.people.models import Worker
from app.workforce.people.service import get_worker
from app.workforce.positions import policies, queries
from app.workforce.positions.policies import Fault, Fix
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
) -> Fault | None:
    """Record where the caller's phone was at `at`. Returns why it was not taken. None: it was.

    A position that cannot be right is ignored, and one that arrives late never replaces a newer one.

    Raises:
        WorkerNotFound: the caller is not a worker.
        PositionFromFuture: `at` is more than two minutes ahead of our clock.
        NotOnShift: he was off shift or absent at `at`. Nothing is stored.
    """
    worker = await get_worker(session, scope.company_id, scope.user_id)
    if policies.is_from_future(at, now=now):
        raise PositionFromFuture
    if not await _is_on_duty(session, scope, moment=at):
        raise NotOnShift
    if fault := policies.fault_of_fix(Fix(point, accuracy_m, at), _last_fix(worker)):
        return fault
    moved = await queries.move_worker(
        session, scope.company_id, scope.user_id, place=point, accuracy_m=accuracy_m, at=at
    )
    return None if moved else Fault.OLDER


def _last_fix(worker: Worker) -> Fix | None:
    if worker.position is None or worker.position_at is None:
        return None
    return Fix(place_of(worker.position), worker.position_accuracy_m or 0, worker.position_at)


async def _is_on_duty(session: Session, scope: Scope, *, moment: datetime) -> bool:
    """On shift and not absent."""
    return await is_on_shift(session, scope.company_id, scope.user_id, moment=moment) and not await is_absent(
        session, scope.company_id, scope.user_id, moment=moment
    )
