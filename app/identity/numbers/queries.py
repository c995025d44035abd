from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.identity.numbers.models import DocumentCounter


async def next_number(session: Session, company_id: UUID, kind: str) -> int:
    """The next number of this kind of document: 1, 2, 3 … without gaps or repeats.

    The counter moves in the caller's transaction: a rollback gives the number back, and a second
    document of the same kind waits until the first one's transaction ends. Take it late.
    """
    counted = (
        insert(DocumentCounter)
        .values(company_id=company_id, kind=kind, last_number=1)
        .on_conflict_do_update(
            index_elements=[DocumentCounter.company_id, DocumentCounter.kind],
            set_={"last_number": DocumentCounter.last_number + 1},
        )
        .returning(DocumentCounter.last_number)
    )
    return (await session.execute(counted)).scalar_one()
