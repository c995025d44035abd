"""What a dispatcher sees of a visit at once."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.dispatch.visits.policies import VisitStatus
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW, accept, an_offered_visit, code_of, progress

pytestmark = pytest.mark.covers("M2", "M5")


async def card_of(person, visit_id):
    answer = await person.get(f"/visits/{visit_id}/card")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_card_says_who_was_asked_until_when_and_what_happens_then(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id, accept_within_s=600)

    card = await card_of(cast.olga, visit_id)

    visit = (await cast.olga.get(f"/visits/{visit_id}")).json()
    assert card["visit"] == visit
    assert card["visit"]["accept_by"] == (NOON + timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
    assert [(one["worker_name"], one["status"]) for one in card["offers"]] == [("Павел Громов", "pending")]
    assert card["ladder"][0]["action"] == "remind_worker"
    assert not any(one["is_done"] for one in card["ladder"])
    assert card["escalate_at"] == card["ladder"][0]["due_at"]
    assert [one["name"] for one in card["people"]] == ["Павел Громов"]
    assert card["client"]["contacts"][0]["value"].startswith("+7903")
    assert card["money"] == {"contract_kop": None, "paid_kop": 0, "due_kop": 0}


async def test_the_card_names_who_did_what(cast):
    visit_id = UUID(await an_offered_visit(cast, cast.pavel.id))
    await accept(cast, cast.pavel.scope, visit_id)
    await progress(cast, cast.pavel.scope, visit_id, VisitStatus.EN_ROUTE)

    history = (await card_of(cast.olga, visit_id))["history"]

    assert [(one["kind"], one["actor_name"]) for one in history] == [
        ("planned", "Ольга Белова"),
        ("offered", "Ольга Белова"),
        ("accepted", "Павел Громов"),
        ("en_route", "Павел Громов"),
    ]


async def test_a_longer_story_takes_no_more_statements(cast, engine):
    short = await an_offered_visit(cast, cast.pavel.id)
    long = await an_offered_visit(cast, cast.nikolai.id)
    for _ in range(3):
        await cast.olga.post(f"/visits/{long}/withdraw", if_match="*")
        await cast.olga.post(f"/visits/{long}/offer", {"worker_id": str(cast.nikolai.id)})

    with statements_of(engine) as for_short:
        await card_of(cast.olga, short)
    with statements_of(engine) as for_long:
        await card_of(cast.olga, long)

    assert len(for_long) == len(for_short) <= 16


async def test_the_card_is_for_the_office(cast):
    visit_id = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW)

    assert code_of(await cast.pavel.get(f"/visits/{visit_id}/card")) == (403, "forbidden")
    assert (await cast.marina.get(f"/visits/{visit_id}/card")).status_code == 200
