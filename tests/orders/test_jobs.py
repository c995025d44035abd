import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.outbox import OutboxEvent
from app.db.query import Query
from app.db.session import transaction
from app.db.work import begin_work
from app.dispatch.visits.policies import VisitStatus
from app.dispatch.visits.queries import JOB_STATE_SELECT, job_state
from app.dispatch.visits.service import settle_job
from app.orders import api as orders
from app.orders.statuses import JobStatus
from tests.clients.given import a_client, a_site
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW, accept, code_of, progress
from tests.orders.given_production import a_measurement


async def a_measurement_job(cast, **fields):
    """Through the API: Anna's card, her flat and the job."""
    client = await a_client(cast.olga, contacts=[])
    site = await a_site(cast.olga, client["id"])
    body = {"client_id": client["id"], "site_id": site["id"], "job_type_id": str(cast.measurement_type_id)}
    answer = await cast.olga.post("/jobs", body | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def card_of(cast, job):
    answer = await cast.olga.get(f"/jobs/{job['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def plan(cast, job, *, starts_at=TOMORROW, minutes=60):
    body = {"starts_at": starts_at.isoformat(), "duration_min": minutes}
    answer = await cast.olga.post(f"/jobs/{job['id']}/visits", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def offer(cast, visit_id, **whom):
    answer = await cast.olga.post(f"/visits/{visit_id}/offer", {name: str(one) for name, one in whom.items()})
    assert answer.status_code == 200, answer.text


async def go(cast, maker, visit_id, *statuses, person=None):
    """Pavel accepts and moves his visit on."""
    scope = (person or cast.pavel).scope
    await accept(cast, scope, UUID(visit_id))
    for status in statuses:
        await progress(cast, scope, UUID(visit_id), status)


WORKED = (VisitStatus.EN_ROUTE, VisitStatus.ON_SITE, VisitStatus.IN_PROGRESS)


async def announced(cast, maker, kind):
    async with transaction(maker, cast.company_id) as session:
        query = select(OutboxEvent.payload).where(
            OutboxEvent.company_id == cast.company_id, OutboxEvent.kind == kind
        )
        return list(await session.scalars(query.order_by(OutboxEvent.happened_at)))


@pytest.mark.covers("M22")
async def test_a_job_says_what_is_to_be_done_and_opens_an_order(cast):
    job = await a_measurement_job(cast, priority="high", instructions="Собака, звонить заранее")

    assert (job["number"], job["kind"], job["status"]) == (1, "measurement", "new")
    assert (job["client_name"], job["address"]) == ("Котова Анна Сергеевна", "Москва, Тверская улица, 12")
    assert (job["priority"], job["required_skills"]) == ("high", ["measure"])
    order = (await cast.olga.get(f"/orders/{job['order_id']}")).json()
    assert (order["order"]["number"], order["order"]["status"]) == (1, "new")
    assert [one["id"] for one in order["jobs"]] == [job["id"]]


async def test_numbers_have_no_gaps_and_no_repeats(cast, other_cast):
    client = await a_client(cast.olga, contacts=[])
    site = await a_site(cast.olga, client["id"])
    body = {"client_id": client["id"], "site_id": site["id"], "job_type_id": str(cast.measurement_type_id)}
    refused = {"required_skills": ["magic"]}

    answers = await asyncio.gather(
        *[cast.olga.post("/jobs", body | (refused if number % 3 == 0 else {})) for number in range(21)]
    )
    theirs = await a_measurement_job(other_cast)

    assert sorted(a.json()["number"] for a in answers if a.status_code == 201) == list(range(1, 15))
    assert theirs["number"] == 1


async def test_one_order_has_several_jobs(cast):
    job = await a_measurement_job(cast)

    second = await cast.olga.post(
        "/jobs",
        {
            "client_id": job["client_id"],
            "site_id": job["site_id"],
            "order_id": job["order_id"],
            "job_type_id": str(cast.installation_type_id),
            "required_skills": ["install", "measure"],
        },
    )

    assert second.status_code == 201
    assert second.json()["required_skills"] == ["install", "measure"]
    order = (await cast.galina.get(f"/orders/{job['order_id']}")).json()
    assert [one["kind"] for one in order["jobs"]] == ["measurement", "installation"]
    assert order["site"]["apartment"] == "31"


@pytest.mark.covers("R57")
async def test_everything_about_a_client_is_found_by_her_id(cast):
    job = await a_measurement_job(cast)
    await a_measurement_job(cast)
    await plan(cast, job)
    await cast.marina.post("/requests", {"channel": "phone", "phone": "89035550000", "comment": "хочет окна"})
    await cast.olga.patch(
        f"/clients/{job['client_id']}",
        {"contacts": [{"kind": "phone", "value": "89035550000"}], "comment": "скидка за второй заказ"},
        if_match='"1"',
    )
    repeated = await cast.marina.post(
        "/requests", {"channel": "phone", "phone": "89035550000", "comment": "ещё"}
    )
    by_client = f"client_id={job['client_id']}"

    requests = (await cast.olga.get(f"/requests?{by_client}")).json()["items"]
    jobs = (await cast.olga.get(f"/jobs?{by_client}")).json()["items"]
    orders = (await cast.olga.get(f"/orders?{by_client}")).json()["items"]
    sites = (await cast.olga.get(f"/clients/{job['client_id']}/sites")).json()["items"]
    client = (await cast.olga.get(f"/clients/{job['client_id']}")).json()

    assert [one["id"] for one in requests] == [repeated.json()["id"]]
    assert [one["id"] for one in jobs] == [job["id"]]
    assert [one["id"] for one in orders] == [job["order_id"]]
    assert [one["id"] for one in sites] == [job["site_id"]]
    assert client["comment"] == "скидка за второй заказ"
    assert len((await card_of(cast, job))["visits"]) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"job_type_id": str(uuid4())}, (404, "job_type_not_found")),
        ({"site_id": str(uuid4())}, (404, "site_not_found")),
        ({"client_id": str(uuid4())}, (422, "site_of_other_client")),
        ({"order_id": str(uuid4())}, (404, "order_not_found")),
        ({"required_skills": ["magic"]}, (422, "skill_unknown")),
    ],
)
async def test_a_job_about_what_is_not_there_is_refused(cast, change, refusal):
    job = await a_measurement_job(cast)
    body = {
        "client_id": job["client_id"],
        "site_id": job["site_id"],
        "job_type_id": str(cast.measurement_type_id),
    }

    assert code_of(await cast.olga.post("/jobs", body | change)) == refusal


