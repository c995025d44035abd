"""Who really worked on a visit: the act, the access, the reward and the plan follow him.

Rinat's crew with Timur is booked for an installation. Nikolai is nobody of the crew.
"""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.workforce.absences.models import Absence
from app.workforce.bookings.models import VisitBooking
from tests.cast import NOON
from tests.dispatch.given import TOMORROW, a_planned_visit, code_of
from tests.field.test_acts import presented, sign, signed
from tests.stories import BookedVisit, accepted_visit, tapped, visit_in_progress

pytestmark = [pytest.mark.covers("M7"), pytest.mark.covers("M32")]

HOUR = timedelta(hours=1)
LINE_KOP = 3_600_00
"""What two windows earn the crew."""


@pytest.fixture
async def cast(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    return cast


async def record(visit, *people, by=None, at=NOON, **fields):
    """`people` are (person, said) or (person, said, at)."""
    said = [
        {"worker_id": str(who.id), "said": what} | ({"at": when[0].isoformat()} if when else {})
        for who, what, *when in people
    ]
    return await (by or visit.worker).post(
        f"/field/visits/{visit.id}/presence", tapped(at, people=said, **fields)
    )


async def recorded(visit, *people, **options):
    answer = await record(visit, *people, **options)
    assert answer.status_code == 200, answer.text
    return {one["worker_id"]: one for one in answer.json()["items"]}


async def correct(cast, visit, person, *intervals, by=None, **fields):
    body = {
        "worker_id": str(person.id),
        "intervals": [
            {"came_at": came.isoformat(), "left_at": left and left.isoformat()} for came, left in intervals
        ],
        "reason": "Так сказал клиент",
        **fields,
    }
    return await (by or cast.olga).post(f"/visits/{visit.id}/presence", body)


async def booking(cast, visit, person):
    """The period of the booking: None without one, "empty", or its beginning and end."""
    async with transaction(cast.maker, cast.company_id) as session:
        found = await session.scalar(
            select(VisitBooking.period).where(
                VisitBooking.company_id == cast.company_id,
                VisitBooking.visit_id == visit.id,
                VisitBooking.worker_id == person.id,
            )
        )
    if found is None:
        return None
    return "empty" if found.isempty else (found.lower, found.upper)


async def sees(person, visit, act=None) -> tuple[bool, bool, bool]:
    """Whether he sees the visit, its job's act, and the visit in the list of his day."""
    screen = await person.get(f"/field/visits/{visit.id}")
    day = (await person.get("/field/visits")).json()["items"]
    shown = await person.get(f"/acts/{act['id']}") if act else screen
    return screen.status_code == 200, shown.status_code == 200, visit.id in {one["id"] for one in day}


async def earned(cast, act) -> dict[str, int]:
    """What each has by all rows of the act together."""
    rows = (await cast.galina.get(f"/acts/{act['id']}/rewards")).json()
    assert rows["total_kop"] == LINE_KOP
    found: dict[str, int] = {}
    for row in rows["items"]:
        found[row["worker_id"]] = found.get(row["worker_id"], 0) + row["amount_kop"]
    return {who: amount for who, amount in found.items() if amount}


def on_act(act) -> set[str]:
    return {one["worker_id"] for one in act["content"]["crew"]}


def ids(*people) -> set[str]:
    return {str(one.id) for one in people}


ALL, NONE = (True, True, True), (False, False, False)


async def test_the_crew_is_there_until_somebody_says_otherwise(cast):
    visit = await visit_in_progress(cast, kind="installation")

    shown = (await cast.rinat.get(f"/field/visits/{visit.id}/presence")).json()["items"]

    assert {(one["worker_id"], one["is_there"], one["source"]) for one in shown} == {
        (str(cast.rinat.id), True, "arrival"),
        (str(cast.timur.id), True, "arrival"),
    }
    act = await signed(visit, await presented(visit))
    assert on_act(act) == ids(cast.rinat, cast.timur)
    assert await earned(cast, act) == dict.fromkeys(ids(cast.rinat, cast.timur), LINE_KOP // 2)


async def test_whoever_confirms_changes_nothing_but_that_it_is_confirmed(cast):
    visit = await visit_in_progress(cast, kind="installation")

    after = await recorded(visit, (cast.rinat, "came"), (cast.timur, "came"))

    assert {(one["source"], one["is_there"]) for one in after.values()} == {("field", True)}
    assert after[str(cast.timur.id)]["intervals"] == [{"came_at": "2026-03-02T09:00:00Z", "left_at": None}]


async def test_nobody_came_before_the_visit_was_accepted(cast):
    visit = await visit_in_progress(cast, kind="installation")

    answers = [
        await record(visit, (cast.timur, "came", NOON - timedelta(days=5))),
        await record(visit, (cast.nikolai, "came", NOON - timedelta(days=5))),
    ]

    for answer in answers:
        assert code_of(answer) == (422, "presence_invalid")
        assert answer.json()["params"] == {"reason": "presence_too_early"}
    shown = (await cast.rinat.get(f"/field/visits/{visit.id}/presence")).json()["items"]
    assert {one["worker_id"] for one in shown} == ids(cast.rinat, cast.timur)


async def test_an_absent_member_is_not_on_the_act_not_paid_sees_nothing_and_is_free(cast):
    visit = await visit_in_progress(cast, kind="installation")

    await recorded(visit, (cast.timur, "absent"))

    act = await signed(visit, await presented(visit))
    assert on_act(act) == ids(cast.rinat)
    assert await earned(cast, act) == {str(cast.rinat.id): LINE_KOP}
    assert await sees(cast.timur, visit, act) == NONE
    assert await booking(cast, visit, cast.timur) is None
    elsewhere = await a_planned_visit(cast, starts_at=TOMORROW)
    offer = {"worker_id": str(cast.timur.id), "override_reason": "он свободен"}
    assert (await cast.olga.post(f"/visits/{elsewhere}/offer", offer)).status_code == 200


async def test_a_recorded_absence_counts_as_absent_at_arrival(cast):
    visit = await accepted_visit(cast, kind="installation")
    async with transaction(cast.maker, cast.company_id) as session:
        session.add(
            Absence(
                company_id=cast.company_id,
                worker_id=cast.timur.id,
                kind="sick",
                period=Range(NOON - HOUR, NOON + 48 * HOUR),
            )
        )

    for command in ("arrive", "start"):
        await visit.done(command)

    act = await presented(visit)
    assert on_act(act) == ids(cast.rinat)
    assert await booking(cast, visit, cast.timur) is None


async def test_a_substitute_sees_everything_at_once_works_is_on_the_act_and_paid(cast):
    visit = await visit_in_progress(cast, kind="installation")
    assert await sees(cast.nikolai, visit) == NONE

    await recorded(visit, (cast.timur, "absent"), (cast.nikolai, "came"))

    assert await sees(cast.nikolai, visit) == ALL
    paused = await cast.nikolai.post(f"/field/visits/{visit.id}/pause", tapped(reason="break"))
    assert paused.status_code == 200, paused.text
    await cast.nikolai.post(f"/field/visits/{visit.id}/resume", tapped())
    his = BookedVisit(visit.id, visit.job_id, cast.nikolai)
    act = await signed(his, await presented(his))
    assert on_act(act) == ids(cast.rinat, cast.nikolai)
    assert await earned(cast, act) == dict.fromkeys(ids(cast.rinat, cast.nikolai), LINE_KOP // 2)
    assert await booking(cast, visit, cast.nikolai) == (TOMORROW, TOMORROW + HOUR)
    done = await visit.done("complete")
    assert done["status"] == "completed"
    assert await sees(cast.nikolai, visit, act) == ALL


async def test_a_substitute_who_is_booked_elsewhere_sees_the_visit_and_the_dispatcher_the_clash(cast):
    other = await accepted_visit(cast, worker=cast.nikolai, starts_at=TOMORROW + HOUR / 2)
    visit = await visit_in_progress(cast, kind="installation")

    await recorded(visit, (cast.nikolai, "came"))

    assert await sees(cast.nikolai, visit) == ALL
    assert await booking(cast, visit, cast.nikolai) == "empty"
    assert await booking(cast, other, cast.nikolai) == (TOMORROW + HOUR / 2, TOMORROW + 3 * HOUR / 2)
    [item] = await clashes(cast)
    assert (item["subject_id"], item["params"]["worker"]) == (other.id, "Николай Седов")


async def clashes(cast) -> list:
    items = (await cast.olga.get("/inbox")).json()["items"]
    return [one for one in items if one["kind"] == "worker_elsewhere" and one["done_at"] is None]


@pytest.mark.parametrize("way", ["he leaves", "the visit ends", "the other is withdrawn"])
async def test_the_clash_settles_itself_whoever_ends_it(cast, clock, way):
    other = await accepted_visit(cast, worker=cast.nikolai, starts_at=TOMORROW + HOUR / 2)
    visit = await visit_in_progress(cast, kind="installation")
    await recorded(visit, (cast.nikolai, "came"))
    assert len(await clashes(cast)) == 1

    if way == "he leaves":
        clock.moment = NOON + HOUR
        await recorded(visit, (cast.nikolai, "left"), at=clock.moment)
    elif way == "the visit ends":
        await visit.done("complete")
    else:
        await cast.olga.post(f"/visits/{other.id}/withdraw", if_match="*")

    assert await clashes(cast) == []


async def test_whoever_leaves_before_the_signature_has_worked_and_is_free_from_then_on(cast, clock):
    visit = await visit_in_progress(cast, kind="installation", starts_at=TOMORROW)
    left_at = TOMORROW + HOUR / 2
    clock.moment = TOMORROW + 2 * HOUR

    await recorded(visit, (cast.timur, "left", left_at), at=left_at)

    act = await signed(visit, await presented(visit))
    assert on_act(act) == ids(cast.rinat, cast.timur)
    assert await earned(cast, act) == dict.fromkeys(ids(cast.rinat, cast.timur), LINE_KOP // 2)
    assert await booking(cast, visit, cast.timur) == (TOMORROW, left_at)
    assert await sees(cast.timur, visit, act) == ALL
    await visit.done("complete", at=clock.moment)
    assert await booking(cast, visit, cast.timur) == (TOMORROW, left_at)


async def test_an_act_that_names_others_than_were_there_must_be_shown_again(cast):
    visit = await visit_in_progress(cast, kind="installation")
    old = await presented(visit)
    await recorded(visit, (cast.timur, "absent"))

    refused = await sign(visit, old)

    assert code_of(refused) == (409, "act_changed")
    act = await signed(visit, await presented(visit))
    assert on_act(act) == ids(cast.rinat)


class TestCorrectedAfterTheSignature:
    async def test_only_the_office_corrects_and_the_signed_act_stays(self, cast):
        visit = await visit_in_progress(cast, kind="installation")
        act = await signed(visit, await presented(visit))

        refused = await record(visit, (cast.timur, "absent"))
        answer = await correct(cast, visit, cast.timur)

        assert code_of(refused) == (409, "presence_settled")
        assert answer.status_code == 201, answer.text
        now = (await cast.galina.get(f"/acts/{act['id']}")).json()
        assert (now["content"], now["content_hash"]) == (act["content"], act["content_hash"])

    async def test_rewards_are_divided_anew_by_linked_rows_and_old_rows_stay(self, cast):
        visit = await visit_in_progress(cast, kind="installation")
        act = await signed(visit, await presented(visit))
        before = (await cast.galina.get(f"/acts/{act['id']}/rewards")).json()["items"]

        await correct(cast, visit, cast.timur)
        await correct(cast, visit, cast.nikolai, (NOON, None))

        rows = (await cast.galina.get(f"/acts/{act['id']}/rewards")).json()["items"]
        assert [one for one in rows if one in before] == before
        new = [one for one in rows if one not in before]
        assert {one["recalculation_of"] for one in new} <= {one["id"] for one in rows}
        assert {one["reason"] for one in new} == {"Так сказал клиент"}
        half = LINE_KOP // 2
        assert [(one["worker_id"], one["amount_kop"]) for one in new] == [
            (str(cast.rinat.id), half),
            (str(cast.timur.id), -half),
            (str(cast.rinat.id), -half),
            (str(cast.nikolai.id), half),
        ]
        assert await earned(cast, act) == dict.fromkeys(ids(cast.rinat, cast.nikolai), half)
        taken = next(one for one in new if one["amount_kop"] < 0)
        assert taken["explanation"].replace("\xa0", " ") == (
            "2 × 1 800,00 ₽ = 3 600,00 ₽; пересчёт (Так сказал клиент):"
            " доля 0 из 1, 0,00 ₽ вместо 1 800,00 ₽: -1 800,00 ₽"
        )

    async def test_access_follows_the_correction(self, cast):
        visit = await visit_in_progress(cast, kind="installation")
        act = await signed(visit, await presented(visit))

        await correct(cast, visit, cast.timur)
        await correct(cast, visit, cast.nikolai, (NOON, None))

        assert await sees(cast.nikolai, visit, act) == ALL
        assert await sees(cast.timur, visit, act) == NONE
        mine = (await cast.timur.get("/field/rewards?from=2026-03-02&to=2026-03-03")).json()
        assert (mine["total_kop"], len(mine["items"])) == (0, 2)

    async def test_the_same_correction_again_moves_no_money(self, cast):
        visit = await visit_in_progress(cast, kind="installation")
        act = await signed(visit, await presented(visit))
        await correct(cast, visit, cast.timur)
        before = (await cast.galina.get(f"/acts/{act['id']}/rewards")).json()

        await correct(cast, visit, cast.timur)

        assert (await cast.galina.get(f"/acts/{act['id']}/rewards")).json() == before


async def test_the_office_corrects_with_a_reason_and_the_record_keeps_all(cast):
    visit = await visit_in_progress(cast, kind="installation")
    await recorded(visit, (cast.timur, "absent"), comment="не приехал")

    unsaid = await correct(cast, visit, cast.timur, (NOON, None), reason="")
    await correct(cast, visit, cast.timur, (NOON, None), share=3)

    assert unsaid.status_code == 400
    rows = (await cast.olga.get(f"/visits/{visit.id}/presence/history")).json()["items"]
    timurs = [one for one in rows if one["worker_id"] == str(cast.timur.id)]
    assert [(one["revision"], one["source"], one["reason"]) for one in timurs] == [
        (1, "arrival", None),
        (2, "field", "не приехал"),
        (3, "office", "Так сказал клиент"),
    ]
    act = await signed(visit, await presented(visit))
    assert await earned(cast, act) == {str(cast.rinat.id): 900_00, str(cast.timur.id): 2_700_00}


async def test_a_repeated_tap_is_one_record_and_its_id_serves_nothing_else(cast):
    visit = await visit_in_progress(cast, kind="installation")
    tap = tapped(people=[{"worker_id": str(cast.timur.id), "said": "absent"}])
    path = f"/field/visits/{visit.id}"

    first = await cast.rinat.post(f"{path}/presence", tap)
    second = await cast.rinat.post(f"{path}/presence", tap)
    reused = await cast.rinat.post(
        f"{path}/pause", tapped(reason="break") | {"command_id": tap["command_id"]}
    )

    assert first.json() == second.json()
    assert code_of(reused) == (422, "command_reused")
    rows = (await cast.olga.get(f"/visits/{visit.id}/presence/history")).json()["items"]
    assert len(rows) == 3


async def test_nobody_speaks_for_others_but_the_foreman(cast):
    visit = await visit_in_progress(cast, kind="installation")

    others = await record(visit, (cast.rinat, "absent"), by=cast.timur)
    stranger = await record(visit, (cast.pavel, "came"), by=cast.pavel)
    himself = await record(visit, (cast.timur, "came"), by=cast.timur)

    assert code_of(others) == (403, "presence_not_yours")
    assert stranger.status_code == 404
    assert himself.status_code == 200


async def test_who_is_there_is_said_on_site(cast):
    visit = await accepted_visit(cast, kind="installation")

    early = await record(visit, (cast.timur, "absent"))
    by_office = await correct(cast, visit, cast.timur)

    assert code_of(early) == code_of(by_office) == (409, "nobody_arrived")


async def test_a_substitute_works_for_the_company(cast, other_cast):
    visit = await visit_in_progress(cast, kind="installation")
    await cast.sergei.patch(f"/workers/{cast.pavel.id}", {"is_active": False}, if_match='"1"')

    dismissed = await record(visit, (cast.pavel, "came"))
    stranger = await record(visit, (other_cast.pavel, "came"))

    assert code_of(dismissed) == code_of(stranger) == (404, "worker_not_found")


async def test_the_foreman_finds_a_substitute_by_name(cast):
    found = (await cast.rinat.get("/field/colleagues")).json()["items"]

    assert {"id": str(cast.nikolai.id), "name": "Николай Седов"} in found
    assert all(set(one) == {"id", "name"} for one in found)


async def test_a_worker_alone_can_be_replaced(cast):
    visit = await visit_in_progress(cast)

    await recorded(visit, (cast.nikolai, "came"), (cast.pavel, "absent"))

    assert await sees(cast.pavel, visit) == NONE
    assert await sees(cast.nikolai, visit) == ALL
    act = await presented(BookedVisit(visit.id, visit.job_id, cast.nikolai))
    assert on_act(act) == ids(cast.nikolai)


async def test_a_visit_reached_before_there_were_records_has_its_crew(cast, superuser):
    visit = await visit_in_progress(cast, kind="installation")
    await superuser.execute("DELETE FROM visit_presence WHERE visit_id = $1", visit.id)

    act = await presented(visit)
    after = await recorded(visit, (cast.nikolai, "came"))

    assert on_act(act) == ids(cast.rinat, cast.timur)
    assert set(after) == ids(cast.rinat, cast.timur, cast.nikolai)


async def test_a_correction_and_a_signature_at_once_pay_those_who_were_there(cast):
    visit = await visit_in_progress(cast, kind="installation")
    act = await presented(visit)

    signing, correcting = await asyncio.gather(sign(visit, act), correct(cast, visit, cast.timur))

    assert correcting.status_code == 201
    if signing.status_code == 200:
        assert await earned(cast, act) == {str(cast.rinat.id): LINE_KOP}
    else:
        assert code_of(signing) == (409, "act_changed")


async def test_a_visit_that_ended_before_it_was_to_begin_takes_nobodys_time_and_stays_seen(cast):
    visit = await visit_in_progress(cast, kind="installation")

    await visit.done("complete")

    assert await booking(cast, visit, cast.timur) == "empty"
    assert await sees(cast.timur, visit) == ALL
    elsewhere = await a_planned_visit(cast, kind="installation", starts_at=TOMORROW)
    offer = await cast.olga.post(f"/visits/{elsewhere}/offer", {"crew_id": str(cast.crew_id)})
    assert offer.status_code == 200, offer.text
