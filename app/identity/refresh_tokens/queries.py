from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from app.db.session import Session
from app.identity.refresh_tokens.models import RefreshToken


async def get_link(session: Session, company_id: UUID, token_hash: bytes) -> RefreshToken | None:
    query = select(RefreshToken).where(
        RefreshToken.company_id == company_id, RefreshToken.token_hash == token_hash
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def use_link(session: Session, company_id: UUID, token_hash: bytes, *, now: datetime) -> bool:
    """Mark a link as used, if it is valid. Of parallel requests exactly one gets True."""
    used = (
        update(RefreshToken)
        .where(
            RefreshToken.company_id == company_id,
            RefreshToken.token_hash == token_hash,
            RefreshToken.used_at.is_(None),
            RefreshToken.revoked_at.is_(None),
            RefreshToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(RefreshToken.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(used)).first() is not None


async def end_families(
    session: Session,
    company_id: UUID,
    user_id: UUID,
    *,
    now: datetime,
    family_id: UUID | None = None,
    device_id: UUID | None = None,
    except_family_id: UUID | None = None,
) -> list[UUID]:
    """End the sessions of a person: all, or those named. Returns those that had not ended before.

    Only the last link of a family is marked: the links before it are used already. Lock the person's
    row first, or a refresh at the same moment adds a link that is missed here.
    """
    ended = update(RefreshToken).where(
        RefreshToken.company_id == company_id,
        RefreshToken.user_id == user_id,
        RefreshToken.used_at.is_(None),
        RefreshToken.revoked_at.is_(None),
    )
    if family_id is not None:
        ended = ended.where(RefreshToken.family_id == family_id)
    if device_id is not None:
        ended = ended.where(RefreshToken.device_id == device_id)
    if except_family_id is not None:
        ended = ended.where(RefreshToken.family_id != except_family_id)
    rows = await session.scalars(
        ended.values(revoked_at=now)
        .returning(RefreshToken.family_id)
        .execution_options(synchronize_session=False)
    )
    return list(rows)


async def forget_expired_links(session: Session, company_id: UUID, user_id: UUID, *, now: datetime) -> None:
    await session.execute(
        delete(RefreshToken).where(
            RefreshToken.company_id == company_id,
            RefreshToken.user_id == user_id,
            RefreshToken.expires_at <= now,
        )
    )
