"""How long pings are kept, and the partitions they lie in."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.tracking.pings import queries
from app.tracking.retention.tending import tend_pings
from tests.cast import NOON
from tests.dispatch.given import TOMORROW
from tests.stories import accepted_visit
from tests.tracking.conftest import a_ping
from tests.tracking.test_derive_again import derived_by
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


LONGER = {"ru": "Согласен. " * 20, "en": "I agree. " * 20, "kept_days": 700}


async def keep_for_700_days(cast):
    await cast.irina.post("/tracking/consent-texts", LONGER, idempotency_key="k1")
    answer = await cast.irina.patch("/tracking/settings", {"kept_days": 700}, if_match='"0"')
    assert answer.status_code == 200, answer.text


@pytest.mark.covers("M21")
async def test_positions_are_kept_no_longer_than_the_present_words_say(cast):
    refused = await cast.irina.patch("/tracking/settings", {"kept_days": 700}, if_match='"0"')
    added = await cast.irina.post("/tracking/consent-texts", LONGER, idempotency_key="k1")
    too_long = await cast.irina.patch("/tracking/settings", {"kept_days": 701}, if_match='"0"')
    changed = await cast.irina.patch("/tracking/settings", {"kept_days": 700}, if_match='"0"')

    assert (refused.status_code, refused.json()["code"]) == (422, "kept_longer_than_agreed")
    assert (added.status_code, added.json()["kept_days"], too_long.status_code) == (201, 700, 422)
    assert changed.json() == {"kept_days": 700, "shortest_stop_s": 180, "version": 1}


@pytest.mark.covers("M21")
async def test_a_text_that_names_no_days_keeps_those_of_the_text_before(cast):
    plain = {name: LONGER[name] for name in ("ru", "en")}
    first = await cast.irina.post("/tracking/consent-texts", plain, idempotency_key="k1")
    await cast.irina.post("/tracking/consent-texts", LONGER, idempotency_key="k2")
    third = await cast.irina.post("/tracking/consent-texts", plain, idempotency_key="k3")

    assert (first.json()["kept_days"], third.json()["kept_days"]) == (365, 700)
    assert (await cast.pavel.get("/tracking/consent-text")).json()["kept_days"] == 700


async def agreed(superuser, worker, since, until, kept_days):
    await superuser.execute(
        "INSERT INTO tracking_consent (company_id, id, worker_id, text_version, lang, text, kept_days, given_at, "
        "withdrawn_at) SELECT company_id, $2, $1, 1, 'ru', '…', $3, $4, $5 FROM worker WHERE id = $1",
        worker.id,
        uuid7(),
        kept_days,
        since,
        until,
    )


async def ages_of(superuser, worker):
    """How many days ago the pings were that stand in the table."""
    rows = await superuser.fetch("SELECT device_at FROM ping WHERE worker_id = $1", worker.id)
    return sorted((NOON - row["device_at"]).days for row in rows)


@pytest.mark.covers("M21")
async def test_positions_of_an_older_consent_go_when_its_words_say(cast, maker, superuser):
    """Pavel agreed to 365 days, and 380 days ago to 700. Nikolai has agreed to 700 all the time."""
    await keep_for_700_days(cast)
    await agreed(superuser, cast.pavel, NOON - 600 * DAY, NOON - 380 * DAY, 365)
    await agreed(superuser, cast.pavel, NOON - 380 * DAY, None, 700)
    await agreed(superuser, cast.nikolai, NOON - 900 * DAY, None, 700)
    for worker in (cast.pavel, cast.nikolai):
        for age in (701, 500, 390, 370, 10):
            await put_ping(superuser, cast.company_id, worker.id, NOON - age * DAY)

    await tend_pings(maker, now=NOON)

    assert await ages_of(superuser, cast.pavel) == [10, 370]
    assert await ages_of(superuser, cast.nikolai) == [10, 370, 390, 500]


@pytest.mark.covers("M21")
async def test_a_day_is_dropped_when_no_consent_lets_it_be_kept(cast, maker, superuser):
    await keep_for_700_days(cast)
    await agreed(superuser, cast.pavel, NOON - 600 * DAY, None, 365)
    for age in (366, 364):
        await put_ping(superuser, cast.company_id, cast.pavel.id, NOON - age * DAY)

    await tend_pings(maker, now=NOON)

    old, young = (f"d{NOON - age * DAY:%Y%m%d}" for age in (366, 364))
    assert (old in await days(superuser), young in await days(superuser)) == (False, True)


@pytest.mark.covers("M21")
async def test_last_positions_go_with_the_days_of_the_consent(cast, maker, superuser):
    await agreed(superuser, cast.pavel, NOON - 300 * DAY, None, 40)
    for worker, age in ((cast.pavel, 41), (cast.nikolai, 366), (cast.rinat, 364)):
        await put_shown(superuser, worker, age)

    await tend_pings(maker, now=NOON)

    left = await superuser.fetch(
        "SELECT id FROM worker WHERE company_id = $1 AND position IS NOT NULL", cast.company_id
    )
    assert [row["id"] for row in left] == [cast.rinat.id]


async def put_signal(superuser, worker, age, *, closed):
    signal_id, ended_at = uuid7(), NOON - age * DAY
    await superuser.execute(
        "INSERT INTO stop_signal (company_id, id, worker_id, day, from_at, to_at, lat, lon, counted_s, rules, "
        "near_clients, evidence, found_at, closed_at, decision) "
        "SELECT company_id, $2, $1, $3, $4, $5, 55.7, 37.6, 1, '[]', '[]', '[]', $5, $6, $7 "
        "FROM worker WHERE id = $1",
        worker.id,
        signal_id,
        ended_at.date(),
        ended_at - timedelta(hours=1),
        ended_at,
        ended_at if closed else None,
        "explained" if closed else None,
    )
    await superuser.execute(
        "INSERT INTO signal_answer (company_id, id, signal_id, worker_id, choice, comment, said_at) "
        "SELECT company_id, $2, $3, $1, 'meal', '', $4 FROM worker WHERE id = $1",
        worker.id,
        uuid7(),
        signal_id,
        ended_at,
    )
    return signal_id


@pytest.mark.covers("M19", "M21")
@pytest.mark.parametrize("closed", [True, False])
async def test_a_stop_signal_goes_with_its_positions(cast, maker, superuser, closed):
    await agreed(superuser, cast.pavel, NOON - 300 * DAY, None, 40)
    kept = {await put_signal(superuser, cast.pavel, 39, closed=closed)}
    kept |= {await put_signal(superuser, cast.rinat, 364, closed=closed)}
    await put_signal(superuser, cast.pavel, 41, closed=closed)
    await put_signal(superuser, cast.rinat, 366, closed=closed)

    await tend_pings(maker, now=NOON)

    for table, column in (("stop_signal", "id"), ("signal_answer", "signal_id")):
        rows = await superuser.fetch(f"SELECT {column} FROM {table} WHERE company_id = $1", cast.company_id)
        assert {row[0] for row in rows} == kept


async def put_fact(superuser, worker, age, kind, *, visit_id=None):
    ends_at = NOON - age * DAY
    await superuser.execute(
        "INSERT INTO track_fact (company_id, id, worker_id, day, kind, from_at, to_at, lat, lon, accuracy_m, "
        "distance_m, visit_id, confidence, algorithm_version, evidence) "
        "SELECT company_id, $2, $1, $3, $4, $5, $6, 55.7, 37.6, 8, 0, $7, 90, 1, jsonb_build_object('count', 3) "
        "FROM worker WHERE id = $1",
        worker.id,
        uuid7(),
        ends_at.date(),
        kind,
        ends_at - timedelta(hours=1),
        ends_at,
        visit_id,
    )


async def facts_left(superuser, worker):
    """Kind and age of his facts, and whether they say where he was."""
    rows = await superuser.fetch(
        "SELECT kind, to_at, lat, lon, accuracy_m, nullif(evidence, '{}') FROM track_fact WHERE worker_id = $1",
        worker.id,
    )
    left = {}
    for kind, to_at, *place in map(tuple, rows):
        says_where = {one is not None for one in place}
        assert len(says_where) == 1, kind  # all of the place is there, or nothing
        left[kind, (NOON - to_at).days] = says_where.pop()
    return left


@pytest.mark.covers("M21")
async def test_what_was_derived_of_positions_goes_with_them(cast, maker, superuser):
    """Pavel agreed to 40 days, of Rinat the company keeps a year."""
    await agreed(superuser, cast.pavel, NOON - 300 * DAY, None, 40)
    for worker, ages in ((cast.pavel, (39, 41)), (cast.rinat, (364, 366))):
        for age in ages:
            for kind in ("trip", "stop", "presence"):
                await put_fact(superuser, worker, age, kind)

    await tend_pings(maker, now=NOON)

    young, times_only = {"trip": True, "stop": True, "presence": True}, {"presence": False}
    for worker, (kept, gone) in ((cast.pavel, (39, 41)), (cast.rinat, (364, 366))):
        assert await facts_left(superuser, worker) == {
            **{(kind, kept): is_placed for kind, is_placed in young.items()},
            **{(kind, gone): is_placed for kind, is_placed in times_only.items()},
        }


@pytest.mark.covers("M21", "M33")
async def test_mileage_and_lateness_outlive_the_positions(cast, maker, superuser, clock):
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=1))
    await put_fact(superuser, cast.pavel, -1, "presence", visit_id=UUID(visit.id))
    await put_fact(superuser, cast.pavel, -1, "trip")
    await derived_by(cast, maker, {NOON.date() + DAY: 1})
    await superuser.execute(
        "UPDATE track_derivation SET distance_m = 12345, ping_count = 9 WHERE company_id = $1",
        cast.company_id,
    )
    clock.advance(days=400)
    first = NOON.date()
    paths = (
        f"/tracking/mileage?from={first}&to={first + 3 * DAY}",
        f"/tracking/lateness?from={first}&to={first + 3 * DAY}",
    )
    before = [(await cast.sergei.get(path)).json() for path in paths]

    await tend_pings(maker, now=clock.now())

    assert await facts_left(superuser, cast.pavel) == {("presence", -1): False}
    assert [(await cast.sergei.get(path)).json() for path in paths] == before
    assert "12345" in str(before[0])
    assert str(NOON.date()) in str(before[1])


@pytest.mark.covers("M21")
async def test_a_proposed_arrival_goes_with_its_positions(cast, maker, superuser):
    await agreed(superuser, cast.pavel, NOON - 300 * DAY, None, 40)
    visits = {}
    cases = ((cast.pavel, 39), (cast.pavel, 41), (cast.nikolai, 364), (cast.nikolai, 366))
    for number, (worker, age) in enumerate(cases):
        visit = await accepted_visit(cast, starts_at=TOMORROW + number * timedelta(hours=2))
        visits[age] = UUID(visit.id)
        await superuser.execute(
            "INSERT INTO arrival_proposal (company_id, visit_id, worker_id, arrived_at, accuracy_m, distance_m, "
            "dwell_s, confidence, proposed_at) "
            "SELECT company_id, $2, $1, $3, 5, 9, 120, 90, $3 FROM worker WHERE id = $1",
            worker.id,
            visits[age],
            NOON - age * DAY,
        )

    await tend_pings(maker, now=NOON)

    rows = await superuser.fetch(
        "SELECT visit_id FROM arrival_proposal WHERE company_id = $1", cast.company_id
    )
    assert {row["visit_id"] for row in rows} == {visits[39], visits[364]}


async def days(superuser):
    rows = await superuser.fetch("SELECT relname FROM pg_class WHERE relnamespace = 'ping_day'::regnamespace")
    return {row["relname"] for row in rows}


async def put_last(superuser, worker, age):
    await superuser.execute(
        "INSERT INTO last_position (company_id, worker_id, at, lat, lon) "
        "SELECT company_id, id, $2, 55.7, 37.6 FROM worker WHERE id = $1",
        worker.id,
        NOON - age * DAY,
    )


async def put_ping_of(superuser, worker, age):
    company_id = await superuser.fetchval("SELECT company_id FROM worker WHERE id = $1", worker.id)
    await put_ping(superuser, company_id, worker.id, NOON - age * DAY)


async def put_shown(superuser, worker, age):
    await superuser.execute(
        "UPDATE worker SET position = 'POINT(37.6 55.7)', position_at = $2, position_accuracy_m = 5 WHERE id = $1",
        worker.id,
        NOON - age * DAY,
    )


async def put_open_signal(superuser, worker, age):
    await put_signal(superuser, worker, age, closed=False)


async def put_shorter_consent(superuser, worker, age):
    """Of words that allow ten days less than the company."""
    await agreed(superuser, worker, NOON - (age - 10) * DAY, None, 355)


@pytest.mark.covers("M21")
@pytest.mark.parametrize("put", [put_ping_of, put_last, put_shown, put_open_signal, put_shorter_consent])
async def test_only_companies_with_something_old_are_looked_into(cast, other_cast, maker, superuser, put):
    """One statement finds them: a company with nothing to do costs no transaction of its own."""
    await put(superuser, cast.pavel, 366)
    await put(superuser, other_cast.pavel, 364)

    found = await queries.find_companies_with_old_places(maker, now=NOON)

    assert (cast.company_id in found, other_cast.company_id in found) == (True, False)


@pytest.mark.covers("M21")
async def test_pings_are_removed_when_the_time_of_their_company_is_over(cast, other_cast, maker, superuser):
    changed = await cast.irina.patch("/tracking/settings", {"kept_days": 30}, if_match='"0"')
    for company in (cast, other_cast):
        for age in (29, 31):
            await put_ping(superuser, company.company_id, company.pavel.id, NOON - age * DAY)

    await tend_pings(maker, now=NOON)

    assert changed.json() == {"kept_days": 30, "shortest_stop_s": 180, "version": 1}
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
    then = NOON + 20 * DAY

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
        "forget_visit_points",
        "make_ping_day",
        "remove_old_pings",
        "remove_pings",
    ]


async def test_the_application_does_not_even_see_the_partitions(superuser):
    assert not await superuser.fetchval("SELECT has_schema_privilege('brigada_app', 'ping_day', 'USAGE')")


async def test_settings_are_those_of_a_new_company_until_they_are_changed(cast):
    assert (await cast.olga.get("/tracking/settings")).json() == {
        "kept_days": 365,
        "shortest_stop_s": 180,
        "version": 0,
    }

    stale = await cast.irina.patch("/tracking/settings", {"kept_days": 60}, if_match='"7"')
    refused = await cast.irina.patch("/tracking/settings", {"kept_days": 7}, if_match='"0"')

    assert (stale.status_code, refused.status_code) == (412, 400)
    assert (await cast.olga.patch("/tracking/settings", {"kept_days": 60}, if_match='"0"')).status_code == 403
