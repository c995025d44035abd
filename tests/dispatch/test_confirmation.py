"""Clients are asked on the day before whether the visit suits them, called if they do not answer, and reminded."""

import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.contracts.documents import ActSigned
from app.core.ids import uuid7
from app.db.outbox import announce
from app.db.session import transaction
from app.dispatch.confirmation.models import VisitLink
from app.dispatch.confirmation.policies import Rules, Touches
from tests.cast import NOON
from tests.crm.given import a_booked_job, a_card, act_is_signed, price_list, work_begins
from tests.dispatch.confirming import (
    answers,
    items,
    kinds,
    link_to,
    messages_about,
    phone_of,
    quiet,
    sent_texts,
    sms,
    told,
    visit_of,
)
from tests.dispatch.given import TOMORROW, a_planned_visit
from tests.stories import accepted_visit, booked_visit

ASKED_AT = NOON + timedelta(hours=5)
"""17:00 in Moscow, on the day before."""
BOOKED = "замер 3 марта с 12:00 до 13:00."
ASKS = " Да, нет, перенести? https://okna.example/v/***"
(MIGRATION,) = Path("migrations/versions").glob("*_nobody_asked_unawares.py")
SET_NOT_TO_ASK = runpy.run_path(str(MIGRATION))["SET"]
UNCONFIRMED = ("visit_unconfirmed", "new_client_unconfirmed")


async def a_known_client(cast, superuser):
    """Whoever has a visit now has signed an act before."""
    await superuser.execute("UPDATE visit SET is_new_client = false WHERE company_id = $1", cast.company_id)


async def asked(cast, background, clock):
    """A visit tomorrow whose client has just been asked."""
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    clock.moment = ASKED_AT
    await background.run()
    return visit


async def change(cast, **settings):
    answer = await cast.sergei.patch("/confirmation-settings", settings, if_match="*")
    assert answer.status_code == 200, answer.text


async def test_an_upgrade_sets_companies_with_visits_not_to_ask_unless_they_ask_already(
    cast, other_cast, background, clock, superuser
):
    """The statement of the migration, which is taken back: it is about every company."""
    await asked(cast, background, clock)
    await a_planned_visit(other_cast)

    taken_back = superuser.transaction()
    await taken_back.start()
    await superuser.execute(SET_NOT_TO_ASK)
    rows = await superuser.fetch(
        "SELECT company_id, asks, remind_before_min FROM confirmation_settings WHERE company_id = ANY($1)",
        [cast.company_id, other_cast.company_id],
    )
    await taken_back.rollback()

    assert [tuple(row) for row in rows] == [(other_cast.company_id, False, 0)]


@pytest.mark.covers("R87", "R88", "R92")
async def test_a_booking_is_confirmed_at_once_with_who_comes_when_and_where(cast, background, clock):
    visit = await accepted_visit(cast)
    await quiet(background, clock)

    assert await told(cast, visit.id) == [f"{BOOKED} Приедет Павел."]


@pytest.mark.covers("R88")
async def test_who_accepts_later_is_named_by_the_question(cast, background, clock):
    visit = await booked_visit(cast)
    await quiet(background, clock)
    await visit.done("accept", at=clock.now())
    await quiet(background, clock)
    clock.moment = ASKED_AT
    await background.run()

    assert await told(cast, visit.id) == [BOOKED, f"{BOOKED} Приедет Павел.{ASKS}"]


@pytest.mark.covers("R88")
async def test_a_company_may_have_one_more_sms_say_who_comes(cast, background, clock):
    await change(cast, names_late=True)
    visit = await booked_visit(cast)
    await quiet(background, clock)
    await visit.done("accept", at=clock.now())
    await quiet(background, clock)

    assert await told(cast, visit.id) == [BOOKED, f"{BOOKED} Приедет Павел."]


