"""The list of clients is found as somebody types, and shows how each of them stands."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.clients.given import a_client, a_site, phone
from tests.crm.given import a_card, ok
from tests.crm.test_statuses import bought, told


async def lines(person, query="", **asked):
    found = "&".join([f"query={quote(query)}", *(f"{name}={value}" for name, value in asked.items())])
    return await ok(await person.get(f"/crm/clients?{found}"))


async def names(person, query="", **asked):
    return [line["name"] for line in (await lines(person, query, **asked))["items"]]


@pytest.mark.covers("R1")
@pytest.mark.parametrize(
    "typed",
    ["8 (903) 12", "+7 903 1234", "79031234", "9031234567", "45-67", "котова", "тверск", "ТВЕРСКАЯ ул",
     "анна 12 тверская", "Сергеевна Котова"],
)  # fmt: skip
async def test_a_client_is_found_while_his_phone_name_or_address_is_being_typed(cast, typed):
    await a_card(cast)
    boris = await a_client(cast.olga, name="Борис", surname="", contacts=[phone("+7 916 765-43-21")])
    await a_site(cast.olga, boris["id"], address="Казань, улица Баумана, 7")

    assert await names(cast.olga, typed) == ["Котова Анна Сергеевна"]


async def test_who_may_not_see_phones_cannot_search_by_them(cast):
    await a_card(cast)

    assert await names(cast.galina, "8 903 1234") == []
    assert (await lines(cast.galina, "котова"))["items"][0]["phone"] == "+7 *** ***-45-67"


async def test_a_line_shows_address_status_and_what_comes_due(cast, background, clock):
    anna, _ = await a_card(cast)
    await a_card(cast, name="Борис", surname="", contacts=[])
    await background.sweep("relay", "delivery")
    await told(cast, anna, bought(clock.now()), clock.now())

    (line,) = (await lines(cast.olga, status="newcomer"))["items"]
    soon = await names(cast.olga, due_before=(clock.now() + timedelta(days=800)).date().isoformat())
    first = await lines(cast.olga, limit=1)
    second = await lines(cast.olga, limit=1, cursor=first["next_cursor"])

    assert (line["id"], line["phone"], line["addresses"]) == (
        anna,
        "+79031234567",
        ["Москва, Тверская улица, 12"],
    )
    assert line["life"]["status"]["status"] == "newcomer"
    assert line["next_need"] == "maintenance"
    assert line["life"]["due_on"] is not None
    assert soon == ["Котова Анна Сергеевна"]
    assert [first["items"][0]["name"], second["items"][0]["name"]] == ["Борис", "Котова Анна Сергеевна"]


async def test_the_archive_is_listed_apart(cast):
    client_id, _ = await a_card(cast)
    await ok(await cast.olga.post(f"/clients/{client_id}/archive"))

    assert await names(cast.olga) == []
    assert await names(cast.olga, is_archived="true") == ["Котова Анна Сергеевна"]


async def test_sentences_are_in_the_language_of_the_page_that_asks(cast, background, clock):
    """Olga's own language is Russian: it is used when a request prefers none of ours."""
    client_id, _ = await a_card(cast)
    await background.sweep("relay", "delivery")
    await told(cast, client_id, bought(clock.now()), clock.now())

    async def said(**headers):
        (line,) = (await ok(await cast.olga.get("/crm/clients?query=", **headers)))["items"]
        return line["life"]["status"]["status_text"]

    assert await said(accept_language="en-GB,en;q=0.9,ru;q=0.8") == "Newcomer"
    for prefers_none in ({}, {"accept_language": "de, *;q=0.5"}, {"accept_language": "en;q=0"}):
        assert await said(**prefers_none) == "Новичок"
