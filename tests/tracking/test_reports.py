"""A worker's day for the office: the track, where he was, mileage, lateness. He sees who looked."""

from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

import gpxpy
import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from app.core.places import distance_m
from app.db.session import transaction
from app.dispatch.visits.models import Visit
from app.identity.users.models import UserAccount
from app.tracking.pings.service import DERIVE_AFTER
from tests.cast import NOON
from tests.dispatch.given import TOMORROW
from tests.stories import accepted_visit
from tests.tracking.conftest import a_tap, consent
from tests.tracking.routes import MIDDLE, Route, place
from tests.tracking.test_derived_days import said, send

pytestmark = pytest.mark.covers("M18")

TODAY = NOON.date().isoformat()
SITE = (-627, 0)
"""Where the sites of the tests are, in metres east and north of the middle."""
FAR = (3_000, 2_000)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def derived(background, clock):
    async def run() -> int:
        clock.advance(seconds=DERIVE_AFTER.total_seconds())
        return await background.sweep("track_day")

    return run


@pytest.fixture
async def route(cast, clock, derived):
    """Pavel agreed at noon. He stood, drove, stood, was silent for 40 minutes, stood; it is three hours later."""
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    clock.advance(hours=3)
    route = Route().stay(20).drive(FAR).stay(30).silent(40).stay(20)
    await send(cast.pavel, said(route))
    assert await derived() == 1
    return route


def track_of(worker, ending: str = "", day: str = TODAY) -> str:
    return f"/tracking/workers/{worker.id}/track{ending}?day={day}"


async def seen(person, path: str):
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_office_sees_trips_stops_and_gaps_of_a_day(cast, route):
    day = (await seen(cast.olga, track_of(cast.pavel))).json()

    assert [one["kind"] for one in day["facts"]] == ["stop", "trip", "stop", "gap", "stop"]
    assert day["ping_count"] == len(route.pings)
    assert day["distance_m"] == day["facts"][1]["distance_m"] > 3_400
    assert (day["timezone"], day["worker_name"]) == ("Europe/Moscow", "Павел Громов")
    assert (day["facts"][3]["cause"], day["facts"][3]["place"]) == ("unknown", None)


async def test_a_day_is_final_when_its_shift_is_over_and_derived(cast, route, clock, background):
    early = (await seen(cast.olga, track_of(cast.pavel))).json()
    clock.advance(hours=12)
    await background.sweep("track_day")
    late = (await seen(cast.olga, track_of(cast.pavel))).json()

    assert (early["is_final"], late["is_final"]) == (False, True)


async def test_a_day_as_geojson_has_lines_points_and_gaps_without_a_place(cast, route):
    answer = await seen(cast.olga, track_of(cast.pavel, ".geojson"))

    assert answer.headers["content-type"] == "application/geo+json"
    *facts, positions = answer.json()["features"]
    assert [(one["geometry"] or {}).get("type") for one in facts] == [
        "Point",
        "LineString",
        "Point",
        None,
        "Point",
    ]
    lon, lat = facts[0]["geometry"]["coordinates"]
    assert (lon, lat) == (pytest.approx(MIDDLE.lon, abs=1e-4), pytest.approx(MIDDLE.lat, abs=1e-4))
    assert facts[0]["properties"]["duration_s"] == pytest.approx(20 * 60, abs=60)
    assert len(positions["geometry"]["coordinates"]) == positions["properties"]["count"] == len(route.pings)


async def test_a_day_as_gpx_is_read_by_others_and_is_divided_at_the_gap(cast, route):
    answer = await seen(cast.olga, track_of(cast.pavel, ".gpx"))

    read = gpxpy.parse(answer.text)
    (track,) = read.tracks
    points = [list(segment.points) for segment in track.segments]
    assert [len(one) for one in points] == [len(route.pings) - 120, 120]
    assert (points[0][0].time, points[0][0].latitude) == (NOON, pytest.approx(MIDDLE.lat))
    assert [one.name[:9] for one in read.waypoints] == ["Остановка"] * 3