async def test_an_order_is_about_one_site(cast):
    mine, other = await a_measurement_job(cast), await a_measurement_job(cast)

    answer = await cast.olga.post(
        "/jobs",
        {
            "client_id": mine["client_id"],
            "site_id": mine["site_id"],
            "order_id": other["order_id"],
            "job_type_id": str(cast.installation_type_id),
        },
    )

    assert code_of(answer) == (422, "order_of_other_site")


@pytest.mark.covers("M22")
async def test_the_card_shows_everything_at_once(cast, engine):
    job = await a_measurement_job(cast)
    first, second = await plan(cast, job), await plan(cast, job, starts_at=TOMORROW + timedelta(days=1))
    await offer(cast, second, worker_id=cast.pavel.id)

    card = await card_of(cast, job)
    with statements_of(engine) as with_two_visits:
        await card_of(cast, job)
    await plan(cast, job, starts_at=TOMORROW + timedelta(days=2))
    with statements_of(engine) as with_three_visits:
        seen_by_galina = (await cast.galina.get(f"/jobs/{job['id']}")).json()

    assert card["job"]["id"] == job["id"]
    assert (card["job_type"]["name"], card["job_type"]["duration_min"]) == ("Замер", 60)
    assert (card["client"]["surname"], card["site"]["intercom"]) == ("Котова", "31К")
    assert card["order"]["prepaid_kop"] == 0
    assert [(v["id"], v["number"], v["status"], v["worker_name"]) for v in card["visits"]] == [
        (first, 1, "planned", None),
        (second, 2, "offered", "Павел Громов"),
    ]
    assert len(with_three_visits) <= len(with_two_visits) + 1  # Galina's session is read once
    assert len(seen_by_galina["visits"]) == 3


