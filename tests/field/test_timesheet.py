"""Working time over HTTP: Pavel measures on Tuesday, Rinat's crew installs, the office corrects, payroll counts."""

import asyncio
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core.ids import uuid7
from app.db.session import transaction
from app.identity.users.models import UserAccount
from app.notifications.inbox.models import InboxItem
from app.tracking.facts.models import TrackDerivation
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW
from tests.stories import accepted_visit, tapped

pytestmark = pytest.mark.covers("M33")

MINUTE = timedelta(minutes=1)
TUESDAY, WEDNESDAY = "2026-03-03", "2026-03-04"
"""TOMORROW is noon of Tuesday in Moscow."""
MOSCOW = ZoneInfo("Europe/Moscow")


async def tap_at(clock, visit, minutes, command, **fields):
    """A tap at so many minutes after Tuesday noon, sent at once."""
    clock.moment = TOMORROW + minutes * MINUTE
    return await visit.done(command, at=clock.moment, **fields)


async def a_measured_day(cast, clock, *, until_end=True, **options):
    """Travel 30 min, work 50, pause 20, work 30."""
    clock.moment = NOON
    visit = await accepted_visit(cast, **options)
    await tap_at(clock, visit, 0, "depart", eta_minutes=30)
    await tap_at(clock, visit, 30, "arrive")
    await tap_at(clock, visit, 40, "start")
    await tap_at(clock, visit, 80, "pause", reason="break")
    await tap_at(clock, visit, 100, "resume")
    if until_end:
        await tap_at(clock, visit, 130, "not-complete", reason="client_refused")
    return visit


