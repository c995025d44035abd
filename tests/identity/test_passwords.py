"""The office signs in by e-mail and password."""

import asyncio
import time
from collections import Counter
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.db.session import transaction
from app.identity.passwords import HASHER, hash_password, is_outdated, is_right
from app.identity.users.models import UserAccount
from app.identity.users.policies import weakness
from tests.identity.stories import (
    PASSWORD,
    a_registration,
    an_address,
    an_email,
    audited,
    calling_from,
    get,
    have_tried,
    post,
    register,
)

WRONG = "не тот пароль, совсем"
LAPTOP = {"platform": "web", "name": "Ноутбук Анны"}


@pytest.fixture
async def anna(anonymous):
    """The e-mail of an owner who has just registered, and her company's id."""
    registered = await register(anonymous)
    me = await get(anonymous, "/me", registered["tokens"]["access_token"])
    return me.json()["email"], registered["company"]["id"]


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def sign_in(client, email, password=PASSWORD, **more):
    return await post(client, "/auth/sign-in", {"email": email, "password": password, **more})


@pytest.mark.covers("M36", "M39")
async def test_the_office_signs_in_with_email_and_password(anonymous, anna, maker):
    email, company_id = anna

    answer = await sign_in(anonymous, email.upper())

    tokens = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (await get(anonymous, "/me", tokens["access_token"])).json()["worker_id"] is None
    assert ("signIn", UUID(tokens["user_id"])) in await audited(maker, UUID(company_id))


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\u00a0", "\u200b{}", "{}\n"])
async def test_what_a_keyboard_puts_around_the_email_does_not_matter(anonymous, anna, around):
    email, _ = anna

    answer = await sign_in(anonymous, around.format(email.title()))

    assert answer.status_code == 200


@pytest.mark.covers("P-rel-23")
async def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(anonymous, anna):
    email, _ = anna

    wrong = await sign_in(anonymous, email, WRONG)
    unknown = await sign_in(anonymous, an_email(), WRONG)
    elsewhere = await sign_in(anonymous, email, company_id=str(uuid4()))

    def shape(answer):
        return {name: value for name, value in answer.json().items() if name != "request_id"}

    assert code_of(wrong) == (401, "sign_in_failed")
    assert shape(wrong) == shape(unknown) == shape(elsewhere)


async def test_a_worker_without_a_password_does_not_sign_in_with_one(anonymous, cast):
    email = an_email()
    await cast.irina.patch(f"/users/{cast.pavel.id}", {"email": email}, if_match='"1"')

    assert code_of(await sign_in(anonymous, email, "")) == (401, "sign_in_failed")


async def test_a_dismissed_person_does_not_sign_in(anonymous, cast):
    await cast.irina.post(f"/users/{cast.olga.id}/password", {"new_password": PASSWORD})
    assert (await sign_in(anonymous, cast.olga.email)).status_code == 200
    version = (await cast.irina.get(f"/users/{cast.olga.id}")).headers["etag"]
    await cast.irina.patch(f"/users/{cast.olga.id}", {"is_active": False}, if_match=version)

    assert code_of(await sign_in(anonymous, cast.olga.email)) == (401, "sign_in_failed")


@pytest.mark.covers("M37")
async def test_an_owner_of_two_companies_chooses_one(anonymous, anna):
    email, first_id = anna
    second = await register(anonymous, email=email, name="Двери Юга")
    second_id = second["company"]["id"]

    undecided = await sign_in(anonymous, email)
    chosen = await sign_in(anonymous, email, company_id=second_id)

    assert code_of(undecided) == (409, "company_choice_needed")
    assert undecided.json()["params"]["companies"] == [
        {"id": first_id, "name": "Окна Юга"},
        {"id": second_id, "name": "Двери Юга"},
    ]
    assert (chosen.status_code, chosen.json()["company_id"]) == (200, second_id)


@pytest.mark.covers("M37")
async def test_somebody_elses_company_with_my_email_is_not_offered_without_its_password(anonymous, anna):
    email, first_id = anna
    owner = {"name": "Не Анна", "email": email, "password": "чужой длинный пароль"}
    await register(anonymous, owner=owner)

    answer = await sign_in(anonymous, email)

    assert (answer.status_code, answer.json()["company_id"]) == (200, first_id)


