"""Cash that workers hand over to the office, counted per worker and day. Rows are only ever added."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.periods import check_length
from app.core.scope import Scope
from app.db.session import Session
from app.identity.api import get_entered_company
from app.orders.cash import policies, queries
from app.orders.cash.models import CashHandover
from app.orders.cash.queries import PaymentOfDay, Takings
from app.workforce.api import WorkerNotFound, worker_names

USUAL_DAYS = 31
DAYS_MAX = 366
"""The longest list, and how long money that was not counted is looked for."""


class CountedMeanwhile(DomainError):
    """Somebody else has just counted money of this worker and day. Read the day again."""

    code = "counted_meanwhile"


class DayOfWorker(NamedTuple):
    """One worker's money of one day with everything that was counted of it."""

    worker_id: UUID
    worker_name: str
    day: date
    payments: Sequence[PaymentOfDay]
    handovers: Sequence[CashHandover]

    @property
    def cash_kop(self) -> int:
        return sum(one.amount_kop for one in self.payments if one.method == "cash")

    @property
    def counted_kop(self) -> int:
        return sum(one.counted_kop for one in self.handovers)

    @property
    def uncounted(self) -> list[UUID]:
        return [one.id for one in self.payments if one.method == "cash" and one.handed_over_at is None]


async def find_takings(
    session: Session,
    scope: Scope,
    *,
    first: date | None,
    before: date | None,
    worker_id: UUID | None,
    now: datetime,
) -> list[tuple[Takings, str]]:
    """What workers took in [`first`, `before`), with the worker's name. By default the last 31 days,
    and older days with money that is not counted.

    Raises:
        PeriodInvalid: it ends before it begins, or is longer than a year.
    """
    company = await get_entered_company(session, scope.company_id)
    last = before or _local_day(now, company.timezone) + timedelta(days=1)
    start = first or last - timedelta(days=USUAL_DAYS)
    check_length(last - start, longest=timedelta(days=DAYS_MAX))
    found = await queries.find_takings(
        session,
        scope.company_id,
        zone=company.timezone,
        first=start,
        open_since=start if first else last - timedelta(days=DAYS_MAX),
        before=last,
        worker_id=worker_id,
    )
    names = await worker_names(session, scope.company_id, list({one.worker_id for one in found}))
    return [(one, names[one.worker_id]) for one in found]


def _local_day(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()


async def get_day(session: Session, scope: Scope, *, worker_id: UUID, day: date) -> DayOfWorker:
    """One worker's money of one day.

    Raises:
        WorkerNotFound: no such worker in this company.
    """
    company = await get_entered_company(session, scope.company_id)
    names = await worker_names(session, scope.company_id, [worker_id])
    if worker_id not in names:
        raise WorkerNotFound
    # First what was counted: whoever counts in between has taken the next turn, and `add_handover` refuses ours.
    handovers = await queries.find_handovers(session, scope.company_id, worker_id=worker_id, day=day)
    payments = await queries.find_payments_of_day(
        session, scope.company_id, zone=company.timezone, worker_id=worker_id, day=day
    )
    return DayOfWorker(worker_id, names[worker_id], day, payments, handovers)


async def hand_over(
    session: Session,
    scope: Scope,
    *,
    worker_id: UUID,
    day: date,
    counted_kop: int,
    reason: str,
    now: datetime,
) -> CashHandover:
    """The office has counted a worker's cash of one day. What was missing before is expected again.

    Raises:
        WorkerNotFound: no such worker in this company.
        NothingToHandOver, CashDiffers: see `policies.check_counted`.
        CountedMeanwhile: of two people who count the same money, one is refused.
    """
    found = await get_day(session, scope, worker_id=worker_id, day=day)
    expected_kop = found.cash_kop - found.counted_kop
    policies.check_counted(
        expected_kop=expected_kop,
        uncounted=len(found.uncounted),
        counted_kop=counted_kop,
        reason=reason,
    )
    handover = CashHandover(
        company_id=scope.company_id,
        id=uuid7(),
        worker_id=worker_id,
        taken_on=day,
        turn=len(found.handovers) + 1,
        expected_kop=expected_kop,
        counted_kop=counted_kop,
        reason=reason if counted_kop != expected_kop else "",
        received_by=scope.user_id,
        received_at=now,
    )
    stored = await queries.add_handover(session, handover, found.uncounted)
    if stored is None:
        raise CountedMeanwhile
    return stored