@pytest.mark.covers("R89", "M27")
async def test_on_the_day_before_at_five_the_client_is_asked_once(cast, background, clock):
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    clock.moment = ASKED_AT - timedelta(seconds=1)
    await background.run()
    before = await kinds(cast, visit.id)
    clock.moment = ASKED_AT
    await background.run()
    clock.moment += timedelta(hours=1)
    await background.run()

    assert before == ["installation_booked"]
    assert await kinds(cast, visit.id) == ["installation_booked", "visit_asked"]
    [_, text] = sent_texts(background, await phone_of(cast, visit.id))
    assert text.startswith("Окна Плюс: замер 3 марта с 12:00 до 13:00. Приедет Павел. Да, нет, перенести?")
    assert [one["segments"] for one in await messages_about(cast, visit.id)] == [1, 2]


@pytest.mark.covers("R89")
async def test_whoever_books_after_five_is_asked_by_the_confirmation_itself(cast, background, clock):
    clock.moment = ASKED_AT + timedelta(hours=1)
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)

    assert await told(cast, visit_id) == [f"{BOOKED}{ASKS}"]


@pytest.mark.covers("R89")
async def test_whoever_books_for_the_same_hour_is_not_asked(cast, background, clock):
    visit_id = await a_planned_visit(cast, starts_at=NOON + timedelta(hours=2))
    await quiet(background, clock)

    assert await told(cast, visit_id) == ["замер 2 марта с 14:00 до 15:00."]


@pytest.mark.covers("R89")
async def test_a_yes_by_sms_is_seen_by_office_and_worker_and_ends_the_question(cast, background, clock):
    visit = await asked(cast, background, clock)
    await sms(cast, visit.id, "Да, ждём!", now=clock.now())
    clock.moment += timedelta(hours=3)
    await background.run()

    assert (await visit_of(cast, visit.id))["client_answer"] == "yes"
    assert (await visit.screen())["client_answer"] == "yes"
    assert await items(cast.olga, *UNCONFIRMED) == []


@pytest.mark.covers("R89")
async def test_without_an_answer_for_two_hours_the_dispatcher_is_asked_to_call(
    cast, background, clock, superuser
):
    visit = await asked(cast, background, clock)
    await a_known_client(cast, superuser)
    clock.moment = ASKED_AT + timedelta(hours=2) - timedelta(seconds=1)
    await background.run()
    before = await items(cast.olga, *UNCONFIRMED)
    clock.moment += timedelta(seconds=1)
    await background.run()
    [item] = await items(cast.olga, *UNCONFIRMED)
    await sms(cast, visit.id, "да", now=clock.now())
    await quiet(background, clock)

    phone = await phone_of(cast, visit.id)
    assert before == []
    assert item["kind"] == "visit_unconfirmed"
    assert item["title"] == (
        f"Клиент не ответил, удобно ли ему время выезда (3 марта 12:00). Позвоните ему: {phone}."
    )
    assert await items(cast.olga, *UNCONFIRMED) == []


@pytest.mark.covers("R94")
async def test_a_new_client_must_be_called_or_the_supervisor_hears_of_it(cast, background, clock):
    await asked(cast, background, clock)
    clock.moment = ASKED_AT + timedelta(hours=2)
    await background.run()
    [item] = await items(cast.olga, *UNCONFIRMED)
    clock.moment += timedelta(hours=1)
    await background.run()
    await background.run()
    found = await items(cast.sergei, *UNCONFIRMED)

    assert item["kind"] == "new_client_unconfirmed"
    assert sorted(one["audience"] for one in found) == ["dispatcher", "supervisor"]


@pytest.mark.covers("R94")
async def test_a_new_client_who_was_called_in_time_does_not_trouble_the_supervisor(cast, background, clock):
    visit = await asked(cast, background, clock)
    clock.moment = ASKED_AT + timedelta(hours=2)
    await background.run()
    said = await cast.olga.post(f"/visits/{visit.id}/client-answers", {"says": "yes", "words": "По телефону"})
    await quiet(background, clock)
    clock.moment += timedelta(hours=2)
    await background.run()

    assert said.json()["client_answer"] == "yes"
    assert await items(cast.sergei, *UNCONFIRMED) == []


