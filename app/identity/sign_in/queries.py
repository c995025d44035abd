from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, text, update

from app.db.session import Session
from app.identity.sign_in.models import LoginCode


class AccountId(NamedTuple):
    company_id: UUID
    user_id: UUID


async def find_accounts(
    session: Session, *, email: str | None = None, phone: str | None = None
) -> list[AccountId]:
    """Active people of any company with this e-mail or phone. The oldest account comes first, so somebody
    who registers another person's e-mail in a company of his own comes after that person.

    Looks across companies through a database function that answers ids and nothing else.
    """
    query = text("SELECT company_id, user_id FROM find_accounts(:email, :phone) ORDER BY user_id")
    return [AccountId(*row) for row in await session.execute(query, {"email": email, "phone": phone})]


async def use_code(
    session: Session, company_id: UUID, login_code_id: UUID, code_hash: bytes, *, now: datetime
) -> UUID | None:
    """Mark a code as used and return whose it is; None when it is wrong, expired or used. Of parallel
    requests only one gets it."""
    used = (
        update(LoginCode)
        .where(
            LoginCode.company_id == company_id,
            LoginCode.id == login_code_id,
            LoginCode.code_hash == code_hash,
            LoginCode.expires_at > now,
            LoginCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(LoginCode.user_id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(used)).scalar_one_or_none()


async def forget_old_codes(session: Session, company_id: UUID, user_id: UUID, *, now: datetime) -> None:
    await session.execute(
        delete(LoginCode).where(
            LoginCode.company_id == company_id, LoginCode.user_id == user_id, LoginCode.expires_at <= now
        )
    )
