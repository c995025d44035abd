"""Workers sign in by phone with a code that is sent by SMS. Nobody can guess the code or make us send very many."""

import asyncio
import json
from collections import Counter
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import func, select

from app.core.scope import Role
from app.db.session import transaction
from app.identity.attempts.models import AttemptCounter
from app.identity.registration.service import Owner, register_company
from app.identity.sign_in.models import LoginCode
from app.identity.sign_in.tickets import seal, unseal
from app.identity.users.service import create_user
from app.notifications.messages.models import Message
from tests.cast import API
from tests.counting import statements_of
from tests.identity.stories import (
    PASSWORD,
    a_phone,
    an_address,
    an_email,
    ask_code,
    audited,
    calling_from,
    get,
    have_tried,
    post,
    refresh,
    sent_codes,
    sign_in_worker,
    verify,
    wrong,
)


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.covers("M36", "M39")
async def test_a_worker_signs_in_with_the_code_from_the_sms(anonymous, cast, maker):
    asked = await post(anonymous, "/auth/sms-codes", {"phone": cast.pavel.phone})
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    answer = await verify(anonymous, asked.json()["request_id"], f" {code[:3]} {code[3:]}\n")

    me = (await get(anonymous, "/me", answer.json()["access_token"])).json()
    assert (asked.status_code, asked.json()["expires_in_s"]) == (202, 300)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (me["name"], me["worker_id"], me["roles"]) == ("Павел Громов", str(cast.pavel.id), ["measurer"])
    assert ("verifyLoginCode", cast.pavel.id) in await audited(maker, cast.company_id)


async def test_the_phone_may_be_written_as_people_write_it(anonymous, cast, maker):
    written = "8 " + cast.pavel.phone[2:5] + " " + cast.pavel.phone[5:8] + "-" + cast.pavel.phone[8:]

    await ask_code(anonymous, written)

    assert len(await sent_codes(maker, cast.company_id, cast.pavel.phone)) == 1


@pytest.mark.covers("P-rel-23")
async def test_an_unknown_phone_gets_the_same_answer_and_no_sms(anonymous, cast, maker):
    known = await post(anonymous, "/auth/sms-codes", {"phone": cast.pavel.phone})
    unknown = await post(anonymous, "/auth/sms-codes", {"phone": a_phone()})

    def shape(answer):
        kept = {name for name in answer.headers if name != "x-request-id"}
        body = answer.json()
        return answer.status_code, kept, set(body), body["expires_in_s"], len(body["request_id"])

    assert shape(known) == shape(unknown)
    async with transaction(maker, cast.company_id) as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == 1


@pytest.mark.covers("P-rel-23")
async def test_the_same_is_done_for_a_known_phone_until_it_is_answered(app, cast, engine, maker):
    """So the time of the answer does not tell them apart, however busy we are."""
    done = {}
    for phone in (cast.pavel.phone, a_phone(), cast.nikolai.phone, a_phone()):
        with statements_of(engine) as sent:
            done[phone] = await until_answered(app, "/auth/sms-codes", {"phone": phone}, sent)

    first, *others = done.values()
    assert others == [first] * 3
    assert len(await sent_codes(maker, cast.company_id, cast.pavel.phone)) == 1


@pytest.mark.covers("P-rel-23")
async def test_the_same_is_done_for_a_wrong_code_of_a_known_phone(anonymous, cast, engine):
    done = []
    for phone in (cast.pavel.phone, a_phone()):
        request_id = await ask_code(anonymous, phone)
        with statements_of(engine) as sent:
            assert code_of(await verify(anonymous, request_id, "000000")) == (422, "login_code_wrong")
        done.append(list(sent))

    assert done[0] == done[1]


