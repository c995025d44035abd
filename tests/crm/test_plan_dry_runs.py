"""What a plan would do is counted before it is released: clients, messages, parts of SMS, roubles."""

import pytest

from app.crm.plan_dry_runs.policies import Reached, StepTally, longest_words, tally_message
from app.crm.plans.values import MessageToSend, Repeat, Span, TouchStep
from app.notifications.api import LegalClass, PublishedText
from tests.clients.consents import stopped
from tests.clients.given import a_client, phone
from tests.crm.given import ok
from tests.crm.plans import CALL, WRITE, a_proposal, a_text, agrees, touches

TEXT = PublishedText(
    "invite",
    LegalClass.MARKETING,
    {"ru": {"sms": "{company}: " + "приходите " * 8 + "{name}"}, "variables": {"name": {"ru": ["Анна"]}}},
)
STEP = TouchStep(
    code="write",
    message=MessageToSend(template="invite", channels=[]),
    repeat=Repeat(every=Span(amount=3), times=4),
)


def test_a_step_that_repeats_is_counted_each_time_with_the_parts_of_its_longest_text():
    words = longest_words(TEXT, {"company": "Окна", "name": ""}, "en")
    tally = tally_message(STEP, Reached("sms"), TEXT, lang="en", words=words)

    assert words == {"company": "Окна", "name": "Анна"}
    assert tally == StepTally(messages=4, segments=8)
    assert tally_message(STEP, Reached("email"), TEXT, lang="ru", words=words) == StepTally(messages=4)
    assert tally_message(STEP, Reached(None, "contact"), TEXT, lang="ru", words=words) == StepTally(
        unreachable=1
    )
    assert tally_message(STEP, Reached(None, "consent"), TEXT, lang="ru", words=words) == StepTally(talks=1)
    assert tally_message(STEP, Reached(None, "stop"), TEXT, lang="ru", words=words) == StepTally(stopped=1)


@pytest.mark.covers("R36")
async def test_a_dry_run_says_who_would_come_in_and_what_it_would_cost(cast, background):
    await a_text(cast.irina)
    content = {
        "audience": {"trigger": "proposal", "only_if": [{"name": "source", "any_of": ["сайт"]}]},
        "stops": ["purchase_made"],
        "steps": [
            {"code": "write", "message": WRITE},
            {"code": "call", "conditions": [{"name": "purchases", "number": 1}], "task": CALL},
        ],
    }
    body = {"code": "try", "name": "Проба", "content": content}
    plan = await ok(await cast.sergei.post("/crm/plans", body))
    cards = []
    for n, source in enumerate(["сайт", "сайт", "сайт", "друзья"]):
        number = phone(f"8 (903) 555-11-{n:02}")
        card = await a_client(cast.olga, surname=f"Котова {n}", source=source, contacts=[number])
        await a_proposal(cast, card["id"])
        cards.append(card["id"])
    nobody = await a_client(cast.olga, surname="Без телефона", source="сайт", contacts=[])
    await a_proposal(cast, nobody["id"])
    await agrees(cast, cards[0], "+79035551100")
    await stopped(cast.olga, cards[2])

    asked = await ok(await cast.sergei.post(f"/crm/plans/{plan['id']}/dry-runs", {"segment_kop": 450}))
    await background.run()
    run = await ok(await cast.sergei.get(f"/crm/plan-dry-runs/{asked['id']}"))

    assert (asked["is_done"], run["is_done"]) == (False, True)
    assert (run["looked_at"], run["enrolled"], run["control"]) == (5, 4, 0)
    assert (run["messages"], run["segments"], run["cost_kop"]) == (1, 1, 450)
    write, call = run["steps"]
    assert (write["talks"], write["stopped"], write["unreachable"]) == (1, 1, 1)
    assert (call["tasks"], call["unmet"]) == (0, 4)
    assert await touches(cast.olga, cards[0]) == []
    forbidden = await cast.olga.post(f"/crm/plans/{plan['id']}/dry-runs", {"segment_kop": 450})
    assert forbidden.status_code == 403
