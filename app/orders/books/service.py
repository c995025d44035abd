"""Proves the balances of every company, for the administrator of the installation."""

from collections.abc import AsyncIterator
from uuid import UUID

from app.db.session import create_engine, sessions, transaction
from app.orders.books import queries
from app.orders.books.values import Books


async def prove_every_company(database_url: str) -> AsyncIterator[tuple[UUID, Books]]:
    """Each company with its balances. One transaction for each company, and nothing is locked."""
    engine = create_engine(database_url, pool_size=1)
    try:
        maker = sessions(engine)
        async with maker() as session:
            companies = await queries.find_companies(session)
        for company_id in companies:
            async with transaction(maker, company_id) as session:
                yield company_id, await queries.prove_books(session, company_id)
    finally:
        await engine.dispose()
