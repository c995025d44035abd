"""What clients are told of their visits, by whichever way a visit changes."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from app.clients.records.models import Client, Site
from app.contracts.notifications import MessageStateChanged
from app.core.ids import uuid7
from app.db.outbox import announce
from app.db.session import transaction
from app.dispatch.telling.policies.decisions import Decision, decide_for_nobody
from app.dispatch.telling.policies.notices import Notice, Says, Window
from app.dispatch.telling.sending import VisitsAreAsTold
from app.dispatch.visits.states import HOLD
from app.notifications.api import MessageStatus
from app.notifications.channels.protocol import Channel, Rejected
from app.notifications.messages.models import Message
from app.notifications.messages.sending import Sender
from tests.dispatch.given import TOMORROW, a_planned_visit, accept, an_offered_visit
from tests.stories import accepted_visit, booked_visit, tapped, visit_on_site

ALL_KINDS = {"client_not_told", "client_without_phone", "message_not_delivered"}


async def quiet(background, clock):
    """Some seconds in which nothing else happens."""
    clock.moment += HOLD
    await background.run()


async def told(cast, visit_id):
    """The texts the client has got, oldest first, without the company's name."""
    listed = (await cast.olga.get(f"/messages?subject_id={visit_id}&limit=100")).json()["items"]
    sent = [one["body"] for one in reversed(listed) if one["status"] in ("sent", "delivered")]
    assert all(body.startswith("Окна Плюс: ") for body in sent)
    return [body.removeprefix("Окна Плюс: ") for body in sent]


async def items(cast, *kinds):
    found = (await cast.olga.get("/inbox?is_open=true&limit=100")).json()["items"]
    return [one["title"] for one in found if one["kind"] in (kinds or ALL_KINDS)]


async def move(cast, visit_id, **by):
    shown = await cast.olga.get(f"/visits/{visit_id}")
    starts_at = TOMORROW + timedelta(**by)
    answer = await cast.olga.patch(
        f"/visits/{visit_id}", {"starts_at": starts_at.isoformat()}, if_match=shown.headers["etag"]
    )
    assert answer.status_code == 200, answer.text


async def act(cast, visit_id, how, body=None):
    answer = await cast.olga.post(f"/visits/{visit_id}/{how}", body, if_match="*")
    assert answer.status_code == 200, answer.text


async def cancel(cast, visit):
    await act(cast, visit.id, "cancel", {"reason": "Клиент передумал"})


async def cancel_job(cast, visit):
    answer = await cast.olga.post(f"/jobs/{visit.job_id}/cancel", {"reason": "Клиент передумал"})
    assert answer.status_code == 200, answer.text


async def withdraw(cast, visit):
    await act(cast, visit.id, "withdraw")


async def give_up(cast, visit):
    await visit.done("not-complete", reason="unsafe")


async def arrive_and_give_up(cast, visit):
    await visit.done("arrive")
    await visit.done("not-complete", reason="no_access")


async def set_phone(cast, value):
    """The client's only phone. None: he has none."""
    async with transaction(cast.maker, cast.company_id) as session:
        client = (await session.scalars(select(Client.id).where(Client.company_id == cast.company_id))).one()
    contacts = [{"kind": "phone", "value": value}] if value else []
    answer = await cast.olga.patch(f"/clients/{client}", {"contacts": contacts}, if_match="*")
    assert answer.status_code == 200, answer.text


# A visit that is planned by hand


