from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, any_, bindparam, exists, literal, select, update

from app.core.scope import Role
from app.db.session import Session
from app.http.paging import fetch_page
from app.identity.users.models import UserAccount

ONE_USER = select(UserAccount).where(
    UserAccount.company_id == bindparam("company"), UserAccount.id == bindparam("user")
)
LOCKED_USER = ONE_USER.with_for_update(key_share=True).execution_options(populate_existing=True)


async def get_user(
    session: Session, company_id: UUID, user_id: UUID, *, lock: bool = False
) -> UserAccount | None:
    """With `lock`, others who want to change this person or his sessions wait for this transaction."""
    values = {"company": company_id, "user": user_id}
    return (await session.scalars(LOCKED_USER if lock else ONE_USER, values)).one_or_none()


async def get_known_user(
    session: Session, company_id: UUID, user_id: UUID, *, lock: bool = False
) -> UserAccount:
    """A person who certainly exists: the caller, or one a foreign key names. `lock` as in `get_user`."""
    values = {"company": company_id, "user": user_id}
    return (await session.scalars(LOCKED_USER if lock else ONE_USER, values)).one()


async def find_users(session: Session, company_id: UUID, user_ids: Iterable[UUID]) -> list[UserAccount]:
    """Those of these people who exist in this company, in no particular order."""
    query = select(UserAccount).where(
        UserAccount.company_id == company_id, UserAccount.id.in_(list(user_ids))
    )
    return list(await session.scalars(query))


def is_employed(
    company_id: SQLColumnExpression[UUID], user_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """For queries of other modules: whether the person their columns name may still sign in."""
    person = UserAccount.company_id == company_id, UserAccount.id == user_id
    return exists().where(*person, UserAccount.is_active.is_(True))


async def lock_owners(session: Session, company_id: UUID) -> list[UserAccount]:
    """The active owners, locked: if two owners remove each other at once, the second waits and is then the last."""
    query = (
        select(UserAccount)
        .where(
            UserAccount.company_id == company_id,
            UserAccount.is_active,
            literal(str(Role.OWNER)) == any_(UserAccount.roles),
        )
        .order_by(UserAccount.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(query))


async def list_users(
    session: Session,
    company_id: UUID,
    *,
    role: Role | None,
    is_active: bool | None,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[UserAccount], str | None]:
    query = select(UserAccount).where(UserAccount.company_id == company_id)
    if role is not None:
        query = query.where(literal(str(role)) == any_(UserAccount.roles))
    if is_active is not None:
        query = query.where(UserAccount.is_active.is_(is_active))
    return await fetch_page(session, query, UserAccount.id, cursor=cursor, limit=limit)


async def replace_password_hash(
    session: Session, company_id: UUID, user_id: UUID, old_hash: str, new_hash: str
) -> None:
    """The same password under newer parameters: no new version of the person. One changed meanwhile stays."""
    await session.execute(
        update(UserAccount)
        .where(
            UserAccount.company_id == company_id,
            UserAccount.id == user_id,
            UserAccount.password_hash == old_hash,
        )
        .values(password_hash=new_hash)
        .execution_options(synchronize_session=False)
    )