async def test_a_day_as_a_workbook_has_the_facts_and_every_position(cast, maker, route):
    async with transaction(maker, cast.company_id) as session:
        await session.execute(update(UserAccount).where(UserAccount.id == cast.pavel.id).values(name="=1+1"))

    answer = await seen(cast.olga, track_of(cast.pavel, ".xlsx"))

    facts, pings = (list(one.iter_rows(values_only=True)) for one in load_workbook(BytesIO(answer.content)))
    assert [row[0] for row in facts[1:]] == ["Остановка", "Поездка", "Остановка", "Пропуск", "Остановка"]
    assert facts[4][6:11] == (None, None, None, 30, "не установлена"), "a gap has no place"
    assert sum(row[4] for row in facts[1:]) > 3.4
    assert len(pings) == 1 + len(route.pings)
    assert pings[1][0].isoformat() == "2026-03-02T12:00:00", "by the clocks of Moscow"


async def whereabouts(cast, minutes, **headers):
    at = (NOON + minutes * MINUTE).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (await seen(cast.olga, f"/tracking/workers/{cast.pavel.id}/whereabouts?at={at}")).json()


async def test_where_he_was_while_he_stood_is_that_place(cast, route):
    found = await whereabouts(cast, 10)

    assert (found["certainty"], found["fact"]["kind"]) == ("stayed", "stop")
    assert found["place"]["lat"] == pytest.approx(MIDDLE.lat, abs=1e-4)
    assert found["sentence"].startswith("12:10: остановка, с 12:00 до 12:20")
    assert "точность ±" in found["sentence"]


async def test_where_he_was_on_the_way_is_between_two_fixes(cast, route):
    found = await whereabouts(cast, 22)

    before, after = found["before"]["at"], found["after"]["at"]
    assert (found["certainty"], found["fact"]["kind"]) == ("moved", "trip")
    assert before <= found["at"] < after
    assert "в пути" in found["sentence"]


async def test_a_gap_is_said_to_be_a_gap_and_gives_no_place(cast, route):
    silent_since = (route.pings[-121].at - NOON) / MINUTE

    found = await whereabouts(cast, silent_since + 20)

    assert (found["certainty"], found["place"], found["accuracy_m"]) == ("gap", None, None)
    assert "неизвестно" in found["sentence"]
    assert "Это пропуск в данных, а не остановка" in found["sentence"]
    assert "Вероятная причина пропуска: не установлена" in found["sentence"]
    assert found["before"]["at"] < found["at"] < found["after"]["at"]


async def test_of_a_time_before_any_position_nothing_is_known(cast, clock):
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    clock.advance(hours=1)
    found = await whereabouts(cast, 30)

    assert (found["certainty"], found["before"], found["after"], found["place"]) == ("nothing",) + (None,) * 3


@pytest.mark.covers("M21")
async def test_of_a_time_at_which_he_might_not_be_tracked_only_that_is_said(cast, route, clock):
    now = {"sent_at": clock.now().isoformat()}
    private = a_tap(cast.pavel, occurred_at=(NOON + 60 * MINUTE).isoformat(), **now)
    assert (await cast.pavel.post("/field/tracking/private-time/start", private)).status_code == 200
    clock.advance(hours=1)
    assert (await cast.pavel.post("/field/tracking/private-time/end", a_tap(cast.pavel))).status_code == 200
    clock.advance(hours=1)
    withdrawn = await cast.pavel.post("/field/tracking/consent/withdraw", a_tap(cast.pavel))
    assert withdrawn.status_code == 200, withdrawn.text

    found = {minutes: await whereabouts(cast, minutes) for minutes in (10, 70, 330, -3 * 24 * 60)}

    assert [one["certainty"] for one in found.values()] == ["stayed", "private", "no_consent", "no_consent"]
    assert {one["place"] is None for one in list(found.values())[1:]} == {True}
    assert "личное время" in found[70]["sentence"]
    assert "пропуск" not in found[70]["sentence"]
    assert found[-3 * 24 * 60]["sentence"].startswith("27.02.2026 12:00: согласия")


async def test_a_night_off_shift_is_no_gap(cast, route, clock):
    clock.advance(hours=12)
    found = await whereabouts(cast, 14 * 60 + 50)

    assert (found["certainty"], found["place"]) == ("off_shift", None)
    assert "не на смене" in found["sentence"]


async def test_the_sentence_is_in_the_language_that_is_accepted(cast, route):
    at = (NOON + 10 * MINUTE).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/tracking/workers/{cast.pavel.id}/whereabouts?at={at}"
    answer = await cast.olga.get(path, accept_language="en")

    assert "a stop, from 12:00 to 12:20" in answer.json()["sentence"]


@pytest.mark.parametrize("day", ["2030-03-02", TODAY])
async def test_a_day_that_is_not_over_is_not_final(cast, day):
    assert (await seen(cast.olga, track_of(cast.pavel, day=day))).json()["is_final"] is False


