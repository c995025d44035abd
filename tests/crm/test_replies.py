"""To which question an SMS is the answer: the last one to its number that can still be answered."""

from datetime import timedelta

import pytest

from app.crm.replies.policies import Answers, what_it_answers
from app.dispatch.api import VisitQuestion
from tests.cast import NOON
from tests.clients.given import a_client, phone
from tests.clients.test_inbound import inbox, wrote
from tests.crm.given import a_booked_job, a_card, act_is_signed, ok, price_list, work_begins
from tests.crm.plans import WRITE, a_proposal, a_text, agrees, ends
from tests.crm.plans import released as a_plan
from tests.crm.test_invitations import (
    a_due_client,
    a_job,
    a_visit,
    an_invited_client,
    invitation_of,
    proposed,
    released,
    the_texts,
)
from tests.dispatch.confirming import items, kinds
from tests.notifications.stories import lines_to, new_phone

DAY = timedelta(days=1)
VISIT, INVITATION, NOTHING = Answers.VISIT, Answers.INVITATION, Answers.NOTHING


@pytest.mark.covers("R89", "R107")
@pytest.mark.parametrize(
    ("visit", "invited", "is_about_other", "answers"),
    [
        (None, None, False, NOTHING),
        ((0, True), None, False, VISIT),
        ((0, False), None, False, VISIT),
        (None, 0, False, INVITATION),
        ((0, True), 1, False, INVITATION),
        ((1, True), 0, False, VISIT),
        ((1, False), 0, False, INVITATION),
        ((0, True), None, True, NOTHING),
        (None, 0, True, NOTHING),
    ],
)
def test_an_sms_answers_the_last_question_that_is_open(visit, invited, is_about_other, answers):
    """Of a visit: the day on which it was told, and whether it can still be answered about."""
    question = VisitQuestion(NOON + visit[0] * DAY, visit[1]) if visit else None
    invited_at = None if invited is None else NOON + invited * DAY

    assert what_it_answers(question, invited_at, is_about_other=is_about_other) == answers


@pytest.mark.covers("R89", "R107")
async def test_days_after_an_invitation_an_sms_answers_it_and_not_a_visit_that_is_canceled(
    cast, background, clock, anonymous
):
    """Three days after a message the gateway no longer knows what it was about. Its number was told of both."""
    await the_texts(cast)
    anna = await a_due_client(cast)
    visit = await a_visit(cast, job := await a_job(cast, anna))
    clock.advance(minutes=5)
    await background.run()
    told = await kinds(cast, visit["id"])
    await ok(await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "Ошибка"}))
    clock.advance(minutes=5)
    await background.run()
    await proposed(cast)
    assert (await released(cast))["released"] == 1
    clock.advance(hours=3)  # what the client is told of his visit goes first
    await background.run()
    clock.moment = NOON + 4 * DAY
    await wrote(anonymous, cast, "Да")
    await background.run()

    found = await invitation_of(cast, anna)
    assert told != []
    assert (found["status"], found["answer"]) == ("answered", "yes")
    assert await items(cast.olga, "answer_not_taken", "answer_unclear", "client_wrote") == []


def test_what_was_asked_last_of_the_quality_is_answered_before_all_else():
    question = VisitQuestion(NOON, is_open=True)

    assert what_it_answers(question, NOON, asks_quality=True, is_about_other=True) == Answers.QUALITY


@pytest.mark.covers("R30", "R85")
async def test_the_first_plain_answer_to_the_question_about_quality_is_kept_and_all_others_are_read(
    cast, background, clock, settings, anonymous
):
    """It is about the visit that was over when he was asked, not about the one that has begun since."""
    await price_list(cast)
    await a_text(cast.irina, "ask", "feedback", text="{company}: всё ли вам понравилось?")
    message = {"template": "ask", "asks": "quality", "channels": [{"channel": "sms"}]}
    await a_plan(
        cast.sergei, {"code": "ask", "delay": {"amount": 1}, "message": message}, audience={"trigger": "act"}
    )
    number = new_phone()
    anna, site_id = await a_card(cast, contacts=[phone(number)])
    visit = await a_booked_job(cast, anna, site_id, starts_at=NOON + timedelta(hours=1))
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    await visit.done("complete", at=clock.now())
    await background.run()
    clock.moment = NOON + DAY
    await background.run()
    assert sum("понравилось" in one["text"] for one in lines_to(settings, number)) == 1
    later = await a_booked_job(cast, anna, site_id, starts_at=clock.now() + timedelta(hours=1))
    await work_begins(later, clock.now())

    await wrote(anonymous, cast, "Нет", sender=number)
    await wrote(anonymous, cast, "Нет", sender=number, external_id="again")
    await wrote(anonymous, cast, "Грязно было, но окна хорошие", sender=number, external_id="2")
    await background.run()

    kept = (await ok(await cast.olga.get(f"/crm/quality-answers?client_id={anna}")))["items"]
    assert [(one["answer"], one["comment"], one["visit_id"]) for one in kept] == [("no", "Нет", visit.id)]
    assert sorted(one["params"]["body"] for one in await inbox(cast.olga)) == [
        "Грязно было, но окна хорошие",
        "Нет",
    ]


@pytest.mark.covers("R107")
async def test_of_ten_answers_to_an_invitation_the_first_no_ends_it_and_the_rest_is_read(
    cast, background, clock, anonymous
):
    anna = await an_invited_client(cast, background, clock)
    for n in range(10):
        await wrote(anonymous, cast, "Да" if n < 4 else "Нет", external_id=str(n))
    await background.run()
    found = await invitation_of(cast, anna)

    assert (found["status"], found["answer"]) == ("answered", "no")
    assert len((await ok(await cast.olga.get(f"/requests?client_id={anna}")))["items"]) == 1
    assert len(await inbox(cast.olga)) == 5


@pytest.mark.covers("R39")
async def test_a_stop_in_the_middle_of_a_batch_of_a_plan_holds_for_what_waits(
    cast, background, clock, settings, anonymous
):
    """Three are queued in the evening. One says stop at night, the others get theirs in the morning."""
    clock.moment = NOON + timedelta(hours=9)
    numbers = [new_phone() for _ in range(3)]
    await a_text(cast.irina)
    await a_plan(cast.sergei, {"code": "write", "message": WRITE})
    clients = []
    for number in numbers:
        client = await a_client(cast.olga, surname=f"Котова {number}", contacts=[phone(number)])
        clients.append(client["id"])
        await agrees(cast, client["id"], number)
        await a_proposal(cast, client["id"])
    await background.run()
    await wrote(anonymous, cast, "СТОП", sender=numbers[1])
    clock.moment = NOON + DAY
    await background.run()

    assert [sum("invite" in one["text"] for one in lines_to(settings, number)) for number in numbers] == [
        1,
        0,
        1,
    ]
    assert await ends(cast.olga, clients[1]) == [("write", "skipped", "stop", "")]
