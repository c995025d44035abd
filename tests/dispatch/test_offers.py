import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.dialects.postgresql import Range

from app.core.errors import DomainError
from app.core.ids import uuid7
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch.escalation import sweep as escalation
from app.dispatch.offers.queries import OFFERS_OF
from app.dispatch.scheduling.service import plan_visit
from app.dispatch.visits.schemas import VisitTime
from app.workforce.bookings.models import VisitBooking
from tests.cast import NOON
from tests.counting import asyncpg_statements
from tests.dispatch import given
from tests.dispatch.given import TOMORROW, a_command, a_planned_visit, an_offered_visit, code_of

pytestmark = pytest.mark.covers("M2")


async def visit_of(cast, visit_id):
    return (await cast.olga.get(f"/visits/{visit_id}")).json()


async def kinds_of(cast, visit_id):
    return [event["kind"] for event in (await cast.olga.get(f"/visits/{visit_id}/history")).json()]


async def inbox_of(person):
    return [item["kind"] for item in (await person.get("/inbox?is_open=true")).json()["items"]]


async def accept(person, visit_id, **fields):
    return await person.post(f"/field/visits/{visit_id}/accept", a_command(**fields))


async def test_an_offer_starts_the_clock(cast, clock):
    visit_id = await a_planned_visit(cast)

    answer = await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(cast.pavel.id)})

    visit = answer.json()
    assert (visit["status"], visit["worker_id"]) == ("offered", str(cast.pavel.id))
    assert visit["accept_by"] == (clock.now() + timedelta(minutes=15)).isoformat().replace("+00:00", "Z")
    assert answer.headers["etag"] == f'"{visit["version"]}"'