async def until_answered(app, path: str, body: dict, sent: list[str]) -> list[str]:
    """What had been asked of the database when the last byte of the answer left."""
    at_the_end = []

    async def receive():
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    async def send(message):
        if message["type"] == "http.response.body" and not message.get("more_body"):
            at_the_end.extend(sent)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": API + path,
        "raw_path": (API + path).encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"test"), (b"content-type", b"application/json")],
        "client": (an_address(), 1),
        "server": ("test", 80),
    }
    await app(scope, receive, send)
    return at_the_end


@pytest.mark.covers("P-rel-23")
async def test_guessing_at_an_unknown_phone_looks_like_guessing_at_a_known_one(anonymous, cast):
    answers = []
    for phone in (cast.pavel.phone, a_phone()):
        request_id = await ask_code(anonymous, phone)
        answers.append([code_of(await verify(anonymous, request_id, "000000")) for _ in range(6)])

    assert answers[0] == answers[1] == [(422, "login_code_wrong")] * 5 + [(410, "login_code_over")]


@pytest.mark.covers("P-rel-23")
async def test_five_wrong_codes_use_up_the_right_one(anonymous, cast, maker):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    for _ in range(5):
        await verify(anonymous, request_id, wrong(code))

    answer = await verify(anonymous, request_id, code)

    assert code_of(answer) == (410, "login_code_over")


async def test_four_wrong_codes_do_not(anonymous, cast, maker):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    for _ in range(4):
        await verify(anonymous, request_id, wrong(code))

    assert (await verify(anonymous, request_id, code)).status_code == 200


@pytest.mark.covers("P-rel-23")
async def test_fifty_parallel_guesses_are_five_tries(anonymous, cast):
    request_id = await ask_code(anonymous, cast.pavel.phone)

    answers = await asyncio.gather(
        *[verify(anonymous, request_id, f"{guess:06d}") for guess in range(500_000, 500_050)]
    )

    tries = Counter(code_of(answer) for answer in answers if answer.status_code != 200)
    assert tries[(410, "login_code_over")] == 45
    assert tries[(422, "login_code_wrong")] >= 4


@pytest.mark.covers("P-rel-23")
async def test_of_parallel_sign_ins_with_one_code_one_succeeds(anonymous, cast, maker):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)

    answers = await asyncio.gather(*[verify(anonymous, request_id, code) for _ in range(12)])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 422: 4, 410: 7}


@pytest.mark.covers("P-rel-23")
async def test_a_code_is_good_for_five_minutes(anonymous, cast, maker, clock):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)

    clock.advance(minutes=5)

    assert code_of(await verify(anonymous, request_id, code)) == (410, "login_code_over")


@pytest.mark.covers("P-rel-23")
async def test_a_code_is_good_once(anonymous, cast, maker):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    await verify(anonymous, request_id, code)

    assert code_of(await verify(anonymous, request_id, code)) == (422, "login_code_wrong")


