import asyncio
from uuid import uuid4

import pytest

from app.clients import api as clients
from app.db.session import transaction
from tests.clients.given import ANNA, a_client, email, phone
from tests.counting import statements_of


async def found(person, query):
    answer = await person.get("/clients?query=" + query.replace("+", "%2B").replace("@", "%40"))
    assert answer.status_code == 200, answer.text
    return [client["name"] for client in answer.json()["items"]]


@pytest.mark.covers("R48", "R51", "R52", "R53")
async def test_a_card_holds_what_the_company_must_know_of_a_client(cast):
    card = await a_client(
        cast.olga,
        born_on="1985-04-12",
        contacts=[phone("8 (903) 123-45-67"), email(" Anna.Kotova@Mail.RU ")],
    )

    read = (await cast.marina.get(f"/clients/{card['id']}")).json()
    assert read == card
    assert (read["name"], read["surname"], read["born_on"]) == ("Анна Сергеевна", "Котова", "1985-04-12")
    assert [(c["kind"], c["value"], c["is_primary"]) for c in read["contacts"]] == [
        ("phone", "+79031234567", True),
        ("email", "anna.kotova@mail.ru", True),
    ]


@pytest.mark.covers("R48")
async def test_a_surname_is_not_needed_but_a_name_is(cast):
    without_surname = await cast.olga.post("/clients", {"name": "Анна Сергеевна"})
    without_name = await cast.olga.post("/clients", {"surname": "Котова"})
    blank = await cast.olga.post("/clients", {"name": "   "})

    assert (without_surname.status_code, without_surname.json()["surname"]) == (201, "")
    assert (without_name.status_code, blank.status_code) == (400, 400)
    assert blank.json()["errors"][0]["path"] == "name"


async def test_an_organisation_has_an_inn(cast):
    card = await a_client(cast.olga, kind="organisation", name="ООО «Стройдом»", surname="", inn="7701234567")
    wrong = await cast.olga.post("/clients", ANNA | {"inn": "77"})

    assert (card["kind"], card["inn"]) == ("organisation", "7701234567")
    assert wrong.status_code == 400
    assert await found(cast.olga, "7701234567") == ["ООО «Стройдом»"]


async def test_a_phone_written_twice_in_a_list_is_one(cast):
    card = await a_client(cast.olga, contacts=[phone("+7 903 123-45-67"), phone("89031234567")])

    assert [contact["value"] for contact in card["contacts"]] == ["+79031234567"]


async def test_the_marked_phone_is_the_one_to_call(cast, maker):
    card = await a_client(cast.olga, contacts=[phone("89031234567"), phone("89031234568", is_primary=True)])

    async with transaction(maker, cast.company_id) as session:
        client = await clients.get_client(session, cast.company_id, card["id"])
    assert (client.phone, client.lang) == ("+79031234568", "ru")


async def test_a_card_without_a_phone_has_nobody_to_call(cast, maker):
    card = await a_client(cast.olga, contacts=[email("anna@mail.ru")], lang="en")

    async with transaction(maker, cast.company_id) as session:
        client = await clients.get_client(session, cast.company_id, card["id"])
    assert (client.phone, client.lang) == (None, "en")


@pytest.mark.parametrize(
    ("contact", "code"), [(phone("12345"), "phone_invalid"), (email("anna@mail"), "email_invalid")]
)
async def test_a_contact_that_cannot_be_read_is_refused(cast, contact, code):
    answer = await cast.olga.post("/clients", ANNA | {"contacts": [contact]})

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_phone_of_another_card_is_refused_with_that_card(cast):
    anna = await a_client(cast.olga)

    answer = await cast.marina.post(
        "/clients", {"name": "Пётр", "contacts": [phone("89035550000"), phone("+7 903 1234567")]}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "phone_belongs_to_client")
    assert answer.json()["params"] == {"client_id": anna["id"]}
    assert await found(cast.olga, "Пётр") == []


async def test_an_email_of_another_card_is_refused_with_that_card(cast):
    anna = await a_client(cast.olga, contacts=[email("home@mail.ru")])

    answer = await cast.olga.post("/clients", {"name": "Пётр", "contacts": [email("HOME@mail.ru")]})

    assert (answer.status_code, answer.json()["code"]) == (409, "email_belongs_to_client")
    assert answer.json()["params"] == {"client_id": anna["id"]}


