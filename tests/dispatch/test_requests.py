import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.dispatch.requests.policies import MOVES, RequestStatus, may_book, may_move
from app.notifications.messages.models import Message
from tests.cast import NOON
from tests.clients.given import TVERSKAYA, a_client, a_site, phone
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW, code_of
from tests.stories import clients_are_told

CALL = {
    "channel": "phone",
    "contact_name": "Анна Котова",
    "phone": "8 (903) 123-45-67",
    "address": "Тверская, 12",
    "comment": "Три окна, балкон. Днём не звонить",
}
ANNA = {"name": "Анна Сергеевна", "surname": "Котова", "contacts": [phone("+7 903 123-45-67")]}


def booking(**changes):
    visit = {
        "starts_at": TOMORROW.isoformat(),
        "window_starts_at": TOMORROW.isoformat(),
        "window_ends_at": (TOMORROW + timedelta(hours=2)).isoformat(),
    }
    return {"client": ANNA, "site": TVERSKAYA, "visit": visit} | changes


async def a_request(cast, **fields):
    answer = await cast.marina.post("/requests", CALL | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def book(cast, request, person=None, **changes):
    path = f"/requests/{request['id']}/book-measurement"
    return await (person or cast.marina).post(path, booking(**changes))


async def sms_of(cast, maker):
    await clients_are_told(cast)
    async with transaction(maker, cast.company_id) as session:
        query = select(Message).where(Message.company_id == cast.company_id, Message.kind == "visit_booked")
        return list(await session.scalars(query))


async def announced(cast, maker, kind):
    async with transaction(maker, cast.company_id) as session:
        query = select(OutboxEvent.payload).where(
            OutboxEvent.company_id == cast.company_id, OutboxEvent.kind == kind
        )
        return list(await session.scalars(query))


@pytest.mark.covers("M1")
@pytest.mark.parametrize("channel", ["phone", "site", "email", "messenger", "manual"])
async def test_whatever_comes_in_is_registered_and_announced(cast, maker, channel):
    request = await a_request(cast, channel=channel, email="Anna@Mail.ru")

    read = (await cast.olga.get(f"/requests/{request['id']}")).json()
    assert read == request
    assert (read["status"], read["received_at"]) == ("new", "2026-03-02T09:00:00Z")
    assert (read["phone"], read["email"], read["responded_at"]) == ("+79031234567", "anna@mail.ru", None)
    assert await announced(cast, maker, "dispatch.request_registered") == [
        {"request_id": request["id"], "channel": channel}
    ]


@pytest.mark.covers("M1")
async def test_what_a_channel_sends_twice_is_one_request(cast, maker):
    first = await cast.marina.post("/requests", CALL | {"channel": "site", "external_ref": "form-77"})
    again = await cast.olga.post(
        "/requests", {"channel": "site", "external_ref": "form-77", "comment": "другое"}
    )
    by_mail = await cast.olga.post("/requests", {"channel": "email", "external_ref": "form-77"})

    assert (first.status_code, again.status_code, by_mail.status_code) == (201, 200, 201)
    assert again.json() == first.json()
    assert len(await announced(cast, maker, "dispatch.request_registered")) == 2


@pytest.mark.covers("M1")
async def test_of_30_same_messages_at_once_one_request_is_made(cast):
    body = CALL | {"channel": "messenger", "external_ref": "tg-1"}

    answers = await asyncio.gather(*[cast.marina.post("/requests", body) for _ in range(30)])

    assert sorted(answer.status_code for answer in answers) == [200] * 29 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_two_calls_without_a_reference_are_two_requests_unless_sent_with_one_key(cast):
    one, other = await a_request(cast), await a_request(cast)
    first = await cast.marina.post("/requests", CALL, idempotency_key="call-1")
    again = await cast.marina.post("/requests", CALL, idempotency_key="call-1")

    assert one["id"] != other["id"]
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_request_of_somebody_we_know_names_the_client(cast):
    anna = await a_client(cast.olga, contacts=ANNA["contacts"])

    known, stranger = await a_request(cast), await a_request(cast, phone="89030000000")
    nameless = await a_request(cast, phone=None)

    assert (known["client_id"], stranger["client_id"], nameless["client_id"]) == (anna["id"], None, None)


async def test_a_phone_several_clients_share_names_nobody(cast):
    for name in ("Анна", "Пётр"):
        await a_client(cast.olga, name=name, contacts=[phone("89031234567", is_shared=True)])

    assert (await a_request(cast))["client_id"] is None


async def test_a_late_entry_keeps_its_time_and_a_clock_ahead_is_not_believed(cast):
    late = await a_request(cast, received_at=(NOON - timedelta(hours=3)).isoformat())
    ahead = await a_request(cast, received_at=(NOON + timedelta(hours=3)).isoformat())

    assert (late["received_at"], ahead["received_at"]) == ("2026-03-02T06:00:00Z", "2026-03-02T09:00:00Z")


@pytest.mark.parametrize(
    "change", [{"channel": "fax"}, {"phone": ""}, {"external_ref": ""}, {"colour": "red"}]
)
async def test_a_request_that_makes_no_sense_is_refused(cast, change):
    assert (await cast.marina.post("/requests", CALL | change)).status_code == 400


async def test_a_phone_that_cannot_be_read_is_refused(cast):
    assert code_of(await cast.marina.post("/requests", CALL | {"phone": "12345"})) == (422, "phone_invalid")


async def test_the_list_is_filtered_and_one_statement_long(cast, engine):
    requests = [await a_request(cast, channel=one) for one in ("phone", "site", "email")]
    await cast.marina.patch(f"/requests/{requests[1]['id']}", {"status": "spam"}, if_match='"1"')

    async def ids(query):
        return [one["id"] for one in (await cast.marina.get(f"/requests?{query}")).json()["items"]]

    with statements_of(engine) as sent:
        assert await ids("") == [one["id"] for one in reversed(requests)]
    assert len(sent) == 1
    assert await ids("status=new") == [requests[2]["id"], requests[0]["id"]]
    assert await ids("status=spam&channel=site") == [requests[1]["id"]]
    assert (await cast.marina.get("/requests?status=lost")).status_code == 400


@pytest.mark.covers("M1")
async def test_the_first_response_is_stamped_once(cast, clock):
    request = await a_request(cast)
    path = f"/requests/{request['id']}"
    clock.advance(minutes=7)
    responded = await cast.marina.patch(path, {"status": "responded"}, if_match='"1"')
    clock.advance(minutes=7)
    await cast.marina.patch(path, {"status": "closed", "loss_reason": "price"}, if_match='"2"')

    taken_up = await cast.marina.patch(path, {"status": "responded"}, if_match='"3"')

    assert responded.json()["responded_at"] == "2026-03-02T09:07:00Z"
    assert (taken_up.json()["status"], taken_up.json()["responded_at"]) == (
        "responded",
        "2026-03-02T09:07:00Z",
    )


async def test_a_request_is_closed_with_a_reason_that_goes_when_it_is_reopened(cast, clock):
    request = await a_request(cast)
    path = f"/requests/{request['id']}"
    clock.advance(minutes=7)

    open_still = await cast.marina.patch(path, {"reason": "Дорого"}, if_match='"1"')
    spam = await cast.marina.patch(path, {"status": "spam", "loss_reason": "price"}, if_match='"1"')
    refused = {"status": "closed", "loss_reason": "competitor_price", "reason": "Взяли у соседей"}
    closed = (await cast.marina.patch(path, refused, if_match='"1"')).json()
    corrected = (await cast.marina.patch(path, {"loss_reason": "price"}, if_match='"2"')).json()
    reopened = (await cast.marina.patch(path, {"status": "responded"}, if_match='"3"')).json()

    assert [code_of(one) for one in (open_still, spam)] == [(422, "request_reason_misplaced")] * 2
    shown = [(one["loss_reason"], one["reason"], one["closed_at"]) for one in (closed, corrected, reopened)]
    assert shown == [
        ("competitor_price", "Взяли у соседей", "2026-03-02T09:07:00Z"),
        ("price", "Взяли у соседей", "2026-03-02T09:07:00Z"),
        (None, "", None),
    ]


async def test_a_request_that_was_answered_is_closed_without_a_loss(cast):
    request = await a_request(cast)

    answered = {"status": "closed", "reason": "Спрашивал, когда приедет мастер"}
    closed = await cast.marina.patch(f"/requests/{request['id']}", answered, if_match='"1"')

    assert (closed.json()["status"], closed.json()["loss_reason"]) == ("closed", None)


async def test_a_request_is_corrected_by_whoever_saw_it_last(cast):
    request = await a_request(cast)
    path = f"/requests/{request['id']}"

    changed = await cast.marina.patch(
        path, {"phone": "8 903 765-43-21", "comment": "Четыре окна"}, if_match='"1"'
    )
    lost = await cast.olga.patch(path, {"comment": "Пять окон"}, if_match='"1"')
    unread = await cast.olga.patch(path, {"phone": "1"}, if_match='"2"')
    forgotten = await cast.olga.patch(path, {"phone": None}, if_match='"2"')

    assert (changed.json()["phone"], changed.json()["comment"]) == ("+79037654321", "Четыре окна")
    assert changed.json()["status"] == "new"
    assert (lost.status_code, unread.status_code) == (412, 400)
    assert forgotten.json()["phone"] is None


@pytest.mark.parametrize("to", ["responded", "closed", "duplicate", "spam"])
@pytest.mark.parametrize("was", RequestStatus)
def test_every_move_by_hand(was, to):
    allowed = {
        "new": {"responded", "closed", "duplicate", "spam"},
        "responded": {"closed", "duplicate", "spam"},
        "closed": {"responded"},
        "duplicate": {"responded"},
        "spam": {"responded"},
        "converted": set(),
    }

    assert may_move(was, to) is (to in allowed[was] or was == to)


def test_nobody_makes_a_request_new_or_converted_by_hand():
    for moves in MOVES.values():
        assert not moves & {RequestStatus.NEW, RequestStatus.CONVERTED}
    assert [status for status in RequestStatus if may_book(status)] == ["new", "responded", "closed"]


async def test_a_move_that_does_not_exist_is_refused(cast):
    request = await a_request(cast)
    path = f"/requests/{request['id']}"
    await cast.marina.patch(path, {"status": "spam"}, if_match='"1"')

    answer = await cast.marina.patch(path, {"status": "closed", "loss_reason": "price"}, if_match='"2"')

    assert code_of(answer) == (409, "request_move_refused")
    assert answer.json()["params"] == {"was": "spam", "to": "closed"}


@pytest.mark.covers("M1")
async def test_a_request_becomes_a_client_with_a_site_a_job_and_a_visit(cast, maker, clock):
    request = await a_request(cast)
    clock.advance(minutes=4)

    answer = await book(cast, request, instructions="Взять стремянку", priority="high")

    assert answer.status_code == 201, answer.text
    booked = answer.json()
    card = (await cast.olga.get(f"/jobs/{booked['job_id']}")).json()
    assert (card["client"]["surname"], card["client"]["contacts"][0]["value"]) == ("Котова", "+79031234567")
    assert {name: card["site"][name] for name in TVERSKAYA} == TVERSKAYA
    assert (card["job"]["kind"], card["job"]["status"]) == ("measurement", "planned")
    assert (card["job"]["instructions"], card["job"]["priority"]) == ("Взять стремянку", "high")
    assert card["job"]["required_skills"] == ["measure"]
    assert (card["order"]["id"], card["order"]["status"]) == (booked["order_id"], "new")
    visit = card["visits"][0]
    assert (visit["id"], visit["status"]) == (booked["visit"]["id"], "planned")
    assert (visit["starts_at"], visit["ends_at"]) == ("2026-03-03T09:00:00Z", "2026-03-03T10:00:00Z")
    assert (visit["window_starts_at"], visit["window_ends_at"]) == (
        "2026-03-03T09:00:00Z",
        "2026-03-03T11:00:00Z",
    )
    converted = (await cast.olga.get(f"/requests/{request['id']}")).json()
    assert (converted["status"], converted["job_id"]) == ("converted", booked["job_id"])
    assert (converted["client_id"], converted["responded_at"]) == (
        booked["client_id"],
        "2026-03-02T09:04:00Z",
    )
    assert await announced(cast, maker, "dispatch.visit_planned") == [
        {"visit_id": visit["id"], "job_id": booked["job_id"]}
    ]


@pytest.mark.covers("M1")
async def test_the_answer_proposes_who_can_come_nearest_first(cast):
    booked = (await book(cast, await a_request(cast))).json()

    assert [(one["name"], one["refused_because"]) for one in booked["candidates"]] == [
        ("Павел Громов", []),
        ("Николай Седов", []),
        ("Тимур Алиев", ["skill_missing:measure"]),
        ("Ринат Галиев", ["skill_missing:measure"]),
    ]
    offered = await cast.olga.post(
        f"/visits/{booked['visit']['id']}/offer", {"worker_id": booked["candidates"][0]["id"]}
    )
    assert offered.json()["status"] == "offered"


@pytest.mark.covers("M1")
async def test_the_client_gets_one_sms_with_the_time(cast, maker):
    booked = (await book(cast, await a_request(cast))).json()

    (sms,) = await sms_of(cast, maker)
    assert (sms.phone, sms.audience, str(sms.recipient_id)) == ("+79031234567", "client", booked["client_id"])
    assert (sms.lang, str(sms.subject_id)) == ("ru", booked["visit"]["id"])
    assert "12:00" in sms.body
    assert "14:00" in sms.body
    assert sms.not_after == TOMORROW + timedelta(hours=2)


async def test_the_sms_is_in_the_clients_language(cast, maker):
    await book(cast, await a_request(cast), client=ANNA | {"lang": "en"})

    (sms,) = await sms_of(cast, maker)
    assert (sms.lang, "measurement 3 March from 12:00" in sms.body) == ("en", True)


async def test_who_has_no_phone_gets_no_sms(cast, maker):
    answer = await book(cast, await a_request(cast), client={"name": "Анна"})

    assert (answer.status_code, await sms_of(cast, maker)) == (201, [])


async def test_a_client_we_know_by_the_phone_is_not_made_twice(cast):
    anna = await a_client(cast.olga, contacts=ANNA["contacts"])

    booked = (await book(cast, await a_request(cast), client=ANNA | {"name": "Аня"})).json()

    assert booked["client_id"] == anna["id"]
    assert [one["name"] for one in (await cast.olga.get("/clients")).json()["items"]] == ["Анна Сергеевна"]


async def test_the_client_the_request_came_from_need_not_be_named(cast):
    anna = await a_client(cast.olga, contacts=ANNA["contacts"])

    booked = (await book(cast, await a_request(cast), client=None)).json()

    assert booked["client_id"] == anna["id"]


async def test_an_old_client_is_measured_at_an_old_site_by_their_ids(cast):
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])

    answer = await book(
        cast,
        await a_request(cast, phone=None),
        client=None,
        client_id=anna["id"],
        site=None,
        site_id=site["id"],
    )

    assert answer.status_code == 201, answer.text
    assert (answer.json()["client_id"], answer.json()["site_id"]) == (anna["id"], site["id"])


