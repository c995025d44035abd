"""Whom to invite today: needs that come due, each from the day that its category says."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest

from app.crm.candidates.policies import Occasion, coming_needs, find_occasion
from app.crm.rules.values import Rules
from tests.crm.given import a_card, ok
from tests.crm.lives import DACHA, FLAT, Facts, a_category, history, on, some_rules
from tests.crm.test_statuses import bought, told


def occasion_on(facts: Facts, day: int, rules: Rules | None = None) -> Occasion | None:
    """What he can be invited to on a day."""
    known = rules or some_rules()
    return find_occasion(coming_needs(history(facts, known, until=day).tracks, known), on(day))


@pytest.mark.covers("R107", "R108")
@pytest.mark.parametrize(("day", "is_invited"), [(304, False), (305, True), (455, True), (456, False)])
def test_a_client_is_invited_from_the_day_that_his_service_says_until_he_is_lost(day, is_invited):
    facts = Facts()
    facts.bought(0)

    occasion = occasion_on(facts, day)

    assert (occasion is not None) is is_invited
    if occasion:
        assert (occasion.due_on, occasion.expires_on) == (on(365), on(455))


@pytest.mark.covers("R108")
def test_each_service_has_its_own_time_of_invitation():
    sooner = [one for one in some_rules().content.categories if one.code != "net"]
    rules = some_rules(categories=[*sooner, a_category("net", 365, early_days=10)])
    for category, is_invited in (("net", False), ("maintenance", True)):
        facts = Facts()
        facts.bought(0, category)
        assert bool(occasion_on(facts, 320, rules)) is is_invited


@pytest.mark.covers("R107")
def test_needs_that_are_due_within_fourteen_days_are_one_invitation():
    facts = Facts()
    facts.bought(0, site_id=FLAT)
    facts.bought(14, site_id=DACHA)
    facts.bought(29, "net", site_id=DACHA)

    occasion = occasion_on(facts, 360)

    assert [(one.category, one.due_on) for one in occasion.needs] == [
        ("maintenance", on(365)),
        ("maintenance", on(379)),
    ]


@pytest.mark.covers("R107")
def test_who_has_had_it_done_is_not_invited_to_it():
    facts = Facts()
    facts.bought(0)
    facts.bought(320)

    assert occasion_on(facts, 350) is None


@pytest.mark.covers("R107")
async def test_candidates_are_listed_page_by_page(cast, clock):
    cards = [await a_card(cast, name=f"Клиент {n}", contacts=[]) for n in range(3)]
    late, site = await a_card(cast, name="Потерян", contacts=[])
    for card, of_card in cards:
        await told(cast, card, bought(clock.now() - timedelta(days=350), site_id=UUID(of_card)), clock.now())
    await told(cast, late, bought(clock.now() - timedelta(days=500), site_id=UUID(site)), clock.now())

    first = await listed(cast, limit=2)
    second = await listed(cast, limit=2, cursor=first["next_cursor"])

    found = first["items"] + second["items"]
    assert [one["client_id"] for one in found] == sorted(card for card, _ in cards)
    assert [one["category"] for one in found[0]["needs"]] == ["maintenance"]
    assert second["next_cursor"] is None


async def listed(cast, **params):
    return await ok(await cast.olga.get(f"/crm/invitations/candidates?{urlencode(params)}"))


async def test_a_company_without_clients_has_nobody_to_invite(cast):
    assert (await listed(cast)) == {"items": [], "next_cursor": None}
