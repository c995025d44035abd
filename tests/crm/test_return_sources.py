"""Sources by what their clients are worth, contacts by week, and whom to invite."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.crm.facts.gathering import OfClient, facts_change
from app.crm.facts.values import Fact, FactKind
from app.crm.returns.policies.expectations import has_open_order, read_past
from app.crm.returns.policies.invitations import find_invitation
from app.crm.returns.policies.quality import QualityCount
from app.crm.returns.values import Buyer, Period
from app.db.work import begin_work
from tests.crm.given import (
    a_booked_job,
    a_card,
    act_is_signed,
    money_is_taken,
    ok,
    price_list,
    work_begins,
)
from tests.crm.lives import DACHA, FLAT, MOSCOW, Facts, a_category, at, on, some_rules
from tests.crm.test_return_reports import asked, buys
from tests.crm.test_returns import NOW, the_base
from tests.dispatch.given import TOMORROW


def buyer_of(facts: Facts, *, now: float, source: str = "") -> Buyer:
    past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(now))
    booked = has_open_order(facts)
    return Buyer(UUID(int=1), source, past.bought, past.expected, is_booked=booked)


def clients_of(source: str, many: int, *, days: list[int]) -> list[Buyer]:
    """Clients who bought on these days."""
    found = []
    for _ in range(many):
        facts = Facts()
        for day in days:
            facts.bought(day)
        found.append(buyer_of(facts, now=NOW, source=source))
    return found


def graded(buyers: list[Buyer], share: float) -> QualityCount:
    """All were given the same discount on their first purchase."""
    count = QualityCount(Period(on(0), on(100)), on(NOW))
    visits = {visit for one in buyers for visit in count.first_visits(one)}
    count.take(buyers, {visit: (int(1_000_00 * share), int(1_000_00 * (1 - share))) for visit in visits})
    return count


@pytest.mark.covers("R119")
@pytest.mark.parametrize(
    ("once", "again", "discount", "is_bad"),
    [(16, 4, 0.15, True), (15, 5, 0.15, False), (16, 4, 0.14, False), (15, 4, 0.5, False)],
)
def test_a_source_of_people_who_come_once_for_a_discount_is_bad(once, again, discount, is_bad):
    """Four of five once, with a discount of 15 %, of twenty clients at least."""
    buyers = clients_of("купоны", once, days=[0]) + clients_of("купоны", again, days=[0, 365])

    quality = graded(buyers, discount).sources["купоны"]

    assert (quality.clients, quality.one_visit, quality.is_bad) == (once + again, once, is_bad)


@pytest.mark.covers("R119")
def test_clients_who_can_still_come_again_say_nothing_against_their_source():
    facts = Facts()
    facts.bought(50)
    count = QualityCount(Period(on(0), on(100)), on(400))
    count.take([buyer_of(facts, now=400, source="сайт")], {})

    assert count.sources["сайт"][:3] == (1, 0, 0)


@pytest.mark.covers("R119", "R120")
def test_sources_of_three_thousand_random_clients_are_graded_as_a_plain_count_says():
    buyers, plain = the_base()
    period = Period(on(0), on(700))
    count = QualityCount(period, on(NOW))
    count.take(buyers, {})
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

    assert {source: list(one[:3]) for source, one in count.sources.items()} == expected
    assert len(expected) == 4


@pytest.mark.covers("R107", "R108")
@pytest.mark.parametrize(("day", "is_invited"), [(304, False), (305, True), (455, True), (456, False)])
def test_a_client_is_invited_from_the_day_that_his_service_says_until_he_is_lost(day, is_invited):
    facts = Facts()
    facts.bought(0)

    invitation = find_invitation(buyer_of(facts, now=day), on(day))

    assert (invitation is not None) is is_invited
    if invitation:
        assert (invitation.due_on, invitation.expires_on) == (on(365), on(455))


@pytest.mark.covers("R108")
def test_each_service_has_its_own_time_of_invitation():
    sooner = [one for one in some_rules().content.categories if one.code != "net"]
    rules = some_rules(categories=[*sooner, a_category("net", 365, early_days=10)])
    for category, invited in (("net", False), ("maintenance", True)):
        facts = Facts()
        facts.bought(0, category)
        past = read_past(facts, [rules], zone=MOSCOW, now=at(320))
        buyer = Buyer(UUID(int=1), "", past.bought, past.expected)
        assert bool(find_invitation(buyer, on(320))) is invited


@pytest.mark.covers("R109")
def test_who_has_booked_is_not_invited_until_his_order_is_closed():
    facts = Facts()
    facts.bought(0)
    order = facts.booked(300)

    assert find_invitation(buyer_of(facts, now=350), on(350)) is None
    facts.closed(340, order)
    assert find_invitation(buyer_of(facts, now=350), on(350)) is not None
    facts.booked(345, 2, order)
    assert find_invitation(buyer_of(facts, now=350), on(350)) is None


@pytest.mark.covers("R107")
def test_needs_that_are_due_within_fourteen_days_are_one_invitation():
    facts = Facts()
    facts.bought(0, site_id=FLAT)
    facts.bought(14, site_id=DACHA)
    facts.bought(29, "net", site_id=DACHA)

    invitation = find_invitation(buyer_of(facts, now=360), on(360))

    assert [(one.category, one.due_on) for one in invitation.needs] == [
        ("maintenance", on(365)),
        ("maintenance", on(379)),
    ]


@pytest.mark.covers("R107")
def test_who_has_had_it_done_is_not_invited_to_it():
    facts = Facts()
    facts.bought(0)
    facts.bought(320)

    assert find_invitation(buyer_of(facts, now=350), on(350)) is None


@pytest.mark.covers("R107", "R109")
async def test_candidates_are_listed_page_by_page_without_those_who_have_booked(cast, clock):
    bought_at = clock.now() - timedelta(days=350)
    due = [(await a_card(cast, name=f"Клиент {n}", contacts=[]))[0] for n in range(3)]
    booked, _ = await a_card(cast, name="Записан", contacts=[])
    for client_id in [*due, booked]:
        await buys(cast, client_id, bought_at)
    async with begin_work(cast.maker, cast.company_id) as work:
        opened = Fact(FactKind.ORDER_OPENED, bought_at, uuid7(), "000000")
        work.write(facts_change([OfClient(UUID(booked), opened)]))

    first = await asked(cast, "candidates", {"limit": 2})
    second = await asked(cast, "candidates", {"limit": 2, "cursor": first["next_cursor"]})

    assert [one["client_id"] for one in first["items"] + second["items"]] == sorted(due)
    assert [one["category"] for one in first["items"][0]["needs"]] == ["maintenance"]


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
    assert (await ok(await cast.olga.get("/crm/returns/candidates"))) == {"items": [], "next_cursor": None}