async def test_a_couple_shares_a_phone_that_is_marked_so(cast):
    await a_client(cast.olga)

    answer = await cast.olga.post(
        "/clients", {"name": "Пётр", "contacts": [phone("+79031234567", is_shared=True)]}
    )

    assert answer.status_code == 201
    assert sorted(await found(cast.olga, "1234567")) == ["Анна Сергеевна", "Пётр"]


async def test_two_companies_have_the_same_client_each_for_itself(cast, other_cast):
    await a_client(cast.olga)

    answer = await other_cast.olga.post("/clients", ANNA)

    assert answer.status_code == 201


async def test_of_50_cards_at_once_with_one_phone_there_is_one(cast):
    answers = await asyncio.gather(*[cast.olga.post("/clients", ANNA) for _ in range(50)])

    created = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert (len(created), len(refused)) == (1, 49)
    assert {problem["params"]["client_id"] for problem in refused} == set(created)


async def test_a_card_sent_again_with_its_key_is_the_same_card(cast):
    first = await cast.olga.post("/clients", ANNA, idempotency_key="k1")
    again = await cast.olga.post("/clients", ANNA, idempotency_key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


async def test_contacts_are_replaced_as_a_list(cast):
    card = await a_client(cast.olga, contacts=[phone("89031234567"), email("anna@mail.ru")])

    answer = await cast.olga.patch(
        f"/clients/{card['id']}",
        {"contacts": [phone("89031234567"), phone("89031234568", is_primary=True)]},
        if_match='"1"',
    )

    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert sorted((c["value"], c["is_primary"]) for c in changed["contacts"]) == [
        ("+79031234567", False),
        ("+79031234568", True),
    ]
    assert (changed["version"], answer.headers["etag"]) == (2, '"2"')
    assert (await cast.olga.post("/clients", ANNA | {"contacts": [email("anna@mail.ru")]})).status_code == 201


async def test_a_change_to_a_phone_of_another_card_is_refused(cast):
    anna = await a_client(cast.olga)
    petr = await a_client(cast.olga, name="Пётр", contacts=[])

    answer = await cast.olga.patch(
        f"/clients/{petr['id']}", {"contacts": ANNA["contacts"]}, if_match=f'"{petr["version"]}"'
    )

    assert (answer.status_code, answer.json()["params"]) == (409, {"client_id": anna["id"]})


async def test_a_shared_phone_cannot_become_the_own_one_of_a_second_client(cast):
    anna = await a_client(cast.olga)
    petr = await a_client(cast.olga, name="Пётр", contacts=[phone("89031234567", is_shared=True)])

    answer = await cast.olga.patch(
        f"/clients/{petr['id']}", {"contacts": [phone("89031234567")]}, if_match=f'"{petr["version"]}"'
    )

    assert (answer.status_code, answer.json()["params"]) == (409, {"client_id": anna["id"]})


async def test_a_change_of_what_somebody_else_has_changed_is_refused(cast):
    card = await a_client(cast.olga)
    path = f"/clients/{card['id']}"
    first = await cast.olga.patch(path, {"comment": "просит звонить после 18"}, if_match='"1"')

    lost = await cast.marina.patch(path, {"comment": "не звонить"}, if_match='"1"')
    blind = await cast.marina.patch(path, {"comment": "не звонить"})

    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert (lost.status_code, blind.status_code) == (412, 428)
    assert (await cast.olga.get(path)).json()["comment"] == "просит звонить после 18"


@pytest.mark.parametrize("born_on", ["1899-12-31", "0001-01-01", "2026-03-03", "9999-12-31"])
@pytest.mark.parametrize(
    ("lang", "said"),
    [("ru", "День рождения не может быть "), ("en", "The birthday must be in 1900 or later")],
)
async def test_nobody_is_born_in_the_future_or_before_1900(cast, born_on, lang, said):
    card = await a_client(cast.olga)
    change = {"born_on": born_on}

    refusals = [
        await cast.olga.post("/clients", ANNA | change, accept_language=lang),
        await cast.olga.patch(f"/clients/{card['id']}", change, if_match='"1"', accept_language=lang),
    ]

    for refusal in refusals:
        (error,) = refusal.json()["errors"]
        assert (refusal.status_code, refusal.json()["code"]) == (422, "client_invalid")
        assert (error["path"], error["code"]) == ("born_on", "birthday_impossible")
        assert error["message"].startswith(said)


async def test_a_child_is_born_today_where_the_company_is(cast, clock):
    version = (await cast.irina.get("/company")).headers["etag"]
    await cast.irina.patch("/company", {"timezone": "Asia/Kamchatka"}, if_match=version)
    clock.advance(hours=4)  # one o'clock of the next morning there

    eldest = await a_client(cast.olga, born_on="1900-01-01", contacts=[])
    youngest = await a_client(cast.olga, born_on="2026-03-03", contacts=[])

    assert (eldest["born_on"], youngest["born_on"]) == ("1900-01-01", "2026-03-03")


async def test_a_field_left_out_stays_and_an_unknown_one_is_refused(cast):
    card = await a_client(cast.olga, born_on="1985-04-12")

    changed = await cast.olga.patch(
        f"/clients/{card['id']}", {"surname": "Иванова", "born_on": None}, if_match='"1"'
    )
    unknown = await cast.olga.patch(f"/clients/{card['id']}", {"surnme": "Иванова"}, if_match='"2"')

    assert (changed.json()["name"], changed.json()["surname"]) == ("Анна Сергеевна", "Иванова")
    assert changed.json()["born_on"] is None
    assert unknown.status_code == 400
    assert "surnme" in unknown.text


@pytest.mark.parametrize(
    "query",
    ["Котова", "кот", "анна кот", "серг", "4567", "123-45-67", "+7 903 123 45 67", "8 (903) 123-45-67",
     "9031234567", "anna@mail.ru"],
)  # fmt: skip
async def test_a_client_is_found_by_what_one_remembers(cast, query):
    await a_client(cast.olga, contacts=[phone("89031234567"), email("anna@mail.ru")])
    await a_client(cast.olga, name="Пётр", surname="Ломов", contacts=[phone("89037654321")])

    assert await found(cast.olga, query) == ["Анна Сергеевна"]


@pytest.mark.parametrize("query", ["%", "_", "Котова%", "9999", "567", "xxx@mail.ru", "12345678901234567890"])
async def test_what_matches_nobody_finds_nobody(cast, query):
    await a_client(cast.olga)

    assert await found(cast.olga, query.replace("%", "%25")) == []


async def test_cards_come_newest_first_in_pages(cast):
    names = [f"Клиент {number}" for number in range(5)]
    for name in names:
        await a_client(cast.olga, name=name, contacts=[])

    first = (await cast.olga.get("/clients?limit=3")).json()
    second = (await cast.olga.get(f"/clients?limit=3&cursor={first['next_cursor']}")).json()

    assert [c["name"] for c in first["items"] + second["items"]] == names[::-1]
    assert second["next_cursor"] is None


async def test_a_list_takes_as_many_statements_for_30_cards_as_for_1(cast, engine):
    for number in range(30):
        await a_client(cast.olga, contacts=[phone(f"8903123{number:04d}")])

    with statements_of(engine) as for_one:
        await cast.olga.get("/clients?limit=1")
    with statements_of(engine) as for_all:
        assert len((await cast.olga.get("/clients?query=котова&limit=100")).json()["items"]) == 30

    assert len(for_all) <= len(for_one)


@pytest.mark.covers("M36")
async def test_an_accountant_sees_a_phone_masked_and_cannot_search_by_it(cast):
    card = await a_client(cast.olga, contacts=[phone("89031234567"), email("anna@mail.ru")])

    seen = (await cast.galina.get(f"/clients/{card['id']}")).json()
    listed = (await cast.galina.get("/clients")).json()["items"][0]

    assert [contact["value"] for contact in seen["contacts"]] == ["+7 *** ***-45-67", "anna@mail.ru"]
    assert listed == seen
    assert await found(cast.galina, "4567") == []
    assert await found(cast.galina, "котова") == ["Анна Сергеевна"]


@pytest.mark.parametrize("who", ["irina", "sergei", "olga", "marina"])
async def test_those_who_call_clients_see_the_phone(cast, who):
    card = await a_client(cast.olga)

    seen = (await getattr(cast, who).get(f"/clients/{card['id']}")).json()

    assert seen["contacts"][0]["value"] == "+79031234567"


@pytest.mark.covers("M36")
@pytest.mark.parametrize("who", ["pavel", "rinat", "timur"])
async def test_a_worker_reads_no_cards(cast, who):
    card = await a_client(cast.olga)
    worker = getattr(cast, who)

    answers = [
        await worker.get("/clients"),
        await worker.get(f"/clients/{card['id']}"),
        await worker.post("/clients", ANNA),
        await worker.patch(f"/clients/{card['id']}", {"comment": "x"}, if_match='"1"'),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


@pytest.mark.covers("M36")
async def test_an_accountant_changes_no_cards(cast):
    card = await a_client(cast.olga)

    created = await cast.galina.post("/clients", {"name": "Пётр"})
    changed = await cast.galina.patch(f"/clients/{card['id']}", {"comment": "x"}, if_match='"1"')

    assert (created.status_code, changed.status_code) == (403, 403)


@pytest.mark.covers("M37")
async def test_a_card_of_another_company_is_not_there(cast, other_cast):
    card = await a_client(cast.olga)

    read = await other_cast.olga.get(f"/clients/{card['id']}")
    changed = await other_cast.olga.patch(f"/clients/{card['id']}", {"comment": "x"}, if_match='"1"')
    unknown = await cast.olga.get(f"/clients/{uuid4()}")

    assert [(a.status_code, a.json()["code"]) for a in (read, changed, unknown)] == [
        (404, "client_not_found")
    ] * 3
    assert (await other_cast.olga.get("/clients")).json()["items"] == []


async def test_nobody_reads_cards_without_signing_in(anonymous):
    assert (await anonymous.get("/api/v1/clients")).status_code == 401


async def test_a_client_is_known_by_the_phone_however_it_is_written(cast, maker):
    card = await a_client(cast.olga)

    async with transaction(maker, cast.company_id) as session:
        known = await clients.find_client_by_phone(session, cast.olga.scope, phone="007 903 123 45 67")
        unknown = await clients.find_client_by_phone(session, cast.olga.scope, phone="+7 903 000 00 00")

    assert (str(known), unknown) == (card["id"], None)


async def test_a_phone_that_is_only_shared_names_nobody(cast, maker):
    one = await a_client(cast.olga, name="Анна", contacts=[phone("89031234567", is_shared=True)])
    other = await a_client(cast.olga, name="Пётр", contacts=[phone("89031234567", is_shared=True)])

    async with transaction(maker, cast.company_id) as session:
        with pytest.raises(clients.PhoneIsShared) as refusal:
            await clients.find_client_by_phone(session, cast.olga.scope, phone="89031234567")

    assert refusal.value.params == {"client_ids": [one["id"], other["id"]]}


async def test_a_shared_phone_of_one_client_still_names_her(cast, maker):
    card = await a_client(cast.olga, contacts=[phone("89031234567", is_shared=True)])

    async with transaction(maker, cast.company_id) as session:
        known = await clients.find_client_by_phone(session, cast.olga.scope, phone="89031234567")

    assert str(known) == card["id"]


@pytest.mark.parametrize("body", [{"name": "Ан\x00на"}, ANNA | {"comment": "\x00"}])
async def test_text_that_no_column_can_hold_is_refused_like_any_other_wrong_body(cast, body):
    answer = await cast.olga.post("/clients", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


@pytest.mark.covers("R53")
@pytest.mark.parametrize(
    ("sent", "born_on", "birthday"),
    [
        ({"born_on": "1985-04-12"}, "1985-04-12", "04-12"),
        ({"birthday": "02-29"}, None, "02-29"),
        ({"born_on": "1984-02-29", "birthday": "02-29"}, "1984-02-29", "02-29"),
        ({}, None, None),
    ],
)
async def test_a_birthday_is_kept_with_or_without_its_year(cast, sent, born_on, birthday):
    card = await a_client(cast.olga, **sent)

    assert (card["born_on"], card["birthday"]) == (born_on, birthday)


@pytest.mark.covers("R53")
@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"birthday": "02-30"}, 422, "birthday_not_there"),
        ({"birthday": "04-31"}, 422, "birthday_not_there"),
        ({"birthday": "13-01"}, 422, "birthday_not_there"),
        ({"birthday": "00-10"}, 422, "birthday_not_there"),
        ({"born_on": "1985-04-12", "birthday": "04-13"}, 422, "birthday_contradicts"),
        ({"born_on": "1899-12-31"}, 422, "birthday_impossible"),
        ({"born_on": "2023-02-29"}, 400, None),
        ({"birthday": "4-12"}, 400, None),
    ],
)
async def test_a_birthday_that_cannot_be_is_refused_with_its_field(cast, sent, status, code):
    answer = await cast.olga.post("/clients", ANNA | sent)

    [wrong] = answer.json()["errors"]
    assert (answer.status_code, wrong["path"]) == (status, list(sent)[-1])
    assert code is None or wrong["code"] == code


