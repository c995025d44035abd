"""Phones of a client: extensions, and which of them messages go to."""

import pytest

from app.clients import api as clients
from app.db.session import transaction
from tests.clients.given import ANNA, a_client, email, phone

MOBILE, OTHER_MOBILE, FIXED, OFFICE = "+79031234567", "+79037654321", "+74951234567", "+74951234567;ext=105"


async def test_two_people_of_one_office_are_two_clients(cast):
    first = await a_client(cast.olga, name="Анна", contacts=[phone("8 495 123-45-67 доб. 105")])
    second = await a_client(cast.olga, name="Пётр", contacts=[phone("8 495 123-45-67 доб. 106")])

    same = await cast.olga.post("/clients", ANNA | {"contacts": [phone("8 495 1234567, доб. 105")]})

    assert [card["contacts"][0]["value"] for card in (first, second)] == [
        "+74951234567;ext=105",
        "+74951234567;ext=106",
    ]
    assert (same.status_code, same.json()["params"]) == (409, {"client_id": first["id"]})


async def test_an_extension_is_part_of_the_phone_by_which_a_client_is_known(cast, maker):
    card = await a_client(cast.olga, contacts=[phone("8 495 123-45-67 доб. 105")])

    async with transaction(maker, cast.company_id) as session:
        known, other, switchboard = [
            await clients.find_client_by_phone(session, cast.olga.scope, phone=typed)
            for typed in ("8 (495) 123-45-67 вн. 105", "8 495 123-45-67 доб. 106", "8 495 123-45-67")
        ]

    assert (str(known), other, switchboard) == (card["id"], None, None)


async def test_changing_a_card_keeps_the_extension(cast):
    card = await a_client(cast.olga, contacts=[phone("8 495 123-45-67 доб. 105")])
    sent_back = [{"kind": c["kind"], "value": c["value"]} for c in card["contacts"]]

    changed = await cast.olga.patch(f"/clients/{card['id']}", {"contacts": sent_back}, if_match='"1"')

    assert changed.json()["contacts"] == card["contacts"]


@pytest.mark.parametrize(
    ("contacts", "sms"),
    [
        ([phone(MOBILE)], MOBILE),
        ([phone(FIXED), phone(MOBILE)], MOBILE),
        ([phone(OFFICE), phone(MOBILE), phone(OTHER_MOBILE)], MOBILE),
        ([phone(MOBILE), phone(OTHER_MOBILE, is_primary=True)], OTHER_MOBILE),
        ([phone(MOBILE), phone(OTHER_MOBILE, is_for_sms=True)], OTHER_MOBILE),
        ([phone(MOBILE, is_primary=True), phone(FIXED, is_for_sms=True)], FIXED),
        ([phone(FIXED)], None),
        ([phone(OFFICE), email("anna@mail.ru")], None),
        ([], None),
    ],
)
async def test_messages_go_to_the_phone_that_can_take_them(cast, maker, contacts, sms):
    card = await a_client(cast.olga, contacts=contacts)

    async with transaction(maker, cast.company_id) as session:
        client = await clients.get_client(session, cast.company_id, card["id"])

    assert client.sms_phone == sms
    phones = [contact["value"] for contact in card["contacts"] if contact["kind"] == "phone"]
    assert client.phone == (phones[0] if phones else None)  # a card shows the primary one first


@pytest.mark.parametrize("contact", [phone(OFFICE, is_for_sms=True), email("anna@mail.ru", is_for_sms=True)])
async def test_what_can_take_no_message_is_not_marked_for_them(cast, contact):
    answer = await cast.olga.post("/clients", ANNA | {"contacts": [phone(MOBILE), contact]})

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["path"], error["code"]) == (
        422,
        "contacts[1].is_for_sms",
        "contact_takes_no_sms",
    )


async def test_several_phones_in_one_field_are_several_contacts(cast):
    pasted = [phone("8 903 123-45-67, 8 903 765-43-21", is_primary=True), phone("8 495 123-45-67")]

    card = await a_client(cast.olga, contacts=pasted)

    assert {one["value"]: one["is_primary"] for one in card["contacts"]} == {
        MOBILE: True,
        OTHER_MOBILE: False,
        FIXED: False,
    }
