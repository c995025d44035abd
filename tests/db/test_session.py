import asyncio

from sqlalchemy import text

from app.db.session import create_engine, sessions


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
