"""A drop on the board: time and people in one step, what it would break before, and what stays where it is."""

import random
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from app.core.hours import Span
from app.dispatch.gate.policies import JobRules
from app.dispatch.placing.policies import (
    MINUTE,
    Board,
    Dropped,
    Member,
    Person,
    Times,
    Unit,
    broken_at,
    find_broken,
)
from tests.cast import NOON
from tests.dispatch.given import TOMORROW, a_job, a_planned_visit, accept, an_offered_visit, code_of
from tests.stories import tapped

HOUR = timedelta(hours=1)
DAY = "2026-03-03"
WHY = {"override_reason": "Так решил руководитель"}


async def place(cast, visit, person=None, *, if_match=None, **fields):
    body = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in fields.items()}
    if person is not None:
        body["worker_id"] = str(person.id)
    version = (await cast.olga.get(f"/visits/{visit}")).json()["version"]
    return await cast.olga.post(f"/visits/{visit}/place", body, if_match=if_match or f'"{version}"')


async def history(cast, visit):
    return [one["kind"] for one in (await cast.olga.get(f"/visits/{visit}/history")).json()]


async def booked(cast, visit):
    part = await cast.olga.get(f"/board/visits?visit_id={visit}")
    return part.json()["visits"][0]["people"]


async def test_a_visit_gets_another_time_and_another_person_in_one_step(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast, cast.pavel.scope, UUID(visit))

    answer = await place(cast, visit, cast.nikolai, starts_at=TOMORROW + 2 * HOUR, duration_min=90)

    assert answer.status_code == 200, answer.text
    placed = answer.json()
    assert (placed["status"], placed["worker_id"]) == ("offered", str(cast.nikolai.id))
    assert (placed["starts_at"], placed["ends_at"]) == ("2026-03-03T11:00:00Z", "2026-03-03T12:30:00Z")
    assert (placed["window_starts_at"], placed["accepted_at"]) == ("2026-03-03T11:00:00Z", None)
    assert placed == (await cast.olga.get(f"/visits/{visit}")).json()
    assert await booked(cast, visit) == [str(cast.nikolai.id)]
    assert await history(cast, visit) == ["planned", "offered", "accepted", "moved", "offered"]
    offers = (await cast.olga.get(f"/visits/{visit}/offers")).json()
    assert [one["status"] for one in offers] == ["withdrawn", "pending"]


async def test_another_person_at_the_same_time_is_asked_and_the_first_one_told(cast, background, clock):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast, cast.pavel.scope, UUID(visit))

    answer = await place(cast, visit, cast.nikolai)
    await background.run()

    assert (answer.json()["status"], answer.json()["worker_id"]) == ("offered", str(cast.nikolai.id))
    assert await history(cast, visit) == ["planned", "offered", "accepted", "withdrawn", "offered"]


async def test_from_nobody_to_somebody_and_to_a_crew(cast):
    visit = await a_planned_visit(cast, kind="installation", minutes=240, starts_at=TOMORROW - 3 * HOUR)
    alone = await place(cast, visit, cast.timur)
    crew = await place(cast, visit, crew_id=str(cast.crew_id))

    assert (alone.json()["worker_id"], alone.json()["crew_id"]) == (str(cast.timur.id), None)
    assert (crew.json()["worker_id"], crew.json()["crew_id"]) == (str(cast.rinat.id), str(cast.crew_id))
    assert set(await booked(cast, visit)) == {str(cast.rinat.id), str(cast.timur.id)}


async def test_whoever_has_it_keeps_it_if_the_start_stays_and_it_becomes_no_longer(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast, cast.pavel.scope, UUID(visit))
    was = (await cast.olga.get(f"/visits/{visit}")).json()

    same = await place(cast, visit, cast.pavel, starts_at=TOMORROW)
    shorter = await place(cast, visit, cast.pavel, duration_min=30)
    other = await place(cast, visit, cast.nikolai, duration_min=20)

    assert same.json() == was
    assert (shorter.json()["status"], shorter.json()["ends_at"]) == ("accepted", "2026-03-03T09:30:00Z")
    assert (other.json()["status"], other.json()["worker_id"]) == ("offered", str(cast.nikolai.id))
    assert other.json()["ends_at"] == "2026-03-03T09:20:00Z"


async def test_whoever_has_it_is_asked_again_at_another_time(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast, cast.pavel.scope, UUID(visit))

    answer = await place(cast, visit, cast.pavel, starts_at=TOMORROW + HOUR)

    assert (answer.json()["status"], answer.json()["worker_id"]) == ("offered", str(cast.pavel.id))
    assert await booked(cast, visit) == [str(cast.pavel.id)]