@pytest.mark.covers("P-rel-23")
async def test_a_code_is_good_only_for_the_request_it_was_sent_for(anonymous, cast, maker):
    await ask_code(anonymous, cast.pavel.phone)
    nikolais = await ask_code(anonymous, cast.nikolai.phone)
    (pavels_code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    (nikolais_code,) = await sent_codes(maker, cast.company_id, cast.nikolai.phone)

    answer = await verify(anonymous, nikolais, pavels_code)

    assert pavels_code == nikolais_code or code_of(answer) == (422, "login_code_wrong")


@pytest.mark.covers("P-rel-23")
@pytest.mark.parametrize("tamper", [str.swapcase, lambda text: text[:-4], lambda _: "x", lambda _: "ъ"])
async def test_a_request_id_cannot_be_made_up(anonymous, cast, tamper):
    request_id = tamper(await ask_code(anonymous, cast.pavel.phone))

    assert code_of(await verify(anonymous, request_id, "000000")) == (422, "login_code_wrong")


async def test_a_request_id_of_another_version_is_a_wrong_code(anonymous, settings):
    class OldTicket(msgspec.Struct, array_like=True):
        phone: str

    request_id = seal(settings.secret_key, OldTicket("+79161234567"))  # type: ignore[arg-type]  # as another version did

    assert code_of(await verify(anonymous, request_id, "000000")) == (422, "login_code_wrong")


@pytest.mark.covers("P-rel-23")
async def test_five_codes_an_hour_and_ten_a_day(anonymous, cast, clock):
    async def five_codes_then_one_more():
        answers = []
        for _ in range(6):
            answers.append(await post(anonymous, "/auth/sms-codes", {"phone": cast.pavel.phone}))
            clock.advance(seconds=30)
        return [answer.status_code for answer in answers], answers[-1].headers["retry-after"]

    first_hour = await five_codes_then_one_more()
    clock.advance(hours=1)
    second_hour = await five_codes_then_one_more()
    clock.advance(hours=1)
    same_day = await post(anonymous, "/auth/sms-codes", {"phone": cast.pavel.phone})
    clock.advance(seconds=int(same_day.headers["retry-after"]))
    next_day = await post(anonymous, "/auth/sms-codes", {"phone": cast.pavel.phone})

    an_hour_after_the_first, a_day_after_the_first = 3600 - 150, 86_400 - 3780 - 150
    assert first_hour == ([202] * 5 + [429], str(an_hour_after_the_first))
    assert second_hour == ([202] * 5 + [429], str(a_day_after_the_first))
    assert (same_day.status_code, next_day.status_code) == (429, 202)


@pytest.mark.covers("P-rel-23")
async def test_a_second_code_within_half_a_minute_is_refused_also_for_unknown_phones(anonymous, cast, clock):
    for phone in (cast.pavel.phone, a_phone()):
        await ask_code(anonymous, phone)
        clock.advance(seconds=29)
        early = await post(anonymous, "/auth/sms-codes", {"phone": phone})
        clock.advance(seconds=1)
        in_time = await post(anonymous, "/auth/sms-codes", {"phone": phone})

        assert code_of(early) == (429, "too_many_attempts")
        assert (early.headers["retry-after"], early.json()["params"]) == ("1", {"retry_after_s": 1})
        assert in_time.status_code == 202


@pytest.mark.covers("P-rel-23")
async def test_parallel_requests_send_one_sms(anonymous, cast, maker):
    answers = await asyncio.gather(
        *[post(anonymous, "/auth/sms-codes", {"phone": cast.pavel.phone}) for _ in range(20)]
    )

    assert Counter(answer.status_code for answer in answers) == {202: 1, 429: 19}
    assert len(await sent_codes(maker, cast.company_id, cast.pavel.phone)) == 1


@pytest.mark.covers("P-rel-23")
async def test_wiping_redis_lifts_no_limit(app, anonymous, cast, maker):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    for _ in range(5):
        await verify(anonymous, request_id, wrong(code))

    await app.state.redis.flushall()

    assert code_of(await verify(anonymous, request_id, code)) == (410, "login_code_over")
    assert (await post(anonymous, "/auth/sms-codes", {"phone": cast.pavel.phone})).status_code == 429


@pytest.mark.covers("P-rel-23")
async def test_one_stranger_guesses_at_a_phone_ten_times_an_hour_over_all_its_codes(
    anonymous, cast, maker, clock
):
    outcomes: Counter[tuple[int, str]] = Counter()
    for _ in range(5):
        outcomes += await guess_five_times(anonymous, maker, cast)
        clock.advance(minutes=1)

    assert outcomes == {(422, "login_code_wrong"): 10, (429, "too_many_attempts"): 15}


async def guess_five_times(client, maker, cast, **device) -> Counter[tuple[int, str]]:
    asked = await post(client, "/auth/sms-codes", {"phone": cast.pavel.phone} | device)
    if asked.status_code == 429:
        return Counter()
    code = (await sent_codes(maker, cast.company_id, cast.pavel.phone))[-1]
    request_id = asked.json()["request_id"]
    return Counter([code_of(await verify(client, request_id, wrong(code))) for _ in range(5)])


IN_A_MILLION_PER_HOUR = 25


@pytest.mark.covers("P-rel-23")
async def test_all_places_without_the_workers_device_guess_within_the_promise(app, cast, maker, clock):
    usual = [an_address() for _ in range(4)]
    for address in usual:
        async with calling_from(app, address) as client:
            await sign_in_worker(client, maker, cast.company_id, cast.pavel.phone)
        clock.advance(minutes=2)
    clock.advance(days=2)

    outcomes: Counter[tuple[int, str]] = Counter()
    for address in [*usual, *(an_address() for _ in range(6))]:
        for _ in range(3):
            async with calling_from(app, address) as client:
                outcomes += await guess_five_times(client, maker, cast)
            clock.advance(seconds=31)

    assert outcomes[422, "login_code_wrong"] == IN_A_MILLION_PER_HOUR


@pytest.mark.covers("P-rel-23")
async def test_the_workers_own_device_may_try_when_all_others_have_tried(app, cast, maker, clock):
    async with calling_from(app, an_address()) as at_home:
        his = await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone, device=DEVICE)
        for _ in range(3):
            clock.advance(minutes=1)
            await guess_five_times(at_home, maker, cast)

        clock.advance(minutes=1)
        outcomes = await guess_five_times(at_home, maker, cast, device_id=his["device_id"])

    assert outcomes == {(422, "login_code_wrong"): 5}


