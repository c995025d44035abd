"""The list of orders as the office looks at it."""

import pytest

from tests.dispatch.given import a_job, code_of

pytestmark = pytest.mark.covers("M10")


async def rows(person, query=""):
    answer = await person.get(f"/orders/overview?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_an_order_is_shown_with_its_client_and_what_is_owed(cast):
    await a_job(cast)
    [row] = await rows(cast.olga)
    card = (await cast.olga.get(f"/orders/{row['id']}")).json()
    money = {"kind": "prepayment", "amount_kop": 150_00, "method": "cash", "reason": "Задаток до сметы"}

    paid = await cast.galina.post(f"/orders/{row['id']}/payments", money)
    assert paid.status_code == 201, paid.text

    [after] = await rows(cast.olga)
    assert (row["client_name"], row["address"]) == ("Котова Анна Сергеевна", card["site"]["address"])
    assert (row["number"], row["status"], row["ready_on"]) == (card["order"]["number"], "new", None)
    assert (row["balance_kop"], after["balance_kop"]) == (0, -150_00)


async def test_orders_are_found_by_name_number_and_status_and_read_page_by_page(cast):
    for _ in range(3):
        await a_job(cast)
    newest, middle, oldest = await rows(cast.olga)

    assert [one["id"] for one in await rows(cast.olga, "query=котова")] == [
        newest["id"],
        middle["id"],
        oldest["id"],
    ]
    assert [one["id"] for one in await rows(cast.olga, f"query={middle['number']}")] == [middle["id"]]
    assert await rows(cast.olga, "query=%25") == []
    assert await rows(cast.olga, "status=canceled") == []
    first = (await cast.olga.get("/orders/overview?limit=2")).json()
    second = await rows(cast.olga, f"limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in (*first["items"], *second)] == [newest["id"], middle["id"], oldest["id"]]


async def test_the_list_is_for_the_office(cast):
    assert code_of(await cast.pavel.get("/orders/overview")) == (403, "forbidden")