async def test_a_visit_goes_to_nobody_with_or_without_another_time(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    seen = (await cast.olga.get(f"/visits/{visit}")).json()["version"]

    moved = await place(cast, visit, nobody=True, starts_at=TOMORROW + HOUR, duration_min=30)
    late = await place(cast, visit, nobody=True, if_match=f'"{seen}"')
    await place(cast, visit, cast.pavel)
    taken = await place(cast, visit, nobody=True, starts_at=TOMORROW + HOUR)
    same = await place(cast, visit, nobody=True)
    both = await place(cast, visit, cast.pavel, nobody=True)

    assert (moved.json()["status"], moved.json()["worker_id"]) == ("planned", None)
    assert moved.json()["ends_at"] == "2026-03-03T10:30:00Z"
    assert late.status_code == 412
    assert (taken.json()["status"], taken.json()["worker_id"]) == ("planned", None)
    assert same.json() == taken.json() == (await cast.olga.get(f"/visits/{visit}")).json()
    assert code_of(both) == (422, "assignee_not_found")
    assert await booked(cast, visit) == []
    assert await history(cast, visit) == ["planned", "offered", "moved", "offered", "withdrawn"]


async def test_what_is_refused_changes_nothing(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await an_offered_visit(cast, cast.nikolai.id, starts_at=TOMORROW + 2 * HOUR)
    was = (await cast.olga.get(f"/visits/{visit}")).json()

    clash = await place(cast, visit, cast.nikolai, starts_at=TOMORROW + 2.5 * HOUR)
    unskilled = await place(cast, visit, cast.timur, starts_at=TOMORROW + HOUR)
    nobody = await place(cast, visit, starts_at=TOMORROW + HOUR)
    past = await place(cast, visit, cast.pavel, starts_at=NOON - HOUR)

    assert code_of(clash) == (409, "worker_busy")
    assert code_of(unskilled) == (409, "assignee_unsuitable")
    assert unskilled.json()["params"]["reasons"] == ["skill_missing:measure"]
    assert code_of(nobody) == (422, "assignee_not_found")
    assert code_of(past) == (422, "visit_time_invalid")
    assert (await cast.olga.get(f"/visits/{visit}")).json() == was
    assert await history(cast, visit) == ["planned", "offered"]


async def test_two_dispatchers_do_not_overwrite_each_other(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await place(cast, visit, cast.nikolai)

    late = await place(cast, visit, cast.pavel, if_match='"2"')
    blind = await cast.olga.post(f"/visits/{visit}/place", {"worker_id": str(cast.pavel.id)})

    assert (late.status_code, blind.status_code) == (412, 428)


async def test_a_visit_under_way_is_not_dragged(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast, cast.pavel.scope, UUID(visit))
    tap = await cast.pavel.post(f"/field/visits/{visit}/depart", tapped())
    assert tap.status_code == 200, tap.text

    answer = await place(cast, visit, cast.nikolai)

    assert code_of(answer) == (409, "visit_move_refused")


async def test_a_job_of_the_tray_gets_time_and_person_in_one_step_and_once(cast):
    job = await a_job(cast)
    body = {"starts_at": TOMORROW.isoformat(), "worker_id": str(cast.pavel.id)}

    first = await cast.olga.post(f"/jobs/{job}/place", body, idempotency_key="drop-1")
    again = await cast.olga.post(f"/jobs/{job}/place", body, idempotency_key="drop-1")
    nobody = await cast.olga.post(f"/jobs/{await a_job(cast)}/place", {"starts_at": TOMORROW.isoformat()})

    assert first.status_code == 201, first.text
    assert (first.json()["status"], first.json()["worker_id"]) == ("offered", str(cast.pavel.id))
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await cast.olga.get(f"/jobs/{job}")).json()["job"]["status"] == "planned"
    assert code_of(nobody) == (422, "assignee_not_found")
    assert len((await cast.olga.get("/visits")).json()["items"]) == 1


async def test_two_dispatchers_who_drop_the_same_job_make_one_visit(cast):
    job = await a_job(cast)
    first = {"starts_at": TOMORROW.isoformat(), "worker_id": str(cast.pavel.id)}
    later = {"starts_at": (TOMORROW + timedelta(hours=2)).isoformat(), "worker_id": str(cast.nikolai.id)}

    assert (await cast.olga.post(f"/jobs/{job}/place", first)).status_code == 201
    second = await cast.sergei.post(f"/jobs/{job}/place", later)

    assert code_of(second) == (409, "job_has_visit")
    assert len((await cast.olga.get("/visits")).json()["items"]) == 1


async def test_only_dispatchers_place_and_check(cast, other_cast):
    visit, job = await a_planned_visit(cast), await a_job(cast)
    body = {"worker_id": str(cast.pavel.id), "starts_at": TOMORROW.isoformat()}

    for person in (cast.marina, cast.galina, cast.pavel):
        assert (await person.post(f"/visits/{visit}/place", body, if_match="*")).status_code == 403
        assert (await person.post(f"/jobs/{job}/place", body)).status_code == 403
        assert (
            await person.post(f"/visits/{visit}/pin", {"is_pinned": True}, if_match="*")
        ).status_code == 403
        assert (await person.get(f"/visits/{visit}/places")).status_code == 403
    assert code_of(await other_cast.olga.get(f"/visits/{visit}/places")) == (404, "visit_not_found")
    assert code_of(await other_cast.olga.get(f"/jobs/{job}/places")) == (404, "job_not_found")


# ------------------------------------------------------------------------------------------------ pins


async def pin(cast, visit, is_pinned=True):
    version = (await cast.olga.get(f"/visits/{visit}")).json()["version"]
    return await cast.olga.post(f"/visits/{visit}/pin", {"is_pinned": is_pinned}, if_match=f'"{version}"')


async def test_a_pinned_visit_stays_where_it_is_until_it_is_unpinned(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    pinned = await pin(cast, visit)
    version = f'"{pinned.json()["version"]}"'
    later = {"starts_at": (TOMORROW + HOUR).isoformat()}

    placed = await place(cast, visit, cast.nikolai)
    moved = await cast.olga.patch(f"/visits/{visit}", later, if_match=version)
    withdrawn = await cast.olga.post(f"/visits/{visit}/withdraw", if_match="*")

    assert pinned.json()["is_pinned"] is True
    assert (await pin(cast, visit)).json() == pinned.json()
    for refused in (placed, moved, withdrawn):
        assert code_of(refused) == (409, "visit_pinned")
    assert (await pin(cast, visit, False)).json()["is_pinned"] is False
    assert (await place(cast, visit, cast.nikolai)).status_code == 200
    assert await history(cast, visit) == ["planned", "offered", "pinned", "unpinned", "withdrawn", "offered"]


async def test_a_cancellation_whose_answer_was_lost_is_sent_again(cast):
    visit = await a_planned_visit(cast, starts_at=TOMORROW)

    answers = [
        await cast.olga.post(f"/visits/{visit}/cancel", {"reason": "Клиент передумал"}, if_match='"1"')
        for _ in range(2)
    ]

    assert [(one.status_code, one.json()["version"]) for one in answers] == [(200, 2)] * 2


async def test_a_pinned_visit_can_be_answered_and_canceled_but_not_pinned_once_it_is_over(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await pin(cast, visit)
    await accept(cast, cast.pavel.scope, UUID(visit))
    canceled = await cast.olga.post(f"/visits/{visit}/cancel", {"reason": "Клиент передумал"}, if_match="*")

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert code_of(await pin(cast, visit, False)) == (409, "visit_move_refused")


# ----------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("method", "way", "body"),
    [
        ("PATCH", "", {"starts_at": (TOMORROW + HOUR).isoformat()}),
        ("POST", "/place", {"nobody": True}),
        ("POST", "/pin", {"is_pinned": True}),
        ("POST", "/withdraw", None),
        ("POST", "/cancel", {"reason": "Клиент передумал"}),
    ],
)
async def test_a_visit_is_changed_only_as_it_was_seen(cast, method, way, body):
    visit = await a_planned_visit(cast, starts_at=TOMORROW)
    await cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(cast.pavel.id)})

    blind = await cast.olga.call(method, f"/visits/{visit}{way}", body)
    late = await cast.olga.call(method, f"/visits/{visit}{way}", body, if_match='"1"')
    untouched = (await cast.olga.get(f"/visits/{visit}")).json()
    seen = await cast.olga.call(method, f"/visits/{visit}{way}", body, if_match='"2"')

    assert code_of(blind) == (428, "version_required")
    assert code_of(late) == (412, "version_conflict")
    assert (untouched["status"], untouched["version"]) == ("offered", 2)
    assert seen.status_code == 200, seen.text
    assert seen.json()["version"] > 2


# ---------------------------------------------------------------------------- what a drop would break


def codes_at(place, moment):
    stamp = moment.isoformat().replace("+00:00", "Z")
    return next(one["breaks"] for one in place["times"] if one["starts_from"] <= stamp < one["starts_before"])


async def test_what_the_check_says_is_what_the_drop_is_told(cast):
    """For each row and each half hour of the day: refused for exactly these reasons, or done."""
    visit = await a_planned_visit(cast, starts_at=TOMORROW + 5 * HOUR)
    await an_offered_visit(cast, cast.nikolai.id, starts_at=TOMORROW)
    lunch = {"kind": "break", "starts_at": f"{DAY}T14:00:00+03:00", "ends_at": f"{DAY}T15:00:00+03:00"}
    await cast.olga.post(f"/workers/{cast.pavel.id}/absences", lunch)

    answer = await cast.olga.get(f"/visits/{visit}/places?day={DAY}")

    assert answer.status_code == 200, answer.text
    checked = answer.json()
    assert (checked["duration_min"], checked["version"]) == (60, 1)
    assert "clash" in checked["never"]
    assert "absent" not in checked["never"]
    rows = {one["worker_id"] or one["crew_id"]: one for one in checked["places"]}
    assert set(rows) == {str(one.id) for one in (cast.pavel, cast.nikolai, cast.rinat, cast.timur)} | {
        str(cast.crew_id)
    }
    told = {}
    for row, hours in [
        ("pavel", [0, 1, 1.5, 2, 3, 8, 8.5]),
        ("nikolai", [-1, -0.5, 0.5, 1]),
        ("timur", [1]),
    ]:
        person = getattr(cast, row)
        for hour in hours:
            moment = TOMORROW + hour * HOUR
            codes = codes_at(rows[str(person.id)], moment)
            refused = await place(cast, visit, person, starts_at=moment)
            told[row, hour] = codes
            if not codes:
                assert refused.status_code == 200, (row, hour, refused.text)
                await cast.olga.post(f"/visits/{visit}/withdraw", if_match="*")
            elif codes == ["clash"]:
                assert code_of(refused) == (409, "worker_busy"), (row, hour)
            else:
                assert refused.json()["params"]["reasons"] == codes, (row, hour)
    assert told["pavel", 0] == told["pavel", 1] == told["nikolai", 1] == []
    assert told["pavel", 1.5] == told["pavel", 2] == ["absent"]
    assert told["pavel", 8.5] == ["not_on_shift"]
    assert told["nikolai", -0.5] == told["nikolai", 0.5] == ["clash"]
    assert told["timur", 1] == ["skill_missing:measure"]


async def test_the_own_time_of_a_visit_is_in_nobodys_way_and_a_longer_one_needs_more_room(cast):
    visit = await an_offered_visit(cast, cast.pavel.id)
    await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + 2 * HOUR)

    def of_pavel(answer):
        return next(one for one in answer.json()["places"] if one["worker_id"] == str(cast.pavel.id))

    as_it_is = of_pavel(await cast.olga.get(f"/visits/{visit}/places?day={DAY}"))
    longer = of_pavel(await cast.olga.get(f"/visits/{visit}/places?day={DAY}&duration_min=150"))

    assert (as_it_is["at_present"], longer["at_present"]) == ([], ["clash"])
    assert codes_at(as_it_is, TOMORROW + HOUR) == []
    assert codes_at(longer, TOMORROW - 0.5 * HOUR) == []
    assert codes_at(longer, TOMORROW - 0.5 * HOUR + MINUTE) == ["clash"]