async def test_a_crew_stands_on_the_card_by_its_name(cast):
    client = await a_client(cast.olga)
    site = await a_site(cast.olga, client["id"])
    body = {"client_id": client["id"], "site_id": site["id"], "job_type_id": str(cast.installation_type_id)}
    job = (await cast.olga.post("/jobs", body)).json()
    await offer(cast, await plan(cast, job, minutes=240), crew_id=cast.crew_id)

    card = await card_of(cast, job)
    masked = (await cast.galina.get(f"/jobs/{job['id']}")).json()

    assert (card["visits"][0]["crew_name"], card["visits"][0]["worker_name"]) == (
        "Бригада Рината",
        "Ринат Галиев",
    )
    assert card["client"]["contacts"][0]["value"] == "+79031234567"
    assert masked["client"]["contacts"][0]["value"] == "+7 *** ***-45-67"


async def test_the_list_is_filtered_and_takes_as_many_statements_for_10_as_for_1(cast, engine):
    jobs = [await a_measurement_job(cast) for _ in range(10)]
    await plan(cast, jobs[3])

    async def ids(query):
        answer = await cast.olga.get(f"/jobs?{query}")
        assert answer.status_code == 200, answer.text
        return [job["id"] for job in answer.json()["items"]]

    with statements_of(engine) as for_one:
        await ids("limit=1")
    with statements_of(engine) as for_all:
        assert await ids("kind=measurement") == [job["id"] for job in reversed(jobs)]
    assert len(for_all) <= len(for_one)
    assert await ids("status=planned") == [jobs[3]["id"]]
    assert await ids(f"order_id={jobs[5]['order_id']}") == [jobs[5]["id"]]
    assert await ids(f"site_id={jobs[6]['site_id']}") == [jobs[6]["id"]]
    assert await ids("kind=service") == []
    assert (await cast.olga.get("/jobs?status=lost")).status_code == 400


async def test_orders_are_listed_by_status_and_site(cast):
    jobs = [await a_measurement_job(cast) for _ in range(3)]

    by_site = (await cast.galina.get(f"/orders?site_id={jobs[1]['site_id']}")).json()["items"]
    ready = (await cast.galina.get("/orders?status=ready")).json()["items"]
    newest = (await cast.galina.get("/orders?limit=1")).json()

    assert [order["id"] for order in by_site] == [jobs[1]["order_id"]]
    assert ready == []
    assert [order["id"] for order in newest["items"]] == [jobs[2]["order_id"]]
    assert newest["next_cursor"]


async def test_a_job_is_corrected_by_whoever_saw_it_last(cast):
    job = await a_measurement_job(cast)
    path = f"/jobs/{job['id']}"

    changed = await cast.olga.patch(
        path,
        {"priority": "urgent", "instructions": "Код 31К", "required_skills": ["install"]},
        if_match='"1"',
    )
    lost = await cast.sergei.patch(path, {"priority": "low"}, if_match='"1"')
    unknown = await cast.olga.patch(path, {"required_skills": ["magic"]}, if_match='"2"')

    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    read = (await card_of(cast, job))["job"]
    assert (read["priority"], read["instructions"], read["required_skills"]) == (
        "urgent",
        "Код 31К",
        ["install"],
    )
    assert (lost.status_code, code_of(unknown)) == (412, (422, "skill_unknown"))


@pytest.mark.covers("M22")
async def test_the_status_of_a_job_follows_its_visits(cast, maker):
    job = await a_measurement_job(cast)
    seen = []

    async def look():
        card = await card_of(cast, job)
        seen.append(card["job"]["status"])

    first = await plan(cast, job)
    await look()
    await offer(cast, first, worker_id=cast.pavel.id)
    await go(cast, maker, first, VisitStatus.EN_ROUTE)
    await look()
    for status in (VisitStatus.ON_SITE, VisitStatus.IN_PROGRESS, VisitStatus.PARTIALLY_COMPLETED):
        await progress(cast, cast.pavel.scope, UUID(first), status)
    await look()
    second = await plan(cast, job, starts_at=TOMORROW + timedelta(days=1))
    await look()
    await offer(cast, second, worker_id=cast.pavel.id)
    await go(cast, maker, second, *WORKED, VisitStatus.COMPLETED)
    await look()

    assert seen == ["planned", "in_progress", "new", "in_progress", "completed"]


