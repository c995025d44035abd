"""Clients and sites that the tests of this module start from."""

from typing import Any

from tests.cast import Person

ANNA: dict[str, Any] = {
    "name": "Анна Сергеевна",
    "surname": "Котова",
    "contacts": [{"kind": "phone", "value": "8 (903) 123-45-67"}],
}
TVERSKAYA: dict[str, Any] = {
    "address": "Москва, Тверская улица, 12",
    "point": {"lat": 55.7634, "lon": 37.6061},
    "entrance": "2",
    "floor": "5",
    "apartment": "31",
    "intercom": "31К",
    "access_notes": "Охрана на въезде, назвать фамилию",
}


async def a_client(person: Person, **fields: Any) -> dict[str, Any]:
    answer = await person.post("/clients", ANNA | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def a_site(person: Person, client_id: str, **fields: Any) -> dict[str, Any]:
    answer = await person.post(f"/clients/{client_id}/sites", TVERSKAYA | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def phone(number: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "phone", "value": number, **fields}


def email(address: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "email", "value": address, **fields}