async def test_an_old_hash_is_replaced_at_the_next_sign_in(anonymous, anna, maker):
    email, company_id = anna
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    async with transaction(maker, UUID(company_id)) as session:
        await session.execute(update(UserAccount).values(password_hash=weak))

    await sign_in(anonymous, email)

    async with transaction(maker, UUID(company_id)) as session:
        user = (await session.scalars(select(UserAccount))).one()
    assert is_outdated(weak)
    assert user.password_hash != weak
    assert not is_outdated(user.password_hash or "")
    assert (user.row_version, (await sign_in(anonymous, email)).status_code) == (1, 200)


@pytest.mark.covers("P-rel-23")
async def test_ten_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(app, anonymous, anna, clock):
    email, _ = anna
    tries = await asyncio.gather(*[sign_in(anonymous, email, WRONG) for _ in range(14)])
    await app.state.redis.flushall()
    refused = await sign_in(anonymous, email)

    clock.advance(minutes=15)
    later = await sign_in(anonymous, email)

    assert Counter(answer.status_code for answer in tries) == {401: 10, 429: 4}
    assert code_of(refused) == (429, "too_many_attempts")
    assert refused.headers["retry-after"] == "900"
    assert later.status_code == 200


async def test_an_unknown_email_is_limited_like_a_known_one(app, anna):
    async def guesses(email, **more) -> Counter[int]:
        async with calling_from(app, an_address()) as stranger:
            return Counter([(await sign_in(stranger, email, WRONG, **more)).status_code for _ in range(11)])

    async def as_strangers(email, company_id) -> list[Counter[int]]:
        return [
            await guesses(email),
            await guesses(email, company_id=str(uuid4())),
            await guesses(email, company_id=company_id),
        ]

    email, company_id = anna
    of_anna, of_nobody = await as_strangers(email, company_id), await as_strangers(an_email(), company_id)

    assert (
        of_anna == of_nobody == [Counter({401: 10, 429: 1}), Counter({401: 10, 429: 1}), Counter({429: 11})]
    )


async def test_one_address_tries_a_hundred_passwords_an_hour(app, maker, settings, clock):
    address = an_address()
    await have_tried(maker, settings, "password.ip", address, times=99, at=clock.now())
    async with calling_from(app, address) as client:
        tries = [(await sign_in(client, an_email(), WRONG)).status_code for _ in range(2)]

    assert tries == [401, 429]


async def test_whoever_signs_in_where_he_did_before_gets_his_tries_back(anonymous, anna):
    email, _ = anna
    for _ in range(3):
        wrong = [(await sign_in(anonymous, email, WRONG)).status_code for _ in range(9)]
        assert (wrong, (await sign_in(anonymous, email)).status_code) == ([401] * 9, 200)


async def guess_as_strangers(app, email: str, *, password: str = WRONG, addresses: int = 3) -> list[int]:
    """Ten tries from each of some addresses, new ones each time."""
    answers = []
    for _ in range(addresses):
        async with calling_from(app, an_address()) as stranger:
            answers += [(await sign_in(stranger, email, password)).status_code for _ in range(10)]
    return answers


@pytest.mark.covers("P-rel-23")
async def test_strangers_together_try_twenty_passwords_in_a_quarter_of_an_hour(app, anna, clock):
    email, _ = anna
    at_first = await guess_as_strangers(app, email)
    await app.state.redis.flushall()
    right = await guess_as_strangers(app, email, password=PASSWORD, addresses=1)
    clock.advance(minutes=15)

    assert (at_first, right) == ([401] * 20 + [429] * 10, [429] * 10)
    assert await guess_as_strangers(app, email) == [401] * 20 + [429] * 10


@pytest.mark.covers("P-rel-23")
async def test_strangers_cannot_lock_anybody_out_where_he_signed_in_before(app, anna):
    email, _ = anna
    async with calling_from(app, an_address()) as home:
        await sign_in(home, email)
        await guess_as_strangers(app, email)

        assert (await sign_in(home, email)).status_code == 200


@pytest.mark.covers("P-rel-23")
async def test_strangers_cannot_lock_a_new_owner_out_where_he_registered(app):
    email = an_email()
    async with calling_from(app, an_address()) as home:
        await register(home, email=email)
        await guess_as_strangers(app, email)

        assert (await sign_in(home, email)).status_code == 200


