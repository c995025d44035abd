"""The next visit is proposed while somebody is still there: booked at once, named, thought over or refused."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.crm.on_site.policies import Proposing, Reply, ReplyIncomplete, check_complete, count_proposing
from tests.crm.given import a_booked_job, a_card, ok, work_begins
from tests.crm.test_invitations import a_due_client, invitation_of, proposed
from tests.dispatch.given import TOMORROW

PAVEL, RINAT = UUID(int=1), UUID(int=2)
IN_MAY = {"starts_at": "2026-05-12T10:00:00+03:00"}


async def at_work(cast, clock, client=None) -> tuple[str, object]:
    """Rinat is at Anna's."""
    card, site = client or await a_card(cast)
    visit = await a_booked_job(cast, card, site, starts_at=TOMORROW)
    await work_begins(visit, clock.now())
    return card, visit


@pytest.mark.parametrize(
    ("reply", "given", "is_complete"),
    [
        ("booked", {"time": 1}, True),
        ("booked", {"on": 1}, False),
        ("named", {"on": 1}, True),
        ("named", {}, False),
        ("refused", {"reason": "дорого"}, True),
        ("refused", {"reason": " "}, False),
        ("thinking", {}, True),
    ],
)
def test_a_reply_has_what_belongs_to_it(reply, given, is_complete):
    values = {"time": None, "on": None, "reason": ""} | given
    if is_complete:
        check_complete(Reply(reply), **values)
    else:
        with pytest.raises(ReplyIncomplete):
            check_complete(Reply(reply), **values)


@pytest.mark.covers("R111")
def test_workers_are_counted_by_how_often_they_ask():
    replies = [(PAVEL, "booked"), (PAVEL, "refused"), (PAVEL, "booked"), (None, "thinking")]

    assert count_proposing({PAVEL: 5, RINAT: 2}, replies) == [
        Proposing(None, 0, 1, 0, 0, 1, 0),
        Proposing(PAVEL, 5, 3, 2, 0, 0, 1),
        Proposing(RINAT, 2, 0, 0, 0, 0, 0),
    ]


@pytest.mark.covers("R110", "R111")
async def test_the_worker_books_the_next_visit_while_he_is_there(cast, clock, background):
    card, visit = await at_work(cast, clock)
    path = f"/crm/visits/{visit.id}/propose-next"
    body = {"category": "window_install", "reply": "booked", "time": IN_MAY}

    made = await ok(await cast.rinat.post(path, body, idempotency_key="k1"))
    again = await ok(await cast.rinat.post(path, body, idempotency_key="k1"))
    stranger = await cast.pavel.post(path, body)
    unknown = await cast.rinat.post(path, body | {"category": "net"})
    past = await cast.rinat.post(path, body | {"time": {"starts_at": "2026-01-12T10:00:00+03:00"}})

    booked = await ok(await cast.olga.get(f"/visits/{made['booked_visit_id']}"))
    assert (booked["job_id"], booked["status"], booked["starts_at"]) == (
        made["job_id"],
        "planned",
        "2026-05-12T07:00:00Z",
    )
    assert (made["client_id"], made["on_day"], made["worker_id"]) == (card, "2026-05-12", str(cast.rinat.id))
    assert again == made
    assert (stranger.status_code, unknown.json()["code"]) == (404, "category_without_job_type")
    assert past.json()["code"] == "visit_time_invalid"
    jobs = (await ok(await cast.olga.get(f"/jobs?client_id={card}")))["items"]
    assert len(jobs) == 2  # neither the unknown nor the past one has left anything


@pytest.mark.covers("R110", "R111")
async def test_a_day_that_the_client_names_and_why_he_does_not_want_it_are_kept_and_counted(
    cast, clock, background
):
    card, visit = await at_work(cast, clock)
    path = f"/crm/visits/{visit.id}/propose-next"

    refused = {"category": "maintenance", "reply": "refused", "reason": "Дорого"}
    await ok(await cast.rinat.post(path, refused))
    named = await ok(
        await cast.rinat.post(path, {"category": "maintenance", "reply": "named", "on": "2026-10-01"})
    )
    empty = await cast.rinat.post(path, {"category": "maintenance", "reply": "refused"})
    wrong = await cast.rinat.post(path, {"category": "roof", "reply": "thinking"})
    thinking = {"category": "maintenance", "reply": "thinking", "loss_reason": "price"}
    assert (await cast.rinat.post(path, thinking)).json()["code"] == "loss_reason_without_refusal"
    clock.advance(hours=1)
    await visit.done("complete", at=clock.now())

    listed = await ok(await cast.olga.get(f"/crm/clients/{card}/next-visit-proposals"))
    counts = await ok(
        await cast.olga.get("/crm/next-visit-proposals/by-worker?from=2026-03-01&to=2026-04-01")
    )
    assert [(one["reply"], one["on_day"], one["reason"]) for one in listed["items"]] == [
        ("named", "2026-10-01", ""),
        ("refused", None, "Дорого"),
    ]
    assert named["booked_visit_id"] is None
    assert (empty.json()["code"], wrong.json()["code"]) == ("reply_incomplete", "next_visit_invalid")
    assert counts["items"] == [
        {
            "worker_id": str(cast.rinat.id),
            "visits": 1,
            "proposed": 1,
            "booked": 0,
            "named": 1,
            "thinking": 0,
            "refused": 0,
        }
    ]


@pytest.mark.covers("R109", "R110")
async def test_what_is_booked_on_site_ends_an_invitation(cast, clock, background):
    anna = await a_due_client(cast, agrees=False)
    await proposed(cast)
    site = (await ok(await cast.olga.get(f"/clients/{anna}/sites")))["items"][0]["id"]
    _, visit = await at_work(cast, clock, (anna, site))
    await background.sweep("relay", "delivery")
    clock.advance(minutes=5)

    assert (await invitation_of(cast, anna))["status"] == "withdrawn"
    await ok(
        await cast.rinat.post(
            f"/crm/visits/{visit.id}/propose-next",
            {"category": "window_install", "reply": "booked", "time": IN_MAY},
        )
    )
    clock.advance(minutes=timedelta(days=1).total_seconds() // 60)
    assert await proposed(cast) == 0
