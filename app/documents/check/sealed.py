"""Finds acts that are no longer what was sealed, in the rows alone: the check page also reads the files."""

from uuid import UUID

from app.db.session import Session
from app.documents.check.queries import find_sealed_acts
from app.documents.seals.policies import changed_parts

AT_ONCE = 500


async def find_changed_acts(session: Session, company_id: UUID) -> list[tuple[int | None, list[str]]]:
    """The numbers of acts of which something changed after it became final, with the parts."""
    found, after = [], UUID(int=0)
    while acts := await find_sealed_acts(session, company_id, after=after, limit=AT_ONCE):
        found += [(act.number, parts) for act, sealed in acts if (parts := changed_parts(act, sealed))]
        after = acts[-1][0].id
    return found
