"""A body must have the shape that the contract shows. Similar shapes are refused."""

import pytest

CONTACT = {"kind": "phone", "value": "8 903 123-45-67"}
WORK = {"code": "ebb", "name_ru": "Отлив", "name_en": "Ebb", "unit": "pcs", "price_kop": 1, "reward_kop": 1}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/clients", {"name": 5}, "name"),
        ("/clients", {"name": "Анна", "contacts": [CONTACT | {"is_primary": 1}]}, "contacts[0].is_primary"),
        ("/work-items", WORK | {"price_kop": "45000"}, "price_kop"),
        ("/work-items", WORK | {"price_kop": 45.5}, "price_kop"),
        ("/work-items", WORK | {"price_kop": True}, "price_kop"),
        ("/workers/01a2021a-c794-794d-806f-2511e8ba6522/absences", {"starts_at": 1772445600}, "starts_at"),
        ("/clients", [], ""),
        ("/clients", "Анна", ""),
    ],
)
async def test_a_value_of_another_kind_is_refused_with_its_path(cast, path, body, field):
    answer = await cast.irina.post(path, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert [error["path"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"name": "\xff"}', b'{"name": NaN}', b"[" * 5000])
async def test_what_is_no_json_is_refused(cast, body):
    answer = await cast.irina.post("/clients", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


async def test_a_whole_number_may_be_written_with_a_point(cast):
    answer = await cast.irina.post("/work-items", WORK | {"price_kop": 45000.0, "reward_kop": 1.5e4})

    assert answer.status_code == 201, answer.text
    assert (answer.json()["price_kop"], answer.json()["reward_kop"]) == (45000, 15000)


async def test_a_number_beyond_all_measure_is_refused(cast):
    answer = await cast.irina.post("/work-items", WORK | {"price_kop": 1e300})

    assert answer.status_code == 400