@pytest.mark.covers("R95")
async def test_a_visit_of_a_new_client_is_marked_until_he_has_signed_an_act(cast, background, clock):
    visit = await accepted_visit(cast)
    before = await visit_of(cast, visit.id), await visit.screen()
    async with transaction(cast.maker, cast.company_id) as session:
        signed = ActSigned(act_id=uuid7(), job_id=visit.job_id, visit_id=visit.id)
        await announce(session, cast.company_id, signed)
    await background.run()
    after = await visit_of(cast, visit.id), await visit.screen()

    assert [one["is_new_client"] for one in before] == [True, True]
    assert [one["is_new_client"] for one in after] == [False, False]


@pytest.mark.covers("R95")
async def test_whoever_turns_out_to_be_a_known_client_is_not_new_until_the_merge_is_undone(
    cast, background, clock
):
    await price_list(cast)
    known, site = await a_card(cast)
    signed = await a_booked_job(cast, known, site, starts_at=clock.now() + timedelta(hours=1))
    await work_begins(signed, clock.now())
    await act_is_signed(signed, clock.now())
    other, other_site = await a_card(cast, contacts=[])
    ahead = await a_booked_job(cast, other, other_site, starts_at=clock.now() + timedelta(days=1))
    await background.sweep("relay", "delivery")
    marks = [(await visit_of(cast, ahead.id))["is_new_client"]]

    merge = await cast.olga.post(f"/clients/{known}/merge", {"merged_id": other, "reason": "Один человек"})
    await background.sweep("relay", "delivery")
    marks.append((await visit_of(cast, ahead.id))["is_new_client"])
    await cast.olga.post(f"/client-merges/{merge.json()['id']}/undo", {"reason": "Ошиблись"})
    await background.sweep("relay", "delivery")
    marks.append((await visit_of(cast, ahead.id))["is_new_client"])

    assert marks == [True, False, True]


@pytest.mark.covers("R89", "M27")
async def test_a_no_by_sms_cancels_the_visit_after_ten_minutes(cast, background, clock):
    visit = await asked(cast, background, clock)
    await sms(cast, visit.id, "Не смогу", now=clock.now())
    await quiet(background, clock)
    waiting = await visit_of(cast, visit.id)
    clock.moment += timedelta(minutes=10)
    await background.run()

    assert (waiting["status"], waiting["client_answer"]) == ("accepted", "no")
    canceled = await visit_of(cast, visit.id)
    assert (canceled["status"], canceled["status_reason"]) == ("canceled", "client_refused: Не смогу")
    assert await kinds(cast, visit.id) == ["installation_booked", "visit_asked"], "he knows it himself"
    [item] = await items(cast.olga, "client_canceled_visit")
    assert "Не смогу" in item["title"]
    assert (await cast.olga.get(f"/jobs/{visit.job_id}")).json()["job"]["status"] == "new"


@pytest.mark.covers("R89")
async def test_of_ten_answers_to_one_question_the_last_clear_one_counts_and_each_is_kept(
    cast, background, clock
):
    visit = await asked(cast, background, clock)
    texts = ["да", "нет", "Да", "а кто приедет?", "не смогу", "ой", "перенести", "нет", "да!", "спасибо"]
    for text in texts:
        clock.advance(seconds=20)
        await sms(cast, visit.id, text, now=clock.now())
    clock.moment += timedelta(hours=1)
    await background.run()

    assert (await visit_of(cast, visit.id))["client_answer"] == "yes"
    assert (await visit_of(cast, visit.id))["status"] == "accepted"
    assert [one["words"] for one in await answers(cast, visit.id)] == texts
    assert {one["cancels_at"] for one in await answers(cast, visit.id)} == {None}


async def test_an_sms_that_comes_twice_is_one_answer(cast, background, clock):
    visit = await asked(cast, background, clock)
    source = uuid7()
    for _ in range(2):
        await sms(cast, visit.id, "да", now=clock.now(), source_id=source)

    assert len(await answers(cast, visit.id)) == 1


@pytest.mark.covers("R89")
async def test_an_answer_to_a_canceled_visit_does_nothing_and_lies_before_the_dispatcher(
    cast, background, clock
):
    visit = await asked(cast, background, clock)
    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Мастер заболел"}, if_match="*")
    await sms(cast, visit.id, "Да, ждём", now=clock.now())
    await quiet(background, clock)

    assert (await visit_of(cast, visit.id))["status"] == "canceled"
    [answer] = await answers(cast, visit.id)
    assert answer["refused_because"] == "visit_is_canceled"
    [item] = await items(cast.olga, "answer_not_taken")
    assert "«Да, ждём». Ничего не сделано: визит уже отменён." in item["title"]