@pytest.mark.covers("M1")
async def test_a_request_is_booked_once_and_the_second_is_told_what_came_of_it(cast, maker):
    request = await a_request(cast)
    booked = (await book(cast, request)).json()

    again = await book(cast, request, cast.olga)

    assert code_of(again) == (409, "request_already_converted")
    assert again.json()["params"] == {
        "client_id": booked["client_id"],
        "site_id": booked["site_id"],
        "order_id": booked["order_id"],
        "job_id": booked["job_id"],
        "visit_id": booked["visit"]["id"],
    }
    assert len(await sms_of(cast, maker)) == 1


async def test_the_same_booking_with_its_key_gets_the_same_answer(cast):
    path = f"/requests/{(await a_request(cast))['id']}/book-measurement"

    first = await cast.marina.post(path, booking(), idempotency_key="b1")
    again = await cast.marina.post(path, booking(), idempotency_key="b1")
    other = await cast.marina.post(path, booking(priority="low"), idempotency_key="b1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert code_of(other) == (422, "idempotency_key_reused")


async def test_of_20_bookings_at_once_one_is_made(cast, maker):
    request = await a_request(cast)

    answers = await asyncio.gather(*[book(cast, request) for _ in range(20)])

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert len((await cast.olga.get("/jobs")).json()["items"]) == 1
    assert len(await sms_of(cast, maker)) == 1


async def test_requests_of_one_new_client_booked_at_once_share_the_card(cast):
    requests = [await a_request(cast) for _ in range(10)]

    answers = await asyncio.gather(*[book(cast, one) for one in requests])

    assert [answer.status_code for answer in answers] == [201] * 10
    assert len({answer.json()["client_id"] for answer in answers}) == 1
    assert sorted(answer.json()["job_number"] for answer in answers) == list(range(1, 11))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"client": ANNA | {"born_on": "2036-03-02"}}, (422, "client_invalid")),
        ({"client": None}, (422, "client_needed")),
        ({"client_id": str(uuid4())}, (422, "client_needed")),
        ({"client": None, "client_id": str(uuid4())}, (404, "client_not_found")),
        ({"site": None}, (422, "site_needed")),
        ({"site_id": str(uuid4())}, (422, "site_needed")),
        ({"site": None, "site_id": str(uuid4())}, (404, "site_not_found")),
        ({"job_type_id": str(uuid4())}, (404, "job_type_not_found")),
        ({"required_skills": ["magic"]}, (422, "skill_unknown")),
        ({"visit": {"starts_at": (NOON - timedelta(minutes=1)).isoformat()}}, (422, "visit_time_invalid")),
    ],
)
async def test_a_booking_that_cannot_be_changes_nothing(cast, maker, changes, refusal):
    request = await a_request(cast, phone=None)

    answer = await book(cast, request, **changes)

    assert code_of(answer) == refusal
    assert (await cast.olga.get(f"/requests/{request['id']}")).json() == request
    assert (await cast.olga.get("/clients")).json()["items"] == []
    assert (await cast.olga.get("/jobs")).json()["items"] == []
    assert await sms_of(cast, maker) == []