async def sheet(person, path="/field/my-timesheet", since=TUESDAY, until=WEDNESDAY):
    answer = await person.get(f"{path}?from={since}&to={until}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def office_path(worker) -> str:
    return f"/workers/{worker.id}/timesheet"


async def correct(cast, worker, begins, ends, by=None, says="work", **fields):
    """From and to so many minutes after Tuesday noon."""
    body = {
        "starts_at": (TOMORROW + begins * MINUTE).isoformat(),
        "ends_at": (TOMORROW + ends * MINUTE).isoformat(),
        "says": says,
        "reason": "Так сказал клиент",
        **fields,
    }
    return await (by or cast.olga).post(
        f"/workers/{worker.id}/timesheet/corrections", body, idempotency_key=str(uuid7())
    )


def minutes_of(sums) -> tuple[int, int, int]:
    return sums["travel_s"] // 60, sums["work_s"] // 60, sums["pause_s"] // 60


async def test_a_worker_and_the_office_see_what_his_taps_say(cast, clock):
    visit = await a_measured_day(cast, clock)

    mine = await sheet(cast.pavel)
    (day,) = mine["days"]
    assert minutes_of(day) == minutes_of(mine["total"]) == (30, 80, 20)
    assert [one["kind"] for one in day["stretches"]] == ["travel", "work", "pause", "work"]
    assert {one["visit_id"] for one in day["stretches"]} == {visit.id}
    assert await sheet(cast.galina, office_path(cast.pavel)) == mine


async def test_taps_sent_late_give_the_same_times(cast, clock):
    """The phone had no network and says when things happened."""
    visit = await accepted_visit(cast)
    clock.moment = TOMORROW + timedelta(hours=6)
    taps = [
        (0, "depart"),
        (30, "arrive"),
        (40, "start"),
        (80, "pause"),
        (100, "resume"),
        (130, "not-complete"),
    ]
    reasons = {"pause": {"reason": "break"}, "not-complete": {"reason": "client_refused"}}
    for minutes, command in taps:
        at, sent_at = TOMORROW + minutes * MINUTE, clock.moment.isoformat()
        await visit.done(command, at=at, sent_at=sent_at, **reasons.get(command, {}))

    assert minutes_of((await sheet(cast.pavel))["total"]) == (30, 80, 20)


async def test_every_member_of_a_crew_has_his_own_time(cast, clock):
    visit = await a_measured_day(cast, clock, kind="installation", until_end=False)
    left = {"worker_id": str(cast.timur.id), "said": "left", "at": (TOMORROW + 60 * MINUTE).isoformat()}
    clock.moment = TOMORROW + 110 * MINUTE
    answer = await cast.rinat.post(f"/field/visits/{visit.id}/presence", tapped(clock.moment, people=[left]))
    assert answer.status_code == 200, answer.text
    await tap_at(clock, visit, 130, "not-complete", reason="client_refused")

    assert minutes_of((await sheet(cast.rinat))["total"]) == (30, 80, 20)
    assert minutes_of((await sheet(cast.timur))["total"]) == (30, 30, 0)


async def test_a_visit_that_never_ended_is_open_and_a_correction_settles_it(cast, clock):
    visit = await a_measured_day(cast, clock, until_end=False)
    clock.advance(hours=14)

    (day,) = (await sheet(cast.pavel))["days"]
    assert minutes_of(day) == (30, 50, 20)
    assert [(one["kind"], one["visit_id"], one["ended_at"]) for one in day["unended"]] == [
        ("work", visit.id, None)
    ]

    answer = await correct(cast, cast.pavel, 100, 160, visit_id=visit.id)
    assert answer.status_code == 201, answer.text
    (day,) = (await sheet(cast.pavel))["days"]
    assert minutes_of(day) == (30, 110, 20)
    assert day["unended"] == []


async def test_a_correction_says_who_when_why_and_what_was_counted_before(cast, clock):
    await a_measured_day(cast, clock)
    clock.advance(hours=1)

    made = (await correct(cast, cast.pavel, 70, 90, says="nothing", by=cast.galina)).json()

    mine = await sheet(cast.pavel)
    assert minutes_of(mine["total"]) == (30, 70, 10)
    (one,) = mine["corrections"]
    assert one == made
    assert (one["corrected_by"], one["reason"], one["says"]) == (
        str(cast.galina.id),
        "Так сказал клиент",
        "nothing",
    )
    assert datetime.fromisoformat(one["corrected_at"]) == clock.moment
    assert [(was["kind"], was["starts_at"]) for was in one["was"]] == [
        ("work", (TOMORROW + 70 * MINUTE).isoformat()),
        ("pause", (TOMORROW + 80 * MINUTE).isoformat()),
    ]


async def test_a_worker_comments_on_a_correction_and_a_supervisor_hears_of_it(cast, clock):
    await a_measured_day(cast, clock)
    clock.advance(hours=1)
    made = (await correct(cast, cast.pavel, 70, 90, says="nothing")).json()

    path = f"/field/my-timesheet/corrections/{made['id']}/comment"
    comment = tapped(clock.moment, comment="Я ждал клиента")
    answer = await cast.pavel.post(path, comment)
    again = await cast.pavel.post(path, comment)
    foreign = await cast.nikolai.post(path, tapped(clock.moment, comment="И я"))

    assert [one["comment"] for one in answer.json()["comments"]] == ["Я ждал клиента"]
    assert again.json() == answer.json()
    assert foreign.json()["code"] == "time_correction_not_found"
    shown = await sheet(cast.olga, office_path(cast.pavel) + "/corrections")
    assert shown["items"] == [answer.json()]
    async with transaction(cast.maker, cast.company_id) as session:
        items = (await session.scalars(select(InboxItem).where(InboxItem.kind == "time_commented"))).all()
    assert [(one.audience, str(one.subject_id)) for one in items] == [("supervisor", made["id"])]


async def test_impossible_corrections_are_refused(cast, clock, other_cast):
    visit = await a_measured_day(cast, clock)

    backwards = await correct(cast, cast.pavel, 90, 70)
    too_long = await correct(cast, cast.pavel, -1441, 0)
    not_over = await correct(cast, cast.pavel, 120, 140)
    no_visit = await correct(cast, cast.pavel, 10, 20, visit_id=str(uuid7()))
    nobody = await correct(cast, cast.olga, 10, 20)
    strangers = await correct(other_cast, cast.pavel, 10, 20, visit_id=visit.id)
    by_worker = await correct(cast, cast.pavel, 10, 20, by=cast.pavel)

    assert [one.json()["errors"][0]["code"] for one in (backwards, too_long)] == [
        "period_ends_too_early",
        "period_too_long",
    ]
    codes = [one.json()["code"] for one in (backwards, too_long, not_over, no_visit, nobody, strangers)]
    assert codes == [
        "period_invalid",
        "period_invalid",
        "time_not_over",
        "visit_not_found",
        "worker_not_found",
        "worker_not_found",
    ]
    assert by_worker.status_code == 403
    assert (await sheet(cast.pavel))["corrections"] == []


async def test_of_two_corrections_at_the_same_moment_each_is_kept_or_refused(cast, clock):
    await a_measured_day(cast, clock)
    clock.advance(hours=1)

    answers = await asyncio.gather(
        *(correct(cast, cast.pavel, 10 * n, 10 * n + 5, says="nothing") for n in range(8))
    )

    kept = [one.json() for one in answers if one.status_code == 201]
    refused = [one.json()["code"] for one in answers if one.status_code != 201]
    assert set(refused) <= {"time_corrected_meanwhile"}
    assert sorted(one["revision"] for one in kept) == list(range(1, len(kept) + 1))
    assert len((await sheet(cast.pavel))["corrections"]) == len(kept)


async def test_nobody_sees_the_time_of_another_worker_or_company(cast, clock, other_cast):
    await a_measured_day(cast, clock)

    assert minutes_of((await sheet(cast.nikolai))["total"]) == (0, 0, 0)
    assert (
        await cast.nikolai.get(f"{office_path(cast.pavel)}?from={TUESDAY}&to={WEDNESDAY}")
    ).status_code == 403
    foreign = await other_cast.olga.get(f"{office_path(cast.pavel)}?from={TUESDAY}&to={WEDNESDAY}")
    assert foreign.json()["code"] == "worker_not_found"


async def test_each_day_read_alone_is_the_day_of_the_week(cast, clock):
    await a_measured_day(cast, clock)
    over_midnight = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=4))
    await tap_at(clock, over_midnight, 10 * 60, "depart")
    await tap_at(clock, over_midnight, 11 * 60, "arrive")
    await tap_at(clock, over_midnight, 16 * 60, "not-complete", reason="client_refused")

    week = await sheet(cast.pavel, since="2026-03-02", until="2026-03-09")
    for day in week["days"]:
        after = (datetime.fromisoformat(day["day"]) + timedelta(days=1)).date().isoformat()
        alone = await sheet(cast.pavel, since=day["day"], until=after)
        assert alone["days"] == [day]
    assert [minutes_of(day) for day in week["days"][1:3]] == [(90, 80 + 60, 20), (0, 240, 0)]