@pytest.mark.covers("R89")
async def test_an_answer_in_the_middle_of_a_move_is_about_the_time_he_was_asked_about(
    cast, background, clock
):
    visit = await asked(cast, background, clock)
    later = TOMORROW + timedelta(hours=2)
    await cast.olga.patch(f"/visits/{visit.id}", {"starts_at": later.isoformat()}, if_match="*")
    await sms(cast, visit.id, "да", now=clock.now())
    in_between = await visit_of(cast, visit.id)
    await quiet(background, clock)
    await sms(cast, visit.id, "да", now=clock.now())

    assert in_between["client_answer"] is None
    assert [one["refused_because"] for one in await answers(cast, visit.id)] == ["visit_is_moved", None]
    assert (await visit_of(cast, visit.id))["client_answer"] == "yes"
    assert (await told(cast, visit.id))[-1] == f"замер переносится на 3 марта с 14:00 до 15:00.{ASKS}"


async def test_what_nobody_can_understand_a_person_reads(cast, background, clock):
    visit = await asked(cast, background, clock)
    await sms(cast, visit.id, "да, но после 14", now=clock.now())

    assert (await visit_of(cast, visit.id))["client_answer"] is None
    [item] = await items(cast.olga, "answer_unclear")
    assert "«да, но после 14»" in item["title"]


@pytest.mark.covers("R89")
async def test_another_time_by_sms_is_a_task_of_the_dispatcher_and_stops_the_reminder(
    cast, background, clock
):
    visit = await asked(cast, background, clock)
    await sms(cast, visit.id, "Давайте в другой день", now=clock.now())
    clock.moment = TOMORROW - timedelta(minutes=60)
    await background.run()

    assert [one["kind"] for one in await items(cast.olga, "client_wants_other_time")] == [
        "client_wants_other_time"
    ]
    assert await kinds(cast, visit.id) == ["installation_booked", "visit_asked"]


@pytest.mark.covers("R90", "R91")
async def test_an_hour_before_the_client_is_reminded_once(cast, background, clock):
    visit = await asked(cast, background, clock)
    await sms(cast, visit.id, "да", now=clock.now())
    clock.moment = TOMORROW - timedelta(minutes=60, seconds=1)
    await background.run()
    before = await kinds(cast, visit.id)
    for _ in range(3):
        clock.advance(seconds=1)
        await background.run()

    assert "visit_reminded" not in before
    assert (await told(cast, visit.id))[2:] == [
        "скоро замер, 3 марта с 12:00 до 13:00. Приедет Павел. https://okna.example/v/***"
    ]


@pytest.mark.covers("R90")
async def test_a_reminder_that_would_be_late_dies(cast, background, clock):
    visit = await asked(cast, background, clock)
    clock.moment = TOMORROW - timedelta(minutes=60)
    await background.sweep("telling")
    clock.moment = TOMORROW - timedelta(minutes=29)
    await background.run()

    [reminder] = [one for one in await messages_about(cast, visit.id) if one["kind"] == "visit_reminded"]
    assert reminder["status"] in ("expired", "suppressed")
    assert await items(cast.olga, "message_not_delivered") == []


@pytest.mark.covers("R90")
async def test_whoever_hears_that_somebody_is_on_the_way_needs_no_reminder(cast, background, clock):
    visit = await asked(cast, background, clock)
    clock.moment = TOMORROW - timedelta(minutes=80)
    await visit.done("depart", at=clock.now(), eta_minutes=70)
    await background.run()
    clock.moment = TOMORROW - timedelta(minutes=60)
    await background.run()

    assert await kinds(cast, visit.id) == ["installation_booked", "visit_asked", "on_my_way"]