async def test_a_visit_that_moves_on_spoils_nobodys_form(cast):
    job = await a_measurement_job(cast)
    await plan(cast, job)

    answer = await cast.olga.patch(f"/jobs/{job['id']}", {"priority": "low"}, if_match='"1"')

    assert (answer.status_code, answer.json()["status"]) == (200, "planned")


async def test_two_visits_that_end_at_once_complete_the_job(cast, maker):
    """Each sees the other still going on unless one waits for the other."""
    for attempt in range(5):
        job = await a_measurement_job(cast)
        starts_at = TOMORROW + timedelta(hours=2 * attempt)
        people = [cast.pavel, cast.nikolai]
        visits = [await plan(cast, job, starts_at=starts_at) for _ in people]
        for person, visit_id in zip(people, visits, strict=True):
            await offer(cast, visit_id, worker_id=person.id)
            await go(cast, maker, visit_id, *WORKED, person=person)

        async def finish(person, visit_id):
            await progress(cast, person.scope, UUID(visit_id), VisitStatus.COMPLETED)

        await asyncio.gather(*[finish(*one) for one in zip(people, visits, strict=True)])

        assert (await card_of(cast, job))["job"]["status"] == "completed"


async def test_a_canceled_job_takes_its_visits_with_it(cast, maker):
    job = await a_measurement_job(cast)
    first, second = await plan(cast, job), await plan(cast, job, starts_at=TOMORROW + timedelta(days=1))
    await offer(cast, second, worker_id=cast.pavel.id)

    canceled = await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "Клиент передумал"})
    again = await cast.sergei.post(f"/jobs/{job['id']}/cancel", {"reason": "ещё раз"})

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert again.json()["canceled_reason"] == "Клиент передумал"
    card = await card_of(cast, job)
    assert [(v["id"], v["status"], v["status_reason"]) for v in card["visits"]] == [
        (first, "canceled", "Клиент передумал"),
        (second, "canceled", "Клиент передумал"),
    ]
    assert await announced(cast, maker, "dispatch.job_canceled") == [
        {"job_id": job["id"], "reason": "Клиент передумал"}
    ]


async def test_nothing_is_planned_or_changed_for_a_canceled_job(cast):
    job = await a_measurement_job(cast)
    await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "x"})

    changed = await cast.olga.patch(f"/jobs/{job['id']}", {"priority": "low"}, if_match="*")
    planned = await cast.olga.post(f"/jobs/{job['id']}/visits", {"starts_at": TOMORROW.isoformat()})
    closed = await cast.olga.post(f"/jobs/{job['id']}/close")

    assert code_of(changed) == (409, "job_over")
    assert code_of(planned) == (409, "job_not_plannable")
    assert code_of(closed) == (409, "job_not_completed")


async def test_a_job_is_not_canceled_while_somebody_is_on_site(cast, maker):
    job = await a_measurement_job(cast)
    visit_id = await plan(cast, job)
    await offer(cast, visit_id, worker_id=cast.pavel.id)
    await go(cast, maker, visit_id, VisitStatus.EN_ROUTE, VisitStatus.ON_SITE)

    answer = await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "Клиент передумал"})

    assert code_of(answer) == (409, "visit_move_refused")
    assert (await card_of(cast, job))["job"]["status"] == "in_progress"


async def test_cancel_and_plan_at_once_leave_no_visit_of_a_canceled_job(cast):
    for attempt in range(10):
        job = await a_measurement_job(cast)
        starts_at = TOMORROW + timedelta(hours=attempt)

        planned, canceled = await asyncio.gather(
            cast.olga.post(f"/jobs/{job['id']}/visits", {"starts_at": starts_at.isoformat()}),
            cast.sergei.post(f"/jobs/{job['id']}/cancel", {"reason": "x"}),
        )

        card = await card_of(cast, job)
        assert {planned.status_code, canceled.status_code} <= {200, 201, 409}
        if card["job"]["status"] == "canceled":
            assert [v["status"] for v in card["visits"]] in ([], ["canceled"])


