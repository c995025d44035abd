from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.dialects.postgresql import Range

from app.core.ids import uuid7
from app.core.places import Place
from app.db.points import geography_of
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch import api as dispatch
from app.dispatch.candidates import policies
from app.dispatch.candidates.policies import Candidate, CrewFacts, OfferMade
from app.dispatch.gate.policies import Facts, Plan
from app.dispatch.offers.service import find_candidates
from app.dispatch.visits.commands import office_command
from app.identity.users.models import UserAccount
from app.workforce import api as workforce
from app.workforce.api import Fix
from app.workforce.people.models import Worker
from app.workforce.shifts.models import Shift
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW, a_job, a_planned_visit, an_offered_visit, code_of

pytestmark = pytest.mark.covers("M1")

SOON = NOON + timedelta(hours=2)


async def candidates_of(cast, visit_id, limit=50):
    answer = await cast.olga.get(f"/visits/{visit_id}/candidates?limit={limit}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def free(cast, visit_id):
    return [one["name"] for one in await candidates_of(cast, visit_id) if not one["refused_because"]]


async def against(cast, visit_id, person):
    found = {one["id"]: one["refused_because"] for one in await candidates_of(cast, visit_id)}
    return found[str(person.id)]


async def put_at(cast, maker, person, place, *, at=NOON):
    async with transaction(maker, cast.company_id) as session:
        await workforce.move_workers(session, cast.company_id, {person.id: Fix(place, 10.0, at)})


async def decline(cast, maker, person, visit_id):
    async with begin_work(maker, cast.company_id) as work:
        await dispatch.decline_offer(
            work,
            person.scope,
            visit_id=UUID(visit_id),
            reason="Болею",
            command=office_command(NOON),
            now=NOON,
        )


async def test_those_who_can_come_are_proposed_nearest_first_and_the_others_with_their_reason(cast):
    visit_id = await a_planned_visit(cast)

    found = await candidates_of(cast, visit_id)

    assert [(one["name"], one["refused_because"]) for one in found] == [
        ("Павел Громов", []),
        ("Николай Седов", []),
        ("Тимур Алиев", ["skill_missing:measure"]),
        ("Ринат Галиев", ["skill_missing:measure"]),
    ]
    assert [one["position_source"] for one in found] == ["home"] * 4
    assert {one["kind"] for one in found} == {"worker"}
    assert found[0]["worker_id"] == found[0]["id"] == str(cast.pavel.id)


async def test_the_distance_is_in_metres_as_the_crow_flies(cast):
    visit_id = await a_planned_visit(cast)

    pavel, nikolai, *_ = await candidates_of(cast, visit_id)

    # From 55.75 N 37.61 E: 0.01 degrees of both to Pavel; 0.07 and 0.14 to Nikolai (WGS 84, by hand).
    assert pavel["distance_m"] == pytest.approx(1279, abs=5)
    assert nikolai["distance_m"] == pytest.approx(11_762, abs=30)


async def test_a_fresh_position_counts_more_than_the_home_base(cast, maker, clock):
    visit_id = await a_planned_visit(cast, starts_at=SOON)
    await put_at(cast, maker, cast.nikolai, Place(lat=55.7501, lon=37.6101))

    now = await candidates_of(cast, visit_id)
    clock.advance(minutes=15)
    still_fresh = await candidates_of(cast, visit_id)
    clock.advance(seconds=1)
    stale = await candidates_of(cast, visit_id)

    assert [(one["name"], one["position_source"]) for one in now[:2]] == [
        ("Николай Седов", "actual"),
        ("Павел Громов", "home"),
    ]
    assert now[0]["distance_m"] < 20
    assert still_fresh[0]["position_source"] == "actual"
    assert [(one["name"], one["position_source"]) for one in stale[:2]] == [
        ("Павел Громов", "home"),
        ("Николай Седов", "home"),
    ]


async def test_where_somebody_is_today_says_nothing_about_tomorrow(cast, maker):
    visit_id = await a_planned_visit(cast)
    await put_at(cast, maker, cast.nikolai, Place(lat=55.7501, lon=37.6101))

    found = await candidates_of(cast, visit_id)

    assert [(one["name"], one["position_source"]) for one in found[:2]] == [
        ("Павел Громов", "home"),
        ("Николай Седов", "home"),
    ]


async def test_somebody_whose_place_nobody_knows_comes_last_but_can_come(cast):
    await cast.irina.patch(f"/workers/{cast.pavel.id}", {"home": None}, if_match='"1"')
    visit_id = await a_planned_visit(cast)

    found = await candidates_of(cast, visit_id)

    assert [(one["name"], one["distance_m"] is None) for one in found[:2]] == [
        ("Николай Седов", False),
        ("Павел Громов", True),
    ]
    assert (found[1]["position_source"], found[1]["refused_because"]) == ("none", [])


@pytest.mark.covers("M15")
async def test_a_clash_with_another_visit_is_the_reason(cast):
    await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW)
    over_its_end = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(minutes=59))
    after_it = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(minutes=60))

    assert await against(cast, over_its_end, cast.pavel) == ["clash"]
    assert await against(cast, after_it, cast.pavel) == []


