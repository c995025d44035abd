import asyncio
from uuid import UUID, uuid4

import msgspec
import pytest

from app.identity.companies.policies import is_inn, is_ogrn, is_timezone
from app.main import create_app
from tests.identity.stories import (
    PASSWORD,
    a_registration,
    an_address,
    an_email,
    audited,
    calling_from,
    get,
    news,
    post,
    register,
)


@pytest.mark.covers("M37")
async def test_whoever_registers_a_company_owns_it_and_is_signed_in(anonymous, maker):
    answer = await post(anonymous, "/companies", a_registration(email="Anna.Smirnova@Okna.Example"))

    registered = answer.json()
    me = (await get(anonymous, "/me", registered["tokens"]["access_token"])).json()
    company_id = UUID(registered["company"]["id"])
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert (registered["company"]["name"], registered["company"]["timezone"]) == ("Окна Юга", "Europe/Samara")
    assert (me["email"], me["roles"]) == ("anna.smirnova@okna.example", ["owner"])
    assert me["company"] == {
        "id": str(company_id),
        "name": "Окна Юга",
        "lang": "ru",
        "timezone": "Europe/Samara",
    }
    assert await news(maker, company_id, "identity.company_registered") == [
        {"owner_id": me["id"], "lang": "ru", "timezone": "Europe/Samara"}
    ]
    assert await audited(maker, company_id) == [("registerCompany", UUID(me["id"]))]


@pytest.mark.covers("M37", "P-rel-5")
async def test_a_registration_sent_again_answers_the_same_company(anonymous, maker):
    body, key = a_registration(), str(uuid4())

    answers = await asyncio.gather(
        *[post(anonymous, "/companies", body, idempotency_key=key) for _ in range(6)]
    )

    companies = {answer.json()["company"]["id"] for answer in answers}
    tokens = {answer.json()["tokens"]["refresh_token"] for answer in answers}
    assert [answer.status_code for answer in answers] == [201] * 6
    assert (len(companies), len(tokens)) == (1, 6)
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == [""] + ["true"] * 5
    assert len(await news(maker, UUID(companies.pop()), "identity.company_registered")) == 1


@pytest.mark.covers("P-rel-5")
async def test_a_registration_that_is_spelt_otherwise_is_the_same(anonymous):
    body, key = a_registration(), str(uuid4())
    first = await post(anonymous, "/companies", body, idempotency_key=key)

    again = await post(anonymous, "/companies", dict(reversed(body.items())), idempotency_key=key)

    assert again.status_code == 201
    assert again.json()["company"] == first.json()["company"]


@pytest.mark.covers("P-rel-5")
async def test_the_key_of_one_registration_is_refused_for_another(anonymous):
    body, key = a_registration(), str(uuid4())
    await post(anonymous, "/companies", body, idempotency_key=key)

    answer = await post(anonymous, "/companies", body | {"name": "Двери Юга"}, idempotency_key=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_registration_sent_again_does_not_sign_in_with_a_password_changed_since(anonymous):
    body, key = a_registration(), str(uuid4())
    tokens = (await post(anonymous, "/companies", body, idempotency_key=key)).json()["tokens"]
    change = {"old_password": PASSWORD, "new_password": "совсем другой пароль"}
    await post(anonymous, f"/users/{tokens['user_id']}/password", change, tokens["access_token"])

    answer = await post(anonymous, "/companies", body, idempotency_key=key)

    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")


async def test_without_a_key_each_registration_is_a_company_and_one_person_may_own_several(anonymous):
    email = an_email()

    first, second = [await register(anonymous, email=email) for _ in range(2)]

    assert first["company"]["id"] != second["company"]["id"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"timezone": "Mars/Olympus"}, 422, "timezone_unknown"),
        ({"timezone": "../../etc/passwd"}, 422, "timezone_unknown"),
        ({"owner": {"name": "Анна", "email": "anna", "password": PASSWORD}}, 422, "email_invalid"),
        (
            {"owner": {"name": "Анна", "email": "a@b.example", "password": "одиннадцать"}},
            422,
            "password_weak",
        ),
        (
            {
                "owner": {
                    "name": "Анна",
                    "email": "annasmirnova@b.example",
                    "password": "AnnaSmirnova@B.Example",
                }
            },
            422,
            "password_weak",
        ),
        ({"lang": "de"}, 400, "request_invalid"),
        ({"name": ""}, 400, "request_invalid"),
        ({"plan": "gold"}, 400, "request_invalid"),
    ],
)
async def test_an_impossible_registration_is_refused(anonymous, changes, status, code):
    answer = await post(anonymous, "/companies", a_registration(**changes))

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_server_of_one_company_takes_no_registrations(settings, engine, clock):
    app = create_app(msgspec.structs.replace(settings, sign_up="closed"), engine=engine, clock=clock)

    async with calling_from(app, "127.0.0.1") as client:
        answer = await post(client, "/companies", a_registration())

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_closed")


async def test_one_address_registers_twenty_companies_an_hour_and_no_more(app, clock):
    async with calling_from(app, an_address()) as client:
        body = a_registration(timezone="Mars/Olympus")
        tries = [(await post(client, "/companies", body)).status_code for _ in range(20)]
        refused = await post(client, "/companies", body)
        clock.advance(hours=1)
        later = await post(client, "/companies", body)

    assert tries == [422] * 20
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert refused.headers["retry-after"] == "3600"
    assert later.status_code == 422