async def test_what_nobody_can_reach_is_not_drawn(cast, clock, derived):
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    clock.advance(hours=3)
    route = Route().stay(20).one((90_000, 90_000)).stay(20)
    await send(cast.pavel, said(route))
    await derived()

    read = gpxpy.parse((await seen(cast.olga, track_of(cast.pavel, ".gpx"))).text)
    drawn = [point for track in read.tracks for segment in track.segments for point in segment.points]

    assert len(drawn) == len(route.pings) - 1
    assert max(point.latitude for point in drawn) < MIDDLE.lat + 0.1


@pytest.mark.covers("M21")
async def test_looks_at_the_map_are_written_once_an_hour_and_those_at_lateness_each_time(
    cast, route, clock, derived
):
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=5))
    clock.moment = NOON + timedelta(hours=6)
    await send(cast.pavel, said(Route(at=NOON + timedelta(hours=5), here=SITE).stay(20)))
    await derived()
    for _ in range(3):
        await seen(cast.olga, "/tracking/positions")
    await seen(cast.sergei, "/tracking/positions")
    late = await lateness_of(cast, visit, TODAY, "2026-03-03")
    clock.advance(hours=1)
    await seen(cast.olga, "/tracking/positions")

    page = (await seen(cast.pavel, "/field/my-track/views")).json()

    assert late["seen_at"] is not None
    assert [(one["operation"], one["viewer_name"]) for one in page["items"]] == [
        ("listPositions", "Ольга Белова"),
        ("listLateness", "Ольга Белова"),
        ("listPositions", "Сергей Ильин"),
        ("listPositions", "Ольга Белова"),
    ]


async def test_before_a_day_is_derived_the_fixes_speak_and_silence_is_a_gap(cast, clock):
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    clock.advance(hours=3)
    await send(cast.pavel, said(Route().stay(20).silent(40).stay(20)))

    stayed, gap = await whereabouts(cast, 10.05), await whereabouts(cast, 40)

    assert (stayed["certainty"], stayed["fact"]) == ("stayed", None)
    assert "ещё не рассчитан" in stayed["sentence"]
    assert (gap["certainty"], gap["fact"], gap["place"]) == ("gap", None, None)


async def test_the_nearest_site_of_his_visits_is_named_with_its_distance(cast, route):
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=5))

    found = await whereabouts(cast, 10)

    assert found["nearest_visit"]["visit_id"] == visit.id
    assert found["nearest_visit"]["distance_m"] == pytest.approx(distance_m(MIDDLE, place(SITE)), abs=30)
    assert "Москва, Тверская улица, 12" in found["sentence"]


async def test_the_sentence_is_in_the_language_of_whoever_asks(cast, route, maker):
    async with transaction(maker, cast.company_id) as session:
        await session.execute(update(UserAccount).where(UserAccount.id == cast.olga.id).values(lang="en"))
    found = await whereabouts(cast, 10)

    assert "a stop, from 12:00 to 12:20" in found["sentence"]


@pytest.mark.covers("M21")
async def test_each_look_of_the_office_is_a_row_that_the_worker_reads(cast, route):
    await seen(cast.olga, track_of(cast.pavel))
    await seen(cast.sergei, track_of(cast.pavel, ".gpx"))
    await whereabouts(cast, 10)
    await seen(cast.pavel, f"/field/my-track?day={TODAY}")

    page = (await seen(cast.pavel, "/field/my-track/views")).json()

    looks = [(one["operation"], one["viewer_name"]) for one in page["items"]]
    assert looks == [
        ("getWhereabouts", "Ольга Белова"),
        ("exportTrackGpx", "Сергей Ильин"),
        ("getTrack", "Ольга Белова"),
    ]
    assert page["items"][0]["since"] == page["items"][0]["until"] == "2026-03-02T09:10:00Z"
    assert (await seen(cast.nikolai, "/field/my-track/views")).json()["items"] == []


