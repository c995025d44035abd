"""The lists of the office, whose rows are read straight into the shapes of the API."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.dispatch.visits.policies import VisitStatus
from tests.dispatch.given import TOMORROW, a_job, a_planned_visit, accept, an_offered_visit, code_of, progress

LISTS = ["/visits", "/requests", "/orders"]


async def a_request(cast, **fields):
    answer = await cast.marina.post("/requests", {"channel": "phone"} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ids(person, path):
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_a_visit_looks_in_the_list_as_it_does_alone(cast):
    """Whatever its status: each column must be in the field of its name."""
    planned = await a_planned_visit(cast)
    offered = await an_offered_visit(cast, cast.pavel.id)
    under_way = UUID(await an_offered_visit(cast, cast.nikolai.id))
    await accept(cast, cast.nikolai.scope, under_way)
    for status in (VisitStatus.EN_ROUTE, VisitStatus.ON_SITE, VisitStatus.IN_PROGRESS):
        await progress(cast, cast.nikolai.scope, under_way, status)
    canceled = await a_planned_visit(cast)
    await cast.olga.post(f"/visits/{canceled}/cancel", {"reason": "Клиент передумал"}, if_match="*")

    listed = (await cast.olga.get("/visits")).text
    alone = [(await cast.olga.get(f"/visits/{one}")).text for one in (canceled, under_way, offered, planned)]

    assert listed == f'{{"items":[{",".join(alone)}],"next_cursor":null}}'


async def test_a_request_looks_in_the_list_as_it_does_alone(cast):
    bare = await a_request(cast, channel="manual")
    full = await a_request(
        cast,
        channel="site",
        external_ref="form-1",
        contact_name="Анна Котова",
        phone="89031234567",
        email="anna@mail.ru",
        address="Тверская, 12",
        comment="Три окна",
    )
    await cast.marina.patch(f"/requests/{full['id']}", {"status": "responded"}, if_match='"1"')

    listed = (await cast.olga.get("/requests")).text
    alone = [(await cast.olga.get(f"/requests/{one['id']}")).text for one in (full, bare)]

    assert listed == f'{{"items":[{",".join(alone)}],"next_cursor":null}}'
    assert '"version":2' in alone[0]


async def test_an_order_looks_in_the_list_as_it_does_on_its_card(cast):
    reason = {"reason": "Клиент передумал"}
    job_id = await a_job(cast)
    await a_job(cast)
    newest, oldest = await ids(cast.olga, "/orders")
    await cast.olga.post(f"/jobs/{job_id}/cancel", reason)
    await cast.olga.post(f"/orders/{oldest}/cancel", reason)

    listed = (await cast.olga.get("/orders")).json()["items"]

    alone = [(await cast.olga.get(f"/orders/{one}")).json()["order"] for one in (newest, oldest)]
    assert listed == alone
    assert [one["canceled_reason"] for one in alone] == [None, "Клиент передумал"]


async def test_pages_leave_nothing_out_while_something_is_added(cast):
    visits = [await a_planned_visit(cast) for _ in range(5)]
    seen, cursor, sizes = [], "", []
    while cursor is not None:
        page = (await cast.olga.get(f"/visits?limit=2{cursor and f'&cursor={cursor}'}")).json()
        seen += [visit["id"] for visit in page["items"]]
        sizes.append(len(page["items"]))
        cursor = page["next_cursor"]
        await a_planned_visit(cast)

    assert (seen, sizes) == (visits[::-1], [2, 2, 1])


async def test_a_page_that_is_just_full_is_the_last_one(cast):
    await a_planned_visit(cast)
    await a_planned_visit(cast)

    assert (await cast.olga.get("/visits?limit=2")).json()["next_cursor"] is None


async def test_visits_are_listed_by_each_filter_and_by_several(cast):
    early = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW)
    late = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW + timedelta(hours=3))
    other = await an_offered_visit(cast, cast.nikolai.id)
    nobodys = await a_planned_visit(cast)
    job_id = (await cast.olga.get(f"/visits/{late}")).json()["job_id"]
    noon = (TOMORROW + timedelta(hours=1)).isoformat().replace("+", "%2B")
    pavel = f"worker_id={cast.pavel.id}"

    assert await ids(cast.olga, f"/visits?starts_from={noon}") == [late]
    assert await ids(cast.olga, f"/visits?starts_before={noon}") == [nobodys, other, early]
    assert await ids(cast.olga, "/visits?status=planned") == [nobodys]
    assert await ids(cast.olga, "/visits?status=planned&status=offered") == [nobodys, other, late, early]
    assert await ids(cast.olga, f"/visits?{pavel}") == [late, early]
    assert await ids(cast.olga, f"/visits?job_id={job_id}") == [late]
    assert await ids(cast.olga, f"/visits?{pavel}&status=offered&starts_before={noon}") == [early]
    first = (await cast.olga.get(f"/visits?{pavel}&limit=1")).json()
    assert await ids(cast.olga, f"/visits?{pavel}&limit=1&cursor={first['next_cursor']}") == [early]


async def test_requests_are_listed_by_each_filter_and_by_several(cast):
    by_phone = await a_request(cast, phone="89035550000")
    by_mail = await a_request(cast, channel="email")
    await cast.marina.patch(f"/requests/{by_mail['id']}", {"status": "spam"}, if_match='"1"')
    client = {"name": "Анна", "contacts": [{"kind": "phone", "value": "89031112233"}]}
    client_id = (await cast.olga.post("/clients", client)).json()["id"]
    known = await a_request(cast, phone="89031112233")

    assert await ids(cast.marina, "/requests?status=spam") == [by_mail["id"]]
    assert await ids(cast.marina, "/requests?channel=phone") == [known["id"], by_phone["id"]]
    assert await ids(cast.marina, f"/requests?client_id={client_id}") == [known["id"]]
    assert await ids(cast.marina, "/requests?channel=email&status=new") == []


async def test_orders_are_listed_by_each_filter_and_by_several(cast):
    for _ in range(3):
        await a_job(cast)
    first, second, third = (await cast.olga.get("/orders")).json()["items"]

    assert await ids(cast.olga, f"/orders?client_id={second['client_id']}") == [second["id"]]
    assert await ids(cast.olga, f"/orders?site_id={third['site_id']}") == [third["id"]]
    assert await ids(cast.olga, f"/orders?site_id={third['site_id']}&client_id={first['client_id']}") == []
    assert await ids(cast.olga, "/orders?status=canceled") == []
    assert await ids(cast.olga, "/orders?status=new") == [first["id"], second["id"], third["id"]]


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_shows_nothing_of_another_company(cast, other_cast, path):
    await a_planned_visit(cast)
    await a_request(cast)

    assert len(await ids(cast.olga, path)) == 1
    assert await ids(other_cast.olga, path) == []


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00"])
async def test_a_cursor_that_is_none_of_ours_is_refused(cast, path, cursor):
    assert code_of(await cast.olga.get(f"{path}?cursor={cursor}")) == (400, "cursor_invalid")


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_is_for_the_office_only(cast, path):
    assert (await cast.pavel.get(path)).status_code == 403
