"""Time to answer an offer runs in the hours in which people can answer, if the company has set them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.core.hours import Span
from app.db.session import transaction
from app.dispatch.offers import ladders
from app.dispatch.offers.hours import AnswerHours
from app.dispatch.offers.ladders import plan_ladder, put_off_rest
from app.dispatch.offers.policies import acceptance_deadline
from app.notifications.messages.models import Message
from app.orders.job_types.policies import DEFAULT_LADDER
from app.orders.jobs.models import Job
from tests.cast import NOON
from tests.dispatch.given import a_planned_visit, code_of

pytestmark = pytest.mark.covers("M2", "M3")

DAILY = [{"weekday": day, "since": "08:00", "until": "20:00"} for day in range(1, 8)]
EVENING = NOON + timedelta(hours=7, minutes=30)
"""19:30 in Moscow."""
LATER = NOON + timedelta(days=2)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def set_hours(cast, **settings):
    version = (await cast.irina.get("/company")).json()["version"]
    return await cast.irina.patch("/company", settings, if_match=f'"{version}"')


async def offered(cast, *, priority="normal", within_s=3600):
    visit_id = await a_planned_visit(cast, starts_at=LATER)
    async with transaction(cast.maker, cast.company_id) as session:
        job_id = (await cast.olga.get(f"/visits/{visit_id}")).json()["job_id"]
        await session.execute(update(Job).where(Job.id == UUID(job_id)).values(priority=priority))
    body = {"worker_id": str(cast.pavel.id), "accept_within_s": within_s}
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


MORNING = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)
"""08:00 in Moscow; the shifts of the workers begin then, too, and end at 21:00."""


@pytest.mark.parametrize(
    ("chosen", "priority", "accept_by"),
    [
        ({}, "normal", EVENING + HOUR),
        ({"office_hours": DAILY}, "normal", MORNING + 30 * MINUTE),
        ({"office_hours": DAILY}, "urgent", EVENING + HOUR),
        ({"office_hours": DAILY, "urgent_at_any_hour": False}, "urgent", MORNING + 30 * MINUTE),
        ({"offers_wait_for_shifts": True}, "normal", EVENING + HOUR),
        ({"offers_wait_for_shifts": True, "office_hours": DAILY}, "normal", MORNING + 30 * MINUTE),
    ],
)
async def test_until_when_an_offer_of_the_evening_can_be_answered(cast, clock, chosen, priority, accept_by):
    if chosen:
        assert (await set_hours(cast, **chosen)).status_code == 200
    clock.moment = EVENING

    visit = await offered(cast, priority=priority)

    (offer,) = (await cast.olga.get(f"/visits/{visit['id']}/offers")).json()
    assert visit["accept_by"] == offer["expires_at"] == utc(accept_by)
    assert offer["runs_in_hours"] == (bool(chosen) and (priority != "urgent" or len(chosen) > 1))


async def test_time_stands_still_while_whoever_is_asked_is_off_shift(cast, clock):
    await set_hours(cast, offers_wait_for_shifts=True)
    clock.moment = NOON + timedelta(hours=8, minutes=30)  # half an hour before his shift ends

    visit = await offered(cast)

    assert visit["accept_by"] == utc(MORNING + 30 * MINUTE)


async def test_the_ladder_wakes_nobody_at_night_and_goes_on_in_the_morning(cast, clock, background):
    await set_hours(cast, office_hours=DAILY)
    clock.moment = EVENING
    visit = await offered(cast)
    path = f"/visits/{visit['id']}"

    clock.moment = MORNING - MINUTE
    await background.run()
    at_night = (await cast.olga.get(path)).json()
    clock.moment = MORNING + 31 * MINUTE
    await background.run()
    offers = (await cast.olga.get(f"{path}/offers")).json()

    assert (at_night["status"], at_night["worker_id"]) == ("offered", str(cast.pavel.id))
    assert [one["status"] for one in offers] == ["expired", "pending"]
    assert offers[1]["worker_id"] == str(cast.nikolai.id)
    assert offers[1]["expires_at"] == utc(MORNING + 91 * MINUTE)


async def test_the_sms_says_the_day_when_the_time_ends_on_another_one(cast, clock, background):
    await set_hours(cast, office_hours=DAILY)
    clock.moment = EVENING

    await offered(cast)
    await background.sweep("relay")

    async with transaction(cast.maker, cast.company_id) as session:
        (text,) = await session.scalars(select(Message.body).where(Message.company_id == cast.company_id))
    assert "Ответьте до 3 марта 08:30" in text


async def test_a_candidate_who_is_asked_next_has_the_time_that_the_dispatcher_gave(cast, clock, background):
    visit = await offered(cast, within_s=120)

    clock.advance(minutes=2, seconds=1)
    await background.run()
    offers = (await cast.olga.get(f"/visits/{visit['id']}/offers")).json()

    assert offers[1]["expires_at"] == utc(clock.now() + timedelta(minutes=2))


@pytest.mark.parametrize(
    "hours",
    [[], [{"weekday": 8, "since": "08:00", "until": "20:00"}], [{"weekday": 1, "since": "20:00", "until": "08:00"}]],
)  # fmt: skip
async def test_hours_that_cannot_be_are_refused(cast, hours):
    assert code_of(await set_hours(cast, office_hours=hours)) == (400, "request_invalid")


async def test_hours_can_be_taken_back(cast):
    await set_hours(cast, office_hours=DAILY)

    answer = await set_hours(cast, office_hours=None)

    assert (answer.status_code, answer.json()["office_hours"]) == (200, None)


# ------------------------------------------------------------------------------------------------- bare


def span(since: float, until: float) -> Span:
    return Span(NOON + since * HOUR, NOON + until * HOUR)


def test_without_any_hours_before_the_visit_time_runs_by_the_clock():
    given = {"offered_at": NOON, "starts_at": NOON + 4 * HOUR, "accept_within": HOUR}

    assert acceptance_deadline(**given, hours=[]) == acceptance_deadline(**given) == NOON + HOUR
    assert acceptance_deadline(**given, hours=[span(2, 4)]) == NOON + 3 * HOUR
    assert acceptance_deadline(**given, hours=[span(3, 4)]) == NOON + 3.5 * HOUR


def test_the_steps_of_a_ladder_are_due_in_the_hours():
    hours = [span(0, 0.5), span(10, 20)]

    steps = plan_ladder(DEFAULT_LADDER, offered_at=NOON, accept_by=NOON + 10.5 * HOUR, hours=hours)

    due = [(step.due_at - NOON) / HOUR for step in steps]
    assert due == [0.5, 10.5, 10.5, 11, 11.5]
    assert ladders.from_json(ladders.as_json(steps)) == steps


def test_after_the_next_candidate_is_asked_the_steps_are_due_in_his_hours():
    steps = plan_ladder(DEFAULT_LADDER, offered_at=NOON, accept_by=NOON + HOUR)

    rest = put_off_rest(steps, 3, reoffered_at=NOON + HOUR, accept_by=NOON + 6 * HOUR, hours=[span(5, 9)])

    assert [(step.due_at - NOON) / HOUR for step in rest[3:]] == [5.5, 6]


def test_the_hours_are_those_of_everybody_who_matters():
    shifts, absences = [span(0, 8)], [span(3, 4)]
    hours = AnswerHours("normal", DAILY, True, True, "Europe/Moscow", shifts, absences)

    assert hours.periods(since=NOON, until=NOON + 20 * HOUR) == [span(0, 3), span(4, 8)]
    only_office = hours._replace(offers_wait_for_shifts=False)
    assert only_office.periods(since=NOON, until=NOON + 24 * HOUR) == [span(0, 8), span(20, 24)]
    assert hours._replace(priority="urgent").periods(since=NOON, until=NOON + HOUR) is None
