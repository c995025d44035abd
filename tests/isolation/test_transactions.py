"""The company is set for one transaction only, also on a pooled connection."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.ids import uuid7
from app.db.session import create_engine, enter_company, sessions, transaction
from app.schema import metadata
from tests.isolation.rows import Rows

pytestmark = pytest.mark.covers("M37", "P-rel-10")

SETTING = text("SELECT current_setting('app.company_id', true)")
CONNECTION = text("SELECT pg_backend_pid()")


@pytest.fixture
async def one_connection(settings):
    """Sessions that all use the same connection, one after the other."""
    engine = create_engine(settings.app_database_url, pool_size=1)
    yield sessions(engine)
    await engine.dispose()


@pytest.mark.parametrize("ending", ["commit", "rollback", "error"])
async def test_the_next_user_of_the_connection_is_in_no_company(one_connection, ending):
    class Ended(Exception):
        pass

    company_id = uuid7()
    try:
        async with transaction(one_connection, company_id) as session:
            first = await session.scalar(CONNECTION)
            await Rows(session, company_id).add("skill")
            if ending == "rollback":
                await session.rollback()
            if ending == "error":
                raise Ended
    except Ended:
        pass

    async with transaction(one_connection, None) as session:
        seen = await session.execute(metadata.tables["skill"].select())
        assert await session.scalar(CONNECTION) == first
        assert not await session.scalar(SETTING)
        assert seen.all() == []


async def test_a_company_that_was_entered_for_nothing_is_not_the_next_users(one_connection):
    async with transaction(one_connection, uuid7()):
        pass

    async with transaction(one_connection, None) as session:
        assert not await session.scalar(SETTING)


async def test_a_company_can_be_entered_after_others_were_asked(one_connection):
    company_id = uuid7()

    async with transaction(one_connection, None) as session:
        assert not await session.scalar(SETTING)
        await enter_company(session, company_id)
        assert await session.scalar(SETTING) == str(company_id)


async def test_transactions_that_share_few_connections_never_mix_their_companies(settings):
    engine = create_engine(settings.app_database_url, pool_size=3)
    maker = sessions(engine)

    async def stay_alone() -> tuple[int, int]:
        company_id = uuid7()
        async with transaction(maker, company_id) as session:
            await Rows(session, company_id).add("skill")
        async with transaction(maker, company_id) as session:
            rows = (await session.execute(metadata.tables["skill"].select())).all()
            return len(rows), sum(row.company_id == company_id for row in rows)

    counts = await asyncio.gather(*[stay_alone() for _ in range(40)])

    await engine.dispose()
    assert counts == [(1, 1)] * 40


async def test_an_empty_setting_shows_nothing(maker):
    company_id = uuid7()
    async with transaction(maker, company_id) as session:
        await Rows(session, company_id).add("skill")

    async with transaction(maker, company_id) as session:
        await session.execute(text("SET LOCAL app.company_id = ''"))
        seen = (await session.execute(metadata.tables["skill"].select())).all()

    assert seen == []


async def test_a_setting_that_is_no_company_is_an_error_and_not_a_way_in(maker):
    async with transaction(maker, uuid7()) as session:
        await session.execute(text("SET LOCAL app.company_id = 'nonsense'"))

        with pytest.raises(DBAPIError, match="invalid input syntax for type uuid"):
            await session.execute(metadata.tables["skill"].select())
        await session.rollback()
