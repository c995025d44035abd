"""Cards are found as people type, whatever letters, signs and blanks were used when they were written."""

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.folding import APOSTROPHES, fold, folded_sql
from tests.clients.given import a_client, email, phone
from tests.core.test_folding import SAME_NAMES


async def found(person, query):
    answer = await person.get("/clients?query=" + quote(query))
    assert answer.status_code == 200, answer.text
    return [client["id"] for client in answer.json()["items"]]


@pytest.mark.parametrize("same", SAME_NAMES, ids=lambda same: same[0])
async def test_a_name_is_found_however_it_is_written_and_typed(cast, same):
    cards = [(await a_client(cast.olga, name=name, surname="", contacts=[]))["id"] for name in same]
    await a_client(cast.olga, name="Кто-то Другой", surname="", contacts=[])

    for typed in (*same, *(unicodedata.normalize("NFD", name) for name in same)):
        words = typed.split()
        assert sorted(await found(cast.olga, typed)) == sorted(cards), typed
        assert sorted(await found(cast.olga, " ".join(reversed(words)))) == sorted(cards), typed


@pytest.mark.parametrize(
    "typed",
    ["8 (903) 123-45-67", "+7 903 123 45 67", "89031234567", "9031234567", "123-45-67", "123‑45‑67", "4567",
     "8\u00a0903\u00a0123\u00a045\u00a067", "\u202a+79031234567\u202c", "тел. 8 903 123-45-67", "903.123.45.67",
     "８９０３１２３４５６７"],
)  # fmt: skip
async def test_a_phone_is_found_however_it_is_typed(cast, typed):
    card = await a_client(cast.olga, contacts=[phone("+7 903 123-45-67")])
    await a_client(cast.olga, contacts=[phone("+7 903 765-43-21")])

    assert await found(cast.olga, typed) == [card["id"]]


async def test_an_office_is_found_by_its_number_and_a_person_by_his_extension(cast):
    first = await a_client(cast.olga, contacts=[phone("8 495 123-45-67 доб. 105")])
    second = await a_client(cast.olga, contacts=[phone("8 495 123-45-67 доб. 106")])

    assert await found(cast.olga, "495 123-45-67") == [second["id"], first["id"]]
    assert await found(cast.olga, "8 (495) 123-45-67, доб. 105") == [first["id"]]


@pytest.mark.parametrize(
    "typed",
    [
        "anna.kotova@mail.ru",
        " Anna.Kotova@Mail.RU ",
        "anna.kotova@mail.ru\u00a0",
        "\u200banna.kotova@mail.ru",
    ],
)
async def test_an_email_is_found_and_recognised_however_it_is_typed(cast, typed):
    card = await a_client(cast.olga, contacts=[email("Anna.Kotova@mail.ru ")])

    again = await cast.olga.post("/clients", {"name": "Пётр", "contacts": [email(typed)]})

    assert await found(cast.olga, typed) == [card["id"]]
    assert (again.status_code, again.json()["params"]) == (409, {"client_id": card["id"]})


async def test_a_name_is_printed_with_its_letters_put_together(cast):
    card = await a_client(cast.olga, name=unicodedata.normalize("NFD", "Йод"), surname=" Ёлкин ", contacts=[])
    changed = await cast.olga.patch(
        f"/clients/{card['id']}", {"surname": unicodedata.normalize("NFD", "Йорданский")}, if_match='"1"'
    )

    assert (card["name"], card["surname"]) == ("Йод", "Ёлкин")
    assert changed.json()["surname"] == "Йорданский"


LETTERS = st.characters(min_codepoint=1, max_codepoint=0x52F)
"""Latin, Greek and Cyrillic, of which PostgreSQL and Python know the same."""
NEAR = st.sampled_from("ёЁйЙ й́ÀéßΣς«»„“”" + APOSTROPHES + "-‑–—−  \t\n.,;:!?()[]/\\%_&+№…\u00ad\u200b\ufeff")


async def test_the_database_folds_names_as_the_search_does(superuser):
    statement = (
        f"SELECT {folded_sql('name')} FROM unnest($1::text[]) WITH ORDINALITY AS t (name, n) ORDER BY n"
    )
    written: list[str] = []
    given(st.text(st.one_of(LETTERS, NEAR), max_size=20).map(written.append))(
        lambda _: None
    )()  # it makes texts only

    by_database = [row[0] for row in await superuser.fetch(statement, written)]

    assert len(written) >= 50
    assert [(one, fold(one)) for one in written] == list(zip(written, by_database, strict=True))