@pytest.mark.covers("P-rel-23")
async def test_strangers_cannot_lock_a_known_device_out_wherever_it_is(app, anna, clock):
    email, _ = anna
    async with calling_from(app, an_address()) as home:
        device_id = (await sign_in(home, email, device=LAPTOP)).json()["device_id"]
        clock.advance(days=100)
        await guess_as_strangers(app, email)
        here = [(await sign_in(home, email, WRONG)).status_code for _ in range(11)]  # a guest at the office
        beside = await sign_in(home, email, device=LAPTOP | {"id": device_id})

    async with calling_from(app, an_address()) as on_the_road:
        elsewhere = await sign_in(on_the_road, email, device=LAPTOP | {"id": device_id})

    assert here == [401] * 10 + [429]
    assert (beside.status_code, elsewhere.status_code) == (200, 200)


@pytest.mark.covers("P-rel-23")
async def test_a_device_nobody_has_makes_nobody_known(app, anna):
    email, _ = anna
    await guess_as_strangers(app, email)

    async with calling_from(app, an_address()) as stranger:
        answer = await sign_in(stranger, email, device=LAPTOP | {"id": str(uuid4())})

    assert code_of(answer) == (429, "too_many_attempts")


@pytest.mark.covers("P-rel-23")
async def test_one_stranger_does_not_keep_a_newcomer_out(app, anna):
    email, _ = anna
    await guess_as_strangers(app, email, addresses=1)

    async with calling_from(app, an_address()) as newcomer:
        assert (await sign_in(newcomer, email)).status_code == 200


@pytest.mark.covers("P-rel-23")
async def test_a_neighbour_who_used_up_the_address_does_not_lock_the_others_out(
    app, anna, maker, settings, clock
):
    email, _ = anna
    address = an_address()
    async with calling_from(app, address) as home:
        await sign_in(home, email)
        await have_tried(maker, settings, "password.ip", address, times=100, at=clock.now())

        assert (await sign_in(home, an_email())).status_code == 429
        assert (await sign_in(home, email)).status_code == 200


@pytest.mark.covers("P-rel-23")
@pytest.mark.parametrize("names_the_company", [True, False])
async def test_a_company_of_ones_own_with_somebodys_email_gives_no_more_tries_at_his(
    app, anna, names_the_company
):
    """Before, a sign-in to one's own account in between gave back all tries."""
    email, company_id = anna
    own = "пароль чужака подлиннее"
    async with calling_from(app, an_address()) as stranger:
        his = await register(stranger, owner={"name": "Чужак", "email": email, "password": own})
        at_anna = {"company_id": company_id} if names_the_company else {}
        guesses = []
        for number in range(40):
            guesses.append(
                (await sign_in(stranger, email, PASSWORD if number == 39 else WRONG, **at_anna)).status_code
            )
            if number % 5 == 4:
                await sign_in(stranger, email, own, company_id=his["company"]["id"])

    assert guesses[:10] == [401] * 10
    assert guesses[39] == (429 if names_the_company else 401)


@pytest.mark.covers("P-rel-23", "M37")
async def test_a_known_place_opens_its_own_account_although_strangers_tried_another(app, anna):
    email, first_id = anna
    async with calling_from(app, an_address()) as home:
        await sign_in(home, email, company_id=first_id)
        async with calling_from(app, an_address()) as elsewhere:
            await register(elsewhere, email=email, name="Двери Юга")
        await guess_as_strangers(app, email)

        answer = await sign_in(home, email)

    assert (answer.status_code, answer.json()["company_id"]) == (200, first_id)


@pytest.mark.covers("P-rel-23")
async def test_a_known_place_has_a_limit_of_its_own_and_is_forgotten_in_half_a_year(app, anna, clock):
    email, _ = anna
    async with calling_from(app, an_address()) as home:
        await sign_in(home, email)
        tries = [(await sign_in(home, email, WRONG)).status_code for _ in range(11)]
        clock.advance(days=180)
        await guess_as_strangers(app, email)
        no_longer_known = await sign_in(home, email)

    assert (tries, no_longer_known.status_code) == ([401] * 10 + [429], 429)


async def test_a_password_is_the_same_on_every_keyboard():
    composed, decomposed = (
        "Здесь й и ё\N{NO-BREAK SPACE}вместе",
        "Здесь и\N{COMBINING BREVE} и е\N{COMBINING DIAERESIS} вместе",
    )

    assert await is_right(decomposed, await hash_password(composed))


