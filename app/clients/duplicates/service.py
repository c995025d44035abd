"""Cards that seem to be of one client, for a person to decide."""

from uuid import UUID

from app.clients.consents.service import CardNotFound, cards_of, get_root
from app.clients.duplicates import queries
from app.clients.duplicates.queries import Suggestion
from app.core.errors import Invalid
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in

__all__ = ["CardNotFound", "SameCard", "find_of_client", "say_not_duplicate"]


class SameCard(Invalid):
    """Both ids are of one client."""

    code = "same_card"


async def find_of_client(session: Session, company_id: UUID, client_id: UUID) -> list[Suggestion]:
    """Cards that may be of the same client as this one.

    Raises:
        CardNotFound: no such client in this company.
    """
    root = await get_root(session, company_id, client_id)
    async with work_in(session, company_id) as work:
        return await queries.find_suggestions(work, [root])


async def say_not_duplicate(
    session: Session, scope: Scope, *, client_id: UUID, other_id: UUID, reason: str
) -> None:
    """Two cards are of two clients. They are suggested to nobody any more, not even when one is merged into a third.

    Raises:
        CardNotFound: no such client in this company.
        SameCard: both are of one client.
    """
    cards = await cards_of(session, scope.company_id, client_id)
    other = await get_root(session, scope.company_id, other_id)
    if other in cards:
        raise SameCard
    first, second = sorted([cards[0], other])
    row = {
        "company_id": scope.company_id,
        "id": uuid7(),
        "first_id": first,
        "second_id": second,
        "reason": reason,
        "said_by": scope.user_id,
    }
    await queries.insert_not_duplicate(session, row)
