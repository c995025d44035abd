"""All SQL about skills."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.workforce.skills.models import Skill


async def find_skills(session: Session, company_id: UUID) -> Sequence[Skill]:
    query = select(Skill).where(Skill.company_id == company_id).order_by(Skill.code)
    return (await session.scalars(query)).all()


async def find_skill_codes(session: Session, company_id: UUID, codes: Sequence[str]) -> set[str]:
    """Those of these codes that the company has."""
    query = select(Skill.code).where(Skill.company_id == company_id, Skill.code.in_(codes))
    return set(await session.scalars(query))


async def put_skill(session: Session, company_id: UUID, *, code: str, name: str) -> None:
    put = insert(Skill).values(company_id=company_id, code=code, name=name)
    keys = [Skill.company_id, Skill.code]
    await session.execute(put.on_conflict_do_update(index_elements=keys, set_={"name": name}))


async def add_missing_skills(session: Session, company_id: UUID, names: dict[str, str]) -> None:
    rows = [{"company_id": company_id, "code": code, "name": name} for code, name in names.items()]
    await session.execute(insert(Skill).values(rows).on_conflict_do_nothing())
