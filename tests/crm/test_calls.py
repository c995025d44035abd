"""Calls and talks with clients by hand: how long, what was said, what follows; and what was offered."""

from datetime import timedelta

import pytest

from app.core.ids import uuid7
from tests.cast import NOON
from tests.clients.given import a_client

HOUR = timedelta(hours=1)


async def record(person, client, **fields):
    answer = await person.post("/crm/interactions", {"client_id": client["id"], "outcome": "done", **fields})
    return answer.status_code, answer.json()


async def listed(person, client, what, tail=""):
    answer = await person.get(f"/crm/clients/{client['id']}/{what}{tail}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.covers("R62", "R63")
async def test_a_call_keeps_how_long_it_was_what_was_said_and_what_came_of_it(cast):
    client = await a_client(cast.olga)

    status, call = await record(
        cast.marina,
        client,
        direction="in",
        seconds=185,
        outcome="refused",
        reason="дорого",
        loss_reason="price",
        notes="Просит скидку на второе окно",
    )

    assert status == 201, call
    kept = (await listed(cast.olga, client, "interactions"))["items"]
    assert kept == [call]
    assert (call["seconds"], call["outcome"], call["reason"]) == (185, "refused", "дорого")
    assert call["loss_reason"] == "price"
    assert (call["notes"], call["direction"]) == ("Просит скидку на второе окно", "in")
    assert (call["user_id"], call["at"]) == (str(cast.marina.id), "2026-03-02T09:00:00Z")


@pytest.mark.covers("R60", "R61")
async def test_the_history_is_in_the_order_in_which_things_were_said(cast):
    client, other = await a_client(cast.olga), await a_client(cast.olga, contacts=[])
    for hours in (5, 1, 3, 2, 4, 4):
        await record(cast.olga, client, at=(NOON - hours * HOUR).isoformat(), notes=str(hours))
    await record(cast.olga, other)

    first = await listed(cast.galina, client, "interactions", "?limit=4")
    rest = await listed(cast.galina, client, "interactions", f"?limit=4&cursor={first['next_cursor']}")

    assert [one["notes"] for one in first["items"] + rest["items"]] == ["1", "2", "3", "4", "4", "5"]
    assert rest["next_cursor"] is None


@pytest.mark.covers("R64")
async def test_a_promise_to_call_back_becomes_a_task_at_its_time(cast, clock):
    client = await a_client(cast.olga)
    at = NOON + 3 * HOUR

    _, call = await record(
        cast.marina,
        client,
        outcome="call_back",
        call_back_at=at.isoformat(),
        notes="Занята",
        deputy_id=str(cast.olga.id),
    )

    task = (await cast.marina.get("/crm/tasks/my-day")).json()["items"][0]
    assert task["id"] == call["task_id"]
    assert (task["why"], task["note"]) == ("Перезвоните клиенту, как обещали.", "Занята")
    assert (task["due_at"], task["deputy_id"]) == ("2026-03-02T12:00:00Z", str(cast.olga.id))


async def test_a_call_about_a_task_is_its_outcome(cast):
    client = await a_client(cast.olga)
    body = {"client_id": client["id"], "note": "Спросить о сетках", "due_at": NOON.isoformat()}
    task = (await cast.olga.post("/crm/tasks", body)).json()

    await record(cast.olga, client, outcome="no_answer", task_id=task["id"])
    waiting = (await cast.olga.get(f"/crm/tasks/{task['id']}")).json()
    _, call = await record(cast.olga, client, outcome="agreed", agreed_on="2026-03-10", task_id=task["id"])
    over = (await cast.olga.get(f"/crm/tasks/{task['id']}")).json()
    late = await record(cast.olga, client, task_id=task["id"])

    assert (waiting["status"], waiting["tries"], waiting["due_at"]) == ("open", 1, "2026-03-02T11:00:00Z")
    assert (over["status"], over["outcome"], over["agreed_on"]) == ("closed", "agreed", "2026-03-10")
    assert call["task_id"] == task["id"]
    assert (late[0], late[1]["code"]) == (409, "task_over")
    assert len((await listed(cast.olga, client, "interactions"))["items"]) == 2


@pytest.mark.covers("R65")
async def test_each_proposal_keeps_every_answer_and_the_latest_counts(cast, clock):
    client = await a_client(cast.olga)
    _, talk = await record(cast.olga, client, kind="talk")
    body = {"client_id": client["id"], "what": "Москитная сетка", "amount_kop": 250_000}
    net = (await cast.olga.post("/crm/proposals", body | {"interaction_id": talk["id"]})).json()
    sill = (await cast.olga.post("/crm/proposals", body | {"what": "Подоконник"})).json()
    assert (net["answer"], net["answers"]) == (None, [])

    for answer, reason in [("thinking", ""), ("refused", "дорого"), ("accepted", "")]:
        clock.advance(hours=1)
        given = await cast.marina.post(
            f"/crm/proposals/{net['id']}/answers",
            {"answer": answer, "reason": reason, "loss_reason": "price" if reason else None},
        )
        assert given.status_code == 201, given.text

    shown = (await listed(cast.olga, client, "proposals"))["items"]
    assert [(one["what"], one["answer"]) for one in shown] == [
        ("Подоконник", None),
        ("Москитная сетка", "accepted"),
    ]
    assert [one["answer"] for one in shown[1]["answers"]] == ["thinking", "refused", "accepted"]
    assert (shown[1]["amount_kop"], shown[1]["interaction_id"]) == (250_000, talk["id"])
    assert sill["id"] == shown[0]["id"]


async def test_what_lacks_its_reason_or_belongs_to_another_client_is_refused_and_leaves_nothing(cast):
    client, other = await a_client(cast.olga), await a_client(cast.olga, contacts=[])
    _, talk = await record(cast.olga, other, kind="talk")
    body = {"client_id": client["id"], "what": "Сетка"}
    net = (await cast.olga.post("/crm/proposals", body)).json()
    task = (
        await cast.olga.post(
            "/crm/tasks", {"client_id": other["id"], "note": "x", "due_at": NOON.isoformat()}
        )
    ).json()

    refused = [
        await record(cast.olga, client, outcome="refused", loss_reason="price"),
        await record(cast.olga, client, outcome="refused", reason="дорого"),
        await record(cast.olga, client, outcome="agreed", agreed_on="2026-03-10", loss_reason="price"),
        await record(cast.olga, client, outcome="call_back", call_back_at=NOON.isoformat()),
        await record(cast.olga, client, task_id=task["id"]),
        await record(cast.olga, {"id": str(uuid7())}),
    ]
    answers = [
        await cast.olga.post(f"/crm/proposals/{net['id']}/answers", {"answer": "refused"}),
        await cast.olga.post(
            f"/crm/proposals/{net['id']}/answers", {"answer": "refused", "reason": "дорого"}
        ),
        await cast.olga.post(
            f"/crm/proposals/{net['id']}/answers", {"answer": "accepted", "loss_reason": "price"}
        ),
        await cast.olga.post("/crm/proposals", body | {"interaction_id": talk["id"]}),
        await cast.olga.post(f"/crm/proposals/{uuid7()}/answers", {"answer": "accepted"}),
    ]

    assert [(status, body["code"]) for status, body in refused] == [
        (422, "outcome_incomplete"),
        (422, "outcome_incomplete"),
        (422, "loss_reason_without_refusal"),
        (422, "outcome_incomplete"),
        (404, "task_not_found"),
        (404, "client_not_found"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (422, "refusal_needs_reason"),
        (422, "refusal_needs_reason"),
        (422, "loss_reason_without_refusal"),
        (404, "interaction_not_found"),
        (404, "proposal_not_found"),
    ]
    assert (await listed(cast.olga, client, "interactions"))["items"] == []