DEVICE = {"platform": "android", "name": "Pixel 8"}


async def use_up_as_strangers(app, clock, phone) -> list[int]:
    """Outsiders at as many addresses as they like ask for this phone's codes, for a whole day."""
    answers = []
    for _ in range(25):
        async with calling_from(app, an_address()) as outsider:
            answers.append((await post(outsider, "/auth/sms-codes", {"phone": phone})).status_code)
        clock.advance(minutes=6)
    return answers


@pytest.mark.covers("P-rel-23")
async def test_strangers_together_send_ten_sms_an_hour_and_twenty_a_day(app, cast, clock):
    answers = await use_up_as_strangers(app, clock, cast.pavel.phone)

    assert answers[:20] == [202] * 20  # ten in each hour
    assert answers[20:] == [429] * 5


@pytest.mark.covers("P-rel-23")
async def test_outsiders_cannot_keep_a_worker_out_of_his_own_phone(app, cast, maker, clock):
    async with calling_from(app, an_address()) as at_home:
        signed_in = await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone, device=DEVICE)
    clock.advance(days=100)
    await use_up_as_strangers(app, clock, cast.pavel.phone)

    async with calling_from(app, an_address()) as on_the_road:
        known = {"phone": cast.pavel.phone, "device_id": signed_in["device_id"]}
        asked = await post(on_the_road, "/auth/sms-codes", known)
        code = (await sent_codes(maker, cast.company_id, cast.pavel.phone))[-1]
        answer = await verify(on_the_road, asked.json()["request_id"], code)

    assert (asked.status_code, answer.status_code) == (202, 200)


@pytest.mark.covers("P-rel-23")
async def test_outsiders_cannot_keep_a_worker_out_where_he_signed_in_before(app, cast, maker, clock):
    async with calling_from(app, an_address()) as at_home:
        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)
        await use_up_as_strangers(app, clock, cast.pavel.phone)

        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)


@pytest.mark.covers("P-rel-23")
async def test_one_outsider_does_not_keep_a_newcomer_out(app, cast, maker, clock):
    async with calling_from(app, an_address()) as outsider, calling_from(app, an_address()) as newcomer:
        asked = []
        for _ in range(120):
            asked.append((await post(outsider, "/auth/sms-codes", {"phone": cast.pavel.phone})).status_code)
            clock.advance(minutes=1)

        await sign_in_worker(newcomer, maker, cast.company_id, cast.pavel.phone)

    assert asked.count(202) == 10