async def test_his_own_offer_of_this_visit_is_no_clash_but_said(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    assert await against(cast, visit_id, cast.pavel) == ["already_offered"]
    assert await free(cast, visit_id) == ["Николай Седов"]


async def test_the_shift_must_cover_the_whole_visit(cast):
    in_the_evening = TOMORROW.replace(hour=17, minute=30)  # shifts end at 18:00
    to_the_end = await a_planned_visit(cast, starts_at=in_the_evening, minutes=30)
    beyond = await a_planned_visit(cast, starts_at=in_the_evening, minutes=31)

    assert await against(cast, to_the_end, cast.pavel) == []
    assert await against(cast, beyond, cast.pavel) == ["not_on_shift"]


async def test_two_shifts_that_touch_cover_a_visit_over_their_border(cast, maker):
    evening = TOMORROW.replace(hour=18)
    async with transaction(maker, cast.company_id) as session:
        period = Range(evening, evening + timedelta(hours=2))
        session.add(Shift(company_id=cast.company_id, worker_id=cast.pavel.id, period=period))

    visit_id = await a_planned_visit(cast, starts_at=evening - timedelta(minutes=30))

    assert await against(cast, visit_id, cast.pavel) == []
    assert await against(cast, visit_id, cast.nikolai) == ["not_on_shift"]


async def test_who_is_absent_in_a_part_of_the_visit_cannot_come(cast):
    visit_id = await a_planned_visit(cast)
    ill = {
        "kind": "sick",
        "starts_at": (TOMORROW + timedelta(minutes=59)).isoformat(),
        "ends_at": (TOMORROW + timedelta(days=3)).isoformat(),
    }
    await cast.olga.post(f"/workers/{cast.pavel.id}/absences", ill)

    assert await against(cast, visit_id, cast.pavel) == ["absent"]


@pytest.mark.covers("M23")
async def test_a_worker_bound_to_territories_goes_nowhere_else(cast):
    def square(lon, lat):
        return [[[lon, lat], [lon + 0.1, lat], [lon + 0.1, lat + 0.1], [lon, lat + 0.1], [lon, lat]]]

    around = (
        await cast.sergei.post("/territories", {"name": "Центр", "coordinates": square(37.55, 55.70)})
    ).json()
    away = (
        await cast.sergei.post("/territories", {"name": "Юг", "coordinates": square(37.55, 55.50)})
    ).json()
    visit_id = await a_planned_visit(cast)

    async def bind(*territories):
        ids = [one["id"] for one in territories]
        await cast.sergei.put(f"/workers/{cast.pavel.id}/territories", {"territory_ids": ids})
        return await against(cast, visit_id, cast.pavel)

    assert await bind(away) == ["outside_territory"]
    assert await bind(away, around) == []
    assert await bind() == []


async def test_somebody_blocked_is_shown_as_such_and_somebody_who_left_is_not(cast, maker):
    visit_id = await a_planned_visit(cast)
    await cast.irina.patch(f"/workers/{cast.timur.id}", {"is_active": False}, if_match='"1"')
    async with transaction(maker, cast.company_id) as session:
        account = await session.get_one(UserAccount, (cast.company_id, cast.pavel.id))
        account.is_active = False

    assert await against(cast, visit_id, cast.pavel) == ["not_active"]
    assert len(await candidates_of(cast, visit_id)) == 3


@pytest.mark.covers("M2")
async def test_who_declined_or_did_not_answer_is_not_proposed_again(cast, maker, clock, background):
    declined = await an_offered_visit(cast, cast.pavel.id)
    expired = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + timedelta(hours=4))
    withdrawn = await an_offered_visit(cast, cast.nikolai.id, starts_at=TOMORROW + timedelta(hours=2))
    await decline(cast, maker, cast.pavel, declined)
    await cast.olga.post(f"/visits/{withdrawn}/withdraw", if_match="*")
    clock.advance(minutes=15)
    await background.run()

    assert "declined_before" in await against(cast, declined, cast.pavel)
    assert "offer_expired_before" in await against(cast, expired, cast.pavel)
    assert await against(cast, withdrawn, cast.nikolai) == []


