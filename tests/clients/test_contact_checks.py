"""Phones and e-mails grow old: they are confirmed from time to time, and each check is kept."""

from datetime import UTC, datetime

import pytest

from app.clients.checks.policies import to_check_since
from tests.clients.given import a_client, email, phone


async def listed(person, path="/contacts-to-check", **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = await person.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def checked(person, client, **fields):
    answer = await person.post(f"/clients/{client['id']}/contact-checks", {"outcome": "confirmed"} | fields)
    return answer.status_code, answer.json()


@pytest.mark.covers("R59")
@pytest.mark.parametrize(
    ("now", "months", "since"),
    [
        (datetime(2026, 3, 31, 9, tzinfo=UTC), 1, datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), 1, datetime(2025, 12, 15, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 12, datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2026, 6, 1, tzinfo=UTC), 120, datetime(2016, 6, 1, tzinfo=UTC)),
        (datetime(2026, 6, 1, tzinfo=UTC), 0, None),
    ],
)
def test_a_contact_is_to_be_checked_after_months_of_the_calendar(now, months, since):
    assert to_check_since(now, months) == since


@pytest.mark.covers("R59")
async def test_what_nobody_has_confirmed_for_a_year_is_listed_and_a_confirmation_takes_it_off(cast, clock):
    anna = await a_client(cast.olga, contacts=[phone("+79031234567"), email("anna@mail.example")])
    await a_client(cast.olga, contacts=[phone("+79035550000")], is_buyer=False, is_supplier=True)
    at_once = (await listed(cast.olga))["items"]
    clock.advance(days=400)
    new = await a_client(cast.olga, contacts=[phone("+79037770000")])

    first = await listed(cast.olga, limit=1)
    rest = await listed(cast.olga, limit=1, cursor=first["next_cursor"])
    masked = (await listed(cast.galina))["items"]
    status, confirmed = await checked(cast.marina, anna, value="+79031234567", note="Позвонили")

    assert at_once == []
    both = first["items"] + rest["items"]
    assert [(one["client_id"], one["client_name"]) for one in both] == [
        (anna["id"], "Котова Анна Сергеевна")
    ] * 2
    assert rest["next_cursor"] is None
    assert "+7 *** ***-45-67" in {one["value"] for one in masked}
    assert (status, len(confirmed["items"])) == (201, 1)
    assert [one["value"] for one in (await listed(cast.olga))["items"]] == ["anna@mail.example"]
    [kept] = (await listed(cast.olga, f"/clients/{anna['id']}/contact-checks"))["items"]
    assert (kept["outcome"], kept["checked_by"], kept["note"]) == (
        "confirmed",
        str(cast.marina.id),
        "Позвонили",
    )
    assert new["id"] not in {one["client_id"] for one in both}


@pytest.mark.covers("R59")
async def test_a_wrong_contact_stays_to_be_checked_and_the_company_says_after_how_long(cast, clock):
    anna = await a_client(cast.olga)
    clock.advance(days=100)
    await cast.sergei.patch("/client-settings", {"check_after_months": 3}, if_match='"0"')

    await checked(cast.olga, anna, outcome="wrong", note="Отвечает другой человек")
    still = await listed(cast.olga)
    await cast.sergei.patch("/client-settings", {"check_after_months": 0}, if_match='"1"')

    assert [one["client_id"] for one in still["items"]] == [anna["id"]]
    assert (await listed(cast.olga))["items"] == []
    unknown = await checked(cast.olga, anna, value="+79990000000")
    assert (unknown[0], unknown[1]["code"]) == (422, "contact_not_on_card")


@pytest.mark.covers("R59")
async def test_a_check_becomes_a_task_once_a_day_and_a_confirmation_settles_it(cast, background):
    anna = await a_client(cast.olga)
    body = {"client_ids": [anna["id"], anna["id"]], "responsible_id": str(cast.marina.id)}

    opened = (await cast.olga.post("/crm/contact-checks", body)).json()["task_ids"]
    again = (await cast.olga.post("/crm/contact-checks", body)).json()["task_ids"]
    task = (await cast.marina.get(f"/crm/tasks/{opened[0]}")).json()
    await checked(cast.marina, anna)
    await background.sweep("relay", "delivery")

    assert (len(opened), again) == (1, [])
    assert task["why"] == "Проверьте, верны ли телефоны и адреса клиента."
    over = (await cast.olga.get(f"/crm/tasks/{opened[0]}")).json()
    assert over["status"] == "dropped"
    history = (await cast.olga.get(f"/crm/clients/{anna['id']}/history?kind=contact_check")).json()["items"]
    assert [(one["title"], one["status_text"]) for one in history] == [
        ("Проверка контакта: телефон", "контакт верный")
    ]
