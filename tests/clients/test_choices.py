"""On the page behind the link in a message a client chooses what he hears, and by which way."""

import re

import pytest

from tests.clients.consents import MOBILE, WORDS, agreed, ask, published, stopped
from tests.clients.given import a_client
from tests.clients.test_inbound import link_of
from tests.dispatch.confirming import link_to, phone_of
from tests.dispatch.test_confirmation import asked

pytestmark = pytest.mark.covers("R39")

FIELD = re.compile(r'<input type="(hidden|checkbox)" name="(\w+)" value="([^"]*)"( checked)?')


def shown(page):
    """The fields of the first form as a browser would send them untouched."""
    first = page.text.partition("</form>")[0]
    return [
        (name, value) for kind, name, value, checked in FIELD.findall(first) if kind == "hidden" or checked
    ]


def ticked(page, name):
    return {value for field, value in shown(page) if field == name}


async def send(anonymous, path, page, *, off=(), on=()):
    fields = [one for one in shown(page) if one not in off] + [*on, ("choice", "save")]
    data = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return await anonymous.post(path, data=data)


async def opened(cast, maker, anonymous, **changes):
    anna = await a_client(cast.olga, **changes)
    path = await link_of(maker, cast, anna["id"])
    return anna, path, await anonymous.get(path)


async def test_he_sees_what_he_hears_and_whose_number_it_is(cast, maker, anonymous):
    _, _, page = await opened(cast, maker, anonymous)

    assert ticked(page, "topic") == {"feedback"}
    assert ticked(page, "channel") == {"sms", "call"}
    assert "marketing" not in page.text, "nobody can agree: the company has no text"
    assert "Приходят всегда." in page.text
    assert "+7 *** ***-45-67" in page.text
    assert MOBILE not in page.text


async def test_he_ends_questions_and_lets_them_begin_again(cast, maker, anonymous, clock):
    anna, path, page = await opened(cast, maker, anonymous)
    await published(cast.irina, "feedback")
    done = await send(anonymous, path, page, off=[("topic", "feedback")])
    ended = await ask(maker, cast, anna["id"], purpose="feedback")
    saved = await anonymous.get(done.headers["location"])
    clock.advance(minutes=1)
    await send(anonymous, path, saved, on=[("topic", "feedback")])
    begun = await ask(maker, cast, anna["id"], purpose="feedback")

    assert (done.status_code, done.headers["location"]) == (303, f"{path}/saved")
    assert "Сохранено." in saved.text
    assert ticked(saved, "topic") == set()
    assert WORDS["text_ru"] in saved.text
    assert (ended.reason, begun.reason) == ("stop", "granted")


async def test_who_agrees_to_advertising_leaves_a_proof(cast, maker, anonymous):
    anna, path, _ = await opened(cast, maker, anonymous)
    text = await published(cast.irina)
    page = await anonymous.get(path)
    await send(anonymous, path, page, on=[("topic", "marketing")])
    entries = (await cast.irina.get(f"/clients/{anna['id']}/consents")).json()["items"]

    assert (await ask(maker, cast, anna["id"])).allowed
    assert not (await ask(maker, cast, anna["id"], channel="call")).allowed
    [entry] = entries
    assert (entry["how"], entry["text_id"], entry["recorded_by"]) == ("link", text["id"], None)
    assert entry["came_from"] == "127.0.0.1"


async def test_he_agrees_only_to_words_that_he_has_read(cast, maker, anonymous):
    anna, path, _ = await opened(cast, maker, anonymous)
    await published(cast.irina)
    page = await anonymous.get(path)
    await published(cast.irina)
    refused = await send(anonymous, path, page, on=[("topic", "marketing")])

    assert refused.status_code == 409
    assert "Текст согласия изменился." in refused.text
    assert not (await ask(maker, cast, anna["id"])).allowed


async def test_a_page_that_was_open_for_a_day_does_not_undo_what_he_said_since(cast, maker, anonymous, clock):
    """Advertising was ticked when he opened it. Then he has written “stop” by SMS. Now he saves another choice."""
    anna, path, _ = await opened(cast, maker, anonymous)
    await published(cast.irina)
    await agreed(cast.olga, anna["id"])
    page = await anonymous.get(path)
    clock.advance(hours=20)
    await stopped(cast.olga, anna["id"], how="spoken", note="СТОП")
    await send(anonymous, path, page, off=[("channel", "call")])

    assert ticked(page, "topic") == {"feedback", "marketing"}
    assert (await ask(maker, cast, anna["id"])).reason == "stop"
    assert (await ask(maker, cast, anna["id"], purpose="feedback")).reason == "stop"