@pytest.mark.covers("M22")
async def test_the_office_closes_a_completed_job(cast, maker):
    job = await a_measurement_job(cast)
    visit_id = await plan(cast, job)
    early = await cast.olga.post(f"/jobs/{job['id']}/close")
    await offer(cast, visit_id, worker_id=cast.pavel.id)
    await go(cast, maker, visit_id, *WORKED, VisitStatus.COMPLETED)

    closed = await cast.olga.post(f"/jobs/{job['id']}/close")
    again = await cast.olga.post(f"/jobs/{job['id']}/close")
    canceled = await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "x"})

    assert code_of(early) == (409, "job_not_completed")
    assert (closed.json()["status"], again.json()["status"]) == ("closed", "closed")
    assert code_of(canceled) == (409, "job_over")


async def test_what_is_done_is_not_canceled_and_what_is_canceled_is_not_revived(cast, maker):
    job = await a_measurement_job(cast)
    visit_id = await plan(cast, job)
    await offer(cast, visit_id, worker_id=cast.pavel.id)
    await go(cast, maker, visit_id, *WORKED, VisitStatus.COMPLETED)
    other = await a_measurement_job(cast)
    await cast.olga.post(f"/jobs/{other['id']}/cancel", {"reason": "x"})

    canceled = await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "x"})
    planned = await cast.olga.post(f"/jobs/{other['id']}/visits", {"starts_at": TOMORROW.isoformat()})

    assert code_of(canceled) == (409, "job_completed")
    assert code_of(planned) == (409, "job_not_plannable")
    assert (await card_of(cast, job))["job"]["status"] == "completed"


async def test_a_job_that_is_done_shows_for_whom_and_where_it_was_done(cast, maker):
    job = await a_measurement_job(cast)
    visit_id = await plan(cast, job)
    await offer(cast, visit_id, worker_id=cast.pavel.id)
    was = (job["client_name"], job["address"])

    await rename(cast, job, surname="Первая", address="Первая улица, 1")
    before = (await card_of(cast, job))["job"]
    await go(cast, maker, visit_id, *WORKED, VisitStatus.COMPLETED)
    await rename(cast, job, surname="Вторая", address="Вторая улица, 2")
    after = (await card_of(cast, job))["job"]
    listed = (await cast.olga.get("/jobs")).json()["items"][0]

    assert (before["client_name"], before["address"]) != was
    assert (after["client_name"], after["address"]) == (before["client_name"], before["address"])
    assert (listed["client_name"], listed["address"]) == (before["client_name"], before["address"])


async def rename(cast, job, *, surname, address):
    for path, change in [
        (f"/clients/{job['client_id']}", {"surname": surname}),
        (f"/sites/{job['site_id']}", {"address": address}),
    ]:
        version = (await cast.olga.get(path)).json()["version"]
        answer = await cast.olga.patch(path, change, if_match=f'"{version}"')
        assert answer.status_code == 200, answer.text


@pytest.mark.covers("M36")
async def test_who_may_do_what_with_jobs(cast):
    job = await a_measurement_job(cast)
    path = f"/jobs/{job['id']}"

    for person in (cast.pavel, cast.rinat):
        for answer in [
            await person.get("/jobs"),
            await person.get(path),
            await person.get("/orders"),
            await person.get(f"/orders/{job['order_id']}"),
            await person.post("/jobs", {}),
            await person.patch(path, {}),
            await person.post(f"{path}/cancel", {"reason": "x"}),
            await person.post(f"{path}/close"),
        ]:
            assert answer.status_code == 403
    for answer in [
        await cast.galina.post("/jobs", {}),
        await cast.marina.patch(path, {"priority": "low"}, if_match='"1"'),
        await cast.marina.post(f"{path}/cancel", {"reason": "x"}),
        await cast.galina.post(f"{path}/close"),
    ]:
        assert answer.status_code == 403