BANK = {
    "bank_bic": "044525225",
    "bank_account": "40702810138250123017",
    "bank_corr_account": "30101810400000000225",
}


@pytest.mark.covers("M37", "M39")
async def test_the_owner_writes_the_requisites_that_stand_on_documents(cast, maker):
    read = await cast.irina.get("/company")
    changes = {
        "legal_name": "ООО «Окна Плюс»",
        "inn": "7707083893",
        "kpp": "770701001",
        "ogrn": "1027700132195",
        "address": "Москва, ул. Вавилова, 19",
        "phone": "8 (495) 500-55-50",
        "bank_details": "р/с 40702810400000000225",
        "bank_name": "ПАО Сбербанк, г. Москва",
        "bank_bic": "044525225",
        "bank_account": "40702810138250123017",
        "bank_corr_account": "30101810400000000225",
        "timezone": "Asia/Yekaterinburg",
        "sms_sender": "OknaPlus",
    }

    answer = await cast.irina.patch("/company", changes, if_match=read.headers["etag"])

    changed = answer.json()
    assert {name: changed[name] for name in changes} == changes | {"phone": "+74955005550"}
    assert answer.headers["etag"] == '"2"'
    assert (await cast.olga.get("/company")).json() == changed
    assert ("changeCompany", cast.irina.id) in await audited(maker, cast.company_id)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"inn": "7707083894"}, 422, "inn_invalid"),
        ({"ogrn": "1027700132196"}, 422, "ogrn_invalid"),
        ({"timezone": "Moscow"}, 422, "timezone_unknown"),
        ({"phone": "12"}, 422, "phone_invalid"),
        (BANK | {"bank_bic": "144525225"}, 422, "bic_invalid"),
        ({"bank_account": BANK["bank_account"]}, 422, "bic_invalid"),
        (BANK | {"bank_account": "40702810138250123018"}, 422, "bank_account_invalid"),
        (BANK | {"bank_account": "40702810138250123107"}, 422, "bank_account_invalid"),
        (BANK | {"bank_bic": "044525593", "bank_corr_account": ""}, 422, "bank_account_invalid"),
        (BANK | {"bank_corr_account": "30101810200000000593"}, 422, "corr_account_invalid"),
        (BANK | {"bank_corr_account": "30101810400000000235"}, 422, "corr_account_invalid"),
        ({"bank_bic": "04452522"}, 400, "request_invalid"),
        ({"bank_account": "4070281013825012301"}, 400, "request_invalid"),
        ({"kpp": "7707"}, 400, "request_invalid"),
        ({"sms_sender": "Окна"}, 400, "request_invalid"),
        ({"sms_sender": "OknaPlusOkna"}, 400, "request_invalid"),
        ({"id": "1"}, 400, "request_invalid"),
    ],
)
async def test_impossible_requisites_are_refused(cast, changes, status, code):
    answer = await cast.irina.patch("/company", changes, if_match='"1"')

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_account_is_judged_with_the_bic_that_was_there_before(cast):
    saved = await cast.irina.patch("/company", BANK, if_match='"1"')

    account = await cast.irina.patch("/company", {"bank_account": "40702810138250123018"}, if_match='"2"')
    bic = await cast.irina.patch("/company", {"bank_bic": "044525593"}, if_match='"2"')
    emptied = await cast.irina.patch("/company", dict.fromkeys(BANK, ""), if_match='"2"')

    assert (saved.status_code, emptied.status_code) == (200, 200)
    assert account.json()["code"] == bic.json()["code"] == "bank_account_invalid"


async def test_requisites_can_be_emptied(cast):
    answer = await cast.irina.patch("/company", {"inn": "", "kpp": "", "phone": ""}, if_match='"1"')

    assert (answer.json()["inn"], answer.json()["phone"]) == ("", "")


async def test_two_owners_do_not_overwrite_each_others_requisites(cast):
    unread = await cast.irina.patch("/company", {"name": "Окна"})
    changed = await cast.irina.patch("/company", {"name": "Окна"}, if_match='"1"')
    late = await cast.irina.patch("/company", {"name": "Двери"}, if_match='"1"')

    assert (unread.status_code, changed.status_code, late.status_code) == (428, 200, 412)
    assert (await cast.irina.get("/company")).json()["name"] == "Окна"


@pytest.mark.parametrize("inn", ["7707083893", "500100732259"])
def test_a_taxpayer_number_has_right_check_digits(inn):
    assert is_inn(inn)


@pytest.mark.parametrize(
    "inn", ["7707083892", "500100732258", "500100732249", "770708389", "77070838935", "٧٧٠٧٠٨٣٨٩٣", ""]
)
def test_a_slip_of_the_finger_in_a_taxpayer_number_is_seen(inn):
    assert not is_inn(inn)


@pytest.mark.parametrize("ogrn", ["1027700132195", "304500116000157"])
def test_a_registration_number_has_a_right_check_digit(ogrn):
    assert is_ogrn(ogrn)


@pytest.mark.parametrize(
    "ogrn", ["1027700132194", "304500116000158", "102770013219", "10277001321950", "abcdefghijklm"]
)
def test_a_slip_of_the_finger_in_a_registration_number_is_seen(ogrn):
    assert not is_ogrn(ogrn)


@pytest.mark.parametrize(
    ("name", "is_known"),
    [("Europe/Moscow", True), ("UTC", True), ("localtime", False), ("Europe/../UTC", False), ("", False)],
)
def test_a_time_zone_is_a_place(name, is_known):
    assert is_timezone(name) == is_known
