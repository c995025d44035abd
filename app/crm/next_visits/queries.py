"""All SQL about what was noted for the next visit."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from app.clients.tables import Client, of_client
from app.core.scope import Scope
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.statuses.models import ClientLife
from app.db.session import Session


async def find_interests(session: Session, scope: Scope, client_id: UUID) -> list[LifeFact]:
    """What he asked about, the newest first."""
    query = select(LifeFact).where(
        LifeFact.company_id == scope.company_id,
        of_client(LifeFact.client_id, client_id, scope.company_id),
        LifeFact.kind == FactKind.INTEREST_NOTED,
    )
    return list(await session.scalars(query.order_by(LifeFact.at.desc(), LifeFact.source_id.desc())))


async def is_new(session: Session, scope: Scope, client_id: UUID) -> bool:
    """Whether he has not bought anything yet. Of whom nothing is known yet, too."""
    query = select(ClientLife.first_purchase_at).where(_life_of(scope, client_id))
    return await session.scalar(query) is None


async def get_due_on(session: Session, scope: Scope, client_id: UUID) -> date | None:
    return await session.scalar(select(ClientLife.due_on).where(_life_of(scope, client_id)))


def _life_of(scope: Scope, card_id: UUID) -> ColumnElement[bool]:
    """The row of the client who has this card: it is kept for the surviving one."""
    root = select(func.coalesce(Client.merged_into, Client.id)).where(
        Client.company_id == scope.company_id, Client.id == card_id
    )
    return and_(ClientLife.company_id == scope.company_id, ClientLife.client_id == root.scalar_subquery())
