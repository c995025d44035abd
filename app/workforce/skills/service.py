"""Skills: workers have them, jobs require them."""

from collections.abc import Sequence
from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.workforce.skills import queries


class SkillUnknown(DomainError):
    status = 422
    code = "skill_unknown"


async def put_skill(session: Session, scope: Scope, *, code: str, name: str) -> None:
    """Add a skill, or rename it."""
    await queries.put_skill(session, scope.company_id, code=code, name=name)


async def check_skills(session: Session, company_id: UUID, codes: Sequence[str]) -> list[str]:
    """The codes without duplicates, in their order.

    Raises:
        SkillUnknown: the company has no such skill.
    """
    wanted = list(dict.fromkeys(codes))
    known = await queries.find_skill_codes(session, company_id, wanted)
    if unknown := [code for code in wanted if code not in known]:
        raise SkillUnknown(skills=unknown)
    return wanted