async def test_a_job_is_checked_before_it_has_a_visit(cast):
    job = await a_job(cast, kind="installation")

    checked = (await cast.olga.get(f"/jobs/{job}/places?day={DAY}&days=2")).json()

    assert (checked["version"], checked["duration_min"]) == (None, 240)
    crew = next(one for one in checked["places"] if one["crew_id"])
    assert codes_at(crew, TOMORROW) == []
    assert codes_at(crew, TOMORROW + 8 * HOUR) == ["not_on_shift"]
    assert crew["times"][0]["starts_from"] == checked["starts_at"]
    assert crew["times"][-1]["starts_before"] == checked["ends_at"]


@pytest.mark.parametrize("seed", range(4))
def test_between_two_turns_nothing_changes(seed):
    """Every minute of a day says the same as its stretch, with times that are no whole minutes, too."""
    dice = random.Random(seed)
    one, two = uuid4(), uuid4()
    begins = NOON - timedelta(hours=2)
    days = Span(begins, begins + timedelta(hours=12))

    def spans(number, longest=3.0):
        starts = [begins + timedelta(seconds=dice.randrange(12 * 3600)) for _ in range(number)]
        return [Span(at, at + timedelta(seconds=dice.randrange(60, int(longest * 3600)))) for at in starts]

    people = {one: Person(one, ["install"], False, True), two: Person(two, [], seed % 2 == 0, True)}
    times = {who: Times(spans(1, 10), spans(1), spans(3, 1.5)) for who in (one, two)}
    dropped = Dropped(JobRules(required_skills=["install"]), timedelta(minutes=dice.choice([15, 50, 95])))
    unit = Unit(one, [Member(one, days), Member(two, spans(1, 8)[0])], uuid4())
    board = Board(people, times)

    found = find_broken(dropped, unit, board, days=days, now=NOON)

    assert (found[0].since, found[-1].until) == days
    assert all(early.until == late.since and early.codes != late.codes for early, late in pairwise(found))
    moment = days.starts_at
    while moment < days.ends_at:
        codes = next(part.codes for part in found if part.since <= moment < part.until)
        assert codes == broken_at(dropped, unit, board, moment, is_new_time=True, now=NOON), moment
        moment += MINUTE
