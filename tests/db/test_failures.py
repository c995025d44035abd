"""What goes wrong in the database for a moment is answered so that the same request can come again, and then passes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from asyncpg import exceptions
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.ids import uuid7
from app.db.failures import Failure, failure_of, failure_of_code
from app.db.session import Sessions, create_engine, sessions, transaction
from app.db.work import begin_work
from app.http.problems import status_of

pytestmark = pytest.mark.covers("P-rel-2", "P-rel-4")

ANSWERS = {
    Failure.RACE: 409,
    Failure.OUTAGE: 503,
    Failure.UNSTORABLE: 400,
    Failure.FORBIDDEN: 403,
    Failure.BUG: 500,
}
PASSES_LATER = {
    Failure.RACE: {
        "23503": "a row that is named was removed meanwhile",
        "23505": "two took the same",
        "23P01": "two took the same time",
        "40000": "transaction rollback",
        "40001": "serialization failure",
        "40002": "a deferred constraint",
        "40P01": "deadlock",
        "55P03": "a lock was not free in time",
    },
    Failure.OUTAGE: {
        "08000": "connection exception",
        "08003": "connection does not exist",
        "08006": "connection failure",
        "08P01": "protocol violation",
        "25006": "read-only after a failover",
        "25P03": "idle in its transaction for too long",
        "25P04": "its transaction took too long",
        "28000": "may not sign in",
        "28P01": "wrong password",
        "3D000": "no such database",
        "40003": "nobody knows whether it was committed",
        "42P05": "prepared before",
        "53000": "insufficient resources",
        "53100": "disk full",
        "53200": "out of memory",
        "53300": "too many connections",
        "57014": "the statement took too long",
        "57P01": "shut down by an administrator",
        "57P02": "another process has crashed",
        "57P03": "is starting up",
        "57P05": "idle for too long",
        "58000": "system error",
        "58030": "reading or writing failed",
        "72000": "snapshot too old",
    },
}


@pytest.mark.parametrize(
    ("failure", "code"), [(failure, code) for failure, codes in PASSES_LATER.items() for code in codes]
)
def test_what_passes_later_says_so_whichever_way_it_comes(failure, code):
    of_command = asyncpg.PostgresError.new({"C": code, "M": PASSES_LATER[failure][code]})
    adapted = Exception("adapted")
    adapted.sqlstate = code  # type: ignore[attr-defined]  # as the dialect's errors have it
    of_session = DBAPIError("SELECT 1", {}, adapted)

    for error in (of_command, of_session):
        assert (failure_of(error), status_of(error)) == (failure, ANSWERS[failure])


def test_every_other_code_of_postgresql_is_a_bug_or_a_value_that_cannot_be_kept():
    listed = {code for codes in PASSES_LATER.values() for code in codes}
    codes = {
        one.sqlstate for one in vars(exceptions).values() if isinstance(getattr(one, "sqlstate", None), str)
    }
    others = {code: failure_of_code(code) for code in codes - listed if code is not None}

    later = {code for code, failure in others.items() if failure in (Failure.RACE, Failure.OUTAGE)}
    assert {code[:2] for code in later} <= {"08", "28", "53", "57", "58"}
    assert {code for code, failure in others.items() if failure == Failure.FORBIDDEN} == {"42501"}
    assert (
        others["42601"] == others["42703"] == others["25P02"] == others["23514"] == others["XX000"] == "bug"
    )


def test_a_session_whose_connection_was_lost_can_come_again_and_one_that_was_used_wrongly_cannot():
    assert status_of(PendingRollbackError("Can't reconnect", code="8s2b")) == 503
    assert status_of(PendingRollbackError("rolled back by a flush", code="7s2a")) == 500


TOO_LONG = ("SELECT set_config('statement_timeout', '5ms', true)", "SELECT pg_sleep(1)")
ENDED_BY_ADMINISTRATOR = ("SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1")
STANDBY = ("SELECT set_config('transaction_read_only', 'on', true)", "UPDATE skill SET name = name")
IDLE_TOO_LONG = ("SELECT set_config('idle_in_transaction_session_timeout', '5ms', true)", "SELECT 1")


async def by_work(maker: Sessions, company_id: UUID, statements: Sequence[str]) -> None:
    async with begin_work(maker, company_id) as work:
        for statement in statements:
            await work.rows(f"{statement} WHERE $1::uuid IS NOT NULL")
            await asyncio.sleep(0.02)


async def by_session(maker: Sessions, company_id: UUID, statements: Sequence[str]) -> None:
    async with transaction(maker, company_id) as session:
        for statement in statements:
            await session.execute(text(statement))
            await asyncio.sleep(0.02)


@pytest.fixture
async def one_connection(settings) -> AsyncIterator[AsyncEngine]:
    """Each new connection has a table of its own."""
    engine = create_engine(settings.app_database_url, pool_size=1)

    def prepare(connection: Any, _: Any) -> None:
        connection.run_async(lambda driver: driver.execute(FOR_TESTS))

    event.listen(engine.sync_engine, "connect", prepare)
    yield engine
    await engine.dispose()


FOR_TESTS = "CREATE TEMPORARY TABLE changing (value integer)"


@pytest.mark.parametrize("do", [by_work, by_session])
@pytest.mark.parametrize(
    "statements",
    [TOO_LONG, ENDED_BY_ADMINISTRATOR, STANDBY, IDLE_TOO_LONG],
    ids=["too long", "ended by an administrator", "standby", "idle too long"],
)
async def test_what_really_goes_wrong_for_a_moment_is_an_outage_and_the_next_request_passes(
    one_connection, do, statements
):
    maker, company_id = sessions(one_connection), uuid7()

    with pytest.raises(Exception) as caught:  # noqa: PT011  # which error it is, is what the test asks
        await do(maker, company_id, statements)

    assert status_of(caught.value) == 503, repr(caught.value)
    await do(maker, company_id, ["SELECT 1"])


@pytest.mark.parametrize("do", [by_work, by_session])
async def test_a_migration_under_a_prepared_statement_is_an_outage_of_one_request(one_connection, do):
    maker, company_id = sessions(one_connection), uuid7()
    await do(maker, company_id, ["SELECT value FROM changing"])
    async with one_connection.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE changing ALTER value TYPE bigint")

    with pytest.raises(Exception) as caught:  # noqa: PT011  # which error it is, is what the test asks
        await do(maker, company_id, ["SELECT value FROM changing"])

    assert status_of(caught.value) == 503, repr(caught.value)
    await do(maker, company_id, ["SELECT value FROM changing"])


async def test_a_value_that_cannot_be_sent_is_never_called_an_outage(maker):
    """A phone sends again what met an outage, so it would send this for ever."""
    with pytest.raises(asyncpg.DataError) as of_command:
        async with begin_work(maker, uuid7()) as work:
            await work.rows("SELECT $2::integer WHERE $1::uuid IS NOT NULL", 2**40)
    with pytest.raises(DBAPIError) as of_session:
        async with transaction(maker, uuid7()) as session:
            await session.execute(text("SELECT CAST(:value AS integer)"), {"value": 2**40})

    assert [status_of(of_command.value), status_of(of_session.value)] == [400, 400]


BUGS = ("22012", "22023", "22P02")
"""A division by zero, a wrong argument of a function, a text that is no number: our SQL is wrong."""


@pytest.mark.parametrize("code", ["22000", "22001", "22003", "22007", "22008", "22021", "22P05", *BUGS])
def test_an_error_of_data_is_judged_by_its_code_whichever_way_it_comes(code):
    of_command = asyncpg.PostgresError.new({"C": code, "M": "of data"})
    of_session = DBAPIError("SELECT 1", {}, of_command)
    expected = Failure.BUG if code in BUGS else Failure.UNSTORABLE

    assert isinstance(of_command, asyncpg.DataError)
    for error in (of_command, of_session):
        assert (failure_of(error), status_of(error)) == (expected, ANSWERS[expected])


@pytest.mark.parametrize("error", [OverflowError("date value out of range"), "\ud83d".encode])
def test_a_value_that_fails_before_the_driver_cannot_be_stored_either(error):
    if callable(error):
        with pytest.raises(UnicodeError) as caught:
            error()
        error = caught.value

    assert failure_of(error) is Failure.UNSTORABLE


async def test_nobody_gets_a_connection_in_time(settings):
    engine = create_engine(settings.app_database_url, pool_size=1)
    engine.pool._timeout = 0.05  # type: ignore[attr-defined]  # ten seconds are too long for a test
    maker = sessions(engine)
    async with begin_work(maker, uuid7()) as work:
        await work.rows("SELECT 1 WHERE $1::uuid IS NOT NULL")
        for do in (by_work, by_session):
            with pytest.raises(PoolTimeout) as caught:
                await do(maker, uuid7(), ["SELECT 1"])
            assert status_of(caught.value) == 503
    await engine.dispose()
