"""For every table: company B cannot read, change, remove or add rows of company A."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Delete, Table, Update, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from app.core.ids import uuid7
from app.db.session import Sessions, transaction
from app.schema import metadata
from tests.conftest import CITUS
from tests.isolation.rows import COMPANY_TABLES, Rows, key_of

pytestmark = pytest.mark.covers("M37", "P-rel-10")

REFUSED = "42501"
"""insufficient_privilege: a missing grant and a broken policy both say this."""
REFUSED_ANYWAY = "0A000" if CITUS else REFUSED
"""Citus moves no row to another company, whoever asks."""


async def add_row(maker: Sessions, company_id: UUID, name: str) -> dict[str, Any]:
    async with transaction(maker, company_id) as session:
        return await Rows(session, company_id).add(name)


async def count_rows(maker: Sessions, company_id: UUID | None, name: str) -> int:
    async with transaction(maker, company_id) as session:
        return await session.scalar(select(func.count()).select_from(metadata.tables[name])) or 0


async def outcome_of(doing: Awaitable[Any]) -> str:
    """`N rows`, or the SQLSTATE of the refusal."""
    try:
        return f"{(await doing).rowcount} rows"
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", error))


async def run(maker: Sessions, company_id: UUID | None, statement: Any) -> Any:
    async with transaction(maker, company_id) as session:
        return await session.execute(statement)


def at_key(statement: Update | Delete, table: Table, values: dict[str, Any]) -> Any:
    """By the primary key alone: whoever forgets the company in a query must still see nothing."""
    for column, value in key_of(table.name, values).items():
        statement = statement.where(table.c[column] == value)
    return statement


@pytest.mark.parametrize("name", COMPANY_TABLES)
async def test_a_company_sees_its_own_rows_and_no_others(maker, name):
    ours, theirs = uuid7(), uuid7()

    await add_row(maker, theirs, name)
    before = await count_rows(maker, ours, name)
    await add_row(maker, ours, name)

    assert (before, await count_rows(maker, ours, name)) == (0, 1)


@pytest.mark.parametrize("name", COMPANY_TABLES)
async def test_whoever_has_no_company_sees_nothing(maker, name):
    await add_row(maker, uuid7(), name)

    assert await count_rows(maker, None, name) == 0


@pytest.mark.parametrize("name", COMPANY_TABLES)
async def test_rows_of_another_company_can_be_neither_changed_nor_removed(maker, superuser, name):
    ours, theirs, table = uuid7(), uuid7(), metadata.tables[name]
    row = await add_row(maker, theirs, name)
    column = next(column for column in reversed(table.columns.values()) if column.name != "company_id")
    change = at_key(update(table).values({column.name: table.c[column.name]}), table, row)
    state = f'SELECT array_agg(xmin::text) FROM "{name}" WHERE company_id = $1'
    before = await superuser.fetchval(state, theirs)

    changed = await outcome_of(run(maker, ours, change))
    removed = await outcome_of(run(maker, ours, at_key(delete(table), table, row)))

    assert {changed, removed} <= {"0 rows", REFUSED}
    assert await superuser.fetchval(state, theirs) == before


@pytest.mark.parametrize("name", COMPANY_TABLES)
async def test_nobody_plants_a_row_in_another_company(maker, name):
    ours, theirs, table = uuid7(), uuid7(), metadata.tables[name]
    row = await add_row(maker, theirs, name)
    own = await add_row(maker, ours, name)
    hand_over = at_key(update(table).values(company_id=theirs), table, own)

    planted = await outcome_of(run(maker, ours, insert(table).values(row)))
    handed_over = await outcome_of(run(maker, ours, hand_over))
    from_nowhere = await outcome_of(run(maker, None, insert(table).values(row)))

    assert (planted, handed_over, from_nowhere) == (REFUSED, REFUSED_ANYWAY, REFUSED)


REFERENCES = [
    (name, key.name)
    for name in COMPANY_TABLES
    for key in sorted(metadata.tables[name].foreign_key_constraints, key=lambda key: str(key.name))
]


@pytest.mark.parametrize(("name", "key_name"), REFERENCES)
async def test_no_row_refers_to_a_row_of_another_company(maker, name, key_name):
    ours, theirs, table = uuid7(), uuid7(), metadata.tables[name]
    key = next(key for key in table.foreign_key_constraints if key.name == key_name)

    async def pointing_at_theirs() -> dict[str, Any]:
        async with transaction(maker, theirs) as session:
            return await Rows(session, theirs).reference(table, key)

    older = await pointing_at_theirs()
    async with transaction(maker, ours) as session:
        values = await Rows(session, ours).values(name)
    row = values | older | {"company_id": ours}
    outcome = await outcome_of(run(maker, ours, insert(table).values(row)))
    if outcome == "23514":  # a CHECK asks for ids in the order of their age
        row |= await pointing_at_theirs() | {"company_id": ours}
        outcome = await outcome_of(run(maker, ours, insert(table).values(row)))

    assert outcome == "23503"


async def test_a_company_reads_and_changes_no_other_company(maker):
    ours, theirs, company = uuid7(), uuid7(), metadata.tables["company"]
    for one in (ours, theirs):
        await run(maker, one, insert(company).values(id=one, name="Окна"))

    seen = (await run(maker, ours, select(company.c.id))).scalars().all()
    changed = await outcome_of(run(maker, ours, update(company).values(name="Чужие")))
    planted = await outcome_of(run(maker, ours, insert(company).values(id=uuid7(), name="Третья")))

    assert (seen, changed, planted) == ([ours], "1 rows", REFUSED)
    assert await count_rows(maker, None, "company") == 0


async def test_copying_rows_in_past_the_policies_is_refused(maker):
    async with transaction(maker, uuid7()) as session:
        raw = await (await session.connection()).get_raw_connection()

        with pytest.raises(Exception, match="COPY FROM not supported with row-level security"):
            await raw.driver_connection.copy_records_to_table(
                "skill", records=[(uuid7(), "measure", "Замер")], columns=["company_id", "code", "name"]
            )
        await session.rollback()
