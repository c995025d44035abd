"""The cases of a client's life that the definitions name, one by one."""

import random

import pytest

from app.crm.facts.values import FactKind
from app.crm.rules.values import Season
from app.crm.tracks.policies import Source
from tests.crm.lives import DACHA, FLAT, MOSCOW, Facts, a_category, at, history, on, some_rules, status, told
from tests.crm.plain_returns import PlainClient

YEAR = 365
NIGHT = 15 / 24
"""03:00 in Moscow is 15 hours after noon there, at which the days of these tests begin."""


@pytest.mark.covers("R7", "R179")
def test_the_first_signed_and_paid_act_makes_a_newcomer_of_a_lead():
    facts = Facts()
    facts.asked(0)
    facts.bought(3)

    assert told(history(facts, until=10)) == [
        (0, "lead", "asked"),
        (3, "newcomer", "bought"),
    ]


@pytest.mark.covers("R178")
def test_a_prepayment_at_the_measurement_is_no_purchase_yet():
    facts = Facts()
    facts.asked(0)
    order = facts.act(1, "measurement")
    facts.paid(1, order)

    before = status(facts, until=20)
    facts.act(30, "window_install", order=order)

    assert (before, status(facts, until=31)) == ("lead", "newcomer")


def test_an_act_that_is_paid_later_counts_from_its_signature_and_shows_with_the_payment():
    facts = Facts()
    facts.asked(0)
    order = facts.act(1, "maintenance")
    facts.paid(9, order)

    found = history(facts, until=10)

    assert told(found)[-1] == (9, "newcomer", "bought")
    assert found.standing.last_purchase_at == at(1)


@pytest.mark.covers("R8")
def test_a_second_purchase_makes_a_fan():
    facts = Facts()
    facts.asked(0)
    facts.bought(0)
    facts.bought(300)

    assert told(history(facts, until=301))[-2:] == [(0, "newcomer", "bought"), (300, "fan", "bought")]


def test_a_paid_referral_makes_a_fan_of_somebody_who_bought_once():
    facts = Facts()
    facts.bought(0)
    facts.add(FactKind.REFERRAL_PAID, 50)

    assert told(history(facts, until=60))[-1] == (50, "fan", "referred")


@pytest.mark.covers("R7")
def test_jobs_of_one_order_and_near_dates_at_one_address_are_one_purchase():
    facts = Facts()
    order = facts.bought(0, "window_install")
    facts.act(40, "maintenance", order=order)
    facts.bought(54)
    facts.bought(55, site_id=DACHA)

    found = history(facts, until=60)

    assert found.standing.purchases == 2
    assert told(found)[-1] == (55, "fan", "bought")


def test_acts_of_one_address_more_than_fourteen_days_apart_are_two_purchases():
    facts = Facts()
    facts.bought(0)
    facts.bought(15)

    assert status(facts, until=16) == "fan"


def test_a_full_refund_makes_a_lead_of_a_newcomer_and_annuls_the_purchase():
    facts = Facts()
    facts.asked(0)
    order = facts.bought(1)
    facts.refunded(20, order)

    found = history(facts, until=30)

    assert told(found)[-1] == (20, "lead", "annulled")
    assert (found.standing.purchases, found.standing.first_purchase_at) == (0, None)


def test_a_partial_refund_makes_only_the_sum_smaller():
    facts = Facts()
    order = facts.bought(1)
    facts.refunded(20, order, 100_00)

    found = history(facts, until=30)

    assert (found.steps[-1].status, found.standing.total_kop) == ("newcomer", 400_00)


def test_a_warranty_visit_is_no_purchase():
    facts = Facts()
    facts.bought(0)
    facts.bought(100, "warranty_visit")

    assert status(facts, until=101) == "newcomer"


@pytest.mark.covers("R10", "R11", "R13")
def test_a_client_is_dormant_in_the_second_night_after_his_due_day():
    facts = Facts()
    facts.bought(0)

    found = history(facts, until=YEAR + 10)

    assert told(found)[-1] == (round(YEAR + 1 + NIGHT, 2), "dormant", "overdue")
    assert found.steps[-1].params == {
        "purchases": 1,
        "due_on": on(YEAR).isoformat(),
        "source": "cycle",
    }
    assert history(facts, until=YEAR).look_at == found.steps[-1].at


