from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select

from app.db.session import Session
from app.identity.refresh_tokens.models import RefreshToken
from app.identity.users.models import UserAccount


class PersonNow(NamedTuple):
    """What is true of a person at this moment, whatever his token says."""

    session_version: int
    is_active: bool
    roles: list[str]
    lang: str
    ended_families: list[UUID]


ENDED_FAMILIES = select(RefreshToken.family_id).where(
    RefreshToken.company_id == bindparam("company"),
    RefreshToken.user_id == bindparam("user"),
    RefreshToken.used_at.is_(None),
    RefreshToken.revoked_at > bindparam("ended_after"),
)
PERSON_NOW = select(
    UserAccount.session_version,
    UserAccount.is_active,
    UserAccount.roles,
    UserAccount.lang,
    func.array(ENDED_FAMILIES.scalar_subquery()),
).where(UserAccount.company_id == bindparam("company"), UserAccount.id == bindparam("user"))


async def get_person_now(
    session: Session, company_id: UUID, user_id: UUID, *, ended_after: datetime
) -> PersonNow | None:
    """`ended_families` are the sessions that were ended after that moment."""
    values = {"company": company_id, "user": user_id, "ended_after": ended_after}
    row = (await session.execute(PERSON_NOW, values)).one_or_none()
    return PersonNow(*row) if row else None