async def test_all_reasons_are_told_at_once(cast):
    night = TOMORROW.replace(hour=23)
    await a_planned_visit(cast, starts_at=night)
    visit_id = await a_planned_visit(cast, starts_at=night)
    away = {
        "kind": "vacation",
        "starts_at": NOON.isoformat(),
        "ends_at": (NOON + timedelta(days=9)).isoformat(),
    }
    await cast.olga.post(f"/workers/{cast.timur.id}/absences", away)

    assert await against(cast, visit_id, cast.timur) == ["skill_missing:measure", "not_on_shift", "absent"]


@pytest.mark.covers("M23")
async def test_an_installation_is_for_crews_and_their_members_come_with_them(cast):
    visit_id = await a_planned_visit(cast, kind="installation", minutes=240)

    found = await candidates_of(cast, visit_id)

    crew = found[0]
    assert (crew["kind"], crew["id"], crew["name"]) == ("crew", str(cast.crew_id), "Бригада Рината")
    assert (crew["worker_id"], crew["refused_because"]) == (str(cast.rinat.id), [])
    assert crew["distance_m"] == next(one["distance_m"] for one in found if one["name"] == "Ринат Галиев")
    assert {one["name"]: one["refused_because"] for one in found[1:]} == {
        "Тимур Алиев": [f"in_crew:{cast.crew_id}"],
        "Ринат Галиев": [f"in_crew:{cast.crew_id}"],
        "Павел Громов": ["skill_missing:install"],
        "Николай Седов": ["skill_missing:install"],
    }


async def test_a_crew_comes_only_whole(cast):
    visit_id = await a_planned_visit(cast, kind="installation", minutes=240)
    away = {
        "kind": "sick",
        "starts_at": TOMORROW.isoformat(),
        "ends_at": (TOMORROW + timedelta(hours=1)).isoformat(),
    }
    await cast.olga.post(f"/workers/{cast.timur.id}/absences", away)

    crew = next(one for one in await candidates_of(cast, visit_id) if one["kind"] == "crew")

    assert crew["refused_because"] == ["absent"]


async def test_a_crew_is_who_belongs_to_it_on_that_day(cast):
    later = await a_planned_visit(cast, kind="installation", starts_at=TOMORROW + timedelta(days=9))
    sooner = await a_planned_visit(cast, kind="installation")
    leaves = {"at": (TOMORROW + timedelta(days=5)).isoformat()}
    await cast.sergei.post(f"/crews/{cast.crew_id}/members/{cast.timur.id}/end", leaves)

    assert await against(cast, sooner, cast.timur) == [f"in_crew:{cast.crew_id}"]
    assert await against(cast, later, cast.timur) == []


async def test_a_crew_that_was_asked_is_not_proposed_again(cast, maker):
    visit_id = await a_planned_visit(cast, kind="installation")
    await cast.olga.post(f"/visits/{visit_id}/offer", {"crew_id": str(cast.crew_id)})
    await decline(cast, maker, cast.rinat, visit_id)

    crew = next(one for one in await candidates_of(cast, visit_id) if one["kind"] == "crew")

    assert crew["refused_because"] == ["declined_before"]


@pytest.mark.covers("M36", "M37")
async def test_candidates_are_for_those_who_book_in_the_own_company(cast, other_cast):
    visit_id = await a_planned_visit(cast)

    assert (await cast.marina.get(f"/visits/{visit_id}/candidates")).status_code == 200
    assert (await cast.galina.get(f"/visits/{visit_id}/candidates")).status_code == 403
    assert (await cast.pavel.get(f"/visits/{visit_id}/candidates")).status_code == 403
    assert code_of(await other_cast.olga.get(f"/visits/{visit_id}/candidates")) == (404, "visit_not_found")
    assert code_of(await cast.olga.get(f"/visits/{uuid4()}/candidates")) == (404, "visit_not_found")


async def many_workers(cast, maker, number):
    ids = [uuid7() for _ in range(number)]
    day = TOMORROW.replace(hour=0)
    accounts = [
        UserAccount(
            company_id=cast.company_id,
            id=one,
            name=f"Замерщик {index}",
            roles=["measurer"],
            phone=f"+7999{index:07d}",
        )
        for index, one in enumerate(ids)
    ]
    workers = [
        Worker(
            company_id=cast.company_id,
            id=one,
            skills=["measure"],
            home=geography_of(Place(lat=55.5 + index * 0.002, lon=37.3 + index * 0.003)),
        )
        for index, one in enumerate(ids)
    ]
    shifts = [
        Shift(company_id=cast.company_id, worker_id=one, period=Range(day, day + timedelta(hours=24)))
        for one in ids
    ]
    async with transaction(maker, cast.company_id) as session:
        for rows in (accounts, workers, shifts):
            session.add_all(rows)
            await session.flush()  # each refers to the one before