async def test_he_closes_a_way_and_opens_it(cast, maker, anonymous):
    anna, path, page = await opened(cast, maker, anonymous)
    closed = await send(anonymous, path, page, off=[("channel", "sms")])
    by_sms = await ask(maker, cast, anna["id"], purpose="feedback")
    by_call = await ask(maker, cast, anna["id"], purpose="feedback", channel="call")
    again = await anonymous.get(closed.headers["location"])
    await send(anonymous, path, again, on=[("channel", "sms")])

    assert (by_sms.reason, by_call.allowed) == ("stop", True)
    assert ticked(again, "channel") == {"call"}
    assert (await ask(maker, cast, anna["id"], purpose="feedback")).allowed


async def test_the_same_form_twice_is_one_choice(cast, maker, anonymous):
    anna, path, _ = await opened(cast, maker, anonymous)
    await published(cast.irina)
    page = await anonymous.get(path)
    for _ in range(2):
        await send(anonymous, path, page, off=[("topic", "feedback")], on=[("topic", "marketing")])
    entries = (await cast.irina.get(f"/clients/{anna['id']}/consents")).json()["items"]

    assert sorted((one["purpose"], one["decision"]) for one in entries) == [
        ("feedback", "withdrawn"),
        ("marketing", "granted"),
    ]


async def test_looking_changes_nothing_and_what_nobody_offered_is_not_taken(cast, maker, anonymous):
    anna, path, page = await opened(cast, maker, anonymous)
    for way in (path, f"{path}/saved"):
        assert (await anonymous.get(way)).status_code == 200
    odd = [("topic", "marketing"), ("topic", "personal_data"), ("channel", "pigeon")]
    await send(anonymous, path, page, on=odd)
    entries = (await cast.irina.get(f"/clients/{anna['id']}/consents")).json()["items"]
    wishes = (await cast.olga.get(f"/clients/{anna['id']}/preferences")).json()

    assert entries == []
    assert (wishes["channels_off"], wishes["version"]) == ([], 0)


async def test_the_page_of_his_visit_leads_there(cast, background, clock, anonymous):
    visit = await asked(cast, background, clock)
    path = await link_to(background, cast, visit.id)
    page = await anonymous.get(path)
    first = await anonymous.post(f"{path}/choices")
    second = await anonymous.post(f"{path}/choices")
    choices = await anonymous.get(first.headers["location"])

    assert f'action="{path}/choices"' in page.text
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    assert "Какие сообщения вы получаете" in choices.text
    assert ticked(choices, "topic") == {"feedback"}


async def test_a_link_that_went_to_another_number_of_his_does_not_lead_there(
    cast, background, clock, anonymous
):
    """Each number has its own choices: who has the other one of a couple has no say about this one."""
    visit = await asked(cast, background, clock)
    other = await link_to(background, cast, visit.id)
    await has_numbers(cast, visit, "+79037654321", await phone_of(cast, visit.id))
    page = await anonymous.get(other)
    refused = await anonymous.post(f"{other}/choices")

    assert page.status_code == 200
    assert "/choices" not in page.text
    assert (refused.status_code, refused.headers["location"]) == (303, other)


async def test_a_link_that_went_to_a_wrong_number_opens_nothing(cast, background, clock, anonymous):
    """Whoever has it must not learn where the client lives, and must not cancel his visit."""
    visit = await asked(cast, background, clock)
    wrong = await link_to(background, cast, visit.id)
    before = await anonymous.get(wrong)
    await has_numbers(cast, visit, "+79037654321")
    looked = [await anonymous.get(wrong + way) for way in ("", "/times", "/cancel", "/rating")]
    answered = [await anonymous.post(wrong + way) for way in ("", "/times", "/cancel", "/choices", "/rating")]

    assert before.status_code == 200
    assert {one.status_code for one in looked + answered} == {404}
    assert (await cast.olga.get(f"/visits/{visit.id}")).json()["status"] == "accepted"


async def has_numbers(cast, visit, *numbers):
    """The office corrects the phones of the client's card. Messages go to the first of them."""
    job = (await cast.olga.get(f"/jobs/{visit.job_id}")).json()["job"]
    contacts = [{"kind": "phone", "value": one} for one in numbers]
    changed = await cast.olga.patch(f"/clients/{job['client_id']}", {"contacts": contacts}, if_match='"1"')
    assert changed.status_code == 200, changed.text
