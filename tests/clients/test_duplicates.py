"""Cards that seem to be of one client are suggested with the reason, until somebody decides."""

import pytest

from tests.clients.consents import MOBILE
from tests.clients.given import a_client, a_site, email, phone

OTHER = "+79037654321"


async def suggested(person, client_id):
    items = (await person.get(f"/clients/{client_id}/duplicates")).json()["items"]
    return {one["other_id"]: one["reasons"] for one in items}


async def not_duplicate(person, client, other):
    body = {"other_id": other["id"], "reason": "Отец и сын"}
    answer = await person.post(f"/clients/{client['id']}/not-duplicates", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        (
            {"contacts": [phone(MOBILE, is_shared=True)]},
            {"contacts": [phone(MOBILE, is_shared=True)]},
            ["same_phone"],
        ),
        (
            {"contacts": [email("a@okna.example", is_shared=True)]},
            {"contacts": [email("A@okna.example", is_shared=True)]},
            ["same_email"],
        ),
        ({"inn": "7701234567", "contacts": []}, {"inn": "7701234567", "contacts": []}, ["same_inn"]),
        ({"inn": "", "contacts": []}, {"inn": "", "contacts": []}, None),
        ({"contacts": [phone(MOBILE)]}, {"contacts": [phone(OTHER)]}, None),
    ],
)
async def test_what_two_cards_share_suggests_that_they_are_of_one_client(cast, first, second, reasons):
    one = await a_client(cast.olga, name="Анна", surname="Котова", **first)
    other = await a_client(cast.olga, name="Пётр", surname="Иванов", **second)

    assert await suggested(cast.olga, one["id"]) == ({other["id"]: reasons} if reasons else {})


@pytest.mark.parametrize(
    ("surname", "address", "apartment", "point", "reasons"),
    [
        (
            "Котова",
            "г. Москва, ул. Тверская, 12",
            "31",
            (55.7634, 37.6061),
            {"same_name_and_place", "same_name_and_address"},
        ),
        (
            "Котова",
            "Москва, Тверская улица, д. 12",
            "31",
            (55.7634, 37.6061),
            {"same_name_and_place", "same_name_and_address"},
        ),
        ("Котова", "Москва, Тверская улица, дом 12", "31", (55.7000, 37.6061), {"same_name_and_address"}),
        ("Котова", "Москва, Тверская улица, 12", "32", (55.7634, 37.6061), set()),
        ("Сидоренко-Петровская", "Москва, Тверская улица, 12", "31", (55.7634, 37.6061), set()),
    ],
)
async def test_a_like_name_at_a_like_address_suggests_it(cast, surname, address, apartment, point, reasons):
    anna = await a_client(cast.olga, contacts=[])
    await a_site(cast.olga, anna["id"])
    name = "Анна Сергеевна" if surname == "Котова" else "Павел"
    other = await a_client(cast.olga, name=name, surname=surname, contacts=[])
    place = {"lat": point[0], "lon": point[1]}
    await a_site(cast.olga, other["id"], address=address, apartment=apartment, point=place)

    found = await suggested(cast.olga, anna["id"])

    assert set(found.get(other["id"], [])) == reasons


async def test_what_somebody_said_to_be_two_clients_is_asked_no_more(cast):
    shared = [phone(MOBILE, is_shared=True)]
    anna, boris, vera = [await a_client(cast.olga, name=name, contacts=shared) for name in ("А", "Б", "В")]

    said = await not_duplicate(cast.olga, anna, boris)
    await not_duplicate(cast.olga, boris, anna)
    left = await suggested(cast.olga, anna["id"])
    body = {"merged_id": vera["id"], "reason": "Один человек"}
    await cast.olga.post(f"/clients/{boris['id']}/merge", body)

    assert [one["reason"] for one in said] == ["Отец и сын"]
    assert list(left) == [vera["id"]]
    assert await suggested(cast.olga, anna["id"]) == {}
    same = await cast.olga.post(
        f"/clients/{boris['id']}/not-duplicates", {"other_id": vera["id"], "reason": "x"}
    )
    assert same.json()["code"] == "same_card"


async def test_the_list_goes_through_all_cards_page_by_page(cast):
    shared = [phone(MOBILE, is_shared=True)]
    cards = [await a_client(cast.olga, name=name, contacts=shared) for name in ("А", "Б")]
    await a_client(cast.olga, name="Вера", contacts=[])
    found, cursor = [], ""
    while cursor is not None:
        page = (await cast.galina.get(f"/client-duplicates?limit=1{cursor}")).json()
        found += page["items"]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None

    pairs = {(one["client_id"], one["other_id"]) for one in found}
    first, second = (card["id"] for card in cards)
    assert pairs == {(first, second), (second, first)}
    shown = next(one for one in found if one["client_id"] == first)
    assert shown["client"]["name"] == "Котова А"
    assert shown["client"]["contacts"] == ["+7 *** ***-45-67"]  # an accountant calls no clients