@pytest.mark.covers("P-rel-23")
async def test_a_known_place_has_limits_of_its_own(app, cast, maker, clock):
    async with calling_from(app, an_address()) as at_home:
        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)
        answers = []
        for _ in range(6):
            clock.advance(seconds=30)
            answers.append((await post(at_home, "/auth/sms-codes", {"phone": cast.pavel.phone})).status_code)

    assert answers == [202] * 4 + [429] * 2  # the first of the five was the one he signed in with


@pytest.mark.covers("P-rel-23")
async def test_guesses_with_codes_of_strangers_do_not_block_the_workers_code(app, cast, maker, clock):
    async with calling_from(app, an_address()) as at_home:
        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)
        for _ in range(9):
            clock.advance(seconds=30)
            async with calling_from(app, an_address()) as outsider:
                request_id = await ask_code(outsider, cast.pavel.phone)
                guesses = [code_of(await verify(outsider, request_id, "000000")) for _ in range(5)]

        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)

    assert guesses == [(429, "too_many_attempts")] * 5  # strangers try fifteen in an hour


@pytest.mark.covers("P-rel-23")
@pytest.mark.parametrize("whose", ["nobodys", "a colleagues"])
async def test_a_device_id_of_somebody_else_makes_nobody_known(app, cast, maker, clock, whose):
    async with calling_from(app, an_address()) as colleague:
        his = await sign_in_worker(colleague, maker, cast.company_id, cast.nikolai.phone, device=DEVICE)
    device_id = his["device_id"] if whose == "a colleagues" else str(uuid4())
    await use_up_as_strangers(app, clock, cast.pavel.phone)

    async with calling_from(app, an_address()) as outsider:
        answer = await post(outsider, "/auth/sms-codes", {"phone": cast.pavel.phone, "device_id": device_id})

    assert code_of(answer) == (429, "too_many_attempts")


@pytest.mark.covers("P-rel-23")
async def test_a_wrong_code_makes_nobody_known(app, cast, maker, clock):
    async with calling_from(app, an_address()) as outsider:
        request_id = await ask_code(outsider, cast.pavel.phone)
        (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
        await verify(outsider, request_id, wrong(code))
        await use_up_as_strangers(app, clock, cast.pavel.phone)

        assert (await post(outsider, "/auth/sms-codes", {"phone": cast.pavel.phone})).status_code == 429


@pytest.mark.covers("P-rel-23")
async def test_strangers_cannot_spend_what_the_company_pays_for_its_own_workers(
    app, cast, maker, settings, clock
):
    async with calling_from(app, an_address()) as at_home:
        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)
        await have_tried(
            maker, settings, "code_send.company", str(cast.company_id), times=500, at=clock.now()
        )
        clock.advance(minutes=1)

        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)
        await have_tried(
            maker, settings, "code_send.company_known", str(cast.company_id), times=500, at=clock.now()
        )
        clock.advance(minutes=1)
        await ask_code(at_home, cast.pavel.phone)

    assert len(await sent_codes(maker, cast.company_id, cast.pavel.phone)) == 2


@pytest.mark.covers("P-rel-23")
async def test_wiping_redis_makes_no_known_place_strange(app, cast, maker, clock):
    async with calling_from(app, an_address()) as at_home:
        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)
        await app.state.redis.flushall()
        await use_up_as_strangers(app, clock, cast.pavel.phone)

        assert (await post(at_home, "/auth/sms-codes", {"phone": cast.pavel.phone})).status_code == 202


@pytest.mark.covers("P-rel-23")
async def test_one_address_asks_for_twenty_codes_an_hour_for_whatever_phones(app):
    async with calling_from(app, an_address()) as client:
        answers = [
            (await post(client, "/auth/sms-codes", {"phone": a_phone()})).status_code for _ in range(21)
        ]

    assert answers == [202] * 20 + [429]


