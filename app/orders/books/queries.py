"""The one query that proves a company's balances. It is long, so it has a file of its own."""

from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.db.session import Session
from app.orders.books.values import Books

PROOF = text((Path(__file__).parent / "books.sql").read_text(encoding="utf-8"))
FIND_COMPANIES = text("SELECT company_id FROM find_companies()")


async def prove_books(session: Session, company_id: UUID) -> Books:
    """Compare every entry with its source, and every source with its entries."""
    row = (await session.execute(PROOF, {"company_id": company_id})).one()
    return msgspec.convert({**row._mapping, "differences": row.differences or []}, Books)


async def find_companies(session: Session) -> list[UUID]:
    """Every company of this installation, by id."""
    return list(await session.scalars(FIND_COMPANIES))
