"""Histories of random clients, compared with the definitions written once more, and in any order of arrival."""

import random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crm.facts.values import Fact, FactKind
from app.crm.rules.values import PassportCycle, Season, Spawn
from app.crm.statuses.policies.history import ClientStatus, write_history
from tests.crm.lives import DACHA, FLAT, Facts, a_category, at, on, some_rules
from tests.crm.plain_lives import plain_history

CODES = ["window_install", "maintenance", "net", "glass", "warranty_visit"]
ZONES = [ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Vladivostok")]
UNTIL = 260
ROTO = [PassportCycle(field="hardware", value="roto", cycle_days=30)]
CARDS = [UUID(int=900), UUID(int=901)]


def short_rules(version: int = 1, day: float = 0, **cycles: int):
    """The cycles of a life that passes in months."""
    maintenance, net = cycles.get("maintenance", 40), cycles.get("net", 25)
    return some_rules(
        version,
        at(day),
        categories=[
            a_category("window_install", None, spawns=[Spawn(category="maintenance")]),
            a_category("maintenance", maintenance, grace=cycles.get("grace", 0) / 10, passport_cycles=ROTO),
            a_category("net", net, season=Season(first="03-01", last="05-31") if "net" in cycles else None),
            a_category("glass", None),
            a_category("warranty_visit", None, counts_as_purchase=False),
        ],
        fan_purchases=cycles.get("fan", 2),
        attempts_max=2,
        attempts_days=30,
    )


HOURS = st.integers(0, 200 * 8).map(lambda eighths: eighths / 8)
"""Moments in days, three hours apart: several facts often fall on one moment, and some on a night."""
ORDERS = st.integers(1, 4).map(lambda number: UUID(int=100 + number))
DAYS = st.integers(0, 250)
KINDS = st.sampled_from(
    [
        "act",
        "act",
        "paid",
        "paid",
        "refunded",
        "opened",
        "named",
        "entered",
        "disappointed",
        "recovered",
        "failed",
        "interesting",
        "referral",
        "asked",
        "permitted",
        "lost",
        "passport",
        "card",
        "card",
    ]
)


@st.composite
def lives(draw) -> list[Fact]:
    facts = Facts()
    facts.add(FactKind.CLIENT_KNOWN, 0)
    facts.add(FactKind.CONTACT_USABLE, 0)
    disappointments: list[UUID] = []
    for _ in range(draw(st.integers(0, 14))):
        one_more(draw, facts, disappointments)
    return list(facts)


def one_more(draw, facts: Facts, disappointments: list[UUID]) -> None:
    day, kind = draw(HOURS), draw(KINDS)
    match kind:
        case "act":
            site = draw(st.sampled_from([FLAT, DACHA]))
            facts.act(day, draw(st.sampled_from(CODES)), order=draw(ORDERS), site_id=site)
        case "paid":
            facts.paid(day, draw(ORDERS), draw(st.sampled_from([100, 200])))
        case "refunded":
            facts.refunded(day, draw(ORDERS), draw(st.sampled_from([100, 200])))
        case "opened":
            order = facts.booked(day)
            if draw(st.booleans()):
                facts.closed(day + draw(st.sampled_from([0, 0.5, 3, 30])), order)
        case "named" | "entered":
            about = draw(st.sampled_from([{}, {"categories": ("net",)}, {"site_id": FLAT}]))
            (facts.named if kind == "named" else facts.entered)(day, on(draw(DAYS)), **about)
        case "disappointed":
            disappointments.append(facts.disappointed(day, draw(st.integers(1, 3))))
        case "recovered" if disappointments:
            facts.recovered(day, draw(st.sampled_from(disappointments)))
        case "interesting":
            said = {"is_interesting": draw(st.booleans())}
            facts.add(FactKind.INTEREST_IN_CLIENT_SET, day, detail=said)
        case "passport":
            about = {"kind": "window", "hardware": draw(st.sampled_from(["roto", "other"]))}
            site = draw(st.sampled_from([FLAT, DACHA]))
            facts.add(FactKind.PASSPORT_ISSUED, day, site_id=site, detail=about)
        case "card":
            facts.add(
                draw(st.sampled_from(OF_CARDS)), day, source=draw(st.sampled_from(CARDS)), part=str(day)
            )
        case "failed" | "referral" | "asked" | "permitted" | "lost":
            facts.add(OTHER[kind], day)


OF_CARDS = [
    FactKind.CONTACT_USABLE,
    FactKind.CONTACT_LOST,
    FactKind.PERMISSION_GIVEN,
    FactKind.PERMISSION_WITHDRAWN,
    FactKind.STOP_LISTED,
    FactKind.STOP_LIFTED,
]
OTHER = {
    "failed": FactKind.WIN_BACK_FAILED,
    "referral": FactKind.REFERRAL_PAID,
    "asked": FactKind.REQUEST_RECEIVED,
    "permitted": FactKind.PERMISSION_GIVEN,
    "lost": FactKind.CONTACT_LOST,
}

VERSIONS = st.sampled_from(
    [
        [short_rules()],
        [short_rules(grace=5)],
        [short_rules(fan=3)],
        [short_rules(), short_rules(2, 90, maintenance=15)],
        [short_rules(), short_rules(2, 90, maintenance=100, net=120), short_rules(3, 150)],
    ]
)


@pytest.mark.covers("R1", "R7", "R8", "R10", "R12", "R15", "R21")
@settings(max_examples=250)
@given(facts=lives(), versions=VERSIONS, zone=st.sampled_from(ZONES))
def test_a_history_is_what_the_definitions_say(facts, versions, zone):
    found = write_history(facts, versions, zone=zone, until=at(UNTIL))

    assert found is not None
    assert _changes(found.steps) == plain_history(facts, versions, zone, at(UNTIL))


@settings(max_examples=200)
@given(facts=lives(), versions=VERSIONS, seed=st.integers())
def test_the_order_in_which_facts_come_changes_nothing(facts, versions, seed):
    shuffled = random.Random(seed).sample(facts, len(facts))

    assert write_history(shuffled, versions, zone=ZONES[0], until=at(UNTIL)) == write_history(
        facts, versions, zone=ZONES[0], until=at(UNTIL)
    )


@settings(max_examples=200)
@given(facts=lives(), versions=VERSIONS, hour=HOURS)
def test_what_is_known_later_does_not_change_the_history_before(facts, versions, hour):
    whole = write_history(facts, versions, zone=ZONES[0], until=at(UNTIL))
    until = write_history(facts, versions, zone=ZONES[0], until=at(hour))

    assert whole is not None
    assert until is not None
    assert list(until.steps) == [step for step in whole.steps if step.at <= at(hour)]


@settings(max_examples=200)
@given(facts=lives(), versions=VERSIONS, hour=HOURS)
def test_between_two_facts_nothing_changes_before_the_moment_that_is_foretold(facts, versions, hour):
    now = write_history(facts, versions, zone=ZONES[0], until=at(hour))
    whole = write_history(
        [fact for fact in facts if fact.at <= at(hour)],
        [one for one in versions if one.version == 1 or one.valid_from <= at(hour)],
        zone=ZONES[0],
        until=at(UNTIL),
    )

    assert now is not None
    assert whole is not None
    later = [step.at for step in whole.steps if step.at > at(hour)]
    assert all(now.look_at is not None and now.look_at <= moment for moment in later)


def _changes(steps) -> list:
    changes: list = []
    for step in steps:
        if not changes or changes[-1][1] != step.status:
            changes.append((step.at, step.status))
    return changes


def test_there_are_six_statuses():
    assert len(ClientStatus) == 6