async def test_a_hash_of_something_else_is_no_password():
    assert not await is_right(PASSWORD, "$2b$12$abcdefghijklmnopqrstuv")
    assert not await is_right(PASSWORD, None)
    assert (await hash_password(PASSWORD)).startswith("$argon2id$")
    assert HASHER.memory_cost >= 19 * 1024


KNOWN = ["irina@okna-plus.example", "Ирина Орлова", "Окна Плюс"]


@pytest.mark.parametrize(
    "password",
    [
        "двенадцать!!",
        "Подоконник и 3 створки",
        "new-windows-in-spring",
        "корова забор луна",
        "Irina meets 7 green cows",
        "vX3_pQ9-kT2w",
        "длинный и непростой пароль " * 7,
    ],
)
def test_a_password_hard_to_guess_is_good_whatever_it_is_made_of(password):
    assert weakness(password, known=KNOWN) is None


@pytest.mark.parametrize(
    "password",
    [
        " " * 12,
        "a" * 12,
        "Ж" * 200,
        "123456789012",
        "111222333444",
        "abcabcabcabc",
        "password1234",
        "Password1234!",
        "qwerty123456",
        "qwertyuiop[]",
        "1q2w3e4r5t6y",
        "йцукенгшщзхъ",
        "фывапролджэя",
        "Пароль123456",
        "пароль пароль",
        "Irina@Okna-Plus.example",
        " ирина орлова ",
        "иринаорлова1",
        "ОрловаИрина85",
        "Окна Плюс 2026",
        "oknaplus2026",
    ],
)
def test_what_is_guessed_first_is_no_password(password):
    assert weakness(password, known=KNOWN) == "password_guessable"


def test_eleven_characters_are_no_password():
    assert weakness("vX3_pQ9-kT2", known=KNOWN) == "password_short"


@pytest.mark.covers("M36")
@pytest.mark.parametrize(
    ("lang", "password", "said"),
    [
        ("ru", "одиннадцать", "Нужно не меньше 12 знаков."),
        ("en", "одиннадцать", "At least 12 characters are needed."),
        ("ru", "Окна Юга 2026", "Такой пароль быстро подберут: "),
        ("en", "Окна Юга 2026", "It is easy to guess: "),
    ],
)
async def test_whoever_chooses_a_weak_password_is_told_where_and_why(anonymous, lang, password, said):
    tokens = (await register(anonymous))["tokens"]
    weak = a_registration() | {"owner": {"name": "Анна", "email": an_email(), "password": password}}
    vera = {"name": "Вера", "roles": ["dispatcher"], "email": an_email(), "password": password}
    change = {"old_password": PASSWORD, "new_password": password}

    refusals = [
        await post(anonymous, "/companies", weak, accept_language=lang),
        await post(
            anonymous,
            "/users",
            vera,
            tokens["access_token"],
            accept_language=lang,
            idempotency_key=str(uuid4()),
        ),
        await post(
            anonymous,
            f"/users/{tokens['user_id']}/password",
            change,
            tokens["access_token"],
            accept_language=lang,
        ),
    ]

    assert [code_of(refusal) for refusal in refusals] == [(422, "password_weak")] * 3
    errors = [error for refusal in refusals for error in refusal.json()["errors"]]
    assert [error["path"] for error in errors] == ["owner.password", "password", "new_password"]
    assert all(error["message"].startswith(said) for error in errors)


@pytest.mark.parametrize("password", ["4@8({[<369!1|7$5+%20" * 6, "1!|l" * 30, "ａ" * 100])
def test_no_password_takes_long_to_judge(password):
    started = time.process_time()

    weakness(password, known=KNOWN)

    assert time.process_time() - started < 2  # seconds each, were every sign looked up in every way


def test_a_password_is_judged_as_it_will_be_hashed():
    assert weakness("ｐａｓｓｗｏｒｄ１２３４", known=KNOWN) == "password_guessable"


async def test_passwords_judged_at_once_do_not_share_what_is_known():
    mine, known, other = "Заозёрный-7193", "Заозёрный", "Другой"

    async def judge(word: str) -> str | None:
        return await asyncio.to_thread(weakness, mine, known=[word])

    judged = await asyncio.gather(*(judge(word) for word in [known, other] * 20))

    assert set(judged[::2]) == {"password_guessable"}
    assert set(judged[1::2]) == {None}
