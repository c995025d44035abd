from typing import Annotated

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.workforce.skills import queries, service
from app.workforce.skills.schemas import PutSkill, SkillOut, SkillsOut

Code = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


@put("/skills/{code:str}", operation_id="putSkill", guards=[managers])
async def put_skill(
    code: Code,
    data: JSONBody[PutSkill],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> SkillOut:
    """Add a skill, or rename it. Jobs and workers refer to its code."""
    await service.put_skill(session, caller, code=code, name=data.name)
    return SkillOut(code=code, name=data.name)


@get("/skills", operation_id="listSkills", guards=[office])
async def list_skills(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> SkillsOut:
    """All skills of the company, sorted by code."""
    skills = await queries.find_skills(session, caller.company_id)
    return SkillsOut(items=[SkillOut.of(skill) for skill in skills])


router = Router("/", route_handlers=[put_skill, list_skills], tags=["dispatch: workforce"])
