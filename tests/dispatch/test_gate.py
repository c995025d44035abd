"""Every way in and every rule: what one way refuses, or asks a reason for, every way does."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import delete, update

from app.db.session import transaction
from app.dispatch.gate.policies import (
    NEVER,
    Facts,
    JobRules,
    Plan,
    Rule,
    Team,
    broken_rules,
    let_people_pass,
    may_be_overruled,
)
from app.identity.users.models import UserAccount
from app.orders.jobs.models import Job
from app.orders.production.models import ProductionOrder
from app.workforce.people.models import Worker
from app.workforce.shifts.models import Shift
from tests.cast import NOON, Cast, Person
from tests.dispatch.given import TOMORROW, a_job, a_planned_visit, an_offered_visit, code_of
from tests.dispatch.test_suitability import goes_only_to_the_south, is_ill
from tests.orders.given_production import a_production_order, a_ready_order, book, change, moscow, move
from tests.stories import tapped

DAY = date(2026, 3, 12)
AT = moscow(DAY, 10)
WHY = {"override_reason": "Так решил руководитель"}
HOUR = timedelta(hours=1)


# ------------------------------------------------------------------------------------- the rules, bare

ONE, TWO = uuid4(), uuid4()
FITS = Facts(ONE, ["measure"], is_absent=False, is_outside=False)
THEN = Plan(TOMORROW, TOMORROW + HOUR, "new", ["measure"])
ALONE = Team([FITS], ONE)


@pytest.mark.parametrize(
    ("plan", "team", "broken"),
    [
        (THEN, ALONE, []),
        (THEN, None, []),
        (THEN._replace(job_status="canceled"), None, ["job_over"]),
        (THEN._replace(job_status="closed"), ALONE, ["job_over"]),
        (THEN._replace(starts_at=NOON - HOUR, is_new_time=True), None, ["in_the_past"]),
        (THEN._replace(starts_at=NOON - HOUR), ALONE, ["has_begun"]),
        (THEN._replace(starts_at=NOON - HOUR, ends_at=NOON), ALONE, ["in_the_past"]),
        (THEN._replace(ready_from=TOMORROW + HOUR), None, ["not_ready_then"]),
        (THEN._replace(ready_from=TOMORROW), ALONE, []),
        (THEN, Team([FITS._replace(skills=[])], ONE), ["skill_missing:measure"]),
        (THEN, Team([FITS._replace(is_busy=True)], ONE), ["clash"]),
        (THEN, Team([FITS._replace(is_on_shift=False)], ONE), ["not_on_shift"]),
        (THEN, Team([FITS._replace(is_absent=True)], ONE), ["absent"]),
        (THEN, Team([FITS._replace(is_outside=True)], ONE), ["outside_territory"]),
        (THEN, Team([FITS._replace(is_active=False)], ONE), ["not_active"]),
        (THEN._replace(required_skills=()), Team([], ONE, is_crew=True), ["no_members"]),
        (THEN, Team([FITS._replace(worker_id=TWO)], ONE, is_crew=True), ["foreman_missing"]),
        (THEN, Team([FITS], ONE, is_crew=True, needed=2), ["crew_incomplete"]),
        (THEN, Team([FITS], ONE, is_crew=True, is_dissolved=True), ["crew_dissolved"]),
    ],
)
def test_what_each_rule_finds(plan, team, broken):
    assert broken_rules(plan, team, now=NOON) == broken


def test_broken_rules_do_not_hide_each_other():
    faults = {
        "is_busy": (True, "clash"),
        "is_on_shift": (False, "not_on_shift"),
        "is_absent": (True, "absent"),
        "is_outside": (True, "outside_territory"),
        "is_active": (False, "not_active"),
    }
    for count in range(len(faults) + 1):
        for chosen in combinations(faults, count):
            person = FITS._replace(**{name: faults[name][0] for name in chosen})
            found = broken_rules(THEN, Team([person], ONE), now=NOON)
            assert set(found) == {faults[name][1] for name in chosen}


@pytest.mark.parametrize("rule", Rule)
def test_a_reason_overrules_what_people_may_judge_and_nothing_else(rule):
    assert may_be_overruled(rule) == (rule not in NEVER)


def test_what_is_overruled_is_kept_with_its_reason():
    team = Team([FITS._replace(is_absent=True, is_on_shift=False)], ONE)

    kept = let_people_pass(THEN, team, reason="Вышел сам", now=NOON)

    assert kept == {"in_spite_of": ["not_on_shift", "absent"], "override_reason": "Вышел сам"}
    assert let_people_pass(THEN, ALONE, reason="Вышел сам", now=NOON) == {}


def test_the_ready_date_counts_by_the_clocks_of_the_company():
    rules = JobRules(ready_on=date(2026, 3, 3), timezone="Asia/Vladivostok")

    plan = rules.plan(TOMORROW, TOMORROW + HOUR, now=NOON)

    assert plan.ready_from.isoformat() == "2026-03-04T08:00:00+10:00"


# --------------------------------------------------------------------------- people: every way, every rule

Way = Callable[..., Awaitable[httpx.Response]]


async def offered_to_a_worker(cast: Cast, **reason: str) -> httpx.Response:
    visit_id = cast.extra.setdefault("visit", await a_planned_visit(cast, starts_at=AT))
    return await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(cast.pavel.id), **reason})


async def offered_to_a_crew(cast: Cast, **reason: str) -> httpx.Response:
    if "visit" not in cast.extra:
        cast.extra["visit"] = await a_planned_visit(cast, kind="installation", starts_at=AT)
    path = f"/visits/{cast.extra['visit']}/offer"
    return await cast.olga.post(path, {"crew_id": str(cast.crew_id), **reason})


async def booked_for_an_installation(cast: Cast, **reason: str) -> httpx.Response:
    if "order" not in cast.extra:
        cast.extra["order"] = await a_ready_order(cast)
    return await book(cast, cast.extra["order"], starts_at=AT, **reason)


async def placed_on_the_board(cast: Cast, **reason: str) -> httpx.Response:
    """From another time and nobody, in one step."""
    if "visit" not in cast.extra:
        cast.extra["visit"] = await a_planned_visit(cast, starts_at=AT + timedelta(days=2))
    body = {"worker_id": str(cast.pavel.id), "starts_at": AT.isoformat(), **reason}
    return await cast.olga.post(f"/visits/{cast.extra['visit']}/place", body, if_match="*")


async def placed_from_the_tray(cast: Cast, **reason: str) -> httpx.Response:
    if "job" not in cast.extra:
        cast.extra["job"] = await a_job(cast)
    body = {"worker_id": str(cast.pavel.id), "starts_at": AT.isoformat(), "duration_min": 60, **reason}
    return await cast.olga.post(f"/jobs/{cast.extra['job']}/place", body)


async def absent(cast: Cast, person: Person) -> None:
    await is_ill(cast, person, AT)


async def off_shift(cast: Cast, person: Person) -> None:
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(
            delete(Shift).where(Shift.company_id == cast.company_id, Shift.worker_id == person.id)
        )


async def unskilled(cast: Cast, person: Person) -> None:
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(update(Worker).where(Worker.company_id == cast.company_id).values(skills=[]))


async def far_away(cast: Cast, person: Person) -> None:
    await goes_only_to_the_south(cast, person)


async def dismissed(cast: Cast, person: Person) -> None:
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(update(UserAccount).where(UserAccount.id == person.id).values(is_active=False))


async def busy(cast: Cast, person: Person) -> None:
    job_id = await a_job(cast, kind="installation" if person is cast.rinat else "measurement")
    planned = await cast.olga.post(f"/jobs/{job_id}/visits", {"starts_at": AT.isoformat()})
    body = {"worker_id": str(person.id), **WHY}
    assert (await cast.olga.post(f"/visits/{planned.json()['id']}/offer", body)).status_code == 200


BREAKS = {
    "absent": (absent, True),
    "not_on_shift": (off_shift, True),
    "skill_missing": (unskilled, True),
    "outside_territory": (far_away, True),
    "not_active": (dismissed, False),
    "clash": (busy, False),
}


@pytest.mark.covers("M1", "M6", "M15")
@pytest.mark.parametrize("rule", BREAKS)
@pytest.mark.parametrize(
    "way",
    [
        offered_to_a_worker,
        offered_to_a_crew,
        booked_for_an_installation,
        placed_on_the_board,
        placed_from_the_tray,
    ],
)
async def test_whoever_breaks_a_rule_comes_by_no_way_without_a_reason(cast, way: Way, rule):
    breaks, may_be_explained = BREAKS[rule]
    of_a_crew = way in (offered_to_a_crew, booked_for_an_installation)
    person = cast.rinat if of_a_crew else cast.pavel
    await breaks(cast, person)

    refused = await way(cast)
    explained = await way(cast, **WHY)

    assert refused.status_code in (409, 422), refused.text
    if rule in ("absent", "not_on_shift", "skill_missing", "outside_territory"):
        assert refused.json()["code"] == "assignee_unsuitable"
        assert {one.partition(":")[0] for one in refused.json()["params"]["reasons"]} == {rule}
    assert (explained.status_code in (200, 201)) == may_be_explained, explained.text
    if not may_be_explained:
        assert explained.json()["code"] == refused.json()["code"]


@pytest.mark.covers("M2")
@pytest.mark.parametrize("rule", BREAKS)
async def test_the_ladder_asks_nobody_who_breaks_a_rule(cast, clock, background, rule):
    visit_id = await an_offered_visit(cast, cast.pavel.id, starts_at=AT)
    await BREAKS[rule][0](cast, cast.nikolai)

    clock.advance(minutes=16)
    await background.run()

    offers = (await cast.olga.get(f"/visits/{visit_id}/offers")).json()
    assert [one["worker_id"] for one in offers] == [str(cast.pavel.id)]


# ----------------------------------------------------------------------------- time: every way, every rule


async def planned(cast: Cast, job_id: UUID, starts_at, **reason: str) -> httpx.Response:
    return await cast.olga.post(f"/jobs/{job_id}/visits", {"starts_at": starts_at.isoformat(), **reason})


async def moved(cast: Cast, job_id: UUID, starts_at, **reason: str) -> httpx.Response:
    if "visit" not in cast.extra:
        cast.extra["visit"] = (await planned(cast, job_id, moscow(date(2026, 3, 28), 10))).json()["id"]
    read = (await cast.olga.get(f"/visits/{cast.extra['visit']}")).json()
    body = {"starts_at": starts_at.isoformat(), **reason}
    return await cast.olga.patch(f"/visits/{read['id']}", body, if_match=f'"{read["version"]}"')


async def offered(cast: Cast, job_id: UUID, starts_at, **reason: str) -> httpx.Response:
    if "visit" not in cast.extra:
        cast.extra["visit"] = (await planned(cast, job_id, starts_at, **WHY)).json()["id"]
    path = f"/visits/{cast.extra['visit']}/offer"
    return await cast.olga.post(path, {"crew_id": str(cast.crew_id), **reason})


async def placed(cast: Cast, job_id: UUID, starts_at, **reason: str) -> httpx.Response:
    if "visit" not in cast.extra:
        cast.extra["visit"] = (await planned(cast, job_id, moscow(date(2026, 3, 28), 10))).json()["id"]
    body = {"starts_at": starts_at.isoformat(), "crew_id": str(cast.crew_id), **reason}
    return await cast.olga.post(f"/visits/{cast.extra['visit']}/place", body, if_match="*")


async def an_installation_job(cast: Cast) -> UUID:
    """Of windows that are ready on 20 March."""
    order_id = await a_production_order(cast)
    job_id = await a_job(cast, kind="installation")
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(
            update(ProductionOrder)
            .where(ProductionOrder.id == UUID(order_id))
            .values(installation_job_id=job_id)
        )
    return job_id


@pytest.mark.covers("M6")
@pytest.mark.parametrize("way", [planned, moved, offered, placed])
async def test_nothing_is_set_before_the_windows_are_ready_without_a_reason(cast, way):
    job_id = await an_installation_job(cast)

    refused = await way(cast, job_id, AT)
    explained = await way(cast, job_id, AT, **WHY)

    assert code_of(refused) == (409, "not_ready_then")
    assert refused.json()["params"]["ready_from"] == "2026-03-21T08:00:00+03:00"
    assert explained.status_code in (200, 201), explained.text
    visit_id = explained.json()["id"]
    kept = (await cast.olga.get(f"/visits/{visit_id}/history")).json()[-1]["payload"]
    assert (kept["in_spite_of"], kept["override_reason"]) == (["not_ready_then"], WHY["override_reason"])


@pytest.mark.covers("M1")
@pytest.mark.parametrize("way", [planned, moved, placed])
async def test_nothing_is_set_in_the_past_whatever_the_reason(cast, way):
    job_id = await a_job(cast, kind="installation")

    answer = await way(cast, job_id, NOON - HOUR, **WHY)

    assert code_of(answer) == (422, "visit_time_invalid")


async def test_nobody_is_asked_about_a_visit_that_is_over(cast, clock):
    visit_id = await a_planned_visit(cast, starts_at=NOON + HOUR)
    body = {"worker_id": str(cast.pavel.id)}

    clock.advance(minutes=61)
    begun = await cast.olga.post(f"/visits/{visit_id}/offer", body)
    clock.advance(hours=1)
    over = await cast.olga.post(f"/visits/{visit_id}/offer", body | WHY)

    assert code_of(begun) == (409, "assignee_unsuitable")
    assert begun.json()["params"]["reasons"] == ["has_begun"]
    assert code_of(over) == (422, "visit_time_invalid")


@pytest.mark.parametrize("status", ["canceled", "closed"])
@pytest.mark.parametrize("way", [planned, moved, offered, placed])
async def test_nothing_is_set_for_a_job_that_is_over(cast, way, status):
    job_id = await a_job(cast, kind="installation")
    if way is not planned:
        cast.extra["visit"] = (await planned(cast, job_id, AT)).json()["id"]
    reason = "x" if status == "canceled" else None
    passed = ["in_progress", "completed"] if status == "closed" else []
    async with transaction(cast.maker, cast.company_id) as session:
        for one in [*passed, status]:
            await session.execute(
                update(Job).where(Job.id == job_id).values(status=one, canceled_reason=reason)
            )

    answer = await way(cast, job_id, AT + HOUR, **WHY)

    assert code_of(answer) == (409, "job_not_plannable")


# --------------------------------------------------- beneath a visit: what is taken away asks for a reason


async def shifts_on(cast: Cast, person: Person, day: date) -> list[str]:
    since, until = moscow(day, 0), moscow(day, 23)
    path = f"/workers/{person.id}/shifts?since={since.isoformat()}&until={until.isoformat()}"
    found = await cast.olga.get(path.replace("+", "%2B"))
    return [one["id"] for one in found.json()["items"]]


async def shift_removed(cast: Cast, person: Person, **reason: str) -> httpx.Response:
    (shift_id,) = await shifts_on(cast, person, DAY)
    asked = "".join(f"?{name}={value}" for name, value in reason.items())
    return await cast.olga.delete(f"/shifts/{shift_id}{asked}")


async def absence_added(cast: Cast, person: Person, **reason: str) -> httpx.Response:
    body = {"kind": "sick", "starts_at": AT.isoformat(), "ends_at": (AT + HOUR).isoformat(), **reason}
    return await cast.olga.post(f"/workers/{person.id}/absences", body)


async def membership_ended(cast: Cast, person: Person, **reason: str) -> httpx.Response:
    body = {"at": (AT - HOUR).isoformat(), **reason}
    return await cast.sergei.post(f"/crews/{cast.crew_id}/members/{person.id}/end", body)


async def unfit(cast: Cast, visit_id: str) -> list[list[str]]:
    answer = await cast.olga.get("/inbox?is_open=true&limit=100")
    return [
        one["params"]["reasons"]
        for one in answer.json()["items"]
        if (one["kind"], one["subject_id"]) == ("visit_unfit", visit_id)
    ]


async def patched(person: Person, path: str, **changes: Any) -> None:
    """Change what is there, whatever version it has."""
    answer = await person.patch(path, changes, if_match="*")
    assert answer.status_code == 200, answer.text


async def a_crew_visit(cast: Cast) -> str:
    visit_id = await a_planned_visit(cast, kind="installation", starts_at=AT, minutes=240)
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", {"crew_id": str(cast.crew_id)})
    assert answer.status_code == 200, answer.text
    return visit_id


TAKEN_AWAY = {
    shift_removed: "not_on_shift",
    absence_added: "absent",
    membership_ended: "crew_incomplete",
}


@pytest.mark.covers("M15", "M23")
@pytest.mark.parametrize("is_accepted", [False, True])
@pytest.mark.parametrize("way", TAKEN_AWAY)
async def test_what_is_taken_away_beneath_a_visit_asks_for_a_reason(cast, background, way, is_accepted):
    visit_id = await a_crew_visit(cast)
    if is_accepted:
        await cast.rinat.post(f"/field/visits/{visit_id}/accept", tapped())

    refused = await way(cast, cast.timur)
    before = await unfit(cast, visit_id)
    done = await way(cast, cast.timur, **WHY)
    await background.run()

    assert refused.status_code == 409, refused.text
    assert refused.json()["params"] == {"visits": [visit_id], "reasons": [TAKEN_AWAY[way]]}
    assert before == []
    assert done.status_code in (200, 201, 204), done.text
    assert await unfit(cast, visit_id) == [[TAKEN_AWAY[way]]]
    lines = (await cast.olga.get(f"/visits/{visit_id}/history")).json()
    (kept,) = [one["payload"] for one in lines if "in_spite_of" in one["payload"]]
    assert (kept["in_spite_of"], kept["override_reason"]) == ([TAKEN_AWAY[way]], WHY["override_reason"])


async def shift_added_again(cast: Cast, visit_id: str) -> None:
    period = {"starts_at": moscow(DAY, 8).isoformat(), "ends_at": moscow(DAY, 21).isoformat()}
    answer = await cast.olga.post(f"/workers/{cast.timur.id}/shifts", {"periods": [period]})
    assert answer.status_code == 201, answer.text


async def visit_moved(cast: Cast, visit_id: str) -> None:
    version = (await cast.olga.get(f"/visits/{visit_id}")).json()["version"]
    body = {"starts_at": (AT + HOUR).isoformat()}
    await cast.olga.patch(f"/visits/{visit_id}", body, if_match=f'"{version}"')


async def visit_withdrawn(cast: Cast, visit_id: str) -> None:
    await cast.olga.post(f"/visits/{visit_id}/withdraw", if_match="*")


async def visit_canceled(cast: Cast, visit_id: str) -> None:
    await cast.olga.post(f"/visits/{visit_id}/cancel", {"reason": "x"}, if_match="*")


async def visit_declined(cast: Cast, visit_id: str) -> None:
    await cast.rinat.post(f"/field/visits/{visit_id}/decline", tapped(reason="busy"))


async def visit_given_up(cast: Cast, visit_id: str) -> None:
    await cast.rinat.post(f"/field/visits/{visit_id}/accept", tapped())
    await cast.rinat.post(f"/field/visits/{visit_id}/not-complete", tapped(reason="no_access"))


@pytest.mark.covers("M15")
@pytest.mark.parametrize(
    "ends", [shift_added_again, visit_moved, visit_withdrawn, visit_canceled, visit_declined, visit_given_up]
)
async def test_the_item_settles_itself_when_the_visit_fits_again_moves_or_ends(cast, background, ends):
    visit_id = await a_crew_visit(cast)
    await shift_removed(cast, cast.timur, **WHY)
    before = await unfit(cast, visit_id)

    await ends(cast, visit_id)
    await background.run()

    assert before == [["not_on_shift"]]
    assert await unfit(cast, visit_id) == []


async def test_what_was_overruled_when_it_was_offered_lies_before_nobody(cast, background):
    await is_ill(cast, cast.timur, AT)
    visit_id = await a_planned_visit(cast, kind="installation", starts_at=AT, minutes=240)
    await cast.olga.post(f"/visits/{visit_id}/offer", {"crew_id": str(cast.crew_id), **WHY})

    await shift_removed(cast, cast.pavel)
    await background.run()

    assert await unfit(cast, visit_id) == []


@pytest.mark.covers("M15")
@pytest.mark.parametrize("is_accepted", [False, True])
async def test_a_skill_that_a_job_asks_for_later_is_judged_beneath_its_visits(cast, background, is_accepted):
    visit_id = await a_crew_visit(cast)
    if is_accepted:
        await cast.rinat.post(f"/field/visits/{visit_id}/accept", tapped())
    job_id = (await cast.olga.get(f"/visits/{visit_id}")).json()["job_id"]

    found = []
    for skills in (["install", "measure"], ["install"]):
        await patched(cast.olga, f"/jobs/{job_id}", required_skills=skills)
        await background.run()
        found.append(await unfit(cast, visit_id))

    assert found == [[["skill_missing:measure"]], []]


@pytest.mark.covers("M15")
@pytest.mark.parametrize("is_accepted", [False, True])
async def test_the_visits_of_a_dissolved_crew_lie_before_the_dispatcher(cast, background, is_accepted):
    visit_id = await a_crew_visit(cast)
    if is_accepted:
        await cast.rinat.post(f"/field/visits/{visit_id}/accept", tapped())

    found = []
    for is_active in (False, True):
        await patched(cast.sergei, f"/crews/{cast.crew_id}", is_active=is_active)
        await background.run()
        found.append(await unfit(cast, visit_id))

    assert found == [[["crew_dissolved"]], []]


async def test_a_shift_beneath_nothing_goes_without_a_word(cast):
    await a_crew_visit(cast)

    assert (await shift_removed(cast, cast.pavel)).status_code == 204


async def test_who_joins_a_crew_must_be_able_to_come_to_its_visits(cast):
    visit_id = await a_crew_visit(cast)
    await is_ill(cast, cast.nikolai, AT)
    path = f"/crews/{cast.crew_id}/members"
    body = {"worker_id": str(cast.nikolai.id), "since": AT.isoformat()}

    refused = await cast.sergei.post(path, body)
    joined = await cast.sergei.post(path, body | WHY)

    assert code_of(refused) == (409, "visits_beneath")
    assert refused.json()["params"]["reasons"] == ["absent"]
    assert joined.status_code == 201
    assert await unfit(cast, visit_id) == [["absent"]]


@pytest.mark.covers("M6")
async def test_a_ready_date_that_moves_past_an_installation_asks_for_a_reason(cast, background):
    order_id = await a_production_order(cast)
    booked = await book(cast, order_id, starts_at=moscow(date(2026, 3, 23), 10))
    visit_id = booked.json()["visit"]["id"]

    refused = await change(cast, order_id, planned_ready_on="2026-03-25")
    moved_on = await change(cast, order_id, planned_ready_on="2026-03-25", **WHY)
    await background.run()
    items = [one["kind"] for one in (await cast.olga.get("/inbox?is_open=true")).json()["items"]]
    await move(cast, order_id, "confirm", "start", "ready")
    left = [one["kind"] for one in (await cast.olga.get("/inbox?is_open=true")).json()["items"]]

    assert code_of(refused) == (409, "installation_too_early")
    assert refused.json()["params"] == {"visits": [visit_id]}
    assert moved_on.status_code == 200, moved_on.text
    assert "installation_too_early" in items
    assert "installation_too_early" not in left