@pytest.mark.covers("P-rel-3")
async def test_a_planned_visit_its_move_and_its_cancellation_are_told_once_each(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    await move(cast, visit_id, hours=3)
    await quiet(background, clock)
    await act(cast, visit_id, "cancel", {"reason": "Нет деталей"})
    await quiet(background, clock)
    await quiet(background, clock)

    assert await told(cast, visit_id) == [
        "замер 3 марта с 12:00 до 13:00.",
        "замер переносится на 3 марта с 15:00 до 16:00.",
        "замер 3 марта с 15:00 до 16:00 отменяется.",
    ]
    assert await items(cast) == []


async def move_by_three_hours(cast, visit_id):
    await move(cast, visit_id, hours=3)


async def cancel_visit(cast, visit_id):
    await act(cast, visit_id, "cancel", {"reason": "Нет деталей"})


@pytest.mark.covers("P-rel-3")
@pytest.mark.parametrize(
    ("change", "texts"),
    [(move_by_three_hours, ["замер 3 марта с 15:00 до 16:00."]), (cancel_visit, [])],
)
async def test_a_message_that_has_just_become_untrue_does_not_leave(cast, background, clock, change, texts):
    visit_id = await a_planned_visit(cast)
    clock.moment += HOLD
    await background.sweep("telling")
    await change(cast, visit_id)
    await background.sweep("message")
    sent_at_once = await told(cast, visit_id)
    await quiet(background, clock)
    await quiet(background, clock)

    assert sent_at_once == []
    assert await told(cast, visit_id) == texts


async def test_who_accepts_at_night_does_not_hold_up_what_waits_for_the_morning(cast, background, clock):
    """The booking names nobody, so it stays true. Nobody looks at the visit before it is sent."""
    clock.advance(hours=11)
    visit_id = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + timedelta(days=3))
    await quiet(background, clock)
    await accept(cast, cast.pavel.scope, UUID(visit_id), now=clock.now())
    await quiet(background, clock)
    by_night = await told(cast, visit_id)
    clock.advance(hours=9)
    await background.run()

    assert by_night == []
    assert await told(cast, visit_id) == ["замер 6 марта с 12:00 до 13:00."]


