"""A crew as it is shown, with its members."""

from uuid import UUID

from app.db.session import Session
from app.workforce.crews.schemas import CrewOut
from app.workforce.crews.service import get_crew, with_members


async def crew_card(session: Session, company_id: UUID, crew_id: UUID) -> CrewOut:
    """A crew with its members, as the API shows it.

    Raises:
        CrewNotFound: no such crew in this company.
    """
    crew = await get_crew(session, company_id, crew_id)
    return CrewOut.of(await with_members(session, company_id, crew))