async def test_the_worker_accepts_and_the_clock_stops(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    answer = await accept(cast.pavel, visit_id)
    clock.advance(hours=2)
    await background.run()

    assert answer.status_code == 200
    assert (await visit_of(cast, visit_id))["status"] == "accepted"
    assert await kinds_of(cast, visit_id) == ["planned", "offered", "accepted"]
    assert await inbox_of(cast.olga) == []


async def test_an_accept_sent_twice_is_one(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    command = a_command()

    answers = [await cast.pavel.post(f"/field/visits/{visit_id}/accept", command) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (await kinds_of(cast, visit_id)).count("accepted") == 1


async def test_an_answer_after_the_deadline_is_refused_and_says_so(cast, clock):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(minutes=15)

    before_the_sweep = await accept(cast.pavel, visit_id)

    assert code_of(before_the_sweep) == (409, "offer_expired")


async def test_the_device_clock_does_not_stretch_the_deadline(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    tapped_at = clock.now() + timedelta(minutes=1)
    clock.advance(minutes=20)
    await background.run()

    late = await cast.pavel.post(f"/field/visits/{visit_id}/accept", a_command(tapped_at))

    assert code_of(late) == (409, "offer_expired")


async def test_half_time_reminds_the_worker_once(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(minutes=7, seconds=29)
    await background.run()
    assert await inbox_of(cast.pavel) == []

    clock.advance(seconds=1)
    await background.run()
    await background.run()

    assert await inbox_of(cast.pavel) == ["offer_reminder"]
    assert await kinds_of(cast, visit_id) == ["planned", "offered", "worker_reminded"]


async def test_at_the_deadline_the_dispatcher_hears_and_the_next_candidate_is_asked(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(minutes=15)

    await background.run()

    visit = await visit_of(cast, visit_id)
    assert (visit["status"], visit["worker_id"]) == ("offered", str(cast.nikolai.id))
    assert "offer_unanswered" in await inbox_of(cast.olga)
    offers = (await cast.olga.get(f"/visits/{visit_id}/offers")).json()
    assert [(offer["worker_id"], offer["status"]) for offer in offers] == [
        (str(cast.pavel.id), "expired"),
        (str(cast.nikolai.id), "pending"),
    ]
    assert code_of(await accept(cast.pavel, visit_id)) == (409, "offer_expired")
    assert (await accept(cast.nikolai, visit_id)).status_code == 200


async def test_when_the_second_does_not_answer_either_the_supervisor_hears(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    for _ in range(4):
        clock.advance(minutes=7, seconds=30)
        await background.run()

    assert (await visit_of(cast, visit_id))["status"] == "planned"
    assert "nobody_accepts" in await inbox_of(cast.sergei)
    assert "nobody_accepts" not in await inbox_of(cast.olga)
    assert await kinds_of(cast, visit_id) == [
        "planned",
        "offered",
        "worker_reminded",
        "offer_expired",
        "dispatcher_notified",
        "reoffered",
        "worker_reminded",
        "offer_expired",
        "supervisor_notified",
    ]


async def test_with_nobody_left_to_ask_the_supervisor_hears_at_once_and_only_once(cast, clock, background):
    await accept(cast.nikolai, await an_offered_visit(cast, cast.nikolai.id))
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    for _ in range(4):
        clock.advance(minutes=7, seconds=30)
        await background.run()

    assert (await kinds_of(cast, visit_id)).count("supervisor_notified") == 1
    heard = (await cast.sergei.get("/inbox")).json()["items"]
    assert [item["kind"] for item in heard if item["subject_id"] == visit_id].count("nobody_accepts") == 1


async def test_a_ladder_missed_while_all_was_down_is_climbed_to_a_new_offer_and_goes_on_from_there(
    cast, clock, background
):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(hours=3)

    await background.run()
    await background.run()
    at_once = await kinds_of(cast, visit_id)
    clock.advance(minutes=7, seconds=29)
    await background.run()
    before_half_time = await kinds_of(cast, visit_id)
    clock.advance(seconds=1)
    await background.run()
    at_half_time = await kinds_of(cast, visit_id)
    clock.advance(minutes=7, seconds=30)
    await background.run()

    assert at_once == [
        "planned",
        "offered",
        "offer_expired",
        "dispatcher_notified",
        "reoffered",
    ]
    assert before_half_time == at_once
    assert at_half_time == [*at_once, "worker_reminded"]
    assert await kinds_of(cast, visit_id) == [*at_half_time, "offer_expired", "supervisor_notified"]
    assert (await inbox_of(cast.sergei)).count("nobody_accepts") == 1


async def test_a_ladder_missed_with_nobody_left_to_ask_is_climbed_at_once_each_step_once(
    cast, clock, background
):
    await accept(cast.nikolai, await an_offered_visit(cast, cast.nikolai.id))
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(hours=3)

    await background.run()
    await background.run()

    kinds = await kinds_of(cast, visit_id)
    assert kinds.count("dispatcher_notified") == kinds.count("supervisor_notified") == 1
    assert kinds.count("reoffered") == 0


async def test_a_worker_declines_with_a_reason_and_his_time_is_free_again(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    answer = await cast.pavel.post(
        f"/field/visits/{visit_id}/decline", a_command(reason="sick", comment="Температура")
    )

    assert answer.status_code == 200, answer.text
    assert (await visit_of(cast, visit_id))["status"] == "planned"
    assert await inbox_of(cast.olga) == ["offer_declined"]
    another = await an_offered_visit(cast, cast.pavel.id)
    assert (await visit_of(cast, another))["status"] == "offered"


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ({"reason": "sick"}, "Исполнитель отказался от выезда: болеет."),
        (
            {"reason": "other", "comment": "Свадьба"},
            "Исполнитель отказался от выезда: другая причина: Свадьба.",
        ),
    ],
)
async def test_the_dispatcher_reads_in_his_language_why_the_worker_declined(cast, why, said):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    await cast.pavel.post(f"/field/visits/{visit_id}/decline", a_command(**why))

    inbox = await cast.olga.get("/inbox")

    assert [item["title"] for item in inbox.json()["items"]] == [said]


async def test_a_visit_never_offered_to_a_worker_does_not_exist_for_him(cast, other_cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    assert code_of(await accept(cast.nikolai, visit_id)) == (404, "visit_not_found")
    assert code_of(await accept(other_cast.pavel, visit_id)) == (404, "visit_not_found")
    assert code_of(await other_cast.olga.get(f"/visits/{visit_id}")) == (404, "visit_not_found")


async def test_nobody_who_was_dismissed_is_asked(cast):
    for person in (cast.pavel, cast.rinat):
        answer = await cast.irina.patch(f"/users/{person.id}", {"is_active": False}, if_match='"1"')
        assert answer.status_code == 200, answer.text

    to_him = await cast.olga.post(
        f"/visits/{await a_planned_visit(cast)}/offer", {"worker_id": str(cast.pavel.id)}
    )
    to_his_crew = await cast.olga.post(
        f"/visits/{await a_planned_visit(cast, kind='installation', minutes=240)}/offer",
        {"crew_id": str(cast.crew_id)},
    )

    assert code_of(to_him) == code_of(to_his_crew) == (422, "assignee_not_found")


async def test_a_crew_is_asked_through_its_foreman_and_all_of_it_is_booked(cast):
    visit_id = await a_planned_visit(cast, kind="installation", minutes=240)
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", {"crew_id": str(cast.crew_id)})
    assert answer.status_code == 200, answer.text

    by_member = await accept(cast.timur, visit_id)
    by_foreman = await accept(cast.rinat, visit_id)

    assert code_of(by_member) == (404, "visit_not_found")
    assert by_foreman.status_code == 200
    elsewhere = await a_planned_visit(cast, kind="installation")
    busy = await cast.olga.post(f"/visits/{elsewhere}/offer", {"worker_id": str(cast.timur.id)})
    assert code_of(busy) == (409, "worker_busy")


async def test_a_second_offer_while_one_is_open_is_refused(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    again = await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(cast.nikolai.id)})

    assert code_of(again) == (409, "visit_move_refused")


async def test_an_unknown_worker_cannot_be_asked(cast, other_cast):
    visit_id = await a_planned_visit(cast)

    for body in ({}, {"worker_id": str(uuid4())}, {"worker_id": str(other_cast.pavel.id)}):
        answer = await cast.olga.post(f"/visits/{visit_id}/offer", body)
        assert code_of(answer) == (422, "assignee_not_found")


async def test_a_worker_may_not_dispatch(cast):
    visit_id = await a_planned_visit(cast)

    answer = await cast.pavel.post(f"/visits/{visit_id}/offer", {"worker_id": str(cast.pavel.id)})

    assert code_of(answer) == (403, "forbidden")


@pytest.mark.covers("M1", "M15", "P-rel-7")
async def test_fifty_offers_of_one_hour_to_one_worker_book_it_once(cast):
    visits = [await a_planned_visit(cast) for _ in range(50)]

    answers = await asyncio.gather(
        *[
            cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(cast.pavel.id)})
            for visit_id in visits
        ]
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [409] * 49
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"worker_busy"}
    (won,) = [visit_id for visit_id, one in zip(visits, answers, strict=True) if one.status_code == 200]
    named = [answer.json()["params"]["visits"] for answer in answers if answer.status_code == 409]
    assert named == [[won]] * 49


@pytest.mark.covers("M1", "M15")
async def test_visits_that_only_touch_do_not_collide(cast):
    await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW)

    following = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + timedelta(hours=1))

    assert (await visit_of(cast, following))["status"] == "offered"


@pytest.mark.covers("P-rel-1")
async def test_acceptance_and_expiry_never_both_win(cast, clock, background):
    visits = [
        await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + timedelta(days=n // 8, hours=n % 8))
        for n in range(20)
    ]
    clock.advance(minutes=15)

    async def try_to_accept(visit_id):
        """As if the tap had been handled a moment before the deadline, its commit racing the sweep."""
        try:
            await given.accept(
                cast, cast.pavel.scope, UUID(visit_id), now=clock.now() - timedelta(milliseconds=1)
            )
            return True
        except DomainError:
            return False

    accepted, *_ = await asyncio.gather(
        asyncio.gather(*[try_to_accept(visit_id) for visit_id in visits]), background.run(), background.run()
    )

    for visit_id, won in zip(visits, accepted, strict=True):
        kinds = await kinds_of(cast, visit_id)
        assert ("accepted" in kinds) == won
        assert ("accepted" in kinds) != ("offer_expired" in kinds)


@pytest.mark.covers("P-rel-1")
async def test_a_hundred_taps_at_once_are_one_acceptance(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    answers = await asyncio.gather(*[accept(cast.pavel, visit_id) for _ in range(100)])

    assert {answer.status_code for answer in answers} == {200}
    assert (await kinds_of(cast, visit_id)).count("accepted") == 1


async def test_a_command_id_cannot_be_used_for_two_things(cast):
    first = await an_offered_visit(cast, cast.pavel.id)
    second = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + timedelta(hours=3))
    command = a_command()
    await cast.pavel.post(f"/field/visits/{first}/accept", command)

    answer = await cast.pavel.post(f"/field/visits/{second}/accept", command)

    assert code_of(answer) == (422, "command_reused")


async def test_a_withdrawn_offer_can_no_longer_be_accepted(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    await cast.olga.post(f"/visits/{visit_id}/withdraw", if_match="*")

    answer = await accept(cast.pavel, visit_id)

    assert code_of(answer) == (409, "offer_closed")


async def test_whoever_lost_a_visit_to_another_learns_that_it_is_taken_not_by_whom(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    await cast.olga.post(f"/visits/{visit_id}/withdraw", if_match="*")
    await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(cast.nikolai.id)})
    await accept(cast.nikolai, visit_id)

    answer = await accept(cast.pavel, visit_id)

    assert code_of(answer) == (409, "offer_taken")
    assert str(cast.nikolai.id) not in answer.text
    assert cast.nikolai.name not in answer.text


async def test_moving_an_accepted_visit_asks_again(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast.pavel, visit_id)
    version = (await visit_of(cast, visit_id))["version"]
    body = {"starts_at": (TOMORROW + timedelta(hours=2)).isoformat()}

    unseen = await cast.olga.patch(f"/visits/{visit_id}", body)
    stale = await cast.olga.patch(f"/visits/{visit_id}", body, if_match=f'"{version - 1}"')
    moved = await cast.olga.patch(f"/visits/{visit_id}", body, if_match=f'"{version}"')

    assert code_of(unseen) == (428, "version_required")
    assert code_of(stale) == (412, "version_conflict")
    assert (moved.json()["status"], moved.json()["worker_id"]) == ("planned", None)
    assert code_of(await accept(cast.pavel, visit_id)) == (409, "offer_closed")


async def test_a_canceled_visit_frees_the_worker_and_stays_canceled(cast, clock, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    first = await cast.olga.post(f"/visits/{visit_id}/cancel", {"reason": "Клиент передумал"}, if_match="*")
    again = await cast.olga.post(f"/visits/{visit_id}/cancel", {"reason": "Клиент передумал"}, if_match="*")
    clock.advance(hours=1)
    await background.run()

    assert (first.json()["status"], again.json()["status"]) == ("canceled", "canceled")
    assert await inbox_of(cast.olga) == []
    assert (await visit_of(cast, await an_offered_visit(cast, cast.pavel.id)))["status"] == "offered"


@pytest.mark.parametrize(
    ("hours", "minutes", "said"),
    [
        (-1, 60, "Неверное время выезда: начало уже прошло."),
        (24 * 366 * 10, 60, "Неверное время выезда: до начала больше трёх лет."),
        (24, 5000, "duration_min"),
        (24, 0, "duration_min"),
    ],
)
async def test_an_impossible_time_is_refused_and_says_why(cast, clock, hours, minutes, said):
    job_visit = await a_planned_visit(cast)
    job_id = (await visit_of(cast, job_visit))["job_id"]
    body = {"starts_at": (clock.now() + timedelta(hours=hours)).isoformat(), "duration_min": minutes}

    answer = await cast.olga.post(f"/jobs/{job_id}/visits", body)

    assert answer.status_code in (400, 422)
    assert said in answer.text


@pytest.mark.parametrize(
    ("opens", "closes", "field", "why"),
    [
        (1, 2, "window_starts_at", "the client's window begins after the visit"),
        (-24 * 900, 2, "window_starts_at", "the client's window begins more than two days before the visit"),
        (-2, -1, "window_ends_at", "the client's window ends before the visit begins"),
        (
            0,
            24 * 366 * 10,
            "window_ends_at",
            "the client's window ends more than two days after the visit begins",
        ),
    ],
)
async def test_an_impossible_window_is_refused_and_says_why(cast, opens, closes, field, why):
    job_id = (await visit_of(cast, await a_planned_visit(cast)))["job_id"]
    window = {"window_starts_at": TOMORROW + timedelta(hours=opens)}
    window |= {"window_ends_at": TOMORROW + timedelta(hours=closes)}
    body = {"starts_at": TOMORROW.isoformat(), **{name: at.isoformat() for name, at in window.items()}}

    answer = await cast.olga.post(f"/jobs/{job_id}/visits", body, accept_language="en")

    assert code_of(answer) == (422, "visit_time_invalid")
    assert answer.json()["title"] == f"The visit cannot be at this time: {why}."
    assert answer.json()["params"]["field"] == field


async def test_a_planned_visit_is_answered_as_it_is_stored(cast):
    job_id = await given.a_job(cast)
    time = VisitTime(starts_at=TOMORROW)

    async with begin_work(cast.maker, cast.company_id) as work:
        planned = await plan_visit(work, cast.olga.scope, job_id=job_id, time=time, now=NOON)

    async with begin_work(cast.maker, cast.company_id) as work:
        stored, _ = await work.one(OFFERS_OF, visit=planned.id)
    assert stored == planned


async def test_a_visit_of_an_unknown_job_is_refused(cast):
    body = {"starts_at": TOMORROW.isoformat()}

    assert code_of(await cast.olga.post(f"/jobs/{uuid7()}/visits", body)) == (404, "job_not_found")


@pytest.mark.covers("P-rel-5")
async def test_planning_sent_again_with_its_key_plans_once(cast):
    first_visit = await a_planned_visit(cast)
    job_id = (await visit_of(cast, first_visit))["job_id"]
    body = {"starts_at": TOMORROW.isoformat()}

    answers = await asyncio.gather(
        *[cast.olga.post(f"/jobs/{job_id}/visits", body, idempotency_key="plan-1") for _ in range(20)]
    )
    changed = await cast.olga.post(
        f"/jobs/{job_id}/visits", body | {"duration_min": 30}, idempotency_key="plan-1"
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert code_of(changed) == (422, "idempotency_key_reused")
    listed = (await cast.olga.get(f"/visits?job_id={job_id}")).json()["items"]
    assert len(listed) == 2


async def test_a_visit_that_cannot_be_escalated_keeps_no_other_waiting(cast, clock, background, superuser):
    broken = await an_offered_visit(cast, cast.pavel.id)
    sound = await an_offered_visit(cast, cast.nikolai.id)
    await superuser.execute(
        'UPDATE visit SET ladder = \'[{"due_at": "never", "action": "dance"}]\' WHERE id = $1', broken
    )
    clock.advance(minutes=15)

    await background.run()
    clock.advance(seconds=10)
    await background.run()

    assert "offer_expired" in await kinds_of(cast, sound)
    assert (await visit_of(cast, broken))["status"] == "offered"


async def test_visits_that_are_overdue_together_are_climbed_in_one_transaction_one_after_the_other(
    cast, clock, background, engine
):
    first = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(seconds=1)
    second = await an_offered_visit(cast, cast.nikolai.id)
    clock.advance(minutes=15)

    with asyncpg_statements(engine) as sent:
        assert await background.sweep("escalation") == 2
        await asyncio.sleep(0)  # what is sent is noted a moment later

    assert sum("COMMIT" in one for one in sent) == 1
    assert (await visit_of(cast, first))["worker_id"] is None, "Nikolai still had the second"
    assert (await visit_of(cast, second))["worker_id"] == str(cast.pavel.id), "the first left Pavel his time"


async def test_of_visits_that_are_overdue_together_one_that_fails_is_put_off_and_the_others_are_climbed(
    cast, clock, background, superuser
):
    starts = [TOMORROW + timedelta(hours=2 * n) for n in range(4)]
    visits = [await an_offered_visit(cast, cast.pavel.id, starts_at=start) for start in starts]
    await superuser.execute(
        'UPDATE visit SET ladder = \'[{"due_at": "never", "action": "dance"}]\' WHERE id = $1', visits[2]
    )
    clock.advance(minutes=15)

    assert await background.sweep("escalation") == 4

    asked = [(await visit_of(cast, one))["worker_id"] for one in visits]
    assert asked == [str(cast.nikolai.id)] * 2 + [str(cast.pavel.id), str(cast.nikolai.id)]
    assert [(await kinds_of(cast, one)).count("offer_expired") for one in visits] == [1, 1, 0, 1]


async def test_a_refused_move_is_explained_in_the_words_of_the_reader(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    answer = await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(cast.nikolai.id)})

    assert answer.json()["title"] == "Выезд в состоянии «предложен» нельзя перевести в «предложен»."
    assert answer.json()["params"] == {"was": "offered", "to": "offered"}


async def test_what_nobody_was_asked_about_is_not_withdrawn(cast):
    visit_id = await a_planned_visit(cast)

    answer = await cast.olga.post(f"/visits/{visit_id}/withdraw", if_match="*")

    assert code_of(answer) == (409, "nobody_asked")


async def test_whoever_has_accepted_cannot_decline_and_is_not_told_that_another_has_it(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast.pavel, visit_id)

    answer = await cast.pavel.post(f"/field/visits/{visit_id}/decline", a_command(reason="busy"))

    assert code_of(answer) == (409, "offer_closed")
    assert (await visit_of(cast, visit_id))["status"] == "accepted"


async def test_a_decline_sent_twice_is_one(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    command = a_command(reason="sick")

    answers = [await cast.pavel.post(f"/field/visits/{visit_id}/decline", command) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await kinds_of(cast, visit_id)).count("declined") == 1


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (1, 3, "window_starts_at"),
        (2, -2, "window_starts_at"),
        (-3, -1, "window_ends_at"),
        (0, 0, "window_ends_at"),
    ],
)
async def test_a_window_that_does_not_hold_the_start_is_refused(cast, since, until, field):
    visit = await visit_of(cast, await a_planned_visit(cast))
    window = {
        "window_starts_at": (TOMORROW + timedelta(hours=since)).isoformat(),
        "window_ends_at": (TOMORROW + timedelta(hours=until)).isoformat(),
    }
    body = {"starts_at": TOMORROW.isoformat(), "duration_min": 60, **window}

    answer = await cast.olga.post(f"/jobs/{visit['job_id']}/visits", body)

    assert (*code_of(answer), answer.json()["params"]["field"]) == (422, "visit_time_invalid", field)


async def test_a_visit_that_has_begun_is_not_moved(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast.pavel, visit_id)
    await cast.pavel.post(f"/field/visits/{visit_id}/depart", a_command(eta_minutes=30))
    later = {"starts_at": (TOMORROW + timedelta(hours=3)).isoformat()}

    answer = await cast.olga.patch(f"/visits/{visit_id}", later, if_match="*")

    assert code_of(answer) == (409, "visit_move_refused")
    assert (await visit_of(cast, visit_id))["status"] == "en_route"


async def test_two_rungs_that_ask_the_next_at_one_moment_ask_one(cast, clock, background):
    rungs = [{"at": 1, "action": "reoffer_next"}, {"at": 1, "action": "reoffer_next"}]
    path = f"/job-types/{cast.measurement_type_id}"
    assert (await cast.irina.patch(path, {"ladder": rungs}, if_match="*")).status_code == 200
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    clock.advance(minutes=15)
    await background.run()

    offers = (await cast.olga.get(f"/visits/{visit_id}/offers")).json()
    assert sorted(offer["status"] for offer in offers) == ["expired", "pending"]
    assert (await kinds_of(cast, visit_id)).count("reoffered") == 1


async def test_a_candidate_taken_since_the_list_was_made_is_passed_over(cast, clock, background, maker):
    """Olga books Nikolai while the ladder is about to ask him: the ladder waits for her COMMIT and goes on."""
    others = await a_planned_visit(cast)
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(minutes=15)
    booking = VisitBooking(
        company_id=cast.company_id,
        visit_id=UUID(others),
        worker_id=cast.nikolai.id,
        job_id=UUID((await visit_of(cast, others))["job_id"]),
        period=Range(TOMORROW, TOMORROW + timedelta(hours=1)),
    )

    async with transaction(maker, cast.company_id) as session:
        session.add(booking)
        await session.flush()
        ladder = asyncio.create_task(background.run())
        await asyncio.sleep(1)
    await ladder

    assert (await visit_of(cast, visit_id))["status"] == "planned"
    assert "nobody_accepts" in await inbox_of(cast.sergei)


async def test_a_visit_whose_next_candidate_is_always_taken_is_put_off(cast, clock, background, monkeypatch):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    tried: list[int] = []

    async def taken(*_: object, at_most: int, **__: object) -> int:
        tried.append(at_most)
        raise escalation.CandidateTaken(UUID(visit_id))

    clock.advance(minutes=15)
    with monkeypatch.context() as patch:
        patch.setattr(escalation, "_climb_overdue", taken)
        await background.sweep("escalation")
    assert tried[:4] == [escalation.AT_ONCE, 1, 1, 1], "all together, then three times alone"
    assert await background.sweep("escalation") == 0, "it is put off"

    clock.advance(seconds=10)
    await background.run()
    assert "offer_expired" in await kinds_of(cast, visit_id)


async def test_an_offer_that_was_answered_at_once_is_not_told_by_sms(cast, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    await accept(cast.pavel, visit_id)

    await background.run()

    told = (await cast.olga.get("/messages?kind=offer_made")).json()["items"]
    assert told == []


async def test_a_worker_without_a_phone_is_asked_in_the_application_alone(cast, background, superuser):
    await superuser.execute(
        "UPDATE user_account SET phone = NULL, email = 'pavel@okna.example' WHERE id = $1", cast.pavel.id
    )
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    await background.run()

    assert (await visit_of(cast, visit_id))["status"] == "offered"
    assert (await cast.olga.get("/messages?kind=offer_made")).json()["items"] == []


@pytest.mark.parametrize("how", ["decline", "withdraw", "expire", "accept"])
async def test_a_reminder_leaves_the_inbox_with_its_offer(cast, clock, background, how):
    visit_id = await an_offered_visit(cast, cast.pavel.id)
    clock.advance(minutes=8)
    await background.run()
    reminded = await inbox_of(cast.pavel)
    match how:
        case "withdraw":
            await cast.olga.post(f"/visits/{visit_id}/withdraw", if_match="*")
        case "expire":
            clock.advance(minutes=7)
            await background.run()
        case _:
            body = a_command(clock.now()) | ({"reason": "busy"} if how == "decline" else {})
            await cast.pavel.post(f"/field/visits/{visit_id}/{how}", body)

    assert reminded == ["offer_reminder"]
    assert await inbox_of(cast.pavel) == []
