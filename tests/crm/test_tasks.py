"""Tasks: the right person is reminded whom to call, when and why, and somebody else if he does not."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range

from app.core.ids import uuid7
from app.crm.tasks.policies import TaskKind
from app.crm.tasks.service import NewTask, drop_tasks, open_task
from app.db.session import transaction
from app.workforce.absences.models import Absence
from tests.cast import NOON
from tests.clients.given import a_client

HOUR = timedelta(hours=1)


async def anna(cast):
    """Her card, opened when it is asked for first."""
    known = (await cast.olga.get("/clients?query=Котова")).json()["items"]
    return known[0] if known else await a_client(cast.olga)


async def a_task(cast, **fields):
    client = await anna(cast)
    body = {
        "client_id": client["id"],
        "note": "Спросить о москитных сетках",
        "due_at": (NOON + HOUR).isoformat(),
        **fields,
    }
    answer = await cast.olga.post("/crm/tasks", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def seen(person, task):
    answer = await person.get(f"/crm/tasks/{task['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def do(person, task, what, **body):
    answer = await person.post(f"/crm/tasks/{task['id']}/{what}", body or None)
    return answer.status_code, answer.json()


async def in_inbox(person, *, is_open=True):
    answer = await person.get(f"/inbox?is_open={str(is_open).lower()}")
    return [item["title"] for item in answer.json()["items"] if item["kind"] == "task_undone"]


@pytest.mark.covers("R37")
async def test_my_day_says_whom_to_call_when_and_why(cast, clock):
    task = await a_task(cast, responsible_id=str(cast.marina.id))
    await cast.olga.post(
        "/crm/tasks",
        {
            "client_id": task["client_id"],
            "note": "Через неделю",
            "due_at": (NOON + timedelta(days=7)).isoformat(),
            "responsible_id": str(cast.marina.id),
        },
    )

    day = (await cast.marina.get("/crm/tasks/my-day")).json()

    assert (day["day"], len(day["items"])) == ("2026-03-02", 1)
    shown = day["items"][0]
    assert (shown["client_name"], shown["client_phone"]) == ("Котова Анна Сергеевна", "+79031234567")
    assert (shown["why"], shown["note"]) == ("Свяжитесь с клиентом.", "Спросить о москитных сетках")
    assert shown["due_at"] == "2026-03-02T10:00:00Z"
    assert (await cast.olga.get("/crm/tasks/my-day")).json()["items"] == []
    clock.advance(days=1)
    assert [one["id"] for one in (await cast.marina.get("/crm/tasks/my-day")).json()["items"]] == [task["id"]]


@pytest.mark.covers("R25")
async def test_a_task_that_nobody_does_goes_to_the_deputy_and_then_to_the_supervisors(
    cast, background, clock
):
    task = await a_task(
        cast, responsible_id=str(cast.marina.id), deputy_id=str(cast.olga.id), patience_min=60
    )

    clock.moment = NOON + 2 * HOUR - timedelta(seconds=1)
    await background.run()
    assert (await seen(cast.olga, task))["holder_id"] == str(cast.marina.id)
    clock.moment = NOON + 2 * HOUR
    await background.run()
    assert (await seen(cast.olga, task))["holder_id"] == str(cast.olga.id)
    clock.moment = NOON + 3 * HOUR
    await background.run()

    assert (await seen(cast.olga, task))["holder_id"] is None
    assert await in_inbox(cast.sergei) == [
        "Задачу по клиенту Котова Анна Сергеевна (срок 2 марта 13:00) никто не выполняет. "
        "Поручите её кому-нибудь."
    ]
    status, handed = await do(cast.sergei, task, "hand-over", user_id=str(cast.olga.id))
    assert (status, handed["holder_id"]) == (200, str(cast.olga.id))
    assert await in_inbox(cast.sergei) == []
    history = (await cast.olga.get(f"/crm/tasks/{task['id']}/history")).json()["items"]
    assert [one["kind"] for one in history] == ["opened", "passed_on", "passed_on", "handed_over"]


async def test_two_sweeps_at_once_pass_a_task_on_once(cast, background, clock):
    task = await a_task(
        cast, responsible_id=str(cast.marina.id), deputy_id=str(cast.olga.id), patience_min=60
    )
    clock.moment = NOON + 2 * HOUR

    await asyncio.gather(*[background.sweep("task") for _ in range(4)])

    assert (await seen(cast.olga, task))["holder_id"] == str(cast.olga.id)


async def test_two_people_take_a_task_and_one_gets_it(cast):
    for _ in range(5):
        task = await a_task(cast)
        answers = await asyncio.gather(do(cast.olga, task, "take"), do(cast.marina, task, "take"))
        assert sorted(code for code, _ in answers) == [200, 409]
        lost = next(body for code, body in answers if code == 409)
        assert lost["code"] == "task_taken"
        winner = (await seen(cast.olga, task))["taken_by"]
        assert winner == lost["params"]["taken_by"] == (await seen(cast.olga, task))["responsible_id"]


async def test_a_task_that_another_has_taken_has_no_other_outcome(cast):
    task = await a_task(cast)
    await do(cast.marina, task, "take")

    refused = await do(cast.olga, task, "outcome", outcome="done")
    done = await do(cast.marina, task, "outcome", outcome="done")

    assert (refused[0], refused[1]["code"]) == (409, "task_taken")
    assert (done[0], done[1]["status"], done[1]["outcome"]) == (200, "closed", "done")
    again = await do(cast.marina, task, "outcome", outcome="done")
    assert (again[0], again[1]["code"]) == (409, "task_over")


@pytest.mark.covers("R26")
async def test_a_client_who_does_not_answer_is_called_three_times_more(cast, clock):
    task, waits = await a_task(cast), []
    for _ in range(4):
        _, shown = await do(cast.olga, task, "outcome", outcome="no_answer")
        if shown["status"] == "open":
            waits.append(shown["due_at"])

    assert waits == ["2026-03-02T11:00:00Z", "2026-03-03T09:00:00Z", "2026-03-05T09:00:00Z"]
    assert (shown["status"], shown["outcome"], shown["tries"]) == ("closed", "no_answer", 4)


@pytest.mark.covers("R64")
async def test_a_call_back_comes_up_at_its_time(cast, clock):
    task = await a_task(cast)
    at = NOON + timedelta(days=2)

    status, shown = await do(cast.olga, task, "outcome", outcome="call_back", call_back_at=at.isoformat())

    assert (status, shown["status"], shown["due_at"]) == (200, "open", "2026-03-04T09:00:00Z")
    assert (await cast.olga.get("/crm/tasks/my-day")).json()["items"] == []
    due = (await cast.olga.get("/crm/tasks/my-day?day=2026-03-04")).json()["items"]
    assert [one["id"] for one in due] == [task["id"]]


async def test_tasks_of_somebody_who_was_dismissed_go_to_the_deputy_at_once(cast, background):
    task = await a_task(cast, responsible_id=str(cast.marina.id), deputy_id=str(cast.olga.id))
    marina = await cast.irina.get(f"/users/{cast.marina.id}")

    answer = await cast.irina.patch(
        f"/users/{cast.marina.id}", {"is_active": False}, if_match=marina.headers["etag"]
    )
    assert answer.status_code == 200, answer.text
    await background.run()

    assert (await seen(cast.olga, task))["holder_id"] == str(cast.olga.id)


async def test_a_worker_who_is_away_is_passed_over(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        away = Range(NOON - HOUR, NOON + 8 * HOUR)
        session.add(Absence(company_id=cast.company_id, worker_id=cast.pavel.id, kind="sick", period=away))

    today = await a_task(
        cast,
        responsible_id=str(cast.pavel.id),
        deputy_id=str(cast.nikolai.id),
        due_at=NOON.isoformat(),
    )
    tomorrow = await a_task(
        cast,
        responsible_id=str(cast.pavel.id),
        deputy_id=str(cast.nikolai.id),
        due_at=(NOON + 24 * HOUR).isoformat(),
    )

    assert (today["holder_id"], tomorrow["holder_id"]) == (str(cast.nikolai.id), str(cast.pavel.id))


async def test_a_task_whose_reason_is_gone_is_dropped_with_what_lay_in_the_inbox(cast, background, clock):
    client = await a_client(cast.olga)
    subject = uuid7()
    new = NewTask(
        client_id=client["id"],
        kind=TaskKind.CALL_BACK,
        channel="call",
        due_at=NOON,
        responsible_id=None,
        subject_kind="call",
        subject_id=subject,
    )
    async with transaction(cast.maker, cast.company_id) as session:
        opened = await open_task(session, cast.company_id, new, opened_by=None, now=NOON)
        again = await open_task(session, cast.company_id, new, opened_by=None, now=NOON)
    assert again is None
    assert len(await in_inbox(cast.sergei)) == 1

    async with transaction(cast.maker, cast.company_id) as session:
        dropped = await drop_tasks(session, cast.company_id, [subject], reason="x", now=NOON)

    assert dropped == 1
    assert (await seen(cast.olga, {"id": str(opened.id)}))["status"] == "dropped"
    assert await in_inbox(cast.sergei) == []


async def test_a_worker_sees_his_own_tasks_alone_and_the_phone_of_his_open_ones(cast):
    his = await a_task(cast, responsible_id=str(cast.pavel.id))
    others = await a_task(cast)

    assert (await seen(cast.pavel, his))["client_phone"] == "+79031234567"
    assert (await cast.pavel.get(f"/crm/tasks/{others['id']}")).status_code == 404
    assert (await do(cast.pavel, others, "take"))[0] == 404
    assert (await cast.pavel.get("/crm/tasks")).status_code == 403
    _, closed = await do(cast.pavel, his, "outcome", outcome="done")
    assert closed["client_phone"] != "+79031234567"


async def test_a_task_for_somebody_unknown_is_refused(cast, other_cast):
    client = await a_client(cast.olga)
    body = {"client_id": client["id"], "note": "x", "due_at": NOON.isoformat()}

    stranger = await cast.olga.post("/crm/tasks", body | {"responsible_id": str(other_cast.olga.id)})
    unknown = await cast.olga.post("/crm/tasks", body | {"client_id": str(uuid7())})

    assert [(one.status_code, one.json()["code"]) for one in (stranger, unknown)] == [
        (404, "task_person_unknown"),
        (404, "client_not_found"),
    ]
