"""A command's statements are planned once, for whatever values (`GENERIC_PLANS`)."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import column, func, select

from app.core.ids import uuid7
from app.db.query import Query
from app.db.work import Lock, begin_work
from tests.building.source import modules
from tests.conftest import CITUS

HIDES_ITS_INDEX = re.compile(r"(?:=|<|>|&&|@>) (?:\w+\()*coalesce\(", re.IGNORECASE)
"""Behind row-level security PostgreSQL 15 compares with COALESCE only after it has read every row of the company:
it is not among the expressions of which PostgreSQL knows that they tell nobody what they saw. With given values it
is gone before that; in a plan for any values it is not."""
MODE = Query(select(func.current_setting("plan_cache_mode")), str)


def statements() -> Iterator[tuple[str, str]]:
    """Every statement that a command reads or locks with, and its name."""
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, Query):
                yield f"{module.__name__}.{name}", value.compiled.sql
            elif isinstance(value, Lock):
                yield f"{module.__name__}.{name}", value.statement


def test_each_lock_has_a_name_of_its_own():
    """A connection would take the statement that it prepared first for both."""
    locks = {lock for module in modules() for lock in vars(module).values() if isinstance(lock, Lock)}

    assert len({lock.name for lock in locks}) == len(locks) > 0


@pytest.mark.skipif(bool(CITUS), reason="there each value decides the node")
async def test_a_command_is_planned_for_any_values(maker):
    async with begin_work(maker, uuid7()) as work:
        assert await work.all(MODE) == ["force_generic_plan"]


def test_no_command_compares_with_what_hides_an_index():
    assert [name for name, sql in statements() if HIDES_ITS_INDEX.search(sql)] == []


def test_what_hides_an_index_is_found():
    unindexed = Query(select(column("id")).where(column("id") == func.coalesce(column("a"), 1)), str)

    assert HIDES_ITS_INDEX.search(unindexed.compiled.sql)
