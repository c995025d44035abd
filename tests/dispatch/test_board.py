"""The board: everything that a screen of people and times shows, in one answer."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db.relay import Relay
from app.db.session import transaction
from app.dispatch.board.queries import FRAME, LOAD
from app.dispatch.visits.policies import VisitStatus
from app.http.live import BEFORE_ALL, Follower
from app.schema import metadata
from app.wiring import EVENTS
from tests.cast import NOON
from tests.counting import asyncpg_statements, statements_of
from tests.dispatch.given import (
    TOMORROW,
    a_job,
    a_planned_visit,
    accept,
    an_offered_visit,
    progress,
)

DAY = "2026-03-03"
S = VisitStatus


async def board(person, query=f"day={DAY}"):
    answer = await person.get(f"/board?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def part(person, *visits, query=f"day={DAY}"):
    ids = "".join(f"&visit_id={one}" for one in visits)
    answer = await person.get(f"/board/visits?{query}{ids}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def by_id(items):
    return {one["id"]: one for one in items}


async def a_visit_with(cast, status: VisitStatus, *, hours: int) -> str:
    """A visit of tomorrow that has come this far."""
    visit = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(hours=hours), minutes=30)
    if status == S.PLANNED:
        return visit
    await cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(cast.pavel.id)})
    if status == S.CANCELED:
        await cast.olga.post(f"/visits/{visit}/cancel", {"reason": "Клиент передумал"}, if_match="*")
    if status in (S.OFFERED, S.CANCELED):
        return visit
    await accept(cast, cast.pavel.scope, UUID(visit))
    way = [S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS]
    if status not in way and status != S.ACCEPTED:
        way.append(status)
    for step in way:
        if status == S.ACCEPTED:
            break
        await progress(cast, cast.pavel.scope, UUID(visit), step)
        if step == status:
            break
    return visit


async def test_a_visit_stands_on_the_board_as_it_is_whatever_its_status(cast):
    visits = {}
    for hours, status in enumerate(VisitStatus, -2):
        visits[status] = await a_visit_with(cast, status, hours=hours)

    shown = await board(cast.olga)

    found = by_id(shown["visits"])
    for status, visit in visits.items():
        alone = (await cast.olga.get(f"/visits/{visit}")).json()
        same = {name: found[visit][name] for name in alone}
        assert (alone, status) == (same, found[visit]["status"])
    assert shown["counts"] == {str(status): 1 for status in VisitStatus}
    assert [one["starts_at"] for one in shown["visits"]] == sorted(
        one["starts_at"] for one in shown["visits"]
    )


async def test_a_visit_shows_its_job_client_place_people_and_offer(cast):
    offered = await an_offered_visit(cast, cast.pavel.id)

    [visit] = (await board(cast.olga))["visits"]

    job = (await cast.olga.get(f"/jobs/{visit['job_id']}")).json()
    assert visit["id"] == offered
    assert visit["job_number"] == job["job"]["number"]
    assert (visit["client_name"], visit["client_id"]) == ("Котова Анна Сергеевна", job["client"]["id"])
    assert (visit["address"], visit["lat"], visit["lon"]) == ("Москва, Тверская улица, 12", 55.75, 37.61)
    assert (visit["kind"], visit["job_type_name"], visit["phase"]) == ("measurement", "Замер", "ahead")
    assert visit["people"] == [str(cast.pavel.id)]
    assert visit["offered_at"] == "2026-03-02T09:00:00Z"
    assert [(step["action"], step["is_done"]) for step in visit["ladder"]][:2] == [
        ("remind_worker", False),
        ("notify_dispatcher", False),
    ]
    assert (visit["escalated_to"], visit["escalated_at"]) == (None, None)


async def test_whoever_must_act_because_nobody_accepts_is_shown(cast, clock, background):
    visit = await an_offered_visit(cast, cast.pavel.id)
    [shown] = (await board(cast.olga))["visits"]
    clock.moment = datetime.fromisoformat(shown["accept_by"])
    await background.run()

    [escalated] = (await board(cast.olga))["visits"]

    assert escalated["id"] == visit
    assert (escalated["escalated_to"], escalated["escalated_at"]) == ("dispatcher", shown["accept_by"])
    assert [step["is_done"] for step in escalated["ladder"]][:2] == [True, True]
    assert escalated["ladder"][-1] == shown["ladder"][-1]
    assert escalated["worker_id"] == str(cast.nikolai.id)


async def test_a_crew_stands_there_with_its_members_and_all_whose_time_it_takes(cast):
    visit = await a_planned_visit(
        cast, kind="installation", minutes=240, starts_at=TOMORROW - timedelta(hours=3)
    )
    answer = await cast.olga.post(f"/visits/{visit}/offer", {"crew_id": str(cast.crew_id)})
    assert answer.status_code == 200, answer.text

    shown = await board(cast.olga)

    [crew] = shown["crews"]
    assert (crew["id"], crew["name"]) == (str(cast.crew_id), "Бригада Рината")
    assert [one["worker_id"] for one in crew["members"]] == [str(cast.rinat.id), str(cast.timur.id)]
    [found] = shown["visits"]
    assert (found["crew_id"], found["worker_id"]) == (str(cast.crew_id), str(cast.rinat.id))
    assert set(found["people"]) == {str(cast.rinat.id), str(cast.timur.id)}


async def test_people_stand_there_with_shifts_absences_and_load(cast):
    await an_offered_visit(cast, cast.pavel.id)
    lunch = {"kind": "break", "starts_at": f"{DAY}T13:00:00+03:00", "ends_at": f"{DAY}T14:00:00+03:00"}
    added = await cast.olga.post(f"/workers/{cast.pavel.id}/absences", lunch)
    assert added.status_code == 201, added.text

    shown = await board(cast.olga)

    pavel = by_id(shown["workers"])[str(cast.pavel.id)]
    assert (pavel["name"], pavel["roles"], pavel["skills"]) == ("Павел Громов", ["measurer"], ["measure"])
    assert pavel["load"] == [{"day": DAY, "shift_min": 720, "booked_min": 60, "free_min": 660}]
    [absence] = shown["absences"]
    assert absence == {
        "id": added.json()["id"],
        "worker_id": str(cast.pavel.id),
        "kind": "break",
        "starts_at": "2026-03-03T10:00:00Z",
        "ends_at": "2026-03-03T11:00:00Z",
    }
    assert [one["starts_at"] for one in shown["shifts"]] == ["2026-03-03T05:00:00Z"] * 4
    assert len({one["worker_id"] for one in shown["shifts"]}) == 4


async def test_the_tray_has_what_needs_a_time_or_somebody(cast):
    inside = await a_planned_visit(cast)
    later = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(days=3))
    normal, urgent = await a_job(cast), await a_job(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE job SET priority = 'urgent' WHERE id = :id"), {"id": urgent})
    canceled = await a_planned_visit(cast)
    await cast.olga.post(f"/visits/{canceled}/cancel", {"reason": "Клиент передумал"}, if_match="*")

    shown = await board(cast.olga)

    tray = shown["tray"]
    failed_job = by_id(shown["visits"])[canceled]["job_id"]
    assert [one["id"] for one in tray["jobs"]] == [str(urgent), str(normal), failed_job]
    assert [one["visits_made"] for one in tray["jobs"]] == [0, 0, 1]
    assert (tray["jobs_total"], tray["visits_total"]) == (3, 1)
    assert [one["id"] for one in tray["visits"]] == [later]
    assert inside in by_id(shown["visits"])


async def test_whoever_left_is_shown_while_he_has_a_visit_that_day(cast):
    await an_offered_visit(cast, cast.pavel.id)
    async with transaction(cast.maker, cast.company_id) as session:
        ids = {"ids": [cast.pavel.id, cast.nikolai.id]}
        await session.execute(text("UPDATE worker SET is_active = false WHERE id = ANY(:ids)"), ids)

    shown = by_id((await board(cast.olga))["workers"])

    assert shown[str(cast.pavel.id)]["is_active"] is False
    assert str(cast.nikolai.id) not in shown


@pytest.mark.parametrize(
    ("day", "hours", "begins"),
    [
        ("2026-03-28", 24, "2026-03-27T23:00:00Z"),
        ("2026-03-29", 23, "2026-03-28T23:00:00Z"),
        ("2026-10-25", 25, "2026-10-24T22:00:00Z"),
    ],
)
async def test_days_are_those_of_the_company_also_when_its_clocks_change(cast, day, hours, begins):
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE company SET timezone = 'Europe/Berlin'"))
    first = datetime.fromisoformat(begins)
    last = first + timedelta(hours=hours)
    into = await a_planned_visit(cast, starts_at=first - timedelta(minutes=30))
    ends_before = await a_planned_visit(cast, starts_at=first - timedelta(minutes=60))
    at_night = await a_planned_visit(cast, starts_at=last - timedelta(minutes=30))
    next_day = await a_planned_visit(cast, starts_at=last)

    shown = await board(cast.olga, f"day={day}")

    assert (shown["starts_at"], shown["timezone"]) == (begins, "Europe/Berlin")
    assert datetime.fromisoformat(shown["ends_at"]) == last
    assert [one["id"] for one in shown["visits"]] == [into, at_night]
    assert [one["id"] for one in shown["tray"]["visits"]] == [ends_before, next_day]
    assert [one["day"] for one in shown["workers"][0]["load"]] == [day]


async def test_by_default_it_is_today_by_the_clocks_of_the_company(cast, clock):
    clock.moment = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # half past one in Moscow

    shown = await board(cast.olga, "days=7")

    assert (shown["day"], shown["days"]) == (DAY, 7)
    assert (shown["starts_at"], shown["ends_at"]) == ("2026-03-02T21:00:00Z", "2026-03-09T21:00:00Z")
    assert shown["now"] == "2026-03-02T22:30:00Z"
    assert len(shown["workers"][0]["load"]) == 7


@pytest.mark.parametrize("query", ["days=0", "days=8", "day=x", "visit_id=1"])
async def test_no_board_of_other_days(cast, query):
    assert (await cast.olga.get(f"/board?{query}")).status_code == 400


async def test_a_board_shows_nothing_of_another_company(cast, other_cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await a_job(cast)

    shown = await board(other_cast.olga)
    asked = await part(other_cast.olga, visit, query=f"day={DAY}&worker_id={cast.pavel.id}")

    assert (shown["visits"], shown["tray"]["jobs"], shown["tray"]["jobs_total"]) == ([], [], 0)
    assert str(cast.pavel.id) not in by_id(shown["workers"])
    assert str(cast.crew_id) not in by_id(shown["crews"])
    assert [asked[name] for name in ("visits", "jobs", "workers", "shifts")] == [[], [], [], []]


@pytest.mark.parametrize("path", ["/board", "/board/visits"])
async def test_a_board_is_for_the_office(cast, anonymous, path):
    for person in (cast.irina, cast.sergei, cast.olga, cast.galina, cast.marina):
        assert (await person.get(path)).status_code == 200
    assert (await cast.pavel.get(path)).status_code == 403
    assert (await anonymous.get(f"/api/v1{path}")).status_code == 401


async def test_a_board_of_many_visits_takes_no_more_statements(cast, engine):
    async def statements() -> int:
        with statements_of(engine) as sent:
            await board(cast.olga)
        return len(sent)

    await an_offered_visit(cast, cast.pavel.id)
    of_one = await statements()
    for hours in range(1, 5):
        await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + timedelta(hours=hours))

    assert await statements() == of_one


async def test_a_part_shows_what_was_asked_for_as_the_board_does(cast):
    mine = await an_offered_visit(cast, cast.pavel.id)
    await an_offered_visit(cast, cast.nikolai.id)
    elsewhere = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(days=20))
    canceled = await a_planned_visit(cast)
    await cast.olga.post(f"/visits/{canceled}/cancel", {"reason": "Клиент передумал"}, if_match="*")
    whole = await board(cast.olga)

    shown = await part(cast.olga, mine, elsewhere, canceled, query=f"day={DAY}&worker_id={cast.pavel.id}")

    visits = by_id(whole["visits"]) | by_id(whole["tray"]["visits"])
    assert by_id(shown["visits"]) == {one: visits[one] for one in (mine, elsewhere, canceled)}
    assert shown["jobs"] == whole["tray"]["jobs"]
    assert {one["id"]: one["job_status"] for one in shown["visits"]} == {
        mine: "planned",
        elsewhere: "planned",
        canceled: "new",
    }
    assert shown["workers"] == [by_id(whole["workers"])[str(cast.pavel.id)]]
    assert shown["shifts"] == [one for one in whole["shifts"] if one["worker_id"] == str(cast.pavel.id)]


async def test_a_new_job_of_an_order_comes_to_the_tray(cast):
    job = await a_job(cast)
    await a_job(cast)
    [card] = [one for one in (await board(cast.olga))["tray"]["jobs"] if one["id"] == str(job)]

    shown = await part(cast.olga, query=f"order_id={card['order_id']}")

    assert (shown["visits"], shown["jobs"]) == ([], [card])


async def kinds_of(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        rows = await session.execute(text("SELECT kind, payload FROM outbox_event ORDER BY id"))
        return dict(list(rows))


async def test_what_changes_without_a_new_time_or_people_is_announced_too(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    job = (await cast.olga.get(f"/visits/{visit}")).json()["job_id"]
    await cast.olga.post(f"/visits/{visit}/pin", {"is_pinned": True}, if_match="*")
    said = await cast.olga.post(f"/visits/{visit}/client-answers", {"says": "yes"})
    await cast.olga.patch(f"/jobs/{job}", {"priority": "high"}, if_match="*")
    sick = {
        "kind": "sick",
        "starts_at": TOMORROW.isoformat(),
        "ends_at": (TOMORROW + timedelta(hours=1)).isoformat(),
        "override_reason": "Заболел",
    }
    await cast.olga.post(f"/workers/{cast.pavel.id}/absences", sick)
    member = {"worker_id": str(cast.nikolai.id)}
    await cast.sergei.post(f"/crews/{cast.crew_id}/members", member)

    announced = await kinds_of(cast)

    assert said.status_code in (200, 201), said.text
    assert announced["dispatch.visit_pinned"] == {"visit_id": visit, "is_pinned": True}
    assert announced["dispatch.visit_answered"] == {"visit_id": visit, "says": "yes"}
    assert announced["dispatch.job_changed"] == {"job_id": job}
    assert announced["dispatch.visit_fit_changed"] == {"visit_id": visit, "reasons": ["absent"]}
    assert announced["workforce.crew_changed"] == {"crew_id": str(cast.crew_id)}
    assert (await board(cast.olga))["visits"][0]["breaks"] == ["absent"]


async def test_a_visit_moved_between_the_read_and_the_stream_is_not_lost(cast, maker):
    """Relayed before the read or after it: what the board does not contain comes on the stream."""

    async def nobody_listens(*_):
        return None

    relay = Relay(events=EVENTS, listeners={}, publish=nobody_listens)

    class Clock:
        def now(self):
            return NOON

    async def relayed():
        while await relay.relay_events(maker, cast.company_id, Clock()):
            pass

    async def missed_since(as_of):
        follower = Follower(maker, cast.company_id, after=UUID(as_of))
        pieces = [piece.decode() async for piece in follower._missed()]
        return re.findall(r"^event: (\S+)", "".join(pieces), re.MULTILINE)

    assert (await board(cast.olga))["as_of"] == str(BEFORE_ALL)
    visit = await a_planned_visit(cast)
    await relayed()
    shown = await board(cast.olga)
    later = {"starts_at": (TOMORROW + timedelta(hours=2)).isoformat()}
    moved = await cast.olga.patch(f"/visits/{visit}", later, if_match='"1"')
    assert moved.status_code == 200, moved.text
    in_between = await board(cast.olga)
    await relayed()

    assert await missed_since(shown["as_of"]) == ["dispatch.visit_moved"]
    assert await missed_since(in_between["as_of"]) == ["dispatch.visit_moved"]
    assert await missed_since((await board(cast.olga))["as_of"]) == []
    assert set(await missed_since(str(BEFORE_ALL))) >= {"dispatch.visit_planned", "dispatch.visit_moved"}


def tables_in(statement):
    words = set(re.findall(r"\b[a-z_]+\b", re.sub(r"--.*", "", statement)))
    return {table.name for table in metadata.sorted_tables} & words


async def test_each_table_that_the_board_reads_has_its_marks(cast, engine):
    await an_offered_visit(cast, cast.pavel.id)
    await a_job(cast)

    with statements_of(engine) as sent:
        await board(cast.olga)

    read = {table for statement in [*sent, LOAD] for table in tables_in(statement)}
    assert {"visit", "job", "client", "site", "worker", "absence"} <= read
    assert read <= tables_in(FRAME)


async def test_an_unchanged_board_takes_one_statement(cast, engine, clock):
    await an_offered_visit(cast, cast.pavel.id)
    answer = await cast.olga.get(f"/board?day={DAY}")
    clock.advance(seconds=30)

    with asyncpg_statements(engine) as sent:
        again = await cast.irina.get(f"/board?day={DAY}", if_none_match=answer.headers["etag"])

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    assert [one for one in sent if tables_in(one)] == [FRAME]
    other_days = await cast.irina.get(f"/board?day={DAY}&days=2", if_none_match=answer.headers["etag"])
    assert other_days.status_code == 200


CHANGES = [
    "UPDATE visit SET client_answer = 'yes', client_answered_at = now()",
    "UPDATE visit SET is_pinned = NOT is_pinned",
    "UPDATE client SET name = name || 'х'",
    "UPDATE site SET address = address || '1'",
    "UPDATE job SET priority = 'high'",
    "UPDATE job_type SET name = name || '.'",
    "UPDATE user_account SET name = name || '.'",
    "UPDATE worker SET skills = skills || '{x}'",
    "UPDATE worker SET is_active = NOT is_active",
    "UPDATE offer SET in_spite_of = in_spite_of || '{clash}'",
    "UPDATE crew SET name = name || '.'",
    "UPDATE crew_member SET share = share + 1",
    "UPDATE shift SET period = period",
    "UPDATE company SET timezone = CASE timezone WHEN 'Asia/Omsk' THEN 'Europe/Moscow' ELSE 'Asia/Omsk' END",
    "DELETE FROM shift",
    "DELETE FROM visit_booking",
]


@pytest.mark.parametrize("change", CHANGES)
async def test_whatever_changes_makes_the_board_another_one(cast, change):
    await an_offered_visit(cast, cast.pavel.id)
    await a_job(cast)
    seen = (await cast.olga.get(f"/board?day={DAY}")).headers["etag"]
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text(change))

    answer = await cast.olga.get(f"/board?day={DAY}", if_none_match=seen)

    assert answer.status_code == 200
    assert answer.headers["etag"] != seen


async def test_a_job_that_is_there_twice_is_not_overlooked(cast):
    visit = await a_visit_with(cast, S.CANCELED, hours=1)
    job = (await cast.olga.get(f"/visits/{visit}")).json()["job_id"]
    shown = await cast.olga.get(f"/board?day={DAY}")
    assert [one["id"] for one in shown.json()["tray"]["jobs"]] == [job]
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE job SET priority = 'urgent'"))

    again = await cast.olga.get(f"/board?day={DAY}", if_none_match=shown.headers["etag"])

    assert again.status_code == 200
    assert [one["priority"] for one in again.json()["tray"]["jobs"]] == ["urgent"]


async def test_where_somebody_is_makes_no_other_board(cast):
    await an_offered_visit(cast, cast.pavel.id)
    seen = (await cast.olga.get(f"/board?day={DAY}")).headers["etag"]
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE worker SET position = home, position_at = now()"))

    assert (await cast.olga.get(f"/board?day={DAY}", if_none_match=seen)).status_code == 304
