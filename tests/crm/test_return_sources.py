"""Sources by what their clients are worth, and contacts by week."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.crm.facts.gathering import OfClient, facts_change
from app.crm.facts.values import Fact, FactKind
from app.crm.pasts.policies import read_past
from app.crm.returns import service
from app.crm.returns.policies.quality import Quality
from app.crm.returns.values import Period
from app.db.work import begin_work
from tests.crm.given import (
    a_booked_job,
    a_card,
    act_is_signed,
    money_is_taken,
    price_list,
    work_begins,
)
from tests.crm.kept_pasts import Buyer, keep_buyers
from tests.crm.lives import MOSCOW, Facts, at, on, some_rules
from tests.crm.test_return_reports import asked
from tests.crm.test_returns import NOW, the_base
from tests.dispatch.given import TOMORROW

PERIOD = Period(on(0), on(100))


@pytest.mark.covers("R119")
@pytest.mark.parametrize(
    ("once", "matured", "discount", "is_bad"),
    [(16, 20, 1_500, True), (15, 20, 1_500, False), (16, 20, 1_499, False), (15, 19, 5_000, False)],
)
def test_a_source_of_people_who_come_once_for_a_discount_is_bad(once, matured, discount, is_bad):
    """Four of five once, with a discount of 15 %, of twenty clients at least."""
    quality = Quality(matured, matured, once, given_kop=discount, asked_kop=10_000)

    assert quality.is_bad is is_bad


@pytest.mark.covers("R119")
async def test_clients_who_can_still_come_again_say_nothing_against_their_source(cast):
    facts = Facts()
    facts.bought(50)
    past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(400))
    reader = await keep_buyers(cast, [Buyer(UUID(int=1), "сайт", past.bought, past.expected)])

    counted = await service.count_quality(reader, PERIOD, now=at(400))
    later = await service.count_quality(reader, PERIOD, now=at(600))

    assert counted == {"сайт": Quality(clients=1)}
    assert later == {"сайт": Quality(clients=1, matured=1, one_visit=1)}


@pytest.mark.covers("R119", "R120")
async def test_sources_of_random_clients_are_graded_as_a_plain_count_says(cast):
    buyers, plain = the_base()
    reader = await keep_buyers(cast, buyers)
    period = Period(on(0), on(700))
    counted = await service.count_quality(reader, period, now=at(NOW))
    expected: dict[str, list[int]] = {}
    for client in plain:
        if not client.purchases or not period.first <= client.on(client.purchases[0][-1]) < period.until:
            continue
        days = {client.on(act) for act in client.purchases[0]}
        over = [
            need
            for need in client.needs
            if min(days) <= need["anchor"] <= max(days) and need["due"] + timedelta(days=90) < on(NOW)
        ]
        row = expected.setdefault(client.source, [0, 0, 0])
        row[0] += 1
        row[1] += bool(over)
        row[2] += bool(over) and len(client.purchases) == 1

    assert {source: list(one[:3]) for source, one in counted.items()} == expected
    assert len(expected) == 4


@pytest.mark.covers("R119", "R120")
async def test_the_discount_of_a_source_is_read_from_the_acts_of_first_purchases(cast, background, clock):
    await price_list(cast)
    client_id, site_id = await a_card(cast, source="Авито")
    visit = await a_booked_job(cast, client_id, site_id, starts_at=TOMORROW)
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await background.sweep("relay", "delivery")
    today = clock.now().date()
    days = {"from": today - timedelta(days=2), "to": today + timedelta(days=2)}

    found = (await asked(cast, "sources", days))["sources"]

    assert [(one["source"], one["clients"], one["discount_bp"], one["is_bad"]) for one in found] == [
        ("Авито", 1, 0, False)
    ]


@pytest.mark.covers("R6")
async def test_contacts_are_counted_by_week_and_channel_of_the_company(cast):
    sunday = datetime(2024, 3, 3, 22, tzinfo=UTC)
    """Monday in Moscow already."""
    for number, (channel, contacts) in enumerate([("phone", 1), ("phone", 0), ("site", 1), (None, 1)]):
        card, _ = await a_card(cast, name=f"Клиент {number}", contacts=[])
        told = [Fact(FactKind.CLIENT_KNOWN, sunday, uuid7())]
        if contacts:
            told.append(Fact(FactKind.CONTACT_USABLE, sunday, uuid7()))
        if channel:
            told.append(Fact(FactKind.REQUEST_RECEIVED, sunday, uuid7(), detail={"channel": channel}))
        async with begin_work(cast.maker, cast.company_id) as work:
            work.write(facts_change([OfClient(UUID(card), one) for one in told]))

    found = await asked(cast, "contacts", {"from": "2024-03-04", "to": "2024-03-11"})
    before = await asked(cast, "contacts", {"from": "2024-02-26", "to": "2024-03-04"})

    assert before["items"] == []
    assert found["items"] == [
        {"week": "2024-03-04", "channel": "phone", "clients": 2, "reachable": 1},
        {"week": "2024-03-04", "channel": "site", "clients": 1, "reachable": 1},
        {"week": "2024-03-04", "channel": None, "clients": 1, "reachable": 1},
    ]


async def test_periods_of_sources_and_contacts_are_checked(cast):
    for path in ("sources", "contacts"):
        answer = await cast.olga.get(f"/crm/returns/{path}?from=2024-01-01&to=2024-01-01")
        assert (answer.status_code, answer.json()["code"]) == (422, "period_invalid")
