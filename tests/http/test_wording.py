"""The faults of a request are told field by field, in the reader's language."""

from uuid import uuid4

import pytest

from app.core.i18n import text
from app.http.wording import complaint_of
from tests.dispatch.given import a_job

CLIENT = {"name": "Анна"}
A_MOMENT = "Нужно время со смещением, например 2026-03-01T09:00:00+03:00."
CONTACT = {"kind": "phone", "value": "8 903 123-45-67"}


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        (CLIENT | {"shoe_size": 38}, "shoe_size", "Такого поля здесь нет."),
        ({"surname": "Котова"}, "name", "Обязательное поле."),
        ({"name": 5}, "name", "Нужно: строка; пришло: целое число."),
        ({"name": "  "}, "name", "Не может быть пустым."),
        ({"name": "а" * 201}, "name", "Знаков должно быть не больше 200."),
        (CLIENT | {"inn": "12"}, "inn", r"Не подходит под образец '^(\\d{10}|\\d{12})?$'."),
        (CLIENT | {"lang": "de"}, "lang", "Такого значения здесь не бывает: 'de'."),
        (CLIENT | {"born_on": "12.04.1985"}, "born_on", "Нужна дата, например 2026-03-01."),
        (CLIENT | {"born_on": 5}, "born_on", "Нужно: дата или null; пришло: целое число."),
        (CLIENT | {"contacts": [CONTACT] * 21}, "contacts", "Элементов должно быть не больше 20."),
        (CLIENT | {"contacts": [CONTACT | {"value": "8\0"}]}, "contacts[0].value", "Знак U+0000 не принимается."),
        ([], "", "Нужно: объект; пришло: список."),
        (b"", "", "Нужно тело запроса: объект JSON."),
        (b"{", "", "Это не JSON."),
        (b'{"name": "\xff"}', "", "Текст должен быть в UTF-8."),
        (b"[" * 5000, "", "Слишком глубокая вложенность."),
    ],
)  # fmt: skip
async def test_a_body_is_refused_in_russian(cast, body, path, said):
    answer = await cast.olga.post("/clients", body)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "request_invalid")
    assert [(error["path"], error["message"]) for error in problem["errors"]] == [(path, said)]
    assert problem["detail"] == (f"{path}: {said}" if path else said)


@pytest.mark.parametrize(
    ("query", "path", "said"),
    [
        ("/clients?limit=0", "limit", "Не меньше 1."),
        ("/clients?limit=x", "limit", "Нужно: целое число; пришло: строка."),
        ("/field/rewards?from=2026-03-01", "to", "Обязательное поле."),
        ("/crews/load?from=1&to=2026-03-01", "from", "Нужна дата, например 2026-03-01."),
        ("/visits?starts_from=2026-03-01T09:00:00", "starts_from", A_MOMENT),
        ("/visits?worker_id=me", "worker_id", "Нужен UUID."),
        ("/visits?status=lost", "status", "Такого значения здесь не бывает: 'lost'."),
        ("/acts?status=signed&status=lost", "status", "Такого значения здесь не бывает: 'lost'."),
    ],
)  # fmt: skip
async def test_a_parameter_is_refused_in_russian(cast, query, path, said):
    who = cast.pavel if "/field/" in query else cast.olga
    answer = await who.get(query)

    assert answer.status_code == 400
    assert [(error["path"], error["message"]) for error in answer.json()["errors"]] == [(path, said)]


@pytest.mark.parametrize("what", ["shifts", "absences"])
async def test_a_time_without_offset_is_nobodys(cast, what):
    """Read by the server's own clock it would be some hours beside what the caller meant."""
    answer = await cast.olga.get(
        f"/workers/{cast.pavel.id}/{what}?since=2026-03-01T09:00:00Z&until=2026-03-02T09:00:00"
    )

    assert [error["path"] for error in answer.json()["errors"]] == ["until"]


@pytest.mark.parametrize(
    ("key", "said"),
    [("", "Знаков должно быть не меньше 1."), ("k" * 256, "Знаков должно быть не больше 255.")],
)
async def test_a_key_of_an_impossible_length_is_refused_by_its_name(cast, key, said):
    answer = await cast.olga.post("/clients", CLIENT, Idempotency_Key=key)

    assert answer.status_code == 400
    assert [(e["path"], e["message"]) for e in answer.json()["errors"]] == [("Idempotency-Key", said)]


async def test_a_phone_whose_clock_was_never_set_is_told_so(cast):
    tap = {"command_id": str(uuid4()), "occurred_at": "1970-01-01T00:00:07+00:00"}
    answer = await cast.pavel.post(f"/field/visits/{uuid4()}/accept", tap)

    assert answer.status_code == 400
    assert answer.json()["detail"] == "Часы устройства показывают 1970 год: переведите их."


async def test_the_same_in_english(cast):
    answer = await cast.olga.post("/clients", CLIENT | {"shoe_size": 38}, Accept_Language="en")

    assert answer.json()["detail"] == "shoe_size: There is no such field here."


async def test_a_moment_beyond_the_calendar_says_so(cast):
    visit = {"starts_at": "9999-12-31T23:59:59+00:00"}
    answer = await cast.olga.post(f"/jobs/{await a_job(cast)}/visits", visit)

    assert answer.json()["detail"] == "Число или время за пределами возможного."


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        ("Expected `float` <= 180.0", "Не больше 180."),
        ("Expected `float` > 0.5", "Больше 0.5."),
        ("Expected `array` of length 2, got 3", "Элементов должно быть ровно 2."),
        ("Expected `array` of length >= 4", "Элементов должно быть не меньше 4."),
    ],
)
def test_a_complaint_is_said_as_people_would(complaint, said):
    assert complaint_of(complaint).in_words("ru") == said


def test_a_complaint_names_the_field_itself():
    said = "Object missing required field `width_mm` - at `$.openings[0]`"

    assert complaint_of(said).path == "openings[0].width_mm"
    assert complaint_of("Expected `str` of length <= 9 - at `key` in `$.marks`").path == "marks"


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_what_nobody_foresaw_is_a_wrong_value(lang):
    assert complaint_of("Invalid MessagePack timestamp").in_words(lang) == text(lang, "wrong", "value")
