from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.http.idempotency import IdempotencyKey
from app.identity.models import Company, DocumentCounter

ONE_COMPANY = select(Company).where(Company.id == bindparam("company"))


async def get_company(session: Session, company_id: UUID) -> Company | None:
    return await session.get(Company, company_id)


async def get_entered_company(session: Session, company_id: UUID, *, lock: bool = False) -> Company:
    """The company somebody is signed in to, which therefore exists."""
    query = ONE_COMPANY
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.scalars(query, {"company": company_id})).one()


async def add_company(
    session: Session, company_id: UUID, *, name: str, timezone: str, lang: str
) -> Company | None:
    """None when there is one of this id: a parallel registration waits here for the first one's COMMIT."""
    added = (
        insert(Company)
        .values(id=company_id, name=name, timezone=timezone, lang=lang)
        .on_conflict_do_nothing()
        .returning(Company)
    )
    return (await session.scalars(added)).one_or_none()


async def keep_registration(
    session: Session, company_id: UUID, owner_id: UUID, key: str, fingerprint: bytes
) -> None:
    """Note with which key the company was registered. The answer, with its tokens, is not kept."""
    values = {"company_id": company_id, "user_id": owner_id, "key": key, "fingerprint": fingerprint}
    await session.execute(insert(IdempotencyKey).values(values))


async def get_registration(session: Session, company_id: UUID, key: str) -> IdempotencyKey | None:
    query = select(IdempotencyKey).where(IdempotencyKey.company_id == company_id, IdempotencyKey.key == key)
    return (await session.scalars(query.order_by(IdempotencyKey.created_at).limit(1))).one_or_none()


async def next_number(session: Session, company_id: UUID, kind: str) -> int:
    """The next number of this kind of document: 1, 2, 3 … without gaps or repeats.

    The counter moves in the caller's transaction: a rollback gives the number back, and a second
    document of the same kind waits until the first one's transaction ends. Take it late.
    """
    counted = (
        insert(DocumentCounter)
        .values(company_id=company_id, kind=kind, last_number=1)
        .on_conflict_do_update(
            index_elements=[DocumentCounter.company_id, DocumentCounter.kind],
            set_={"last_number": DocumentCounter.last_number + 1},
        )
        .returning(DocumentCounter.last_number)
    )
    return (await session.execute(counted)).scalar_one()
