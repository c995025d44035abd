"""What was changed on a card or a setting is found later, field by field, whichever route changed it."""

import json

import pytest

from tests.clients.given import a_client, a_site, email, phone


async def changed(person, path, body, method="patch"):
    version = (await person.get(path)).headers.get("etag")
    answer = await getattr(person, method)(path, body, **({"if_match": version} if method == "patch" else {}))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def changes_of(person, card, card_id=None):
    answer = await person.get(f"/changes?card={card}" + (f"&card_id={card_id}" if card_id else ""))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_card_of_a_client_remembers_each_field_it_had(cast):
    card = await a_client(cast.olga, contacts=[phone("89031234567"), email("anna@mail.ru")])
    path = f"/clients/{card['id']}"

    await changed(cast.olga, path, {"surname": "Иванова", "born_on": "1985-04-12"})
    await changed(cast.marina, path, {"born_on": None, "surname": "Иванова"})

    newest, oldest = await changes_of(cast.olga, "client", card["id"])
    assert newest["changes"] == {"born_on": ["1985-04-12", None], "birthday": ["04-12", None]}
    assert oldest["changes"] == {
        "surname": ["Котова", "Иванова"],
        "born_on": [None, "1985-04-12"],
        "birthday": [None, "04-12"],
    }
    assert (oldest["user_id"], oldest["action"]) == (str(cast.olga.id), "updateClient")
    assert (newest["user_id"], newest["card_id"]) == (str(cast.marina.id), card["id"])


async def test_contacts_are_remembered_as_they_were(cast):
    card = await a_client(cast.olga, contacts=[phone("89031234567"), email("anna@mail.ru")])
    moved = [phone("89031234567"), phone("8 495 123-45-67 доб. 105", is_primary=True)]

    await changed(cast.olga, f"/clients/{card['id']}", {"contacts": moved})

    (change,) = await changes_of(cast.olga, "client", card["id"])
    was, now = change["changes"]["contacts"]
    assert sorted((one["value"], one["is_primary"]) for one in was) == [
        ("+79031234567", True),
        ("anna@mail.ru", True),
    ]
    assert sorted((one["value"], one["extension"], one["is_primary"]) for one in now) == [
        ("+74951234567", "105", True),
        ("+79031234567", "", False),
    ]


async def test_a_site_remembers_where_it_was(cast):
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])

    await changed(
        cast.olga, f"/sites/{site['id']}", {"point": {"lat": 55.0302, "lon": 82.9204}, "floor": "6"}
    )

    (change,) = await changes_of(cast.olga, "site", site["id"])
    assert change["changes"] == {
        "point": [site["point"], {"lat": 55.0302, "lon": 82.9204}],
        "timezone": ["Europe/Moscow", "Asia/Novosibirsk"],
        "floor": ["5", "6"],
    }


async def test_workers_and_settings_remember_too(cast):
    skills = (await cast.irina.get(f"/workers/{cast.pavel.id}")).json()["skills"]
    await changed(cast.irina, f"/workers/{cast.pavel.id}", {"skills": []})
    await changed(cast.irina, f"/users/{cast.pavel.id}", {"name": "Павел Громов-Старший"})
    await changed(cast.irina, "/company", {"timezone": "Asia/Omsk"})
    await changed(cast.irina, f"/job-types/{cast.measurement_type_id}", {"duration_min": 75})
    work = {"code": "window_install", "name_ru": "Монтаж", "name_en": "Installation", "unit": "pcs"}
    prices = {"price_kop": 450_000, "reward_kop": 180_000, "warranty_months": 36}
    added = await cast.irina.post("/work-items", work | prices)
    assert added.status_code == 201, added.text
    item = added.json()
    await changed(cast.irina, f"/work-items/{item['id']}", {"price_kop": item["price_kop"] + 1})

    shown = {
        card: (await changes_of(cast.irina, card))[0]["changes"]
        for card in ("worker", "user", "company", "job_type", "work_item")
    }

    assert shown["worker"] == {"skills": [skills, []]}
    assert shown["user"] == {"name": ["Павел Громов", "Павел Громов-Старший"]}
    assert shown["company"] == {"timezone": ["Europe/Moscow", "Asia/Omsk"]}
    assert shown["job_type"]["duration_min"][1] == 75
    assert shown["work_item"] == {"price_kop": [item["price_kop"], item["price_kop"] + 1]}


async def test_saving_without_a_change_is_no_change(cast):
    card = await a_client(cast.olga)

    await changed(cast.olga, f"/clients/{card['id']}", {"surname": card["surname"]})

    assert await changes_of(cast.olga, "client", card["id"]) == []


async def test_a_refused_change_is_not_remembered(cast):
    card = await a_client(cast.olga)

    refused = await cast.olga.patch(f"/clients/{card['id']}", {"surname": "Иванова"}, if_match='"7"')

    assert (refused.status_code, await changes_of(cast.olga, "client", card["id"])) == (412, [])


async def test_no_secret_is_ever_remembered(cast, superuser):
    answer = await cast.irina.post(
        f"/users/{cast.olga.id}/password", {"new_password": "сиреневый-конверт-ждёт-трамвай"}
    )
    assert answer.status_code < 300, answer.text

    kept = await superuser.fetch(
        "SELECT changes::text FROM audit_event WHERE company_id = $1", cast.company_id
    )

    assert all("argon2" not in row[0] and "password" not in row[0] for row in kept)
    assert json.dumps(await changes_of(cast.irina, "user")) == "[]"


@pytest.mark.parametrize("who", ["olga", "marina"])
async def test_settings_are_shown_to_managers_and_clients_to_all_who_take_calls(cast, who):
    card = await a_client(cast.olga)
    await changed(cast.olga, f"/clients/{card['id']}", {"comment": "x"})
    person = getattr(cast, who)

    assert len(await changes_of(person, "client", card["id"])) == 1
    assert (await person.get("/changes?card=company")).status_code == 403
    assert (await cast.galina.get("/changes?card=client")).status_code == 403
    assert (await cast.pavel.get("/changes?card=client")).status_code == 403


async def test_another_company_sees_none_of_it(cast, other_cast):
    card = await a_client(cast.olga)
    await changed(cast.olga, f"/clients/{card['id']}", {"comment": "x"})

    assert await changes_of(other_cast.irina, "client", card["id"]) == []
