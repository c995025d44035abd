import asyncio

import pytest
from sqlalchemy import func, select, text

from app.core.ids import uuid7
from app.db import session as db_session
from app.db.query import Query
from app.db.session import create_engine, sessions
from app.db.work import begin_work


async def test_a_connection_the_database_has_closed_is_replaced_unnoticed(settings, superuser):
    engine = create_engine(settings.app_database_url, pool_size=1)
    maker = sessions(engine)
    async with maker() as session:
        first = await session.scalar(text("SELECT pg_backend_pid()"))
    await superuser.execute("SELECT pg_terminate_backend($1::int)", first)
    await asyncio.sleep(0.5)  # it does not end at once

    async with maker() as session:
        second = await session.scalar(text("SELECT pg_backend_pid()"))

    await engine.dispose()
    assert second != first


async def test_a_database_that_does_not_answer_is_not_waited_for_without_end(settings, monkeypatch):
    monkeypatch.setattr(db_session, "ANSWERS_WITHIN_S", 0.5)
    engine = create_engine(settings.app_database_url, pool_size=1)
    sleep = Query(select(func.pg_sleep(30)), str)
    now = Query(select(func.now()), str)

    with pytest.raises(TimeoutError):
        async with begin_work(sessions(engine), uuid7()) as work:
            await work.all(sleep)
    with pytest.raises(TimeoutError):
        async with sessions(engine)() as session:
            await session.execute(text("SELECT pg_sleep(30)"))
    async with begin_work(sessions(engine), uuid7()) as work:
        assert len(await work.all(now)) == 1
    await engine.dispose()