async def test_200_workers_take_as_many_statements_as_4(cast, maker, engine):
    visit_id = await a_planned_visit(cast)
    with statements_of(engine) as for_few:
        await candidates_of(cast, visit_id)
    await many_workers(cast, maker, 200)

    with statements_of(engine) as for_many:
        found = await candidates_of(cast, visit_id, limit=500)

    assert len(for_many) == len(for_few) <= 6
    assert len(found) == 204
    free_ones = [one["distance_m"] for one in found if not one["refused_because"]]
    assert free_ones == sorted(free_ones)
    assert len(free_ones) == 202
    assert len(await candidates_of(cast, visit_id, limit=10)) == 10


async def test_the_service_answers_the_same_for_the_ladder(cast, maker):
    visit_id = await a_planned_visit(cast)

    async with begin_work(maker, cast.company_id) as work:
        found = await find_candidates(work, UUID(visit_id), now=NOON, limit=1)

    assert [(one.kind, one.id, one.refused_because) for one in found] == [("worker", cast.pavel.id, [])]


ONE, TWO, CREW = uuid4(), uuid4(), uuid4()


def facts(worker_id=ONE, **changes):
    known = {
        "worker_id": worker_id,
        "skills": ["install"],
        "distance_m": 1499.6,
        "position_source": "home",
        "is_busy": False,
        "is_on_shift": True,
        "is_absent": False,
        "is_outside": False,
    }
    return Facts(**(known | changes))


PLAN = Plan(TOMORROW, TOMORROW + timedelta(hours=1), "new", ["install", "glazing"])


def crew_of(*members, known, offers=()):
    return policies.crew_candidate(
        CrewFacts(CREW, "Бригада", ONE, list(members)),
        PLAN,
        facts={one.worker_id: one for one in known},
        offers=offers,
        now=NOON,
    )


def test_a_crew_has_the_skills_of_its_members_together():
    known = [facts(ONE), facts(TWO, skills=["glazing"], is_outside=True)]

    assert crew_of(ONE, TWO, known=known).refused_because == []
    assert crew_of(ONE, known=known).refused_because == ["skill_missing:glazing"]


def test_a_crew_without_its_foreman_or_anybody_cannot_come():
    skilled = facts(TWO, skills=["install", "glazing"])

    without_foreman = crew_of(TWO, known=[skilled])
    empty = crew_of(known=[facts(ONE)])
    blocked_member = crew_of(ONE, TWO, known=[facts(ONE), skilled._replace(is_active=False)])
    gone_member = crew_of(ONE, TWO, known=[facts(ONE, skills=["install", "glazing"])])

    assert without_foreman.refused_because == ["foreman_missing"]
    assert gone_member.refused_because == ["not_active"]
    assert (without_foreman.distance_m, without_foreman.position_source) == (None, "none")
    assert empty.refused_because == ["skill_missing:install", "skill_missing:glazing", "no_members"]
    assert blocked_member.refused_because == ["not_active"]


def test_a_crew_is_bound_by_the_territory_of_its_foreman():
    known = [facts(ONE, is_outside=True, skills=["install", "glazing"])]

    assert crew_of(ONE, known=known).refused_because == ["outside_territory"]


def test_what_the_foreman_answered_for_himself_is_not_the_answer_of_the_crew():
    known = [facts(ONE, skills=["install", "glazing"])]
    alone = OfferMade(worker_id=ONE, crew_id=None, status="declined")
    for_crew = OfferMade(worker_id=ONE, crew_id=CREW, status="expired")

    assert crew_of(ONE, known=known, offers=[alone]).refused_because == []
    assert crew_of(ONE, known=known, offers=[alone, for_crew]).refused_because == ["offer_expired_before"]


def test_metres_are_whole():
    assert crew_of(ONE, known=[facts(ONE)]).distance_m == 1500


def test_free_before_refused_near_before_far_and_known_before_unknown():
    def candidate(name, distance_m, *reasons):
        return Candidate("worker", uuid4(), uuid4(), [], name, distance_m, "home", list(reasons))

    ranked = policies.best_first(
        [
            candidate("no measurer", 0, "skill_missing:measure", "clash"),
            candidate("refused near", 1, "clash"),
            candidate("unknown", None),
            candidate("refused far", 9, "absent"),
            candidate("far", 900),
            candidate("near", 5),
        ]
    )

    assert [one.name for one in ranked] == [
        "near", "far", "unknown", "refused near", "refused far", "no measurer",
    ]  # fmt: skip


async def test_a_job_elsewhere_has_another_nearest(cast):
    job_id = await a_job(cast, point=(37.75, 55.83))
    visit = await cast.olga.post(f"/jobs/{job_id}/visits", {"starts_at": TOMORROW.isoformat()})

    assert await free(cast, visit.json()["id"]) == ["Николай Седов", "Павел Громов"]
