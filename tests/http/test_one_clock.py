"""All parts of the running product use one clock, also on a faked day of `make calendar`."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sqlalchemy import func, select

SECONDS_APART = 5


async def test_the_api_and_its_database_believe_in_the_same_day_as_the_tests(client, its_sessions):
    answer = await client.get("/health/live")
    async with its_sessions() as session:
        at_the_database = await session.scalar(select(func.clock_timestamp()))

    now = datetime.now(UTC)
    at_the_api = parsedate_to_datetime(answer.headers["date"])
    assert abs((now - at_the_api).total_seconds()) < SECONDS_APART
    assert abs((now - at_the_database).total_seconds()) < SECONDS_APART