async def test_what_is_corrected_at_once_is_told_once(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    clock.advance(seconds=1)
    await background.run()
    await move(cast, visit_id, hours=3)
    await quiet(background, clock)
    await move(cast, visit_id, hours=5)
    await move(cast, visit_id, hours=3)
    await quiet(background, clock)

    assert await told(cast, visit_id) == ["замер 3 марта с 15:00 до 16:00."]


async def test_a_visit_canceled_before_its_client_heard_of_it_is_never_told(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    await act(cast, visit_id, "cancel", {"reason": "Ошибка"})
    await quiet(background, clock)

    assert await told(cast, visit_id) == []


async def test_a_save_that_changes_nothing_for_the_client_tells_nobody(cast, background, clock):
    visit = await booked_visit(cast)
    await quiet(background, clock)
    await move(cast, visit.id, hours=0)
    await quiet(background, clock)

    assert await told(cast, visit.id) == ["замер 3 марта с 12:00 до 13:00."]


async def test_who_is_asked_and_who_accepts_is_no_news(cast, background, clock):
    visit = await booked_visit(cast)
    await quiet(background, clock)
    await visit.done("accept", at=clock.now())
    await quiet(background, clock)
    await withdraw(cast, visit)
    await quiet(background, clock)
    await act(cast, visit.id, "offer", {"worker_id": str(cast.nikolai.id)})
    await cast.nikolai.post(f"/field/visits/{visit.id}/accept", tapped(clock.now()))
    await quiet(background, clock)

    assert await told(cast, visit.id) == ["замер 3 марта с 12:00 до 13:00."]


@pytest.mark.parametrize("how", [cancel, cancel_job])
async def test_a_window_that_is_over_is_not_called_off(cast, background, clock, how):
    visit = await booked_visit(cast)
    await quiet(background, clock)
    clock.moment = TOMORROW + timedelta(hours=1)
    await how(cast, visit)
    await quiet(background, clock)

    assert await told(cast, visit.id) == ["замер 3 марта с 12:00 до 13:00."]


@pytest.mark.covers("P-rel-3")
async def test_a_visit_canceled_when_its_window_has_begun_is_still_told(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    clock.moment = TOMORROW + timedelta(minutes=5)
    await act(cast, visit_id, "cancel", {"reason": "Мастер заболел"})
    await quiet(background, clock)

    assert (await told(cast, visit_id))[-1] == "замер 3 марта с 12:00 до 13:00 отменяется."


async def dismiss(cast, visit):
    answer = await cast.irina.patch(f"/users/{cast.pavel.id}", {"is_active": False}, if_match="*")
    assert answer.status_code == 200, answer.text


async def switch_off(cast, visit):
    answer = await cast.irina.patch(f"/workers/{cast.pavel.id}", {"is_active": False}, if_match="*")
    assert answer.status_code == 200, answer.text


# After “on my way”

NOT_COMING = "мастер Павел не приедет. Ищем другого, сообщим."
CALLED_OFF = "замер 3 марта с 12:00 до 13:00 отменяется."
FAILED = "замер 3 марта не состоится. Согласуем новое время."


@pytest.mark.covers("M3", "P-rel-2", "P-rel-3")
@pytest.mark.parametrize(
    ("how", "text"),
    [
        (withdraw, NOT_COMING),
        (cancel, CALLED_OFF),
        (cancel_job, CALLED_OFF),
        (give_up, FAILED),
        (arrive_and_give_up, FAILED),
        (dismiss, NOT_COMING),
        (switch_off, NOT_COMING),
    ],
)
async def test_whoever_was_told_that_the_master_comes_is_told_that_he_does_not(
    cast, background, clock, how, text
):
    visit = await accepted_visit(cast)
    await visit.done("depart", at=clock.now(), eta_minutes=40)
    await background.run()
    await how(cast, visit)
    await quiet(background, clock)
    await quiet(background, clock)

    on_the_way = "к вам едет мастер Павел, будет около 12:40. https://okna.example/v/***"
    assert await told(cast, visit.id) == [on_the_way, text]


@pytest.mark.covers("P-rel-3")
@pytest.mark.parametrize("has_phone", [True, False])
async def test_the_office_agrees_another_time_also_if_the_client_was_told_nothing(
    cast, background, clock, has_phone
):
    visit = await accepted_visit(cast)
    if not has_phone:
        await set_phone(cast, None)
        await quiet(background, clock)
    await give_up(cast, visit)
    await quiet(background, clock)
    await quiet(background, clock)

    [title] = await items(cast, "new_time_needed")
    assert "3 марта 12:00" in title


async def test_an_unsent_on_my_way_is_taken_back_without_a_word_more(cast, background, clock):
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    await visit.done("depart", at=clock.now(), eta_minutes=40)
    await background.sweep("telling")
    await withdraw(cast, visit)
    await quiet(background, clock)

    assert await told(cast, visit.id) == ["замер 3 марта с 12:00 до 13:00. Приедет Павел."]


async def test_the_office_looks_for_somebody_else_and_the_client_hears_who_comes(cast, background, clock):
    visit = await accepted_visit(cast)
    await visit.done("depart", at=clock.now(), eta_minutes=40)
    await background.run()
    await withdraw(cast, visit)
    await background.run()
    wanted = await items(cast, "worker_needed")
    await act(cast, visit.id, "offer", {"worker_id": str(cast.nikolai.id)})
    await cast.nikolai.post(f"/field/visits/{visit.id}/accept", tapped(clock.now()))
    await quiet(background, clock)

    assert wanted == ["Клиенту сказано, что исполнитель к нему не приедет (3 марта 12:00). Найдите другого."]
    assert await items(cast, "worker_needed") == []
    assert (await told(cast, visit.id))[-2:] == [
        NOT_COMING,
        "замер 3 марта с 12:00 до 13:00. Приедет Николай.",
    ]


async def test_whoever_waited_for_somebody_on_the_way_is_told_even_after_the_window(cast, background, clock):
    visit = await accepted_visit(cast)
    clock.moment = TOMORROW + timedelta(minutes=50)
    await visit.done("depart", at=clock.now(), eta_minutes=60)
    await background.run()
    clock.advance(minutes=40)
    await cancel(cast, visit)
    await quiet(background, clock)

    assert (await told(cast, visit.id))[-1] == CALLED_OFF


async def test_a_client_who_sent_the_worker_away_is_told_nothing(cast, background, clock):
    visit = await visit_on_site(cast)
    await background.run()
    before = await told(cast, visit.id)
    await visit.done("not-complete", reason="client_refused")
    await quiet(background, clock)

    assert await told(cast, visit.id) == before


async def test_a_visit_that_failed_needs_a_new_time_until_it_has_one(cast, background, clock):
    visit = await accepted_visit(cast)
    await visit.done("depart", at=clock.now(), eta_minutes=40)
    await background.run()
    await give_up(cast, visit)
    await quiet(background, clock)
    needed = await items(cast, "new_time_needed")
    later = {"starts_at": (TOMORROW + timedelta(days=1)).isoformat()}
    await cast.olga.post(f"/jobs/{visit.job_id}/visits", later)

    assert needed == ["Выезд 3 марта 12:00 не состоялся. Договоритесь с клиентом о новом времени."]
    assert await items(cast, "new_time_needed") == []


# Who comes


async def test_another_crew_than_was_named_is_told_when_it_accepts(cast, background, clock):
    visit = await booked_visit(cast, kind="installation")
    await visit.done("accept")
    await quiet(background, clock)
    await withdraw(cast, visit)
    await quiet(background, clock)
    crew = await cast.irina.post("/crews", {"name": "Бригада Тимура", "foreman_id": str(cast.timur.id)})
    assert crew.status_code == 201, crew.text
    await act(
        cast, visit.id, "offer", {"crew_id": crew.json()["id"], "override_reason": "Другой бригады нет"}
    )
    await quiet(background, clock)
    asked = await told(cast, visit.id)
    await cast.timur.post(f"/field/visits/{visit.id}/accept", tapped(clock.now()))
    await quiet(background, clock)

    assert asked == ["монтаж 3 марта с 12:00 до 13:00. Приедет Бригада Рината."]
    assert (await told(cast, visit.id))[1:] == ["монтаж 3 марта с 12:00 до 13:00. Приедет Бригада Тимура."]


# Where no message can go


async def test_without_a_phone_a_person_is_asked_until_nobody_needs_to_know(cast, background, clock):
    visit = await booked_visit(cast)
    await set_phone(cast, None)
    await quiet(background, clock)
    booked = await items(cast)
    await move(cast, visit.id, hours=3)
    await quiet(background, clock)
    moved = await items(cast)
    await cancel(cast, visit)
    await quiet(background, clock)

    assert booked == [
        "Клиент не знает: время визита, 3 марта 12:00. Номера для СМС у него нет. Предупредите его иначе."
    ]
    assert moved == [booked[0].replace("12:00", "15:00")]
    assert await items(cast) == []


async def test_what_a_person_has_told_counts_as_told(cast, background, clock):
    visit = await booked_visit(cast)
    await set_phone(cast, None)
    await quiet(background, clock)
    [item] = (await cast.olga.get("/inbox?is_open=true")).json()["items"]
    await cast.olga.post(f"/inbox/{item['id']}/done")
    await cancel(cast, visit)
    await quiet(background, clock)

    [title] = await items(cast)
    assert title.startswith("Клиент не знает: отмена визита, 3 марта 12:00.")


async def test_a_number_that_is_added_gets_the_message_and_closes_the_item(cast, background, clock):
    visit = await booked_visit(cast)
    await set_phone(cast, None)
    await quiet(background, clock)
    assert len(await items(cast)) == 1

    await set_phone(cast, "+79031112233")
    await background.run()
    await background.run()

    assert await told(cast, visit.id) == ["замер 3 марта с 12:00 до 13:00."]
    assert await items(cast) == []


async def set_counterparty(cast, **kinds):
    async with transaction(cast.maker, cast.company_id) as session:
        client = (await session.scalars(select(Client.id).where(Client.company_id == cast.company_id))).one()
    answer = await cast.olga.patch(f"/clients/{client}", kinds, if_match="*")
    assert answer.status_code == 200, answer.text


@pytest.mark.covers("R56")
async def test_whose_card_says_that_he_only_supplies_is_told_of_no_visit_until_he_buys(
    cast, background, clock
):
    visit = await booked_visit(cast)
    await set_counterparty(cast, is_buyer=False, is_supplier=True)
    await quiet(background, clock)
    await move(cast, visit.id, hours=3)
    await quiet(background, clock)
    as_supplier = await told(cast, visit.id), await items(cast)

    await set_counterparty(cast, is_consumer=True)
    await background.run()
    await background.run()

    assert as_supplier == ([], [])
    assert await told(cast, visit.id) == ["замер 3 марта с 15:00 до 16:00."]


@pytest.mark.covers("R56")
def test_what_waits_for_a_supplier_is_stopped_and_nobody_is_asked_to_call_him():
    window = Window(TOMORROW, TOMORROW + timedelta(hours=1))
    said = {"number": 1, "window": window, "who": None, "departed_at": None, "created_at": TOMORROW}
    waiting = Notice(**said, says=Says.BOOKED, message_id=uuid7(), message_status=MessageStatus.QUEUED)
    asked = Notice(**said, says=Says.ASKED, item_id=uuid7(), item_is_open=True)

    decision = decide_for_nobody([waiting, asked])

    assert decision == Decision(stop=[waiting.message_id], settle=[asked.item_id])


async def test_an_item_is_settled_when_the_window_is_over(cast, background, clock):
    await booked_visit(cast)
    await set_phone(cast, None)
    await quiet(background, clock)
    assert len(await items(cast)) == 1

    clock.moment = TOMORROW + timedelta(hours=1)
    await background.run()

    assert await items(cast) == []


async def a_lost_message(cast, status):
    """The gateway refused the message, or nobody knows what became of it."""
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(
            update(Message)
            .where(Message.company_id == cast.company_id, Message.audience == "client")
            .values(status=status, send_at=None)
        )
        for one in await session.scalars(select(Message).where(Message.audience == "client")):
            event = MessageStateChanged(
                message_id=one.id,
                status=status,
                audience="client",
                message_kind=one.kind,
                subject_kind="visit",
                subject_id=one.subject_id,
            )
            await announce(session, cast.company_id, event)


@pytest.mark.parametrize(
    ("status", "word"), [("failed", "не отправлено"), ("unknown", "неизвестно, дошло ли")]
)
async def test_a_message_that_did_not_arrive_is_not_sent_again_but_told_by_a_person(
    cast, background, clock, status, word
):
    visit = await booked_visit(cast)
    await quiet(background, clock)
    await a_lost_message(cast, status)
    await background.run()
    await background.run()

    assert await items(cast) == [
        f"Клиент мог не получить сообщение «время визита» (3 марта 12:00): {word}. Позвоните ему."
    ]
    listed = (await cast.olga.get(f"/messages?subject_id={visit.id}")).json()["items"]
    assert len(listed) == 1


@pytest.mark.parametrize("status", ["failed", "unknown"])
async def test_a_later_report_of_delivery_closes_the_item(cast, background, clock, status):
    await booked_visit(cast)
    await quiet(background, clock)
    await a_lost_message(cast, status)
    await background.run()
    assert len(await items(cast)) == 1

    await a_lost_message(cast, "delivered")
    await background.run()

    assert await items(cast) == []


@pytest.mark.parametrize(
    ("status", "texts"),
    [
        ("failed", ["замер 3 марта с 15:00 до 16:00."]),
        ("unknown", ["замер переносится на 3 марта с 15:00 до 16:00."]),
    ],
)
async def test_a_later_message_closes_the_item_of_an_earlier_one(cast, background, clock, status, texts):
    visit = await booked_visit(cast)
    await quiet(background, clock)
    await a_lost_message(cast, status)
    await background.run()
    await move(cast, visit.id, hours=3)
    await quiet(background, clock)

    assert await told(cast, visit.id) == texts
    assert await items(cast) == []


class Refusing:
    """A gateway that takes nothing for now."""

    name = "file"

    async def send(self, **_):
        return Rejected(code="503", permanent=False)


async def test_while_the_gateway_takes_nothing_a_person_is_asked_until_it_does(cast, background, clock):
    visit = await booked_visit(cast)
    refusing = Sender({Channel.SMS: [Refusing()]}, default_sender="BRIGADA", still_true=[VisitsAreAsTold()])
    clock.moment += HOLD
    await background.sweep("telling")
    for seconds in (0, 15, 60):
        clock.advance(seconds=seconds)
        await refusing.send_due_messages(cast.maker, cast.company_id, clock)
        await background.sweep("relay", "telling")
    early = await items(cast)
    clock.advance(seconds=45)
    await background.sweep("telling")
    late = await items(cast)
    clock.advance(minutes=10)
    await background.run()

    assert early == []
    assert late == [
        "Клиент мог не получить сообщение «время визита» (3 марта 12:00): шлюз пока не принимает. "
        "Позвоните ему."
    ]
    assert await told(cast, visit.id) == ["замер 3 марта с 12:00 до 13:00."]
    assert await items(cast) == []


# Where and when


async def test_times_are_those_of_the_clocks_on_site(cast, background, clock, superuser):
    visit_id = await a_planned_visit(cast)
    await superuser.execute(
        "UPDATE site SET timezone = 'Asia/Vladivostok' WHERE company_id = $1", cast.company_id
    )
    await act(cast, visit_id, "offer", {"worker_id": str(cast.pavel.id)})
    await quiet(background, clock)

    there = TOMORROW.astimezone(ZoneInfo("Asia/Vladivostok"))
    offers = (await cast.olga.get("/messages?kind=offer_made")).json()["items"]
    [booked] = await told(cast, visit_id)
    assert booked.startswith(f"замер 3 марта с {there:%H:%M} до 20:00.")
    assert [f"3 марта 12:00 (на месте {there:%H:%M})." in one["body"] for one in offers] == [True]


async def test_the_office_reads_both_times(cast, background, clock, superuser):
    await a_planned_visit(cast)
    await superuser.execute(
        "UPDATE site SET timezone = 'Asia/Kamchatka' WHERE company_id = $1", cast.company_id
    )
    await set_phone(cast, None)
    await quiet(background, clock)

    [title] = await items(cast)
    assert "3 марта 12:00 (на месте 21:00)" in title


async def test_a_client_with_several_addresses_reads_which(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        client = (await session.scalars(select(Client.id).where(Client.company_id == cast.company_id))).one()
        session.add(
            Site(
                company_id=cast.company_id,
                id=uuid7(),
                client_id=client,
                address="Москва, Мира, 2",
                point="SRID=4326;POINT(37.6 55.7)",
            )
        )
    await quiet(background, clock)

    assert await told(cast, visit_id) == ["замер 3 марта с 12:00 до 13:00 (Тверская улица, 12, кв. 31)."]


async def test_workers_and_the_office_read_both_times_of_an_offer(cast, background, clock, superuser):
    visit = await booked_visit(cast)
    await superuser.execute("UPDATE site SET timezone = 'Asia/Omsk' WHERE company_id = $1", cast.company_id)
    clock.advance(minutes=8)
    await background.run()
    reminder = (await visit.worker.get("/inbox?is_open=true")).json()["items"]
    clock.advance(minutes=8)
    await background.run()

    titles = [one["title"] for one in reminder]
    titles += await items(cast, "offer_unanswered", "nobody_accepts")
    assert len(titles) >= 2
    assert all("3 марта 12:00 (на месте 15:00)" in title for title in titles)


async def test_the_office_reads_both_times_of_a_visit_that_needs_another_worker(
    cast, background, clock, superuser
):
    visit = await accepted_visit(cast)
    await superuser.execute("UPDATE site SET timezone = 'Asia/Omsk' WHERE company_id = $1", cast.company_id)
    await dismiss(cast, visit)
    await background.run()

    [title] = await items(cast, "worker_dismissed")
    assert "3 марта 12:00 (на месте 15:00)" in title
