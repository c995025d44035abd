"""What can only be seen on a real Citus cluster. CITUS_URL names a database on its coordinator.

The journeys carry the same mark: `CITUS_URL=… make test ARGS="-m citus"` runs both there, and without
`-m` the whole suite (docs/deployment.md).
"""

import pytest
from sqlalchemy import Uuid, bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.db.distribute import distribute
from app.db.query import Query
from app.db.session import constraint_of, enter_company, transaction
from app.db.work import begin_work
from app.dispatch.offers.queries import LOCK_CREW
from app.schema import metadata
from app.workforce.crews.models import Crew
from app.workforce.skills.models import Skill
from tests.conftest import CITUS

pytestmark = [
    pytest.mark.citus,
    pytest.mark.covers("P-rel-10"),
    pytest.mark.skipif(not CITUS, reason="CITUS_URL names no Citus coordinator"),
]

BY_COMPANY = {table.name for table in metadata.sorted_tables if "company_id" in table.c} | {"company"}
SKILLS = Query(select(Skill.code).where(Skill.company_id == bindparam("company", type_=Uuid)), str)


async def test_every_table_of_a_company_is_distributed_beside_the_company(superuser):
    rows = await superuser.fetch("SELECT table_name::text, colocation_id FROM citus_tables")

    assert {row["table_name"] for row in rows} == BY_COMPANY
    assert len({row["colocation_id"] for row in rows}) == 1


async def test_distributing_again_moves_nothing():
    assert await distribute(CITUS, metadata.sorted_tables, shards=3) == []


async def test_a_company_sees_its_own_rows_and_no_others(maker):
    mine, other = uuid7(), uuid7()
    for company_id in (mine, other):
        async with transaction(maker, company_id) as session:
            await session.execute(insert(Skill).values(company_id=company_id, code="glazing", name="x"))

    async with transaction(maker, mine) as session:
        seen = (await session.scalars(select(Skill.company_id))).all()
        asked = (await session.scalars(select(Skill.company_id).where(Skill.company_id == other))).all()

    assert (seen, asked) == ([mine], [])


@pytest.mark.parametrize("times", [1, 7], ids=["once", "as often as makes a plan for any values"])
async def test_the_locks_of_a_command_are_held_on_the_node(maker, cast, times):
    for _ in range(times):
        async with begin_work(maker, cast.company_id) as work:
            work.lock(LOCK_CREW, cast.crew_id)
            await work.all(SKILLS)
            async with transaction(maker, cast.company_id) as session:
                crews = select(Crew.id).where(Crew.company_id == cast.company_id)
                free = (await session.scalars(crews.with_for_update(skip_locked=True))).all()

        assert free == []


async def test_a_taken_name_is_told_by_its_constraint(maker):
    company_id = uuid7()
    add = insert(Skill).values(company_id=company_id, code="glazing", name="x")
    async with transaction(maker, company_id) as session:
        await session.execute(add)

    async with maker() as session:
        await enter_company(session, company_id)
        with pytest.raises(IntegrityError) as refused:
            await session.execute(add)
        await session.rollback()

    assert constraint_of(refused.value) == "pk_skill"


async def test_functions_that_look_across_answer_from_all_nodes(maker, cast):
    async with transaction(maker, None) as session:
        found = await session.execute(
            text("SELECT company_id FROM find_accounts(NULL, :phone)"), {"phone": cast.rinat.phone}
        )
        companies = {row.company_id for row in found}

    assert cast.company_id in companies