@pytest.mark.covers("R89", "R90")
async def test_a_company_sets_when_it_asks_and_reminds_also_for_visits_booked_before(cast, background, clock):
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    await change(cast, ask_at="13:00", remind_before_min=0)
    clock.moment = NOON + timedelta(hours=1)
    await background.run()
    clock.moment = TOMORROW - timedelta(minutes=59)
    await background.run()

    assert await kinds(cast, visit.id) == ["installation_booked", "visit_asked"]
    shown = (await cast.olga.get("/confirmation-settings")).json()
    assert (shown["ask_at"], shown["remind_before_min"], shown["answer_within_min"]) == ("13:00", 0, 120)
    assert (await cast.olga.patch("/confirmation-settings", {"asks": False}, if_match="*")).status_code == 403


async def test_a_company_may_ask_nobody(cast, background, clock):
    await change(cast, asks=False, remind_before_min=0)
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    clock.moment = ASKED_AT + timedelta(hours=4)
    await background.run()

    assert await kinds(cast, visit.id) == ["installation_booked"]
    assert await items(cast.olga, *UNCONFIRMED) == []


async def test_a_process_killed_while_it_asks_asks_nobody_twice(cast, background, clock):
    visit = await asked(cast, background, clock)
    await background.context.sessions.kw["bind"].dispose()
    clock.advance(seconds=1)
    await background.run()
    async with transaction(cast.maker, cast.company_id) as session:
        links = (
            await session.scalars(select(VisitLink).where(VisitLink.company_id == cast.company_id))
        ).all()

    assert (await kinds(cast, visit.id)).count("visit_asked") == 1
    assert len(links) == 1


async def test_the_office_reads_no_link_by_which_it_could_answer_for_the_client(cast, background, clock):
    visit = await asked(cast, background, clock)
    path = await link_to(background, cast, visit.id)

    bodies = [one["body"] for one in await messages_about(cast, visit.id)]
    assert path not in "".join(bodies)
    assert bodies[1].endswith("/v/***")


MOSCOW = "Europe/Moscow"


@pytest.mark.covers("R89")
@pytest.mark.parametrize(
    ("starts_at", "zone", "ask_at"),
    [
        (datetime(2026, 3, 3, 9, tzinfo=UTC), MOSCOW, datetime(2026, 3, 2, 14, tzinfo=UTC)),
        (datetime(2026, 3, 2, 21, 30, tzinfo=UTC), MOSCOW, datetime(2026, 3, 2, 14, tzinfo=UTC)),
        (datetime(2026, 3, 2, 23, tzinfo=UTC), "Asia/Vladivostok", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        (datetime(2026, 3, 29, 10, tzinfo=UTC), "Europe/Berlin", datetime(2026, 3, 28, 16, tzinfo=UTC)),
        (datetime(2026, 10, 25, 10, tzinfo=UTC), "Europe/Berlin", datetime(2026, 10, 24, 15, tzinfo=UTC)),
        (datetime(2026, 10, 26, 10, tzinfo=UTC), "Europe/Berlin", datetime(2026, 10, 25, 16, tzinfo=UTC)),
    ],
)
def test_a_client_is_asked_at_five_by_the_clocks_on_site_also_when_they_change(starts_at, zone, ask_at):
    assert Touches(Rules(), window_starts_at=starts_at, zone=zone).ask_at == ask_at


@pytest.mark.covers("R89")
@pytest.mark.parametrize(
    ("asked_at", "starts_at", "answer_by"),
    [
        ("02T17:00", "03T12:00", "02T19:00"),
        ("02T20:30", "03T12:00", "03T09:00"),
        ("02T23:00", "03T12:00", "03T10:00"),
        ("02T23:00", "03T09:00", "03T08:00"),
        ("03T08:50", "03T12:00", "03T10:50"),
        ("03T08:50", "03T11:55", "03T10:50"),
        ("03T08:50", "03T10:00", "03T09:20"),
    ],
)
def test_the_time_to_answer_runs_while_people_are_awake_and_ends_before_the_visit(
    asked_at, starts_at, answer_by
):
    def moment(text):
        return datetime.fromisoformat(f"2026-03-{text}:00+03:00")

    touches = Touches(Rules(), window_starts_at=moment(starts_at), zone=MOSCOW)

    assert touches.answer_by(moment(asked_at)) == moment(answer_by)