async def test_a_birthday_that_cannot_be_is_named_where_the_booking_has_it(cast):
    answer = await book(cast, await a_request(cast), client=ANNA | {"born_on": "1885-03-02"})

    assert [error["path"] for error in answer.json()["errors"]] == ["client.born_on"]


async def test_a_site_of_somebody_else_is_refused(cast):
    petr = await a_client(cast.olga, name="Пётр", contacts=[])
    site = await a_site(cast.olga, petr["id"])

    answer = await book(cast, await a_request(cast), site=None, site_id=site["id"])

    assert code_of(answer) == (422, "site_of_other_client")


async def test_an_installation_is_no_measurement(cast):
    answer = await book(cast, await a_request(cast), job_type_id=str(cast.installation_type_id))

    assert code_of(answer) == (422, "not_a_measurement")


async def test_a_company_with_two_kinds_of_measurement_says_which(cast):
    balcony = {"code": "balcony", "kind": "measurement", "name": "Замер балкона", "duration_min": 90}
    job_type = (await cast.sergei.post("/job-types", balcony)).json()
    request = await a_request(cast)

    unsaid = await book(cast, request)
    said = await book(cast, request, job_type_id=job_type["id"])

    assert code_of(unsaid) == (422, "job_type_needed")
    assert said.json()["visit"]["ends_at"] == "2026-03-03T10:30:00Z"


