import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from app.contracts.identity import CompanyRegistered
from app.db.outbox import announce
from app.db.session import transaction
from app.documents.price_list.service import add_work_item, create_default_work_items

pytestmark = pytest.mark.covers("M7", "M32")

NET = {
    "code": "roller_net",
    "name_ru": "Рулонная сетка",
    "name_en": "Roller net",
    "unit": "pcs",
    "price_kop": 2_400_00,
    "reward_kop": 700_00,
    "warranty_months": 12,
}


async def test_a_new_company_starts_with_a_price_list(cast):
    answer = await cast.olga.get("/work-items")

    items = {item["code"]: item for item in answer.json()["items"]}
    assert set(items) == {
        "window_install",
        "door_install",
        "dismantling",
        "slopes",
        "sill",
        "mosquito_net",
        "adjustment",
    }
    assert items["window_install"]["name_ru"] == "Монтаж окна"
    assert all(item["price_kop"] > item["reward_kop"] > 0 for item in items.values())


async def test_registering_a_company_gives_it_the_price_list(other_cast, background):
    background.company_id = other_cast.company_id
    async with transaction(other_cast.maker, other_cast.company_id) as session:
        event = CompanyRegistered(owner_id=other_cast.irina.id, lang="ru", timezone="Europe/Moscow")
        await announce(session, other_cast.company_id, event)

    await background.run()

    assert len((await other_cast.irina.get("/work-items")).json()["items"]) == 7


async def test_the_default_price_list_is_added_once_and_overwrites_nothing(cast):
    items = (await cast.irina.get("/work-items")).json()["items"]
    sill = next(item for item in items if item["code"] == "sill")
    await cast.irina.patch(f"/work-items/{sill['id']}", {"price_kop": 1}, if_match='"1"')

    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)

    again = (await cast.irina.get("/work-items")).json()["items"]
    assert len(again) == len(items)
    assert next(item for item in again if item["code"] == "sill")["price_kop"] == 1


async def test_the_owner_adds_a_work_and_a_retry_adds_no_second(cast):
    first = await cast.irina.post("/work-items", NET, idempotency_key="k")
    again = await cast.irina.post("/work-items", NET, idempotency_key="k")

    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    assert (
        again.json()
        == first.json()
        == NET
        | {
            "id": first.json()["id"],
            "version": 1,
            "is_active": True,
        }
    )
    assert (await cast.galina.get(f"/work-items/{first.json()['id']}")).json()["price_kop"] == 2_400_00


async def test_a_code_is_given_once(cast):
    answer = await cast.sergei.post("/work-items", NET | {"code": "sill"})

    assert (answer.status_code, answer.json()["code"]) == (409, "work_item_exists")
    assert "«sill»" in answer.json()["title"]


async def test_another_refusal_of_the_database_is_not_called_a_taken_code(cast):
    with pytest.raises(IntegrityError, match="not_negative"):
        async with transaction(cast.maker, cast.company_id) as session:
            await add_work_item(session, cast.irina.scope, **NET | {"price_kop": -1})


async def test_of_ten_people_who_add_the_same_code_one_succeeds(cast):
    answers = await asyncio.gather(*[cast.irina.post("/work-items", NET) for _ in range(10)])

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"code": "Roller Net"}, "code"),
        ({"price_kop": -1}, "price_kop"),
        ({"price_kop": 100_000_000_01}, "price_kop"),
        ({"reward_kop": 1.5}, "reward_kop"),
        ({"warranty_months": 601}, "warranty_months"),
        ({"unit": "штука"}, "unit"),
        ({"name_ru": ""}, "name_ru"),
        ({"name_en": "a\u0000b"}, "name_en"),
    ],
)
async def test_an_impossible_work_is_refused_with_its_field(cast, change, path):
    answer = await cast.irina.post("/work-items", NET | change)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path


async def test_an_unknown_field_is_named(cast):
    answer = await cast.irina.post("/work-items", NET | {"colour": "red"})

    assert answer.status_code == 400
    assert "colour" in answer.json()["detail"]


async def test_a_price_is_changed_by_whoever_has_seen_it(cast):
    item = (await cast.irina.post("/work-items", NET)).json()
    address = f"/work-items/{item['id']}"

    blind = await cast.irina.patch(address, {"price_kop": 1})
    changed = await cast.sergei.patch(address, {"price_kop": 2_600_00, "is_active": False}, if_match='"1"')
    late = await cast.irina.patch(address, {"price_kop": 3}, if_match='"1"')

    assert (blind.status_code, late.status_code) == (428, 412)
    assert changed.json() == item | {"price_kop": 2_600_00, "is_active": False, "version": 2}
    assert changed.headers["etag"] == '"2"'


async def test_of_ten_changes_of_the_same_version_one_wins(cast):
    item = (await cast.irina.post("/work-items", NET)).json()

    answers = await asyncio.gather(
        *[cast.irina.patch(f"/work-items/{item['id']}", {"price_kop": n}, if_match='"1"') for n in range(10)]
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9


async def test_workers_see_what_can_be_put_on_an_act_today(cast):
    item = (await cast.irina.post("/work-items", NET)).json()
    before = await cast.rinat.get("/field/work-items")
    await cast.irina.patch(f"/work-items/{item['id']}", {"is_active": False}, if_match='"1"')

    after = await cast.rinat.get("/field/work-items")
    office = await cast.olga.get("/work-items?is_active=false")

    assert "roller_net" in {one["code"] for one in before.json()["items"]}
    assert "roller_net" not in {one["code"] for one in after.json()["items"]}
    assert [one["code"] for one in office.json()["items"]] == ["roller_net"]


async def test_who_may_do_what_with_the_price_list(cast):
    item = (await cast.irina.post("/work-items", NET)).json()
    address = f"/work-items/{item['id']}"

    assert (await cast.olga.post("/work-items", NET)).status_code == 403
    assert (await cast.galina.patch(address, {"price_kop": 1}, if_match='"1"')).status_code == 403
    assert (await cast.rinat.get("/work-items")).status_code == 403
    assert (await cast.rinat.get(address)).status_code == 403
    assert (await cast.olga.get("/field/work-items")).status_code == 403


@pytest.mark.covers("M37")
async def test_another_companys_price_list_is_not_there(cast, other_cast):
    item = (await cast.irina.post("/work-items", NET)).json()
    address = f"/work-items/{item['id']}"

    assert (await other_cast.irina.get("/work-items")).json()["items"] == []
    assert (await other_cast.irina.get(address)).status_code == 404
    assert (await other_cast.irina.patch(address, {"price_kop": 1}, if_match='"1"')).status_code == 404