@pytest.mark.covers("R21")
def test_what_nobody_needs_again_makes_nobody_dormant():
    rules = some_rules(categories=[a_category("window_install", None)])
    facts = Facts()
    facts.bought(0, "window_install")

    found = history(facts, rules, until=20 * YEAR)

    assert (found.steps[-1].status, found.look_at, found.tracks) == ("newcomer", None, [])


@pytest.mark.covers("R180")
def test_a_window_spawns_needs_and_the_shortest_of_them_makes_dormant():
    facts = Facts()
    facts.bought(0, "window_install")

    found = history(facts, until=YEAR + 10)

    assert found.steps[-1].status == "dormant"
    assert [(one.category, one.due_on, one.source) for one in found.tracks] == [
        ("maintenance", on(YEAR), Source.CYCLE),
        ("seal", on(6 * YEAR), Source.CYCLE),
    ]


@pytest.mark.covers("R12")
def test_the_client_is_due_by_his_last_purchase_of_anything_while_each_need_has_its_own_date():
    facts = Facts()
    facts.bought(0, "window_install")
    facts.bought(300, "net")

    found = history(facts, until=YEAR + 10)

    assert (found.steps[-1].status, found.standing.need.due_on) == ("fan", on(300 + YEAR))
    assert ("maintenance", on(YEAR)) in {(one.category, one.due_on) for one in found.tracks}


@pytest.mark.covers("R12", "R22")
def test_three_intervals_make_a_rhythm_of_his_own_within_half_and_twice_the_cycle():
    often, seldom = Facts(), Facts()
    for place in range(4):
        often.bought(place * 200)
        seldom.bought(place * 1000)

    found = history(often, until=601)

    assert (found.standing.need.due_on, found.standing.need.source) == (on(800), Source.RHYTHM)
    assert found.standing.purchases == 4
    assert history(seldom, until=3001).standing.need.due_on == on(3000 + 2 * YEAR)


@pytest.mark.covers("R12", "R22")
def test_two_flats_served_on_one_day_of_each_year_make_a_rhythm_of_a_year():
    facts = Facts()
    for year in range(4):
        facts.bought(365 * year, site_id=FLAT)
        facts.bought(365 * year, site_id=DACHA)

    found = history(facts, until=365 * 3 + 1)

    assert found.standing.purchases == 8
    assert (found.standing.need.source, found.standing.need.due_on) == ("rhythm", on(365 * 4))
    assert {one.due_on for one in found.tracks} == {on(365 * 4)}


def test_a_purchase_that_begins_before_another_and_ends_after_it_hides_no_interval():
    """Four orders, of which the second lasts from day 100 to day 500, and the third is of day 300."""
    facts = Facts()
    facts.bought(0)
    order = facts.act(100, "window_install")
    facts.bought(300)
    facts.act(500, "maintenance", order=order)
    facts.paid(500, order)
    facts.bought(700)
    facts.bought(710)

    [track] = [one for one in history(facts, until=711).tracks if one.category == "maintenance"]

    assert (track.anchor_on, track.due_on, track.source) == (on(710), on(710 + 210), Source.RHYTHM)


@pytest.mark.covers("R12", "R22", "R45")
@pytest.mark.parametrize("seed", range(20))
def test_needs_of_random_purchases_are_due_when_a_plain_count_says(seed):
    """Many purchases in little time, so that most orders lie across others."""
    dice = random.Random(seed)
    for _ in range(15):
        facts = Facts()
        for _ in range(dice.randint(4, 9)):
            first = dice.uniform(0, 1_500)
            order = facts.act(first, dice.choice(["maintenance", "window_install"]))
            for _ in range(dice.choice([0, 1, 2])):
                facts.act(first + dice.uniform(0, 700), dice.choice(["maintenance", "net"]), order=order)
            facts.paid(first, order)
        dice.shuffle(facts)
        plain = PlainClient(None, "", facts, MOSCOW, at(2_300))

        found = {one.category: (one.anchor_on, one.due_on) for one in history(facts, until=2_300).tracks}

        expected = {code: plain.state(FLAT, code, at(2_300)) for code in ("maintenance", "net", "seal")}
        assert found == {code: state[:2] for code, state in expected.items() if state}


