"""All SQL about estimates."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Uuid, and_, any_, bindparam, cast, func, insert, select

from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.orders.estimates.models import Estimate, EstimateLine
from app.orders.estimates.policies import EstimateStatus
from app.orders.estimates.values import Contract, ContractLine
from app.orders.jobs.models import Job
from app.orders.ledger.models import LedgerEntry
from app.orders.ledger.policies import EntryKind
from app.orders.statuses import JobStatus

OF_ITS_ESTIMATE = and_(
    EstimateLine.company_id == Estimate.company_id,
    EstimateLine.estimate_id == Estimate.id,
    EstimateLine.revision == Estimate.revision,
)
"""The lines that count."""
LINE_COLUMNS = tuple(getattr(EstimateLine, name) for name in ContractLine._fields)
CONTRACT_FIELDS = tuple(
    "id" if name == "estimate_id" else name for name in Contract._fields if name != "lines"
)
"""Of the estimate, in the order of `Contract`, whose lines come last."""


async def get_estimate(
    session: Session, scope: Scope, estimate_id: UUID, *, lock: bool = False
) -> Estimate | None:
    query = select(Estimate).where(Estimate.company_id == scope.company_id, Estimate.id == estimate_id)
    return await session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if lock else query
    )


async def get_agreed(session: Session, company_id: UUID, order_id: UUID) -> Estimate | None:
    query = select(Estimate).where(
        Estimate.company_id == company_id,
        Estimate.order_id == order_id,
        Estimate.status == EstimateStatus.AGREED,
    )
    return await session.scalar(query)


async def find_estimates(session: Session, scope: Scope, order_id: UUID) -> Sequence[Estimate]:
    """Newest first."""
    query = select(Estimate).where(Estimate.company_id == scope.company_id, Estimate.order_id == order_id)
    return (await session.scalars(query.order_by(Estimate.number.desc()))).all()


async def find_lines(
    session: Session, company_id: UUID, estimate_ids: Sequence[UUID]
) -> dict[UUID, list[EstimateLine]]:
    """The lines of each of these estimates, in their order."""
    query = (
        select(EstimateLine)
        .join(Estimate, OF_ITS_ESTIMATE)
        .where(EstimateLine.company_id == company_id, EstimateLine.estimate_id.in_(estimate_ids))
    )
    found: dict[UUID, list[EstimateLine]] = {estimate_id: [] for estimate_id in estimate_ids}
    for line in await session.scalars(query.order_by(EstimateLine.position)):
        found[line.estimate_id].append(line)
    return found


async def add_lines(session: Session, estimate: Estimate, lines: Sequence[dict[str, Any]]) -> None:
    """The lines of the estimate's present revision."""
    of = {
        "company_id": estimate.company_id,
        "estimate_id": estimate.id,
        "revision": estimate.revision,
    }
    rows = [
        {**of, "id": uuid7(), "position": position, **line} for position, line in enumerate(lines, start=1)
    ]
    await session.execute(insert(EstimateLine), rows)


async def next_number(session: Session, company_id: UUID, order_id: UUID) -> int:
    """The caller has locked the order."""
    query = select(func.coalesce(func.max(Estimate.number), 0) + 1).where(
        Estimate.company_id == company_id, Estimate.order_id == order_id
    )
    return int(await session.scalar(query) or 1)


async def sum_charged_by_acts(session: Session, company_id: UUID, order_id: UUID) -> int:
    """What signed acts have charged for work that no contract covered."""
    query = select(cast(func.coalesce(func.sum(LedgerEntry.amount_kop), 0), BigInteger)).where(
        LedgerEntry.company_id == company_id,
        LedgerEntry.order_id == order_id,
        LedgerEntry.kind == EntryKind.ACT,
    )
    return await session.scalar(query) or 0


async def find_jobs_of_order(session: Session, company_id: UUID, order_id: UUID) -> Sequence[UUID]:
    query = select(Job.id).where(
        Job.company_id == company_id, Job.order_id == order_id, Job.status != JobStatus.CANCELED
    )
    return (await session.scalars(query)).all()


async def get_contract(session: Session, company_id: UUID, order_id: UUID) -> Contract | None:
    """The agreed estimate with its lines; None if nothing is agreed."""
    agreed = await get_agreed(session, company_id, order_id)
    if agreed is None or agreed.agreed_at is None:
        return None
    query = select(*LINE_COLUMNS).where(
        EstimateLine.company_id == company_id,
        EstimateLine.estimate_id == agreed.id,
        EstimateLine.revision == agreed.revision,
    )
    rows = await session.execute(query.order_by(EstimateLine.position))
    fields = [getattr(agreed, name) for name in CONTRACT_FIELDS]
    return Contract._make([*fields, [ContractLine(*row) for row in rows]])


LINES_OF_CONTRACTS = Query(
    select(Estimate.order_id, *(getattr(Estimate, name) for name in CONTRACT_FIELDS), *LINE_COLUMNS)
    .join(EstimateLine, OF_ITS_ESTIMATE)
    .where(
        Estimate.company_id == bindparam("company", type_=Uuid),
        Estimate.order_id == any_(bindparam("orders", type_=ARRAY(Uuid))),
        Estimate.status == EstimateStatus.AGREED,
    )
    .order_by(Estimate.order_id, EstimateLine.position),
    lambda order_id, *row: (
        order_id,
        row[: len(CONTRACT_FIELDS)],
        ContractLine(*row[len(CONTRACT_FIELDS) :]),
    ),
)


async def find_contracts(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, Contract]:
    """The agreed estimate of each of these orders, by order. An order for which nothing is agreed is left out."""
    found: dict[UUID, Contract] = {}
    for order_id, fields, line in await work.all(LINES_OF_CONTRACTS, orders=list(order_ids)):
        known = found.get(order_id) or Contract._make([*fields, ()])
        found[order_id] = known._replace(lines=(*known.lines, line))
    return found
