"""What is kept with a merged card is shown with its client, and with its own client again when that is undone."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.cast import NOON, Cast
from tests.clients.given import a_client
from tests.clients.test_merging import merged, undone
from tests.crm.given import ok

KEPT = ("tasks", "interactions", "proposals", "interests")


async def everything_is_noted(cast: Cast, client_id: str) -> None:
    """A task, a call, a proposal and an interest."""
    person = cast.olga
    due = (NOON + timedelta(hours=1)).isoformat()
    await ok(await person.post("/crm/tasks", {"client_id": client_id, "note": "Позвонить", "due_at": due}))
    await ok(await person.post("/crm/interactions", {"client_id": client_id, "outcome": "done"}))
    await ok(await person.post("/crm/proposals", {"client_id": client_id, "what": "Сетки"}))
    await ok(await person.post(f"/crm/clients/{client_id}/interests", {"category": "net"}))


async def counts_of(cast: Cast, client_id: str) -> list[int]:
    """How much each list of a client shows."""
    addresses = [f"/crm/tasks?client_id={client_id}"]
    addresses += [f"/crm/clients/{client_id}/{name}" for name in KEPT[1:]]
    return [len((await ok(await cast.olga.get(one)))["items"]) for one in addresses]


async def test_lists_of_a_client_show_what_was_noted_with_each_of_his_cards(cast, background):
    anna, anya = await a_client(cast.olga), await a_client(cast.olga, contacts=[])
    for card in (anna, anya):
        await everything_is_noted(cast, card["id"])
    told: list[Any] = [await counts_of(cast, anna["id"])]

    merge = await merged(cast.olga, anna, anya)
    await background.sweep("relay", "delivery")
    told += [await counts_of(cast, one["id"]) for one in (anna, anya)]
    life = await ok(await cast.olga.get(f"/crm/lives/{anya['id']}"))
    await undone(cast.olga, merge)
    told += [await counts_of(cast, one["id"]) for one in (anna, anya)]

    assert told == [[1] * 4, [2] * 4, [2] * 4, [1] * 4, [1] * 4]
    assert life["life"]["client_id"] == anna["id"]


async def test_a_call_about_a_merged_card_belongs_to_the_task_and_the_proposal_of_its_client(cast):
    anna, anya = await a_client(cast.olga), await a_client(cast.olga, contacts=[])
    due = (NOON + timedelta(hours=1)).isoformat()
    task = await ok(
        await cast.olga.post("/crm/tasks", {"client_id": anya["id"], "note": "Позвонить", "due_at": due})
    )
    proposal = await ok(await cast.olga.post("/crm/proposals", {"client_id": anya["id"], "what": "Сетки"}))
    await merged(cast.olga, anna, anya)

    call = await ok(
        await cast.olga.post(
            "/crm/interactions", {"client_id": anna["id"], "outcome": "done", "task_id": task["id"]}
        )
    )
    answered = await ok(
        await cast.olga.post(
            f"/crm/proposals/{proposal['id']}/answers",
            {"answer": "accepted", "interaction_id": call["id"]},
        )
    )

    assert call["task_id"] == task["id"]
    assert [one["answer"] for one in answered["answers"]] == ["accepted"]


async def test_the_history_of_a_task_is_only_ever_added_to(cast, superuser):
    anna = await a_client(cast.olga)
    await everything_is_noted(cast, anna["id"])

    for change in ("UPDATE client_task_event SET kind = 'x'", "DELETE FROM client_task_event"):
        with pytest.raises(asyncpg.CheckViolationError, match="only ever added"):
            await superuser.execute(change)
