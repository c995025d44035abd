"""All SQL about the first statuses of a base that was taken over."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, bindparam, exists, func, or_, select

from app.clients.tables import Client
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.first_statuses.models import FirstAssignment, FirstStatus
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
NEWS = (FactKind.REQUEST_RECEIVED, FactKind.ACT_SIGNED)

TAKEN_OVER = Query(
    select(LifeFact.client_id).where(
        LifeFact.company_id == COMPANY,
        LifeFact.kind == FactKind.CLIENT_KNOWN.value,
        LifeFact.is_history,
        LifeFact.client_id == func.any(IDS),
        ~exists().where(FirstStatus.company_id == COMPANY, FirstStatus.client_id == LifeFact.client_id),
    ),
    lambda client_id: client_id,
)


async def find_taken_over(work: Work, client_ids: Sequence[UUID]) -> list[UUID]:
    """Of these cards those that were there before the company kept facts, and belong to no assignment yet."""
    return await work.all(TAKEN_OVER, ids=list(client_ids))


async def get_first_status(
    session: Session, company_id: UUID, client_id: UUID, *, lock: bool = False
) -> FirstStatus | None:
    query = select(FirstStatus).where(
        FirstStatus.company_id == company_id, FirstStatus.client_id == client_id
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def get_assignment(
    session: Session, company_id: UUID, assignment_id: UUID, *, lock: bool = False
) -> FirstAssignment | None:
    query = select(FirstAssignment).where(
        FirstAssignment.company_id == company_id, FirstAssignment.id == assignment_id
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def find_held(session: Session, company_id: UUID, client_ids: Sequence[UUID]) -> set[UUID]:
    """Of these clients those whom no plan may touch because of what was before: a card of theirs belongs to an
    assignment that nobody has released, and nothing new has happened to them since."""
    root = func.coalesce(Client.merged_into, Client.id)
    something_new = exists().where(
        LifeFact.company_id == company_id,
        LifeFact.client_id == FirstStatus.client_id,
        ~LifeFact.is_history,
        LifeFact.kind.in_([str(kind) for kind in NEWS]),
    )
    query = (
        select(root)
        .select_from(FirstStatus)
        .join(Client, and_(Client.company_id == FirstStatus.company_id, Client.id == FirstStatus.client_id))
        .join(
            FirstAssignment,
            and_(
                FirstAssignment.company_id == FirstStatus.company_id,
                FirstAssignment.id == FirstStatus.assignment_id,
            ),
        )
        .where(
            FirstStatus.company_id == company_id,
            FirstAssignment.released_at.is_(None),
            or_(Client.id.in_(client_ids), Client.merged_into.in_(client_ids)),
            ~something_new,
        )
    )
    return set(await session.scalars(query))