@pytest.mark.covers("M21")
async def test_only_owner_supervisor_and_dispatcher_may_look_and_nobody_sees_another_workers_track(
    cast, route, other_cast
):
    paths = [track_of(cast.pavel, ending) for ending in ("", ".geojson", ".gpx", ".xlsx")]
    paths += [f"/tracking/workers/{cast.pavel.id}/whereabouts?at=2026-03-02T09:10:00Z"]

    refused = [
        (await who.get(path)).status_code
        for who in (cast.galina, cast.marina, cast.nikolai, cast.pavel)
        for path in paths
    ]
    foreign = [(await other_cast.irina.get(path)).json()["code"] for path in paths]

    assert set(refused) == {403}
    assert set(foreign) == {"worker_not_found"}
    assert (await seen(cast.pavel, "/field/my-track/views")).json()["items"] == []
    own = (await seen(cast.nikolai, f"/field/my-track?day={TODAY}")).json()
    assert (own["facts"], own["ping_count"]) == ([], 0)


@pytest.mark.covers("M21")
async def test_a_worker_sees_his_own_day_as_the_office_does(cast, route):
    office = (await seen(cast.olga, track_of(cast.pavel))).json()

    assert (await seen(cast.pavel, f"/field/my-track?day={TODAY}")).json() == office
    own = (await seen(cast.pavel, f"/field/my-track.geojson?day={TODAY}")).json()
    assert len(own["features"]) == len(office["facts"]) + 1


@pytest.mark.covers("M33")
async def test_mileage_is_for_payroll_and_sums_up(cast, route):
    week = (await seen(cast.galina, "/tracking/mileage?from=2026-03-02&to=2026-03-09")).json()
    day = (await seen(cast.galina, f"/tracking/mileage?from={TODAY}&to=2026-03-03")).json()
    one = f"/tracking/mileage?from={TODAY}&to=2026-03-03&worker_id={cast.pavel.id}"

    assert week == day == (await seen(cast.galina, one)).json()
    (item,) = day["items"]
    assert (item["worker_id"], item["day"]) == (str(cast.pavel.id), TODAY)
    assert day["total_m"] == item["distance_m"] > 3_400
    assert item["unseen_s"] >= 40 * 60
    assert (await cast.marina.get("/tracking/mileage?from=2026-03-02&to=2026-03-03")).status_code == 403


@pytest.mark.parametrize(
    "path", ["mileage?from=2026-03-02&to=2026-05-05", "lateness?from=2026-03-02&to=2026-03-02"]
)
async def test_a_period_has_bounds(cast, path):
    answer = await cast.olga.get(f"/tracking/{path}")

    assert (answer.status_code, answer.json()["code"]) == (422, "period_invalid")


async def lateness_of(cast, visit, day="2026-03-03", after="2026-03-04"):
    items = (await seen(cast.olga, f"/tracking/lateness?from={day}&to={after}")).json()["items"]
    return next(one for one in items if one["visit_id"] == visit.id)


async def test_lateness_has_two_witnesses_and_editing_the_visit_changes_neither(cast, clock, derived, maker):
    """Pavel taps that he has arrived when he sets out, and comes an hour after the window."""
    visit = await accepted_visit(cast)
    clock.moment = TOMORROW - timedelta(hours=1)
    await consent(cast.pavel)
    window_ends_at = (await visit.screen())["window_ends_at"]
    clock.moment = TOMORROW + timedelta(hours=1)
    await visit.done("arrive", at=TOMORROW + timedelta(minutes=5))
    route = Route(at=TOMORROW + timedelta(hours=2), here=(5_000, 0)).stay(5).drive(SITE).stay(20)
    clock.moment = TOMORROW + timedelta(hours=4)
    await send(cast.pavel, said(route))
    await derived()

    before = await lateness_of(cast, visit)
    async with transaction(maker, cast.company_id) as session:
        row = await session.get_one(Visit, (cast.company_id, UUID(visit.id)))
        row.status_reason, row.arrived_at = "Комментарий неделю спустя", NOON
    after = await lateness_of(cast, visit)

    assert before == after
    assert before["window_ends_at"] == window_ends_at
    assert before["tapped_at"] == (TOMORROW + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    assert before["seen_at"] > before["tapped_at"]
    late = [before["late_by_tap_s"], before["late_by_positions_s"]]
    ends = datetime.fromisoformat(window_ends_at)
    came = [datetime.fromisoformat(before[name]) for name in ("tapped_at", "seen_at")]
    assert late == [round((moment - ends).total_seconds()) for moment in came]


async def test_a_visit_that_nobody_reached_has_no_arrival(cast):
    visit = await accepted_visit(cast)

    late = await lateness_of(cast, visit)

    assert (late["tapped_at"], late["seen_at"], late["late_by_tap_s"], late["late_by_positions_s"]) == (
        None,
    ) * 4