@pytest.mark.covers("P-rel-23")
async def test_a_neighbour_who_used_up_the_address_does_not_keep_a_known_worker_out(
    app, cast, maker, settings, clock
):
    address = an_address()
    async with calling_from(app, address) as at_home:
        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)
        clock.advance(minutes=1)
        for kind in ("code_send.ip", "code_verify.ip"):
            await have_tried(maker, settings, kind, address, times=100, at=clock.now())

        await sign_in_worker(at_home, maker, cast.company_id, cast.pavel.phone)


@pytest.mark.covers("P-rel-23")
async def test_one_address_tries_a_hundred_codes_an_hour(app, cast, maker, settings, clock):
    address = an_address()
    await have_tried(maker, settings, "code_verify.ip", address, times=99, at=clock.now())
    async with calling_from(app, address) as client:
        request_id = await ask_code(client, cast.pavel.phone)

        hundredth = await verify(client, request_id, "000000")
        next_one = await verify(client, request_id, "000000")

    assert code_of(hundredth) == (422, "login_code_wrong")
    assert code_of(next_one) == (429, "too_many_attempts")


@pytest.mark.covers("P-rel-23")
async def test_a_company_pays_for_so_many_codes_a_day_and_nobody_is_told(
    anonymous, cast, maker, settings, clock
):
    await have_tried(maker, settings, "code_send.company", str(cast.company_id), times=499, at=clock.now())

    answers = [
        await post(anonymous, "/auth/sms-codes", {"phone": person.phone})
        for person in (cast.pavel, cast.nikolai)
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert len(await sent_codes(maker, cast.company_id, cast.pavel.phone)) == 1
    assert await sent_codes(maker, cast.company_id, cast.nikolai.phone) == []


@pytest.mark.covers("M36")
async def test_an_sms_is_not_enough_for_the_office(anonymous, cast, maker):
    phone = a_phone()
    await cast.irina.patch(f"/users/{cast.olga.id}", {"phone": phone}, if_match='"1"')

    await ask_code(anonymous, phone)

    assert await sent_codes(maker, cast.company_id, phone) == []


@pytest.mark.covers("M36")
async def test_a_code_asked_for_before_a_promotion_is_not_enough_after_it(anonymous, cast, maker):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    promotion = {"roles": ["dispatcher"], "email": an_email()}
    await cast.irina.patch(f"/users/{cast.pavel.id}", promotion, if_match='"1"')

    assert code_of(await verify(anonymous, request_id, code)) == (401, "sign_in_failed")


@pytest.mark.covers("M36")
async def test_a_session_begun_by_sms_ends_when_its_person_joins_the_office(anonymous, cast, maker, clock):
    tokens = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone)
    promotion = {"roles": ["dispatcher"], "email": an_email()}
    await cast.irina.patch(f"/users/{cast.pavel.id}", promotion, if_match='"1"')
    clock.advance(seconds=30)

    office = await get(anonymous, "/clients", tokens["access_token"])
    again = await refresh(anonymous, tokens["refresh_token"])

    assert (office.status_code, again.status_code) == (401, 401)


async def test_a_dismissed_worker_cannot_sign_in(anonymous, cast, maker):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)
    await cast.irina.patch(f"/users/{cast.pavel.id}", {"is_active": False}, if_match='"1"')

    assert code_of(await verify(anonymous, request_id, code)) == (422, "login_code_wrong")
    await ask_code(anonymous, cast.nikolai.phone)
    assert len(await sent_codes(maker, cast.company_id, cast.pavel.phone)) == 1