async def test_a_phone_several_clients_share_must_be_decided_by_a_person(cast):
    pair = [
        await a_client(cast.olga, name=name, contacts=[phone("89031234567", is_shared=True)])
        for name in ("Анна", "Пётр")
    ]

    answer = await book(cast, await a_request(cast))

    assert code_of(answer) == (409, "phone_is_shared")
    assert answer.json()["params"] == {"client_ids": [one["id"] for one in pair]}


@pytest.mark.parametrize("status", ["duplicate", "spam"])
async def test_what_was_put_aside_is_first_taken_up_again(cast, status):
    request = await a_request(cast)
    path = f"/requests/{request['id']}"
    await cast.marina.patch(path, {"status": status}, if_match='"1"')

    refused = await book(cast, request)
    await cast.marina.patch(path, {"status": "responded"}, if_match='"2"')
    booked = await book(cast, request)

    assert code_of(refused) == (409, "request_move_refused")
    assert booked.status_code == 201


async def test_a_converted_request_stays_converted(cast):
    request = await a_request(cast)
    await book(cast, request)

    answer = await cast.marina.patch(f"/requests/{request['id']}", {"status": "spam"}, if_match="*")

    assert code_of(answer) == (409, "request_move_refused")


@pytest.mark.covers("M36", "M37")
async def test_requests_are_for_those_who_take_them_in_the_own_company(cast, other_cast):
    request = await a_request(cast)
    path = f"/requests/{request['id']}"

    for person in (cast.galina, cast.pavel, cast.rinat):
        for answer in [
            await person.get("/requests"),
            await person.get(path),
            await person.post("/requests", CALL),
            await person.patch(path, {"status": "spam"}, if_match='"1"'),
            await person.post(f"{path}/book-measurement", booking()),
        ]:
            assert answer.status_code == 403
    for answer in [
        await other_cast.marina.get(path),
        await other_cast.marina.patch(path, {"status": "spam"}, if_match='"1"'),
        await other_cast.marina.post(f"{path}/book-measurement", booking()),
    ]:
        assert code_of(answer) == (404, "request_not_found")
    assert (await other_cast.marina.get("/requests")).json()["items"] == []


@pytest.mark.covers("M37")
async def test_a_booking_takes_nothing_from_another_company(cast, other_cast):
    theirs = await a_client(other_cast.olga)
    site = await a_site(other_cast.olga, theirs["id"])

    client = await book(cast, await a_request(cast), client=None, client_id=theirs["id"])
    place = await book(cast, await a_request(cast), site=None, site_id=site["id"])

    assert (code_of(client), code_of(place)) == ((404, "client_not_found"), (404, "site_not_found"))
