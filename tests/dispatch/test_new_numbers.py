"""A client has other phones than before: what went to a number that is not his any more, he does not know."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.db.session import transaction
from app.dispatch.visits.models import Visit
from app.orders.jobs.models import Job
from tests.clients.consents import stopped
from tests.dispatch.confirming import LINK, items, phone_of, quiet, sent_texts
from tests.dispatch.given import TOMORROW, a_planned_visit
from tests.dispatch.test_clients_told import cancel_visit, move_by_three_hours, set_phone
from tests.dispatch.test_confirmation import ASKED_AT
from tests.stories import accepted_visit


@pytest.fixture
def new():
    """A number that nobody has had: all tests write their SMS into one file."""
    return f"+7905{uuid7().int % 10_000_000:07d}"


async def client_of(cast, visit_id):
    async with transaction(cast.maker, cast.company_id) as session:
        visit = await session.get_one(Visit, (cast.company_id, UUID(visit_id)))
        return str((await session.get_one(Job, (cast.company_id, visit.job_id))).client_id)


async def has_numbers(cast, visit_id, *numbers):
    """The first one is the primary one, to which SMS go."""
    contacts = [{"kind": "phone", "value": one, "is_primary": one == numbers[0]} for one in numbers]
    path = f"/clients/{await client_of(cast, visit_id)}"
    answer = await cast.olga.patch(path, {"contacts": contacts}, if_match="*")
    assert answer.status_code == 200, answer.text


def heard(background, number):
    """What came to a number, without the company's name and the secret of a link."""
    return [LINK.sub("LINK", text).removeprefix("Окна Плюс: ") for text in sent_texts(background, number)]


async def a_planned_one(cast, background, clock):
    return await a_planned_visit(cast)


async def a_moved_one(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    await move_by_three_hours(cast, visit_id)
    return visit_id


async def a_question(cast, background, clock):
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    clock.moment = ASKED_AT
    await background.run()
    return visit.id


async def an_answered_question(cast, background, clock):
    visit_id = await a_question(cast, background, clock)
    answer = await cast.olga.post(f"/visits/{visit_id}/client-answers", {"says": "yes", "words": "Да"})
    assert answer.status_code == 200, answer.text
    return visit_id


async def a_reminder(cast, background, clock):
    visit_id = await an_answered_question(cast, background, clock)
    clock.moment = TOMORROW - timedelta(hours=1)
    await background.run()
    return visit_id


async def on_the_way(cast, background, clock):
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    await visit.done("depart", eta_minutes=30)
    return visit.id


async def there(cast, background, clock):
    visit = await accepted_visit(cast)
    await quiet(background, clock)
    await visit.done("depart", eta_minutes=30)
    await visit.done("arrive")
    return visit.id


async def called_off(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    await cancel_visit(cast, visit_id)
    return visit_id


async def over(cast, background, clock):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    clock.moment = TOMORROW + timedelta(hours=2)
    return visit_id


@pytest.mark.parametrize(
    ("story", "is_told"),
    [
        (a_planned_one, "замер 3 марта с 12:00 до 13:00."),
        (a_moved_one, "замер 3 марта с 15:00 до 16:00."),
        (a_question, "замер 3 марта с 12:00 до 13:00. Приедет Павел. Да, нет, перенести? LINK"),
        (an_answered_question, "замер 3 марта с 12:00 до 13:00. Приедет Павел."),
        (a_reminder, "замер 3 марта с 12:00 до 13:00. Приедет Павел."),
        (on_the_way, "к вам едет мастер Павел, будет около 12:30. LINK"),
        (there, None),
        (called_off, None),
        (over, None),
    ],
)
async def test_another_number_is_told_once_what_lies_ahead(cast, background, clock, new, story, is_told):
    visit_id = await story(cast, background, clock)
    await quiet(background, clock)
    old = await phone_of(cast, visit_id)
    before = heard(background, old)

    await set_phone(cast, new)
    await quiet(background, clock)
    await quiet(background, clock)

    assert heard(background, new) == ([is_told] if is_told else [])
    assert heard(background, old) == before != []
    assert await items(cast.olga, "client_not_told", "message_not_delivered") == []


async def test_who_gets_a_second_number_is_not_told_anew_until_the_first_one_is_gone(
    cast, background, clock, new
):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    old = await phone_of(cast, visit_id)
    await has_numbers(cast, visit_id, old, new)
    await quiet(background, clock)
    await has_numbers(cast, visit_id, new, old)
    await quiet(background, clock)
    assert heard(background, new) == []

    await has_numbers(cast, visit_id, new)
    await quiet(background, clock)

    assert heard(background, new) == heard(background, old) == ["замер 3 марта с 12:00 до 13:00."]


async def test_two_clients_who_had_each_others_number_are_told_once_each(cast, background, clock, new):
    first = await a_planned_visit(cast)
    second = await a_planned_visit(cast, starts_at=TOMORROW + timedelta(hours=3))
    await quiet(background, clock)
    [of_first, of_second] = [await phone_of(cast, one) for one in (first, second)]

    await has_numbers(cast, first, new)
    await has_numbers(cast, second, of_first)
    await has_numbers(cast, first, of_second)
    await quiet(background, clock)
    await quiet(background, clock)

    times = ["замер 3 марта с 12:00 до 13:00.", "замер 3 марта с 15:00 до 16:00."]
    assert heard(background, of_first) == times
    assert heard(background, of_second) == times[::-1]


async def test_a_number_that_is_given_back_is_told_only_what_it_missed(cast, background, clock, new):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    old = await phone_of(cast, visit_id)
    await set_phone(cast, new)
    await quiet(background, clock)
    await set_phone(cast, old)
    await quiet(background, clock)
    assert len(heard(background, old)) == 1

    await set_phone(cast, new)
    await move_by_three_hours(cast, visit_id)
    await quiet(background, clock)
    await set_phone(cast, old)
    await quiet(background, clock)

    moved = "замер переносится на 3 марта с 15:00 до 16:00."
    assert heard(background, old) == ["замер 3 марта с 12:00 до 13:00.", moved]
    assert heard(background, new) == ["замер 3 марта с 12:00 до 13:00.", moved]


async def test_who_has_refused_invitations_is_told_of_his_visit_at_his_new_number(
    cast, background, clock, new
):
    visit_id = await a_planned_visit(cast)
    await quiet(background, clock)
    await stopped(cast.olga, await client_of(cast, visit_id))

    await set_phone(cast, new)
    await quiet(background, clock)

    assert heard(background, new) == ["замер 3 марта с 12:00 до 13:00."]


async def test_whose_only_number_is_taken_away_is_told_by_a_person(cast, background, clock, new):
    await a_planned_visit(cast)
    await quiet(background, clock)

    await set_phone(cast, None)
    await quiet(background, clock)

    [item] = await items(cast.olga, "client_not_told")
    assert item["title"].startswith("Клиент не знает")