@pytest.mark.covers("P-rel-23")
async def test_neither_code_nor_phone_can_be_read_in_the_tables_of_sign_in(anonymous, cast, maker, settings):
    request_id = await ask_code(anonymous, cast.pavel.phone)
    (code,) = await sent_codes(maker, cast.company_id, cast.pavel.phone)

    ticket = unseal(settings.secret_key, request_id)
    assert ticket is not None
    async with transaction(maker, cast.company_id) as session:
        login_code = await session.get_one(LoginCode, (cast.company_id, ticket.login_code_id))
        keys = (await session.scalars(select(AttemptCounter.key))).all()
    assert len(login_code.code_hash) == 32
    assert code.encode() not in login_code.code_hash
    assert not [key for key in keys if cast.pavel.phone in key or "127.0.0.1" in key]


async def test_old_codes_are_forgotten_when_a_new_one_is_sent(anonymous, cast, maker, clock):
    await ask_code(anonymous, cast.pavel.phone)
    clock.advance(minutes=6)
    await ask_code(anonymous, cast.pavel.phone)

    async with transaction(maker, cast.company_id) as session:
        assert await session.scalar(select(func.count()).select_from(LoginCode)) == 1


@pytest.mark.parametrize("phone", ["12", "not a phone", "+7 000 000 00 00"])
async def test_what_is_no_phone_is_refused(anonymous, phone):
    assert code_of(await post(anonymous, "/auth/sms-codes", {"phone": phone})) in [
        (422, "phone_invalid"),
        (400, "request_invalid"),
    ]


@pytest.fixture
async def two_jobs(cast, maker):
    """A phone that works for Irina's company and for a newer one: `(phone, that company's id, its name)`."""
    phone, company_id = a_phone(), uuid4()
    async with transaction(maker, cast.company_id) as session:
        await create_user(session, cast.company_id, name="Артём", roles=[Role.INSTALLER], phone=phone)
    async with transaction(maker, None) as session:
        owner = Owner("Глеб", an_email(), PASSWORD)
        await register_company(
            session, company_id=company_id, name="Двери", timezone="UTC", lang="ru", owner=owner
        )
        await create_user(session, company_id, name="Артём", roles=[Role.INSTALLER], phone=phone)
    return phone, company_id


@pytest.mark.covers("M37")
async def test_a_worker_of_two_companies_chooses_with_one_code(anonymous, cast, maker, two_jobs):
    phone, other_id = two_jobs
    request_id = await ask_code(anonymous, phone)
    (code,) = await sent_codes(maker, cast.company_id, phone)

    undecided = await verify(anonymous, request_id, code)
    elsewhere = await verify(anonymous, request_id, code, company_id=str(uuid4()))
    chosen = await verify(anonymous, request_id, code, company_id=str(other_id))

    assert code_of(undecided) == (409, "company_choice_needed")
    assert undecided.json()["params"]["companies"] == [
        {"id": str(cast.company_id), "name": "Окна Плюс"},
        {"id": str(other_id), "name": "Двери"},
    ]
    assert code_of(elsewhere) == (401, "sign_in_failed")
    assert (chosen.status_code, UUID(chosen.json()["company_id"])) == (200, other_id)


@pytest.mark.covers("M37")
async def test_a_code_asked_for_one_company_signs_in_there(anonymous, maker, two_jobs):
    phone, other_id = two_jobs
    request_id = await ask_code(anonymous, phone, company_id=str(other_id))
    (code,) = await sent_codes(maker, other_id, phone)

    answer = await verify(anonymous, request_id, code)

    assert (answer.status_code, UUID(answer.json()["company_id"])) == (200, other_id)


async def test_a_code_asked_for_a_company_that_does_not_know_the_phone_is_not_sent(anonymous, cast, maker):
    await ask_code(anonymous, cast.pavel.phone, company_id=str(uuid4()))

    assert await sent_codes(maker, cast.company_id, cast.pavel.phone) == []


async def test_a_worker_signs_in_at_several_phones(anonymous, cast, maker, clock):
    first = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone)
    clock.advance(seconds=30)
    second = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone)

    for tokens in (first, second):
        assert (await get(anonymous, "/me", tokens["access_token"])).status_code == 200
