"""What workers and dispatchers are told when a visit or its worker changes. See test_clients_told.py for clients."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.contracts.dispatch import VisitOffered
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch.telling.handlers import on_visits_offered
from app.identity.users.models import UserAccount
from tests.dispatch.given import TOMORROW, a_planned_visit
from tests.stories import accepted_visit, booked_visit

# Workers


async def take_away(cast, visit, how):
    if how == "move":
        shown = await cast.olga.get(f"/visits/{visit.id}")
        later = {"starts_at": (TOMORROW + timedelta(hours=3)).isoformat()}
        answer = await cast.olga.patch(f"/visits/{visit.id}", later, if_match=shown.headers["etag"])
    else:
        answer = await cast.olga.post(
            f"/visits/{visit.id}/{how}", {"reason": "Клиент передумал"}, if_match="*"
        )
    assert answer.status_code in (200, 201), answer.text


async def sms_to(cast, person, kind="offer_withdrawn"):
    """Bodies of what was sent, oldest first."""
    listed = (await cast.olga.get(f"/messages?kind={kind}&limit=100")).json()["items"]
    assert {one["status"] for one in listed} <= {"sent", "suppressed"}
    return [
        one["body"] for one in reversed(listed) if (one["phone"], one["status"]) == (person.phone, "sent")
    ]


@pytest.mark.covers("M2", "P-rel-3")
@pytest.mark.parametrize("story", [booked_visit, accepted_visit])
@pytest.mark.parametrize("how", ["withdraw", "cancel", "move"])
async def test_a_worker_who_had_a_visit_is_told_once_that_it_is_off_for_him(
    cast, background, superuser, story, how
):
    visit = await story(cast)
    await background.run()

    await take_away(cast, visit, how)
    await background.run()
    await superuser.execute(
        "UPDATE outbox_event SET relayed_at = NULL WHERE company_id = $1", cast.company_id
    )
    await background.run()

    assert await sms_to(cast, cast.pavel) == [
        "Выезд с вас снят: Замер, Москва, Тверская улица, 12, 3 марта 12:00. Ехать не нужно."
    ]


async def test_a_worker_is_told_in_his_language(cast, background):
    async with transaction(cast.maker, cast.company_id) as session:
        (await session.get_one(UserAccount, (cast.company_id, cast.pavel.id))).lang = "en"
    visit = await accepted_visit(cast)

    await take_away(cast, visit, "cancel")
    await background.run()

    assert await sms_to(cast, cast.pavel) == [
        "This visit is no longer yours: Замер, Москва, Тверская улица, 12, 3 March 12:00. You need not go."
    ]


async def test_the_foreman_who_was_asked_is_told_for_his_crew(cast, background):
    visit = await accepted_visit(cast, kind="installation")

    await take_away(cast, visit, "withdraw")
    await background.run()

    assert len(await sms_to(cast, cast.rinat)) == 1
    assert await sms_to(cast, cast.timur) == []


@pytest.mark.parametrize("how", ["withdraw", "accept", "decline"])
async def test_an_offer_that_has_just_ended_is_not_made(cast, background, how):
    """The message waits for a gateway. The offer ends, and the sender comes before the listeners."""
    visit = await booked_visit(cast)
    await background.sweep("relay")
    await background.sweep("delivery")

    if how == "withdraw":
        await take_away(cast, visit, how)
    else:
        await visit.done(how, **({"reason": "sick"} if how == "decline" else {}))
    await background.sweep("message")

    assert await sms_to(cast, cast.pavel, kind="offer_made") == []


async def test_who_never_heard_of_an_offer_hears_nothing_of_its_end(cast, background):
    visit = await booked_visit(cast)
    [offer] = (await cast.olga.get(f"/visits/{visit.id}/offers")).json()
    event = VisitOffered(
        visit_id=UUID(visit.id),
        offer_id=UUID(offer["id"]),
        worker_id=cast.pavel.id,
        accept_by=offer["expires_at"],
    )
    async with begin_work(cast.maker, cast.company_id) as work:
        await on_visits_offered(work, [event], background.context.clock.now())

    await take_away(cast, visit, "withdraw")
    await background.run()

    [unsent] = (await cast.olga.get(f"/messages?subject_id={offer['id']}")).json()["items"]
    assert (unsent["kind"], unsent["status"]) == ("offer_made", "suppressed")
    assert unsent["status_reason"] == "offer_withdrawn"


async def test_who_declined_is_not_told_what_becomes_of_the_visit(cast, background):
    visit = await booked_visit(cast)
    await background.run()
    await visit.done("decline", reason="sick")

    await take_away(cast, visit, "cancel")
    await background.run()

    assert await sms_to(cast, cast.pavel) == []


async def test_who_let_the_time_pass_is_not_told_whether_or_not_the_sweep_has_seen_it(
    cast, background, clock
):
    unseen, seen = await booked_visit(cast), await booked_visit(cast, worker=cast.nikolai)
    await background.run()
    clock.advance(minutes=15)
    await take_away(cast, unseen, "cancel")
    await background.run()

    await take_away(cast, seen, "cancel")
    await background.run()

    assert await sms_to(cast, cast.nikolai) == []
    assert len(await sms_to(cast, cast.pavel)) == 1  # he was the next to be asked


async def test_who_is_asked_anew_for_another_time_is_told_of_both(cast, background):
    visit = await accepted_visit(cast)
    await background.run()

    await take_away(cast, visit, "move")
    await cast.olga.post(f"/visits/{visit.id}/offer", {"worker_id": str(cast.pavel.id)})
    await background.run()

    [off] = await sms_to(cast, cast.pavel)
    [*_, asked] = await sms_to(cast, cast.pavel, "offer_made")
    assert "3 марта 12:00" in off
    assert "3 марта 15:00" in asked


async def test_who_is_asked_anew_for_the_same_time_is_only_asked(cast, background):
    visit = await accepted_visit(cast)

    await take_away(cast, visit, "withdraw")
    await cast.olga.post(f"/visits/{visit.id}/offer", {"worker_id": str(cast.pavel.id)})
    await background.run()

    assert await sms_to(cast, cast.pavel) == []
    assert len(await sms_to(cast, cast.pavel, "offer_made")) == 1


async def test_a_late_word_goes_out_only_while_somebody_may_still_be_on_his_way(cast, background, clock):
    visit, other = (
        await accepted_visit(cast),
        await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=4)),
    )
    clock.moment = TOMORROW + timedelta(minutes=65)
    await visit.done("depart", at=clock.now())
    await take_away(cast, visit, "cancel")
    await background.run()
    await take_away(cast, other, "cancel")
    clock.moment = TOMORROW + timedelta(hours=5)
    await background.run()

    assert ["12:00" in one for one in await sms_to(cast, cast.pavel)] == [True]


@pytest.mark.parametrize(("hours", "until"), [(1, "13:00"), (30, "3 марта 18:00")])
async def test_a_worker_reads_on_which_day_he_must_answer(cast, background, hours, until):
    visit_id = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(days=2))
    terms = {"worker_id": str(cast.pavel.id), "accept_within_s": hours * 3600}
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", terms | {"override_reason": "Смены ещё нет"})
    assert answer.status_code == 200, answer.text
    await background.run()

    [asked] = await sms_to(cast, cast.pavel, "offer_made")
    assert asked.endswith(f"Ответьте до {until}.")


# Dispatchers


@pytest.mark.covers("M2", "P-rel-2")
async def test_a_worker_who_may_not_know_that_it_is_off_is_put_before_the_dispatcher(
    cast, superuser, background
):
    visit = await accepted_visit(cast)
    await background.run()
    await take_away(cast, visit, "cancel")
    await background.sweep("relay")
    await background.sweep("delivery")
    await superuser.execute(
        "UPDATE message SET not_after = send_at WHERE company_id = $1 AND kind = 'offer_withdrawn'",
        cast.company_id,
    )

    await background.run()

    items = (await cast.olga.get("/inbox?is_open=true&limit=100")).json()["items"]
    assert [one["title"] for one in items if one["kind"] == "worker_not_told"] == [
        "Исполнитель может не знать, что выезд с него снят: уже поздно. Позвоните ему."
    ]


async def change_user(cast, person, **changes):
    answer = await cast.irina.patch(f"/users/{person.id}", changes, if_match="*")
    assert answer.status_code == 200, answer.text


async def dismissals(person):
    """Open items, by the visits they are about."""
    items = (await person.get("/inbox?is_open=true&limit=100")).json()["items"]
    return {one["subject_id"]: one["title"] for one in items if one["kind"] == "worker_dismissed"}


async def test_what_somebody_dismissed_has_accepted_is_put_before_the_dispatcher_once(
    cast, other_cast, background, superuser, clock
):
    over = await accepted_visit(cast, starts_at=clock.now() + timedelta(minutes=5))
    clock.advance(hours=20)
    accepted = await accepted_visit(cast)
    offered = await booked_visit(cast, starts_at=TOMORROW + timedelta(hours=2))
    declined = await booked_visit(cast, starts_at=TOMORROW + timedelta(hours=4))
    await declined.done("decline", reason="busy")
    await accepted_visit(cast, starts_at=TOMORROW, worker=cast.nikolai)

    await change_user(cast, cast.pavel, is_active=False)
    await change_user(cast, cast.pavel, name="Павел Иванович Громов")
    await background.run()
    await superuser.execute(
        "UPDATE outbox_event SET relayed_at = NULL WHERE company_id = $1", cast.company_id
    )
    await background.run()

    heard = await dismissals(cast.olga)
    assert set(heard) == {accepted.id}  # what he was only asked goes to the next candidate
    assert {over.id, offered.id}.isdisjoint(heard)
    assert heard[accepted.id] == (
        "Павел Иванович Громов больше не работает, но записан на выезд 3 марта 12:00. Передайте выезд другому."
    )
    all_items = (await cast.olga.get("/inbox?limit=100")).json()["items"]
    assert [one["kind"] for one in all_items].count("worker_dismissed") == 1
    assert await dismissals(other_cast.olga) == {}


async def test_a_visit_of_a_crew_lacks_a_member_who_was_dismissed(cast, background):
    visit = await accepted_visit(cast, kind="installation")

    await change_user(cast, cast.timur, is_active=False)
    await background.run()

    assert "Тимур Алиев" in (await dismissals(cast.olga))[visit.id]


async def test_a_visit_taken_back_from_somebody_dismissed_is_settled(cast, background):
    visit = await accepted_visit(cast)
    await change_user(cast, cast.pavel, is_active=False)
    await background.run()

    await take_away(cast, visit, "withdraw")

    assert await dismissals(cast.olga) == {}


async def test_who_came_back_and_goes_again_is_told_of_again(cast, background):
    visit = await accepted_visit(cast)
    await change_user(cast, cast.pavel, is_active=False)
    await background.run()
    [item] = (await cast.olga.get("/inbox?is_open=true")).json()["items"]
    await cast.olga.post(f"/inbox/{item['id']}/done")

    await change_user(cast, cast.pavel, is_active=True)
    await background.run()
    back = await dismissals(cast.olga)
    await change_user(cast, cast.pavel, is_active=False)
    await background.run()

    assert back == {}
    assert set(await dismissals(cast.olga)) == {visit.id}


async def test_somebody_who_only_gets_another_name_keeps_his_visits_in_peace(cast, background):
    await accepted_visit(cast)

    await change_user(cast, cast.pavel, name="Павел Громов-Белов")
    await background.run()

    assert await dismissals(cast.olga) == {}
