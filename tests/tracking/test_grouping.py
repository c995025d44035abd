"""What is stored together, and what becomes of it when the database says no."""

from datetime import timedelta

import asyncpg
import pytest

from app.core.ids import uuid7
from app.tracking.pings import grouping
from app.tracking.pings.policies import Refused
from app.tracking.pings.values import Ping, Sent
from tests.cast import NOON

pytestmark = pytest.mark.covers("M20", "P-rel-4")

SENT = Sent(uuid7(), uuid7(), [Ping(NOON - timedelta(minutes=n), 55.7, 37.6) for n in range(3)], 0, NOON)
WRONG = SENT.pings[1]
UNSTORABLE = [
    asyncpg.DataError("invalid input for query argument $3"),
    asyncpg.PostgresError.new({"C": "22003", "M": "out of range"}),
    OverflowError("date value out of range"),
]
PASSES_LATER = [
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.PostgresError.new({"C": "57P01", "M": "shut down by an administrator"}),
    asyncpg.PostgresError.new({"C": "22012", "M": "division by zero"}),
]


@pytest.fixture
def stored(monkeypatch):
    """The moments that are stored. A batch with the wrong ping fails with the error."""

    def fails_with(error):
        moments = []

        async def store_pings(_sessions, _company_id, sents):
            pings = [ping for sent in sents for ping in sent.pings]
            if WRONG in pings:
                raise error
            moments.extend(ping.at for ping in pings)
            return [["taken"] * len(sent.pings) for sent in sents]

        monkeypatch.setattr(grouping, "store_pings", store_pings)
        return moments

    return fails_with


@pytest.mark.parametrize("error", UNSTORABLE, ids=str)
async def test_a_value_that_cannot_be_stored_is_refused_alone(stored, error):
    moments = stored(error)

    verdicts = await grouping.store_one_by_one_if_needed(None, uuid7(), [SENT, SENT._replace(pings=[])])

    assert verdicts == [["taken", Refused.UNREADABLE, "taken"], []]
    assert moments == [SENT.pings[0].at, SENT.pings[2].at]


@pytest.mark.parametrize("error", PASSES_LATER, ids=str)
async def test_a_ping_that_may_pass_later_is_never_called_unreadable(stored, error):
    """The phone would delete it."""
    stored(error)

    with pytest.raises(type(error)):
        await grouping.store_one_by_one_if_needed(None, uuid7(), [SENT._replace(pings=[WRONG])])