@pytest.mark.covers("R46")
def test_a_date_that_the_client_names_beats_one_of_the_specialist_and_both_beat_the_cycle():
    facts = Facts()
    facts.bought(0)
    facts.entered(0.1, on(180))
    by_specialist = history(facts, until=1).standing.need
    facts.named(0.2, on(500))
    by_client = history(facts, until=1).standing.need

    assert (by_specialist.due_on, by_specialist.source) == (on(180), Source.SPECIALIST)
    assert (by_client.due_on, by_client.source) == (on(500), Source.CLIENT)
    assert told(history(facts, until=600))[-1] == (round(501 + NIGHT, 2), "dormant", "overdue")


def test_a_named_date_is_used_up_by_a_later_purchase_but_not_by_the_act_of_the_same_visit():
    facts = Facts()
    visit = facts.add(FactKind.CLIENT_KNOWN, 0)
    facts.named(0.9, on(90), visit_id=visit)
    facts.bought(1, visit_id=visit)
    at_the_visit = history(facts, until=2).standing.need
    facts.bought(80)

    assert at_the_visit.due_on == on(90)
    assert history(facts, until=81).standing.need.source == Source.CYCLE


@pytest.mark.covers("R109")
def test_an_open_order_only_suspends_dormancy():
    facts = Facts()
    facts.bought(0)
    order = facts.booked(400)
    facts.closed(410, order)

    assert told(history(facts, until=430))[-3:] == [
        (round(YEAR + 1 + NIGHT, 2), "dormant", "overdue"),
        (400, "newcomer", "booked"),
        (round(411 + NIGHT, 2), "dormant", "overdue"),
    ]


def test_a_dormant_client_comes_back_by_a_purchase():
    facts = Facts()
    facts.bought(0)
    facts.bought(500)

    assert told(history(facts, until=501))[-1] == (500, "fan", "came_back")


@pytest.mark.covers("R15", "R16")
def test_a_disappointed_client_who_is_worth_it_is_to_be_won_back_until_he_is_recovered():
    facts = Facts()
    facts.bought(0)
    disappointment = facts.disappointed(30)
    facts.recovered(60, disappointment)

    assert told(history(facts, until=70)) == [
        (0, "newcomer", "bought"),
        (30, "returnee", "disappointed"),
        (60, "newcomer", "recovered"),
    ]


def test_small_signals_disappoint_only_near_each_other():
    apart, near = Facts(), Facts()
    for facts, second in ((apart, 41), (near, 40)):
        facts.bought(0)
        facts.disappointed(10, 1)
        facts.disappointed(second, 1)

    assert (status(apart, until=50), status(near, until=50)) == ("newcomer", "returnee")


@pytest.mark.covers("R13", "R15")
def test_who_is_not_worth_it_or_three_times_not_won_back_is_dormant_for_that_reason():
    stopped, tried = Facts(), Facts()
    for facts in (stopped, tried):
        facts.bought(0)
        facts.disappointed(30)
    stopped.add(FactKind.INTEREST_IN_CLIENT_SET, 40, detail={"is_interesting": False})
    for day in (40, 60, 80):
        tried.add(FactKind.WIN_BACK_FAILED, day)

    assert told(history(stopped, until=90))[-1] == (40, "dormant", "not_interesting")
    assert told(history(tried, until=90))[-1] == (80, "dormant", "given_up")


