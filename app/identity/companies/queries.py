from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.identity.companies.models import Company

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
