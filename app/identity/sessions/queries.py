from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select

from app.db.query import Query
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
PERSON_NOW = Query(
    select(
        UserAccount.session_version,
        UserAccount.is_active,
        UserAccount.roles,
        UserAccount.lang,
        func.array(ENDED_FAMILIES.scalar_subquery()),
    ).where(UserAccount.company_id == bindparam("company"), UserAccount.id == bindparam("user")),
    PersonNow,
)
"""`ended_families` are the sessions that were ended after `ended_after`."""