@pytest.mark.parametrize("until", [TUESDAY, "2026-05-05", "2026-03-02"])
async def test_a_period_has_a_day_and_at_most_62(cast, until):
    answers = [
        await cast.pavel.get(f"/field/my-timesheet?from={TUESDAY}&to={until}"),
        await cast.olga.get(f"{office_path(cast.pavel)}?from={TUESDAY}&to={until}"),
        await cast.galina.get(f"/timesheets/payroll?from={TUESDAY}&to={until}"),
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(422, "period_invalid")}


def a_derived_day(cast, *, distance_m) -> TrackDerivation:
    """Pavel's Tuesday, of which there are positions."""
    return TrackDerivation(
        company_id=cast.company_id,
        worker_id=cast.pavel.id,
        day=TOMORROW.date(),
        zone="Europe/Moscow",
        algorithm_version=1,
        ping_count=1,
        distance_m=distance_m,
        moving_s=0,
        stopped_s=0,
        unseen_s=0,
        facts_hash=b"",
        edges_hash=b"",
        derived_at=TOMORROW,
    )


async def test_payroll_gets_a_workbook_with_the_same_sums(cast, clock):
    await a_measured_day(cast, clock)
    crew = await a_measured_day(cast, clock, kind="installation", until_end=False)
    async with transaction(cast.maker, cast.company_id) as session:
        timur = await session.get_one(UserAccount, (cast.company_id, cast.timur.id))
        timur.name = "=HYPERLINK(1)"

        session.add(a_derived_day(cast, distance_m=12_345))

    answer = await cast.galina.get(f"/timesheets/payroll?from=2026-03-02&to={WEDNESDAY}")

    assert answer.status_code == 200, answer.text
    book = load_workbook(BytesIO(answer.content))
    days, workers, unended = (list(one.iter_rows(values_only=True)) for one in book.worksheets)
    rows = {row[0]: row for row in days[1:]}
    assert set(rows) == {"Павел Громов", "Ринат Галиев", "'=HYPERLINK(1)"}
    name, day, travel, work, pause, total, km, overlap, corrected, open_ = rows["Павел Громов"]
    assert (day.date().isoformat(), travel, work, pause) == (TUESDAY, 30 * MINUTE, 80 * MINUTE, 20 * MINUTE)
    assert (total, km, overlap, corrected, open_) == (110 * MINUTE, 12.345, timedelta(), timedelta(), 0)
    assert [row[2:5] for row in workers[1:] if row[0] == name] == [
        row[3:6] for row in days[1:] if row[0] == name
    ]
    assert {(row[0], row[1], row[4]) for row in unended[1:]} == {
        ("Ринат Галиев", "Работа", crew.id),
        ("'=HYPERLINK(1)", "Работа", crew.id),
    }
    began = datetime.strptime(str(unended[1][2]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=MOSCOW)
    assert began == TOMORROW + 100 * MINUTE
    assert (await cast.pavel.get(f"/timesheets/payroll?from={TUESDAY}&to={WEDNESDAY}")).status_code == 403


async def test_payroll_has_those_who_only_drove_and_nobody_who_did_nothing(cast):
    """Nikolai was seen, and did not move."""
    async with transaction(cast.maker, cast.company_id) as session:
        still = a_derived_day(cast, distance_m=0)
        still.worker_id = cast.nikolai.id
        session.add_all([a_derived_day(cast, distance_m=12_345), still])

    answer = await cast.galina.get(f"/timesheets/payroll?from=2026-03-02&to={WEDNESDAY}")

    days = list(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert [(row[0], row[6]) for row in days[1:]] == [("Павел Громов", 12.345)]


@pytest.mark.parametrize("blank", ["", "  ", "\n\t"])
async def test_blanks_are_no_reason(cast, clock, blank):
    answer = await correct(cast, cast.pavel, 0, 10, reason=blank)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "reason"


async def test_a_timesheet_takes_the_same_number_of_statements_for_one_visit_and_for_five(
    cast, clock, engine
):
    await a_measured_day(cast, clock)
    with statements_of(engine) as one:
        await sheet(cast.pavel)
    for number in range(1, 5):
        await a_measured_day(cast, clock, starts_at=TOMORROW + number * timedelta(hours=2))
    with statements_of(engine) as five:
        await sheet(cast.pavel)

    assert len(five) == len(one)
