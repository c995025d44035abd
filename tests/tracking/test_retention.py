"""How long pings are kept, and the partitions they lie in."""

from datetime import date, timedelta

import pytest

from app.tracking.pings.retention import tend_pings
from tests.cast import NOON
from tests.tracking.conftest import a_ping
from tests.tracking.test_pings import send, stored

DAY = timedelta(days=1)


async def put_ping(superuser, company_id, worker_id, at):
    await superuser.execute("SELECT make_ping_day($1)", at.date())
    await superuser.execute(
        "INSERT INTO ping (company_id, worker_id, device_id, device_at, content, received_at, lat, lon) "
        "VALUES ($1, $2, $2, $3, 1, $3, 55.7, 37.6)",
        company_id,
        worker_id,
        at,
    )


async def days(superuser):
    rows = await superuser.fetch("SELECT relname FROM pg_class WHERE relnamespace = 'ping_day'::regnamespace")
    return {row["relname"] for row in rows}


@pytest.mark.covers("M21")
async def test_pings_are_removed_when_the_time_of_their_company_is_over(cast, other_cast, maker, superuser):
    changed = await cast.irina.patch("/tracking/settings", {"kept_days": 30}, if_match='"0"')
    for company in (cast, other_cast):
        for age in (29, 31):
            await put_ping(superuser, company.company_id, company.pavel.id, NOON - age * DAY)

    await tend_pings(maker, now=NOON)

    assert changed.json() == {"kept_days": 30, "version": 1}
    assert [one.at for one in await stored(cast, maker)] == [NOON - 29 * DAY]
    assert len(await stored(other_cast, maker)) == 2


async def test_a_day_is_dropped_when_nobody_has_a_ping_in_it_any_more(cast, maker, superuser):
    old, empty = NOON - 364 * DAY, NOON - 363 * DAY
    await put_ping(superuser, cast.company_id, cast.pavel.id, old)
    await superuser.execute("SELECT make_ping_day($1)", empty.date())

    await tend_pings(maker, now=NOON)
    after_one = await days(superuser)
    await tend_pings(maker, now=NOON + 2 * DAY)

    assert (f"d{old:%Y%m%d}" in after_one, f"d{empty:%Y%m%d}" in after_one) == (True, False)
    assert f"d{old:%Y%m%d}" not in await days(superuser)


async def test_partitions_of_the_next_days_are_there_before_their_pings(maker, superuser):
    then = NOON + 1000 * DAY

    await tend_pings(maker, now=then)

    assert {f"d{then + ahead * DAY:%Y%m%d}" for ahead in range(4)} <= await days(superuser)


async def test_a_partition_is_made_once(superuser):
    day = date(2031, 5, 5)

    made = [await superuser.fetchval("SELECT make_ping_day($1)", day) for _ in range(2)]

    assert made == [True, False]


@pytest.mark.covers("M37")
async def test_nobody_removes_pings_of_another_company(cast, other_cast, pavel, maker, engine):
    await send(pavel, a_ping())
    async with maker() as session, session.begin():
        connection = await session.connection()
        await connection.exec_driver_sql(f"SET LOCAL app.company_id = '{other_cast.company_id}'")
        removed = [
            (await connection.exec_driver_sql(statement)).scalar()
            for statement in (
                f"SELECT remove_pings('{pavel.id}', '2020-01-01', '2030-01-01')",
                "SELECT remove_old_pings('2030-01-01', 1000)",
            )
        ]

    assert removed == [0, 0]
    assert len(await stored(cast, maker)) == 1


@pytest.mark.covers("M37")
async def test_the_role_that_keeps_pings_can_do_nothing_else(superuser):
    role = await superuser.fetchrow(
        "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'brigada_keeper'"
    )
    owned = await superuser.fetch(
        "SELECT DISTINCT relname FROM pg_class WHERE relowner = 'brigada_keeper'::regrole "
        "AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    readable = await superuser.fetch(
        "SELECT relname FROM pg_class c WHERE relkind IN ('r', 'p', 'v') "
        "AND relnamespace = 'public'::regnamespace AND has_table_privilege('brigada_keeper', c.oid, 'SELECT') "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
    )
    functions = await superuser.fetch(
        "SELECT proname FROM pg_proc WHERE proowner = 'brigada_keeper'::regrole ORDER BY 1"
    )

    assert tuple(role)[1:] == (False, False)
    assert [row[0] for row in owned] == [row[0] for row in readable] == ["ping"]
    assert [row[0] for row in functions] == [
        "drop_empty_ping_days",
        "make_ping_day",
        "remove_old_pings",
        "remove_pings",
    ]


async def test_the_application_does_not_even_see_the_partitions(superuser):
    assert not await superuser.fetchval("SELECT has_schema_privilege('brigada_app', 'ping_day', 'USAGE')")


async def test_settings_are_those_of_a_new_company_until_they_are_changed(cast):
    assert (await cast.olga.get("/tracking/settings")).json() == {"kept_days": 365, "version": 0}

    stale = await cast.irina.patch("/tracking/settings", {"kept_days": 60}, if_match='"7"')
    refused = await cast.irina.patch("/tracking/settings", {"kept_days": 7}, if_match='"0"')

    assert (stale.status_code, refused.status_code) == (412, 400)
    assert (await cast.olga.patch("/tracking/settings", {"kept_days": 60}, if_match='"0"')).status_code == 403