@pytest.mark.covers("R15")
@pytest.mark.parametrize(
    ("median", "typical", "expected"),
    [
        (500_00, None, "returnee"),
        (500_01, None, "dormant"),
        (None, None, "dormant"),
        (500_01, 400_00, "returnee"),
        (400_00, 500_01, "dormant"),
        (400_00, 0, "returnee"),
    ],
)
def test_who_has_paid_as_much_as_half_of_all_buyers_is_worth_winning_back(median, typical, expected):
    """What the company says itself counts instead of the median. He needs nothing again."""
    glass = a_category("glass_unit", None, median_kop=median, typical_kop=typical)
    facts = Facts()
    facts.bought(0, "glass_unit")
    facts.disappointed(30)

    assert status(facts, some_rules(categories=[glass]), until=40) == expected


def test_a_new_purchase_ends_a_disappointment():
    facts = Facts()
    facts.bought(0)
    facts.disappointed(30)
    facts.bought(100)

    assert told(history(facts, until=101))[-1] == (100, "fan", "came_back")


def test_the_grace_of_a_category_delays_the_beginning_of_dormancy_only():
    rules = some_rules(categories=[a_category("maintenance", 100, grace=0.5)])
    facts = Facts()
    facts.bought(0)

    found = history(facts, rules, until=200)

    assert told(found)[-1] == (round(151 + NIGHT, 2), "dormant", "overdue")
    facts.named(160, on(90))
    assert status(facts, rules, until=200) == "dormant"


def test_other_rules_hold_from_their_publication_on():
    shorter = some_rules(2, at(100), categories=[a_category("maintenance", 50)])
    facts = Facts()
    facts.bought(0)

    found = history(facts, some_rules(), shorter, until=200)

    assert told(found) == [(0, "newcomer", "bought"), (round(101 + NIGHT, 2), "dormant", "overdue")]
    assert [one.rules_version for one in found.steps] == [1, 2]


@pytest.mark.covers("R1")
def test_a_client_of_whom_nothing_is_known_is_a_target_and_without_a_contact_he_stays_one():
    facts = Facts()
    facts.add(FactKind.CLIENT_KNOWN, 0)
    facts.add(FactKind.REQUEST_RECEIVED, 1)
    facts.add(FactKind.CONTACT_USABLE, 2)
    facts.add(FactKind.CONTACT_LOST, 3)

    assert [one[1] for one in told(history(facts, until=5))] == ["target", "lead", "target"]


def test_a_season_moves_a_due_date_to_its_next_beginning():
    rules = some_rules(categories=[a_category("net", 200, season=Season(first="03-01", last="05-31"))])
    facts = Facts()
    facts.bought(0, "net", site_id=FLAT)

    need = history(facts, rules, until=1).standing.need

    assert need.due_on.isoformat() == "2027-03-01"


@pytest.mark.covers("R1")
def test_a_card_that_lost_its_phone_hides_no_other_card_of_the_client():
    facts = Facts()
    facts.asked(0)
    other = facts.add(FactKind.CONTACT_USABLE, 1)
    facts.add(FactKind.CONTACT_LOST, 2, source=other)
    agreed, refused = facts.add(FactKind.PERMISSION_GIVEN, 3), facts.add(FactKind.PERMISSION_GIVEN, 4)
    facts.add(FactKind.PERMISSION_WITHDRAWN, 5, source=refused)

    assert status(facts, until=6) == "lead"
    assert history(facts, until=6).standing.has_permitted
    facts.add(FactKind.PERMISSION_WITHDRAWN, 7, source=agreed)
    assert not history(facts, until=8).standing.has_permitted


@pytest.mark.covers("R15")
def test_nobody_wins_back_who_has_said_stop_unless_the_owner_says_so():
    facts = Facts()
    facts.bought(0)
    facts.disappointed(10)
    assert status(facts, until=20) == "returnee"

    stop = facts.add(FactKind.STOP_LISTED, 30)
    assert status(facts, until=40) == "dormant"
    facts.add(FactKind.STOP_LIFTED, 50, source=stop)
    assert status(facts, until=60) == "returnee"
    facts.add(FactKind.STOP_LISTED, 70)
    facts.add(FactKind.INTEREST_IN_CLIENT_SET, 80, detail={"is_interesting": True})
    assert status(facts, until=90) == "returnee"