@pytest.mark.covers("R53")
async def test_another_birthday_makes_the_year_unknown_and_the_same_one_keeps_it(cast):
    card = await a_client(cast.olga, born_on="1985-04-12")
    seen = []

    for change in (
        {"birthday": "04-12"},
        {"birthday": "04-13"},
        {"born_on": "1990-01-02"},
        {"born_on": None},
    ):
        version = f'"{card["version"]}"'
        card = (await cast.olga.patch(f"/clients/{card['id']}", change, if_match=version)).json()
        seen.append((card["born_on"], card["birthday"]))

    assert seen == [("1985-04-12", "04-12"), (None, "04-13"), ("1990-01-02", "01-02"), (None, None)]


@pytest.mark.covers("R53")
async def test_who_is_greeted_on_a_day(cast):
    leap = await a_client(cast.olga, born_on="1984-02-29", contacts=[])
    usual = await a_client(cast.olga, birthday="02-28", contacts=[])
    await a_client(cast.olga, birthday="03-01", contacts=[])
    await a_client(cast.olga, birthday="02-28", is_buyer=False, is_supplier=True, contacts=[])

    async def greeted(day):
        answer = await cast.marina.get(f"/clients/birthdays?on={day}")
        return [(one["client_id"], one["turns"]) for one in answer.json()["items"]]

    assert await greeted("2026-02-28") == [(usual["id"], None), (leap["id"], 42)]
    assert await greeted("2028-02-28") == [(usual["id"], None)]
    assert await greeted("2028-02-29") == [(leap["id"], 44)]
    assert (await cast.pavel.get("/clients/birthdays?on=2026-02-28")).status_code == 403


