"""The chat of a job: who may see the job reads and writes in it, and nothing said is ever changed."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.core.ids import uuid7
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.db.work import work_in
from app.field.chat.policies import (
    MESSAGES_PER_MINUTE_MAX,
    UNREAD_SINCE,
    answered_numbers,
    excerpt,
    spellings,
)
from app.field.chat.queries import find_messages_of_jobs, find_unread_of_jobs
from tests.cast import NOON
from tests.dispatch.given import TOMORROW
from tests.field.test_attachments import declare_photo, stored_photo
from tests.pictures import a_photo, declared
from tests.stories import accepted_visit, booked_visit, tapped

pytestmark = pytest.mark.covers("M14")


async def say(person, job_id, words="Где ключи?", **fields):
    return await person.post(f"/field/jobs/{job_id}/messages", tapped(text=words, **fields))


async def said(person, job_id, words="Где ключи?", **fields):
    answer = await say(person, job_id, words, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def answer(person, job_id, words="У консьержа.", **fields):
    given = await person.post(f"/jobs/{job_id}/messages", {"text": words, **fields})
    assert given.status_code == 201, given.text
    return given.json()


async def read_by(person, job_id, query=""):
    answer = await person.get(f"/jobs/{job_id}/messages{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def texts(person, job_id, query=""):
    return [message["text"] for message in await read_by(person, job_id, query)]


async def found(person, words):
    answer = await person.get(f"/chat/messages?q={words}")
    assert answer.status_code == 200, answer.text
    return [message["text"] for message in answer.json()["items"]]


async def chat_of(person, job_id):
    return (await person.get(f"/jobs/{job_id}/chat")).json()


async def open_questions(person):
    items = (await person.get("/inbox?is_open=true")).json()["items"]
    return [item["title"] for item in items if item["kind"] == "chat_question"]


def code_of(answer):
    return answer.status_code, answer.json()["code"]


def named(photo):
    return {"attachment_id": photo["id"], "sha256": photo["sha256"]}


async def test_office_and_workers_of_the_job_read_what_is_said(cast):
    visit = await accepted_visit(cast)

    await said(cast.pavel, visit.job_id)
    await answer(cast.olga, visit.job_id)

    for person in (cast.pavel, cast.olga, cast.galina):
        messages = await read_by(person, visit.job_id)
        assert [(one["number"], one["author_name"], one["text"]) for one in messages] == [
            (2, "Ольга Белова", "У консьержа."),
            (1, "Павел Громов", "Где ключи?"),
        ]


async def test_a_worker_without_the_job_neither_reads_nor_writes(cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id)

    assert code_of(await cast.nikolai.get(f"/jobs/{visit.job_id}/messages")) == (404, "job_not_found")
    assert code_of(await cast.nikolai.get(f"/jobs/{visit.job_id}/chat")) == (404, "job_not_found")
    assert code_of(await say(cast.nikolai, visit.job_id)) == (404, "job_not_found")
    body = tapped(read_number=1)
    assert code_of(await cast.nikolai.post(f"/field/jobs/{visit.job_id}/chat/read", body)) == (
        404,
        "job_not_found",
    )
    assert await found(cast.nikolai, "ключи") == []


@pytest.mark.covers("P-rel-11")
async def test_a_worker_who_loses_the_job_keeps_nothing_of_its_chat(cast):
    visit = await booked_visit(cast)
    await answer(cast.olga, visit.job_id, "Код домофона 1234")
    assert await found(cast.pavel, "домофон") == ["Код домофона 1234"]

    await cast.olga.post(f"/visits/{visit.id}/withdraw", if_match="*")
    given = await cast.olga.post(f"/visits/{visit.id}/offer", {"worker_id": str(cast.nikolai.id)})
    assert given.status_code == 200, given.text

    assert (await cast.pavel.get(f"/jobs/{visit.job_id}/messages")).status_code == 404
    assert await found(cast.pavel, "домофон") == []
    assert (await cast.pavel.get("/chat/unread")).json()["items"] == []
    assert await texts(cast.nikolai, visit.job_id) == ["Код домофона 1234"]


async def test_another_company_sees_nothing(cast, other_cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id)

    assert (await other_cast.olga.get(f"/jobs/{visit.job_id}/messages")).status_code == 404
    assert await found(other_cast.olga, "ключи") == []
    assert (await other_cast.olga.get("/chat/unread")).json()["items"] == []


async def test_a_message_written_without_network_stands_where_it_was_written(cast, clock):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id, "Подъезд закрыт", at=NOON)
    clock.advance(hours=1)
    await answer(cast.olga, visit.job_id, "Позвоните в домофон")
    clock.advance(hours=2)
    three_days_ahead = clock.now() + timedelta(days=3)

    late = await said(
        cast.pavel,
        visit.job_id,
        "Открыл сосед",
        at=three_days_ahead - timedelta(hours=2, minutes=30),
        sent_at=three_days_ahead.isoformat(),
    )

    assert late["said_at"] == "2026-03-02T09:30:00Z"
    assert late["received_at"] == "2026-03-02T12:00:00Z"
    assert late["number"] == 3
    assert await texts(cast.olga, visit.job_id) == ["Позвоните в домофон", "Открыл сосед", "Подъезд закрыт"]


async def test_pages_show_every_message_once_whatever_arrives_late(cast, clock):
    visit = await accepted_visit(cast)
    for minute in (5, 1, 4, 2, 3, 3, 3):
        await said(cast.pavel, visit.job_id, f"{minute}", at=NOON - timedelta(minutes=minute))

    shown, cursor = [], ""
    while cursor is not None:
        page = (await cast.olga.get(f"/jobs/{visit.job_id}/messages?limit=2{cursor}")).json()
        shown += [(one["text"], one["number"]) for one in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    assert shown == [("1", 2), ("2", 4), ("3", 7), ("3", 6), ("3", 5), ("4", 3), ("5", 1)]
    assert code_of(await cast.olga.get(f"/jobs/{visit.job_id}/messages?cursor=zzz")) == (
        400,
        "cursor_invalid",
    )


async def test_many_at_once_get_numbers_without_gaps(cast):
    visit = await accepted_visit(cast)

    await asyncio.gather(
        *[said(cast.pavel, visit.job_id, f"м{n}") for n in range(8)],
        *[answer(cast.olga, visit.job_id, f"о{n}") for n in range(8)],
    )

    messages = await read_by(cast.olga, visit.job_id)
    assert sorted(one["number"] for one in messages) == list(range(1, 17))


async def test_a_message_never_changes_and_a_correction_is_another_one(cast):
    visit = await accepted_visit(cast)
    first = await said(cast.pavel, visit.job_id, "Нужна лестница 2 м")

    second = await said(cast.pavel, visit.job_id, "Нужна лестница 3 м", corrects_id=first["id"])

    assert second["corrects_id"] == first["id"]
    assert await texts(cast.olga, visit.job_id) == ["Нужна лестница 3 м", "Нужна лестница 2 м"]
    for statement in ("UPDATE chat_message SET text = ''", "DELETE FROM chat_message"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with transaction(cast.maker, cast.company_id) as session:
                await session.execute(text(statement))


async def test_only_an_own_message_of_the_same_chat_can_be_corrected(cast):
    visit = await accepted_visit(cast)
    other = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=3))
    of_olga = await answer(cast.olga, visit.job_id)
    of_other_job = await said(cast.pavel, other.job_id)

    for corrected in (of_olga["id"], of_other_job["id"], str(uuid7())):
        refused = await say(cast.pavel, visit.job_id, "Не так", corrects_id=corrected)
        assert code_of(refused) == (404, "chat_message_not_found")


async def test_photos_come_with_the_message(cast):
    visit = await accepted_visit(cast)
    photo = await stored_photo(visit)

    message = await said(cast.pavel, visit.job_id, "", photos=[named(photo)])

    (shown,) = message["photos"]
    assert (shown["attachment_id"], shown["sha256"]) == (photo["id"], photo["sha256"])
    assert await read_by(cast.olga, visit.job_id) == [message]
    content = await cast.olga.get(shown["content_url"].removeprefix("/api/v1"))
    assert content.status_code == 200


async def test_the_office_shows_a_photo_too(cast):
    visit = await booked_visit(cast)
    content = a_photo()
    body = declared(content)
    del body["purpose"]

    photo = (await cast.olga.post(f"/visits/{visit.id}/chat-photos", body)).json()
    foreign = await cast.marina.put(photo["upload"]["url"].removeprefix("/api/v1"), content)
    sent = await cast.olga.put(photo["upload"]["url"].removeprefix("/api/v1"), content)
    message = await answer(cast.olga, visit.job_id, "План подъезда", photos=[named(photo)])

    assert (photo["purpose"], foreign.status_code, sent.status_code) == ("chat", 404, 200)
    shown = await cast.pavel.get(message["photos"][0]["content_url"].removeprefix("/api/v1"))
    assert shown.status_code == 200


async def test_a_photo_that_is_not_of_the_job_or_has_another_hash_is_refused_by_name(cast):
    visit = await accepted_visit(cast)
    other = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=3))
    photo, foreign = await stored_photo(visit), await stored_photo(other)

    refused = await say(
        cast.pavel,
        visit.job_id,
        photos=[named(photo), named(foreign), named(photo) | {"sha256": "0" * 64}, named(photo)],
    )

    assert code_of(refused) == (422, "chat_photos_refused")
    assert [(error["path"], error["code"]) for error in refused.json()["errors"]] == [
        ("photos[1].attachment_id", "chat_photo_unknown"),
        ("photos[2].attachment_id", "chat_photo_differs"),
        ("photos[3].attachment_id", "chat_photo_repeated"),
    ]
    assert await texts(cast.olga, visit.job_id) == []


async def test_a_message_waits_for_its_photo(cast):
    visit = await accepted_visit(cast)
    content = a_photo()
    photo = await declare_photo(visit, content)

    refused = await say(cast.pavel, visit.job_id, photos=[named(photo)])
    await cast.pavel.put(photo["upload"]["url"].removeprefix("/api/v1"), content)
    taken = await say(cast.pavel, visit.job_id, photos=[named(photo)])

    assert code_of(refused) == (409, "chat_photo_not_uploaded")
    assert taken.status_code == 201


async def test_empty_and_endless_messages_are_refused(cast):
    visit = await accepted_visit(cast)

    assert code_of(await say(cast.pavel, visit.job_id, " \n ")) == (422, "chat_message_empty")
    assert (await say(cast.pavel, visit.job_id, "я" * 4001)).status_code == 400
    assert (await say(cast.pavel, visit.job_id, "я" * 4000)).status_code == 201


async def test_nobody_floods_a_chat_but_what_a_phone_kept_for_hours_comes_at_once(cast, clock):
    visit = await accepted_visit(cast)
    clock.advance(hours=3)
    for minute in range(MESSAGES_PER_MINUTE_MAX + 5):
        await said(cast.pavel, visit.job_id, "раз в минуту", at=NOON + timedelta(minutes=minute))

    for _ in range(MESSAGES_PER_MINUTE_MAX):
        await said(cast.pavel, visit.job_id, "спам", at=clock.now())
    refused = await say(cast.pavel, visit.job_id, "спам", at=clock.now())
    clock.advance(minutes=1)

    assert code_of(refused) == (429, "chat_too_fast")
    assert str(MESSAGES_PER_MINUTE_MAX) in refused.json()["detail"]
    assert (await say(cast.pavel, visit.job_id, "позже", at=clock.now())).status_code == 201


async def test_search_finds_words_in_any_form_and_writing(cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id, "Замок балконной двери заедает, нужны петли")
    await said(cast.pavel, visit.job_id, "Расчёт по окнам — у Йолкина, 100% верно")
    await answer(cast.olga, visit.job_id, "Привезём новые уплотнители")

    assert await found(cast.olga, "замком") == ["Замок балконной двери заедает, нужны петли"]
    assert await found(cast.olga, "БАЛКОННАЯ петля") == ["Замок балконной двери заедает, нужны петли"]
    assert await found(cast.olga, "расчета окон") == ["Расчёт по окнам — у Йолкина, 100% верно"]
    assert await found(cast.olga, "Ёлкин") == []
    assert await found(cast.olga, "йолкина") == ["Расчёт по окнам — у Йолкина, 100% верно"]
    assert await found(cast.olga, "100%25") == ["Расчёт по окнам — у Йолкина, 100% верно"]
    assert await found(cast.pavel, "уплотнитель") == ["Привезём новые уплотнители"]
    assert await found(cast.olga, "бетон") == []
    assert await texts(cast.olga, visit.job_id, "?q=и петли") == [
        "Замок балконной двери заедает, нужны петли"
    ]


async def test_read_marks_tell_who_has_seen_what_and_never_go_back(cast, clock):
    visit = await accepted_visit(cast)
    for words in ("раз", "два", "три"):
        await said(cast.pavel, visit.job_id, words)

    before = await chat_of(cast.olga, visit.job_id)
    read = await cast.olga.put(f"/jobs/{visit.job_id}/chat/read", {"read_number": 2})
    clock.advance(minutes=1)
    back = await cast.olga.put(f"/jobs/{visit.job_id}/chat/read", {"read_number": 1})

    assert (before["last_number"], before["unread"], before["reads"]) == (3, 3, [])
    assert read.json()["unread"] == 1
    assert back.json() == read.json()
    assert read.json()["reads"] == [
        {
            "user_id": str(cast.olga.id),
            "name": "Ольга Белова",
            "read_number": 2,
            "read_at": "2026-03-02T09:00:00Z",
        }
    ]
    assert (await chat_of(cast.pavel, visit.job_id))["unread"] == 0


async def test_a_mark_beyond_the_last_message_does_not_hide_the_next_one(cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id, "раз")
    await cast.olga.put(f"/jobs/{visit.job_id}/chat/read", {"read_number": 1000})

    await said(cast.pavel, visit.job_id, "два")

    assert (await chat_of(cast.olga, visit.job_id))["unread"] == 1


async def test_a_late_message_is_unread_although_later_ones_were_read(cast, clock):
    visit = await accepted_visit(cast)
    clock.advance(hours=1)
    await answer(cast.olga, visit.job_id, "Где вы?")
    await cast.irina.put(f"/jobs/{visit.job_id}/chat/read", {"read_number": 1})

    await said(cast.pavel, visit.job_id, "Еду", at=NOON)

    assert (await chat_of(cast.irina, visit.job_id))["unread"] == 1


async def test_the_worker_marks_his_reading_by_a_command(cast):
    visit = await accepted_visit(cast)
    await answer(cast.olga, visit.job_id)
    assert (await chat_of(cast.pavel, visit.job_id))["unread"] == 1

    read = await cast.pavel.post(f"/field/jobs/{visit.job_id}/chat/read", tapped(read_number=1))

    assert (read.status_code, read.json()["unread"]) == (200, 0)


async def test_unread_chats_are_counted_per_job(cast, clock):
    first = await accepted_visit(cast)
    second = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=3))
    await said(cast.pavel, first.job_id, "раз")
    await said(cast.pavel, first.job_id, "два")
    await said(cast.pavel, second.job_id, "три")
    await answer(cast.olga, second.job_id, "четыре")

    pages = [(await cast.olga.get("/chat/unread?limit=1")).json()]
    pages.append((await cast.olga.get(f"/chat/unread?limit=1&cursor={pages[0]['next_cursor']}")).json())
    of_pavel = (await cast.pavel.get("/chat/unread")).json()["items"]
    clock.advance(seconds=UNREAD_SINCE.total_seconds() + 1)
    later = (await cast.olga.get("/chat/unread")).json()["items"]

    counted = [(one["job_id"], one["unread"], one["last_number"]) for page in pages for one in page["items"]]
    assert counted == [(second.job_id, 1, 1), (first.job_id, 2, 2)]
    assert pages[1]["next_cursor"] is None
    assert [(one["job_id"], one["unread"], one["last_number"]) for one in of_pavel] == [(second.job_id, 1, 2)]
    assert later == []


async def test_a_question_lies_before_the_dispatcher_until_he_answers(cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id, "Просто заметка")

    await said(cast.pavel, visit.job_id, "Клиента нет дома,\nчто делать?", for_dispatcher=True)
    asked = await open_questions(cast.olga)
    await answer(cast.galina, visit.job_id, "Счёт оплачен")
    after_accountant = await open_questions(cast.olga)
    await answer(cast.olga, visit.job_id, "Ждите 15 минут", read_number=3)

    (title,) = asked
    assert title.startswith("Павел Громов ждёт ответа диспетчера в чате наряда № ")
    assert title.endswith(": Клиента нет дома, что делать?")
    assert after_accountant == asked
    assert await open_questions(cast.olga) == []


async def test_an_answer_leaves_a_question_open_that_the_dispatcher_was_not_shown(cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id, "Первый вопрос", for_dispatcher=True)
    await said(cast.pavel, visit.job_id, "Второй вопрос", for_dispatcher=True)

    await answer(cast.olga, visit.job_id, "Ответ на первый", read_number=1)

    (title,) = await open_questions(cast.olga)
    assert title.endswith("Второй вопрос")
    assert (await chat_of(cast.olga, visit.job_id))["unread"] == 1


async def test_without_a_number_an_answer_settles_what_the_dispatcher_has_read(cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id, "Первый вопрос", for_dispatcher=True)
    await answer(cast.olga, visit.job_id, "Не видела чата")
    unread = await open_questions(cast.olga)
    await cast.olga.put(f"/jobs/{visit.job_id}/chat/read", {"read_number": 2})
    await said(cast.pavel, visit.job_id, "Второй вопрос", for_dispatcher=True)

    await answer(cast.olga, visit.job_id, "Ответ на первый")

    assert len(unread) == 1
    (title,) = await open_questions(cast.olga)
    assert title.endswith("Второй вопрос")


async def test_a_dispatcher_can_tick_a_question(cast):
    visit = await accepted_visit(cast)
    await said(cast.pavel, visit.job_id, for_dispatcher=True)
    (item,) = (await cast.olga.get("/inbox?is_open=true")).json()["items"]

    await cast.olga.post(f"/inbox/{item['id']}/done")

    assert await open_questions(cast.olga) == []


async def test_the_live_channel_hears_of_a_message_but_not_its_words(cast):
    visit = await accepted_visit(cast)

    message = await said(cast.pavel, visit.job_id, "Секрет", for_dispatcher=True)

    async with transaction(cast.maker, cast.company_id) as session:
        query = select(OutboxEvent.payload).where(OutboxEvent.kind == "field.chat_message_sent")
        (payload,) = await session.scalars(query)
    assert payload == {
        "job_id": visit.job_id,
        "message_id": message["id"],
        "number": 1,
        "author_id": str(cast.pavel.id),
        "for_dispatcher": True,
    }


async def test_the_office_sends_a_message_once_under_its_key(cast):
    visit = await booked_visit(cast)
    body = {"text": "Адрес уточнён"}

    first = await cast.olga.post(f"/jobs/{visit.job_id}/messages", body, idempotency_key="k1")
    again = await cast.olga.post(f"/jobs/{visit.job_id}/messages", body, idempotency_key="k1")

    assert first.json() == again.json()
    assert await texts(cast.olga, visit.job_id) == ["Адрес уточнён"]


@pytest.mark.covers("M29")
async def test_a_message_that_a_phone_sends_three_times_is_one(cast):
    visit = await accepted_visit(cast)
    command = tapped(text="Где ключи?", for_dispatcher=True)

    answers = [await cast.pavel.post(f"/field/jobs/{visit.job_id}/messages", command) for _ in range(3)]
    other = await cast.pavel.post(f"/field/jobs/{visit.job_id}/messages", command | {"text": "Другое"})

    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert code_of(other) == (422, "command_reused")
    assert await texts(cast.olga, visit.job_id) == ["Где ключи?"]
    assert len(await open_questions(cast.olga)) == 1


async def test_the_newest_messages_of_several_jobs_are_read_together(cast):
    first = await accepted_visit(cast)
    second = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=3))
    for number in range(4):
        await said(cast.pavel, first.job_id, f"{number}")
    await answer(cast.olga, second.job_id, "один")

    async with transaction(cast.maker, cast.company_id) as session:
        jobs = [first.job_id, second.job_id]
        async with work_in(session, cast.company_id) as work:
            found = await find_messages_of_jobs(work, jobs, newest=3)
        unread = await find_unread_of_jobs(session, cast.pavel.scope, jobs)

    assert [(str(one.job_id), one.text) for one, _ in found] == [
        (first.job_id, "1"),
        (first.job_id, "2"),
        (first.job_id, "3"),
        (second.job_id, "один"),
    ]
    assert [name for _, name in found] == [cast.pavel.name] * 3 + [cast.olga.name]
    assert {str(job_id): one.unread for job_id, one in unread.items()} == {second.job_id: 1}


def test_an_answer_settles_what_was_shown():
    assert answered_numbers([1, 4, 9], read_number=0) == []
    assert answered_numbers([1, 4, 9], read_number=4) == [1, 4]
    assert answered_numbers([], read_number=4) == []


def test_a_vowel_that_comes_and_goes_does_not_hide_a_word():
    assert spellings("окон") == ["окон", "окн"]
    assert spellings("замк") == ["замк", "замок", "замек"]
    assert spellings("балкон") == ["балкон", "балкн"]
    assert spellings("стена") == ["стена"]
    assert spellings("он") == ["он"]
    assert spellings("window") == ["window"]


def test_the_title_of_a_question_is_one_short_line():
    assert excerpt("  раз\n\nдва ") == ": раз два"
    assert excerpt(" ") == ""
    assert len(excerpt("я" * 4000)) == 202