@pytest.mark.covers("M37")
async def test_a_job_of_another_company_is_not_there(cast, other_cast):
    job = await a_measurement_job(cast)
    path = f"/jobs/{job['id']}"

    for answer in [
        await other_cast.olga.get(path),
        await other_cast.olga.patch(path, {"priority": "low"}, if_match='"1"'),
        await other_cast.olga.post(f"{path}/cancel", {"reason": "x"}),
        await other_cast.olga.post(f"{path}/close"),
    ]:
        assert code_of(answer) == (404, "job_not_found")
    assert code_of(await other_cast.olga.get(f"/orders/{job['order_id']}")) == (404, "order_not_found")
    assert (await other_cast.olga.get("/jobs")).json()["items"] == []


@pytest.mark.covers("M36")
async def test_a_worker_knows_the_jobs_that_take_his_time_and_no_others(cast, maker):
    job = await a_measurement_job(cast)
    await offer(cast, await plan(cast, job), worker_id=cast.pavel.id)

    async with transaction(maker, cast.company_id) as session:
        his = await orders.get_job(session, cast.pavel.scope, UUID(job["id"]))
        await orders.lock_job(session, cast.pavel.scope, UUID(job["id"]))
        assert not await orders.may_see_job(session, cast.nikolai.scope, UUID(job["id"]))
        for refused in (orders.get_job, orders.lock_job):
            with pytest.raises(orders.JobNotFound):
                await refused(session, cast.nikolai.scope, UUID(job["id"]))
    assert str(his.id) == job["id"]


async def order_of(cast, job):
    return (await cast.olga.get(f"/orders/{job['order_id']}")).json()["order"]


async def measured(cast, maker, job):
    await a_measurement(cast, UUID(job["id"]))
    async with transaction(maker, cast.company_id) as session:
        await orders.settle_order(session, cast.company_id, UUID(job["order_id"]))


async def call_off(cast, job, reason="Клиент передумал"):
    answer = await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": reason})
    assert answer.status_code == 200, answer.text


async def cancel_order(person, job, reason="Клиент передумал"):
    return await person.post(f"/orders/{job['order_id']}/cancel", {"reason": reason})


async def test_a_canceled_measurement_takes_the_order_back_and_says_so(cast, maker):
    job = await a_measurement_job(cast)
    await measured(cast, maker, job)

    await call_off(cast, job)

    assert (await order_of(cast, job))["status"] == "new"
    assert [
        (one["was"], one["status"]) for one in await announced(cast, maker, "dispatch.order_advanced")
    ] == [
        ("new", "measured"),
        ("measured", "new"),
    ]


async def test_an_order_is_canceled_with_its_reason_once(cast, maker):
    job = await a_measurement_job(cast)
    await call_off(cast, job)

    first = await cancel_order(cast.olga, job)
    again = await cancel_order(cast.sergei, job, "ещё раз")

    assert (first.status_code, first.json()["status"]) == (200, "canceled")
    assert (again.status_code, again.json()["canceled_reason"]) == (200, "Клиент передумал")
    assert (await order_of(cast, job))["status"] == "canceled"
    assert await announced(cast, maker, "dispatch.order_advanced") == [
        {"order_id": job["order_id"], "was": "new", "status": "canceled"}
    ]


async def test_an_order_with_something_to_do_is_not_canceled(cast):
    job = await a_measurement_job(cast)

    answer = await cancel_order(cast.olga, job)

    assert code_of(answer) == (409, "order_under_way")
    assert answer.json()["params"] == {"jobs": [job["number"]], "production_orders": []}
    assert (await order_of(cast, job))["status"] == "new"


async def test_what_was_completed_is_closed_with_its_order_and_nothing_is_planned_for_it(cast, maker):
    job = await a_measurement_job(cast)
    visit_id = await plan(cast, job)
    await offer(cast, visit_id, worker_id=cast.pavel.id)
    await go(cast, maker, visit_id, *WORKED, VisitStatus.COMPLETED)
    await measured(cast, maker, job)
    body = {name: job[name] for name in ("client_id", "site_id", "order_id", "job_type_id")}

    canceled = await cancel_order(cast.olga, job)
    planned = await cast.olga.post(f"/jobs/{job['id']}/visits", {"starts_at": TOMORROW.isoformat()})
    another = await cast.olga.post("/jobs", body)

    assert canceled.status_code == 200
    assert (await card_of(cast, job))["job"]["status"] == "closed"
    assert code_of(planned) == (409, "job_not_plannable")
    assert code_of(another) == (422, "order_of_other_site")


