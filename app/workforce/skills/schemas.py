from typing import Annotated, Self

from msgspec import Meta

from app.http.schemas import In, Name, Out
from app.workforce.skills.models import Skill

SkillCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["measure"])]


SkillCodes = Annotated[list[SkillCode], Meta(max_length=50)]


class PutSkill(In):
    name: Name


class SkillOut(Out):
    code: str
    name: str

    @classmethod
    def of(cls, skill: Skill) -> Self:
        return cls(code=skill.code, name=skill.name)


class SkillsOut(Out):
    items: list[SkillOut]
