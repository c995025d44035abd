from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.http.idempotency import IdempotencyKey


async def keep_registration(
    session: Session, company_id: UUID, owner_id: UUID, key: str, fingerprint: bytes
) -> None:
    """Note with which key the company was registered. The answer, with its tokens, is not kept."""
    values = {"company_id": company_id, "user_id": owner_id, "key": key, "fingerprint": fingerprint}
    await session.execute(insert(IdempotencyKey).values(values))


async def get_registration(session: Session, company_id: UUID, key: str) -> IdempotencyKey | None:
    query = select(IdempotencyKey).where(IdempotencyKey.company_id == company_id, IdempotencyKey.key == key)
    return (await session.scalars(query.order_by(IdempotencyKey.created_at).limit(1))).one_or_none()