async def test_an_installed_order_is_not_canceled(cast, maker):
    job = await a_measurement_job(cast, job_type_id=str(cast.installation_type_id))
    visit_id = await plan(cast, job, minutes=240)
    await offer(cast, visit_id, crew_id=cast.crew_id)
    await go(cast, maker, visit_id, *WORKED, VisitStatus.COMPLETED, person=cast.rinat)

    answer = await cancel_order(cast.olga, job)

    assert code_of(answer) == (409, "order_installed")


async def test_cancel_and_a_new_job_at_once_leave_nothing_to_do_of_a_canceled_order(cast):
    outcomes = set()
    for _ in range(10):
        job = await a_measurement_job(cast)
        await call_off(cast, job)
        body = {name: job[name] for name in ("client_id", "site_id", "order_id", "job_type_id")}

        canceled, created = await asyncio.gather(
            cancel_order(cast.olga, job), cast.sergei.post("/jobs", body)
        )

        outcomes.add((canceled.status_code, created.status_code))
    assert outcomes <= {(200, 422), (409, 201)}


async def test_two_installations_that_end_at_once_make_the_order_installed(cast, maker):
    first = await a_measurement_job(cast, job_type_id=str(cast.installation_type_id))
    body = {name: first[name] for name in ("client_id", "site_id", "order_id", "job_type_id")}
    second = (await cast.olga.post("/jobs", body)).json()
    visits = []
    for day, job in enumerate([first, second]):
        visit_id = await plan(cast, job, starts_at=TOMORROW + timedelta(days=day), minutes=240)
        await offer(cast, visit_id, crew_id=cast.crew_id)
        await go(cast, maker, visit_id, *WORKED, person=cast.rinat)
        visits.append(UUID(visit_id))

    async def complete(visit_id):
        await progress(cast, cast.rinat.scope, visit_id, VisitStatus.COMPLETED)

    await asyncio.gather(*[complete(visit_id) for visit_id in visits])

    assert (await order_of(cast, first))["status"] == "installed"


async def test_who_may_cancel_an_order_and_of_which_company(cast, other_cast):
    job = await a_measurement_job(cast)
    await call_off(cast, job)

    for person in (cast.marina, cast.galina, cast.pavel):
        assert code_of(await cancel_order(person, job)) == (403, "forbidden")
    assert code_of(await cancel_order(other_cast.olga, job)) == (404, "order_not_found")
    assert code_of(await cancel_order(cast.olga, job, "")) == (400, "request_invalid")
    assert (await cancel_order(cast.irina, job)).status_code == 200


async def test_a_measurement_makes_the_order_measured(cast, maker):
    job = await a_measurement_job(cast)

    await measured(cast, maker, job)

    assert (await order_of(cast, job))["status"] == "measured"


async def test_the_last_installation_makes_the_order_installed(cast, maker):
    client = await a_client(cast.olga)
    site = await a_site(cast.olga, client["id"])
    body = {"client_id": client["id"], "site_id": site["id"], "job_type_id": str(cast.installation_type_id)}
    first = (await cast.olga.post("/jobs", body)).json()
    second = (await cast.olga.post("/jobs", body | {"order_id": first["order_id"]})).json()
    seen = []

    for day, job in enumerate([first, second]):
        visit_id = await plan(cast, job, starts_at=TOMORROW + timedelta(days=day), minutes=240)
        await offer(cast, visit_id, crew_id=cast.crew_id)
        await go(cast, maker, visit_id, *WORKED, VisitStatus.COMPLETED, person=cast.rinat)
        seen.append((await cast.olga.get(f"/orders/{first['order_id']}")).json()["order"]["status"])

    assert seen == ["new", "installed"]


async def test_a_closed_job_stays_closed_whatever_is_refreshed(cast, maker):
    job = await a_measurement_job(cast)
    await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "x"})

    async with begin_work(maker, cast.company_id) as work:
        standing = await work.one(Query(JOB_STATE_SELECT, job_state), job=UUID(job["id"]))
        await settle_job(work, standing, VisitStatus.PLANNED)

    assert (await card_of(cast, job))["job"]["status"] == JobStatus.CANCELED