@pytest.mark.covers("R53")
async def test_birthdays_of_the_coming_days_are_listed_in_their_order(cast):
    born = {"Анна": "01-01", "Борис": "12-31", "Вера": "12-30", "Глеб": "01-02"}
    for number, (name, birthday) in enumerate(born.items()):
        contacts = [phone(f"+7916765432{number}", is_primary=True)]
        await a_client(cast.olga, name=name, surname="", birthday=birthday, contacts=contacts)

    found, cursor = [], ""
    while cursor is not None:
        page = (await cast.galina.get(f"/clients/birthdays?on=2026-12-30&days=3&limit=1{cursor}")).json()
        found += [(one["name"], one["on"], one["phone"]) for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None

    assert found == [
        ("Вера", "2026-12-30", "+7 *** ***-43-22"),
        ("Борис", "2026-12-31", "+7 *** ***-43-21"),
        ("Анна", "2027-01-01", "+7 *** ***-43-20"),
    ]


@pytest.mark.covers("R56")
async def test_a_card_is_of_a_buyer_a_supplier_a_consumer_or_several(cast):
    buyer = await a_client(cast.olga, contacts=[])
    plant = await a_client(cast.olga, contacts=[], kind="organisation", is_buyer=False, is_supplier=True)
    both = await a_client(cast.olga, contacts=[], is_supplier=True, is_consumer=True)

    async def listed(counterparty):
        answer = await cast.olga.get(f"/clients?counterparty={counterparty}")
        return {one["id"] for one in answer.json()["items"]}

    assert await listed("buyer") == {buyer["id"], both["id"]}
    assert await listed("supplier") == {plant["id"], both["id"]}
    assert await listed("consumer") == {both["id"]}
    refused = await cast.olga.patch(f"/clients/{plant['id']}", {"is_supplier": False}, if_match='"1"')
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "counterparty_missing")


@pytest.mark.covers("R56")
async def test_who_supplies_on_one_card_and_buys_on_the_other_is_both_until_the_merge_is_undone(cast):
    buyer = await a_client(cast.olga, contacts=[])
    plant = await a_client(cast.olga, contacts=[], is_buyer=False, is_supplier=True)

    merge = await cast.olga.post(
        f"/clients/{plant['id']}/merge", {"merged_id": buyer["id"], "reason": "Он же"}
    )
    merged = (await cast.olga.get(f"/clients/{plant['id']}")).json()
    undone = await cast.olga.post(f"/client-merges/{merge.json()['id']}/undo", {"reason": "Другой"})

    assert (merged["is_buyer"], merged["is_supplier"]) == (True, True)
    assert undone.json()["conflicts"] == []
    alone = (await cast.olga.get(f"/clients/{plant['id']}")).json()
    assert (alone["is_buyer"], alone["is_supplier"]) == (False, True)
