"""Read, decide, write: collected changes are written in one statement, all or none."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from unittest.mock import AsyncMock
from uuid import UUID

import pytest
from sqlalchemy import Boolean, bindparam, column, select, table
from sqlalchemy.dialects.postgresql import Range

from app.contracts.dispatch import VisitPlanned
from app.core.changes import Cut, Delete, Insert, InsertMany, Update
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.db.base import Base
from app.db.query import Query
from app.db.session import create_engine, sessions, transaction
from app.db.time import CONNECTION_LOST
from app.db.work import ChangedMeanwhile, Lock, Work, begin_work, work_in
from app.db.writing import MOST_PARAMETERS, portions_of, rows_of
from app.dispatch.visits.queries import LOCK_VISIT
from tests.dispatch.given import TOMORROW, an_offered_visit

pytestmark = pytest.mark.covers("P-rel-2")

AUDIT = Base.metadata.tables["audit_event"]
NEWS = Base.metadata.tables["outbox_event"]
ACTIONS = Query(
    select(AUDIT.c.action).where(AUDIT.c.company_id == bindparam("company")).order_by(AUDIT.c.id), str
)
NEWS_KINDS = Query(
    select(NEWS.c.kind, NEWS.c.payload).where(NEWS.c.company_id == bindparam("company")), lambda *row: row
)


SKILL = Base.metadata.tables["skill"]
SKILL_NAMES = Query(select(SKILL.c.name).where(SKILL.c.company_id == bindparam("company")), str)
PREPARED_LOCKS = Query(
    select(column("name")).select_from(table("pg_prepared_statements")).where(column("from_sql", Boolean)),
    str,
)


class Taken(DomainError):
    code = "conflict"


@pytest.fixture
def company_id() -> UUID:
    return uuid7()


def action(name: str, **more) -> Insert:
    row = {
        "id": uuid7(),
        "user_id": uuid7(),
        "action": name,
        "subject": {"visit_id": "«5»"},
        "request_id": "one",
    }
    return Insert("audit_event", row | more)


async def actions(maker, company_id) -> list[str]:
    async with begin_work(maker, company_id) as work:
        return await work.all(ACTIONS)


def skill(code: str, name: str = "Замер", **options) -> Insert:
    return Insert("skill", {"code": code, "name": name}, **options)


async def test_everything_is_written_or_nothing(maker, company_id):
    async with begin_work(maker, company_id) as work:
        work.write(action("planVisit"))
        work.announce(VisitPlanned(visit_id=uuid7(), job_id=uuid7()))
        work.write(action("offerVisit"))

    assert await actions(maker, company_id) == ["planVisit", "offerVisit"]

    with suppress(ZeroDivisionError):
        async with begin_work(maker, company_id) as work:
            work.write(action("cancelVisit"))
            raise ZeroDivisionError

    assert await actions(maker, company_id) == ["planVisit", "offerVisit"]


async def test_an_update_of_a_row_that_is_not_as_it_was_read_undoes_all(maker, company_id):
    async with begin_work(maker, company_id) as work:
        work.write(skill("measure"))

    stale = Update("skill", {"code": "measure", "name": "Монтаж"}, {"name": "Измерение"}, expected=1)
    with pytest.raises(ChangedMeanwhile):
        async with begin_work(maker, company_id) as work:
            work.write(action("renameSkill"), stale)

    assert await actions(maker, company_id) == []


async def test_a_period_is_cut_and_keeps_its_own_beginning(maker, cast):
    booking, since = Base.metadata.tables["visit_booking"], TOMORROW + timedelta(minutes=30)
    late = timedelta(minutes=45)
    visit_id = UUID(await an_offered_visit(cast, cast.pavel.id))
    async with begin_work(maker, cast.company_id) as work:
        [job_id] = await work.all(Query(select(booking.c.job_id), lambda one: one))
        row = {"visit_id": visit_id, "job_id": job_id, "worker_id": cast.nikolai.id}
        work.write(Insert("visit_booking", row | {"period": Range(TOMORROW + late, TOMORROW + 2 * late)}))

    async with begin_work(maker, cast.company_id) as work:
        work.write(Cut("visit_booking", {"visit_id": visit_id}, "period", since))

    async with begin_work(maker, cast.company_id) as work:
        found = await work.all(Query(select(booking.c.period).order_by(booking.c.period), lambda one: one))
    assert [(one.lower, one.upper, one.isempty) for one in found] == [
        (None, None, True),
        (TOMORROW, since, False),
    ]


async def test_an_insert_whose_place_is_taken_is_its_refusal(maker, company_id):
    async with begin_work(maker, company_id) as work:
        work.write(skill("measure"))

    with pytest.raises(Taken):
        async with begin_work(maker, company_id) as work:
            work.write(action("createSkill"), skill("measure", if_taken=Taken))

    assert await actions(maker, company_id) == []


async def test_an_insert_that_happens_once_leaves_what_is_there(maker, company_id):
    for _ in range(2):
        async with begin_work(maker, company_id) as work:
            work.write(skill("measure", once=True), action("createSkill"))

    assert await actions(maker, company_id) == ["createSkill", "createSkill"]


async def test_a_place_that_is_freed_can_be_taken_by_the_same_statement(maker, company_id):
    kept = Insert("idempotency_key", {"user_id": uuid7(), "key": "k1", "fingerprint": b"1"}, if_taken=Taken)
    async with begin_work(maker, company_id) as work:
        work.write(kept)

    async with begin_work(maker, company_id) as work:
        work.write(Delete("idempotency_key", {"key": ["k1", "k2"]}), kept)

    with pytest.raises(Taken):
        async with begin_work(maker, company_id) as work:
            work.write(kept, Delete("idempotency_key", {"key": ["k1", "k2"]}))


async def test_rows_of_another_company_are_refused(maker, company_id):
    async def write_as_somebody_else() -> None:
        async with begin_work(maker, company_id) as work:
            await work.all(ACTIONS)
            work.company_id = uuid7()
            work.write(action("planVisit"))

    with pytest.raises(Exception, match="row-level security"):
        await write_as_somebody_else()


async def test_a_lock_takes_nothing_but_ids(maker, company_id):
    async with begin_work(maker, company_id) as work:
        with pytest.raises(TypeError, match="no UUID"):
            work.lock(LOCK_VISIT, "'; DROP TABLE visit; --")  # type: ignore[arg-type]  # that is the point


async def test_a_lock_is_prepared_once_and_stays_after_a_rollback(settings, company_id):
    engine = create_engine(settings.app_database_url, pool_size=1)
    for _ in range(3):
        with suppress(ZeroDivisionError):
            async with begin_work(sessions(engine), company_id) as work:
                work.lock(LOCK_VISIT, uuid7())
                assert await work.all(PREPARED_LOCKS) == ["lock_visit"]
                raise ZeroDivisionError
    await engine.dispose()


async def test_facts_are_read_after_the_lock_was_waited_for(maker, company_id):
    async with begin_work(maker, company_id) as work:
        work.write(skill("measure"))
    lock = Lock("lock_skills", "SELECT FROM skill WHERE company_id = $1 AND $2::uuid IS NOT NULL FOR UPDATE")
    table = Base.metadata.tables["skill"]
    names = Query(select(table.c.name).where(table.c.company_id == bindparam("company")), str)

    async def rename(work: Work, name: str, seen: list[str]) -> None:
        work.lock(lock, company_id)
        seen += await work.all(names)
        await asyncio.sleep(0.05)
        work.write(Update("skill", {"code": "measure"}, {"name": name}, expected=1))

    async def renamed(name: str) -> list[str]:
        seen: list[str] = []
        async with begin_work(maker, company_id) as work:
            await rename(work, name, seen)
        return seen

    seen = await asyncio.gather(*[renamed(name) for name in ("А", "Б", "В")])

    assert len({one for (one,) in seen}) == 3, "each saw what the one before had written"


@pytest.mark.parametrize("lost", CONNECTION_LOST)
async def test_a_connection_that_cannot_roll_back_is_not_used_again(settings, company_id, monkeypatch, lost):
    engine = create_engine(settings.app_database_url, pool_size=1)
    monkeypatch.setattr(Work, "rollback", AsyncMock(side_effect=lost("it broke")))
    with suppress(ZeroDivisionError):
        async with begin_work(sessions(engine), company_id) as work:
            work.write(skill("measure"))
            await work.write_now()
            raise ZeroDivisionError

    async with begin_work(sessions(engine), company_id) as work:
        assert await work.all(SKILL_NAMES) == []
    await engine.dispose()


async def test_a_use_case_with_a_session_takes_commands_into_its_transaction(maker, company_id):
    with suppress(ZeroDivisionError):
        async with transaction(maker, company_id) as session:
            async with work_in(session, company_id) as work:
                work.write(action("bookMeasurement"))
            raise ZeroDivisionError

    async with transaction(maker, company_id) as session, work_in(session, company_id) as work:
        work.write(action("bookInstallation"))

    assert await actions(maker, company_id) == ["bookInstallation"]


async def test_values_come_back_as_they_were_written(maker, company_id):
    event = VisitPlanned(visit_id=uuid7(), job_id=uuid7())
    async with begin_work(maker, company_id) as work:
        work.announce(event)

    async with begin_work(maker, company_id) as work:
        ((kind, payload),) = await work.all(NEWS_KINDS)

    assert (kind, payload) == (event.kind, {"visit_id": str(event.visit_id), "job_id": str(event.job_id)})


async def test_many_rows_of_a_table_are_one_change(maker, company_id):
    async with begin_work(maker, company_id) as work:
        work.write(skill("measure"))

    async with begin_work(maker, company_id) as work:
        rows = [{"code": code, "name": code.title()} for code in ("measure", "mount", "repair")]
        work.write(InsertMany("skill", rows, once=True))
        work.announce(*(VisitPlanned(visit_id=uuid7(), job_id=uuid7()) for _ in range(3)))

    async with begin_work(maker, company_id) as work:
        codes = await work.all(SKILL_NAMES)
        news = await work.all(NEWS_KINDS)

    assert (sorted(codes), len(news)) == (["Mount", "Repair", "Замер"], 3)
    assert work.notes == set()


async def test_more_rows_than_a_statement_may_have_parameters_are_written_by_several(maker, company_id):
    """PostgreSQL takes 32,767 parameters. Changes before and after the many rows stay in their order."""
    rows = [{"code": f"c{number}", "name": f"Навык {number}"} for number in range(17_000)]

    async with begin_work(maker, company_id) as work:
        work.write(
            skill("measure"),
            InsertMany("skill", rows),
            Update("skill", {"code": "measure"}, {"name": "Обмер"}, expected=1),
            Update("skill", {"code": ["c0", "c16999"]}, {"name": "Разное"}, expected=2),
        )

    async with begin_work(maker, company_id) as work:
        names = await work.all(SKILL_NAMES)
    assert sorted(names) == sorted(["Обмер", "Разное", "Разное", *(row["name"] for row in rows[1:-1])])


def test_changes_stay_in_their_order_when_they_are_cut_into_portions():
    changes = [
        Insert("skill", {"code": "a", "name": "A"}),
        InsertMany("skill", [{"code": str(n), "name": str(n)} for n in range(2 * MOST_PARAMETERS)]),
        Delete("skill", {"code": "a"}),
    ]

    portions = list(portions_of(changes))

    flat = [change for portion in portions for change in portion]
    many = [row for change in flat if isinstance(change, InsertMany) for row in change.rows]
    assert (flat[0], many, flat[-1]) == (changes[0], changes[1].rows, changes[2])
    assert all(
        sum(len(rows_of(change)) for change in portion) * 2 <= MOST_PARAMETERS + 2 for portion in portions
    )
