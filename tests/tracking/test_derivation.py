"""Trips, stops and gaps follow from positions alone, whatever way they came."""

import hashlib
import math
import random
from datetime import timedelta

import pytest

from app.tracking.facts.policies.day import ALGORITHM_VERSION, derive_day
from app.tracking.facts.policies.kinds import FactKind, GapCause
from benchmarks.city import make_day
from tests.cast import NOON
from tests.tracking.routes import (
    TRACKER,
    Route,
    a_day,
    derive,
    kinds,
    minutes,
    only,
    place,
)

HOME = (0, 0)
SITE = (3_000, 0)
MIDNIGHT = NOON + timedelta(hours=12)


def away_m(finding, spot):
    true = place(spot)
    return math.hypot((finding.lat - true.lat) * 111_195, (finding.lon - true.lon) * 62_600)


@pytest.mark.covers("M18")
def test_a_stop_a_trip_and_a_stop_are_found_with_their_times_and_places():
    facts = derive(Route().stay(20).drive(SITE).stay(30))

    assert kinds(facts) == ["stop", "trip", "stop"]
    assert [minutes(one)[0] for one in facts.findings] == pytest.approx([0, 20, 24.2], abs=0.3)
    assert away_m(facts.findings[2], SITE) < 2
    assert facts.findings[1].distance_m == pytest.approx(3_000, abs=30)


@pytest.mark.covers("M18")
@pytest.mark.parametrize("seed", range(5))
def test_a_stop_with_very_inaccurate_positions_is_one_stop(seed):
    route = Route(pace_s=60, noise_m=60, seed=seed).stay(60, accuracy_m=60.0)
    facts = derive(route.drive((9_000, 0), accuracy_m=60.0).stay(60, accuracy_m=60.0))

    assert len(only(facts, FactKind.STOP)) == 2
    assert facts.stopped_s == pytest.approx(2 * 3600, abs=600)


@pytest.mark.covers("M18")
def test_whoever_walks_up_to_a_place_has_not_arrived_before_he_is_there():
    facts = derive(Route(noise_m=3).drive((400, 0), mps=1.3).stay(20).drive((800, 0), mps=1.3))

    arrived, left = minutes(only(facts, FactKind.STOP)[0])
    assert arrived == pytest.approx(400 / 1.3 / 60, abs=0.6)
    assert left == pytest.approx(400 / 1.3 / 60 + 20, abs=0.6)


@pytest.mark.covers("M18")
@pytest.mark.parametrize(("shortest_s", "expected"), [(180, 0), (90, 1), (30, 3)])
def test_stops_are_as_short_as_the_company_says(shortest_s, expected):
    route = Route(pace_s=5).drive((2_000, 0)).stay(0.75).drive((4_000, 0)).stay(1.75).drive((6_000, 0))
    route = route.stay(0.6).drive((8_000, 0))
    facts = derive_day(route.pings, a_day()._replace(shortest_stop_s=shortest_s))

    assert len(only(facts, FactKind.STOP)) == expected
    assert facts.distance_m == pytest.approx(8_000, abs=100)


@pytest.mark.covers("M18", "P-rel-16")
def test_a_hundred_thousand_positions_give_the_same_bytes_in_any_order_and_any_number_of_times():
    days = [make_day(seed, pace_s=5, hours=10) for seed in range(100, 116)]
    assert sum(len(day.fixes) for day in days) > 100_000

    for day in days:
        whole = derive_day(day.fixes, a_day())
        shuffled = day.fixes + random.Random(day.seed).sample(day.fixes, len(day.fixes) // 2)
        random.Random(day.seed).shuffle(shuffled)

        assert derive_day(shuffled, a_day()) == whole
        assert len(whole.findings) > 5


@pytest.mark.covers("M18")
def test_silence_is_a_gap_and_never_a_stop():
    facts = derive(Route().stay(20).silent(40).stay(20))

    assert kinds(facts) == ["stop", "gap", "stop"]
    assert minutes(facts.findings[1]) == pytest.approx((19.8, 60), abs=0.2)
    assert facts.stopped_s + facts.unseen_s == 80 * 60 - 10


def beats(route, many, *, every=10):
    """Heartbeats of a phone that lies still. Each leaves the time until the next one silent."""
    for _ in range(many):
        route.one(route.here).silent(every)
    return route


@pytest.mark.covers("M18")
@pytest.mark.parametrize("hours", [0.5, 4.5])
def test_a_rest_with_heartbeats_is_one_stop_however_long_he_drove_that_day(hours):
    metres = hours * 3600 * 12
    route = beats(Route(pace_s=30), 13).drive((metres, 0))
    facts = derive(beats(route, 13))

    assert kinds(facts) == ["stop", "trip", "stop"]
    assert facts.stopped_s == pytest.approx(4 * 3600, abs=20 * 60)
    assert facts.unseen_s == 0


@pytest.mark.covers("M18")
@pytest.mark.parametrize("pauses", [[10], [10, 10], [14], [40]])
def test_some_silences_at_one_place_are_no_heartbeat(pauses):
    route = Route().stay(60)
    for pause in pauses:
        route.silent(pause).stay(0.1)
    facts = derive(route.stay(60))

    assert kinds(facts)[:2] == ["stop", "gap"]
    assert facts.unseen_s == pytest.approx(sum(pauses) * 60, abs=30)


@pytest.mark.covers("M18")
def test_a_phone_that_always_sends_every_ten_minutes_is_not_silent_on_the_way():
    facts = derive(Route(pace_s=600).stay(60).drive((40_000, 0)).stay(60))

    assert kinds(facts) == ["stop", "trip", "stop"]


@pytest.mark.covers("M18")
def test_silences_on_the_way_after_a_rest_with_heartbeats_are_gaps():
    route = beats(Route(pace_s=30), 7).drive((20_000, 0)).silent(10, to=(30_000, 0)).drive((60_000, 0))

    assert only(derive(route), FactKind.GAP) != []


@pytest.mark.covers("M18")
def test_nobody_knows_the_way_through_a_gap_so_it_makes_no_mileage():
    facts = derive(Route().stay(20).silent(30, to=(20_000, 0)).stay(20))

    assert kinds(facts) == ["stop", "gap", "stop"]
    assert facts.distance_m == 0
    assert facts.findings[1].evidence["moved_m"] == pytest.approx(20_000, rel=0.01)


@pytest.mark.covers("M18")
def test_a_shift_in_which_the_phone_fell_silent_ends_in_a_gap():
    route = Route().stay(30)
    facts = derive(route, shift=(NOON, NOON + timedelta(hours=4)))

    assert kinds(facts) == ["stop", "gap"]
    assert minutes(facts.findings[1]) == pytest.approx((29.8, 240), abs=0.2)


def test_nothing_is_said_about_the_rest_of_a_shift_that_still_lasts():
    route = Route().stay(30)
    facts = derive(route, shift=(NOON, NOON + timedelta(hours=4)), until=route.now + timedelta(minutes=1))

    assert kinds(facts) == ["stop"]


def test_after_the_shift_silence_is_no_gap():
    facts = derive(Route().stay(30), shift=(NOON, NOON + timedelta(minutes=30)))

    assert kinds(facts) == ["stop"]


@pytest.mark.covers("M33")
def test_the_parts_of_a_trip_over_midnight_add_up_to_the_whole_trip():
    route = Route(at=MIDNIGHT - timedelta(hours=1)).stay(50).drive((15_000, 400)).stay(30)

    both = derive(route, days=2)
    first, second = derive(route), derive(route, begin=MIDNIGHT)

    assert only(both, FactKind.TRIP)[0].distance_m > 14_000
    assert first.distance_m + second.distance_m == both.distance_m
    for name in ("moving_s", "stopped_s", "unseen_s", "ping_count"):
        assert getattr(first, name) + getattr(second, name) == getattr(both, name)
    assert first.findings[-1].evidence["into_next_day"]
    assert second.findings[0].evidence["from_day_before"]


@pytest.mark.covers("M33")
def test_the_days_of_a_week_add_up_to_the_week():
    route = Route(at=MIDNIGHT - timedelta(hours=5), noise_m=8, pace_s=60)
    for hop in range(40):
        route.stay(100).drive(((hop % 7) * 2_000, (hop % 5) * 2_500))
    week = derive(route, days=7)

    days = [derive(route, begin=NOON + timedelta(hours=12 * (2 * day - 1))) for day in range(7)]

    assert sum(day.distance_m for day in days) == week.distance_m > 100_000
    assert sum(day.stopped_s for day in days) == week.stopped_s


@pytest.mark.parametrize(
    ("what", "route"),
    [
        ("a traffic light", lambda: Route().drive((1_000, 0)).stay(1.7).drive((2_500, 0))),
        ("a traffic jam", lambda: Route().drive((1_000, 0)).drive((1_700, 0), mps=1).drive((3_000, 0))),
        ("a tunnel", lambda: Route().drive((1_500, 0)).silent(3, to=(3_500, 0)).drive((5_000, 0))),
        ("street canyons", lambda: Route(noise_m=25).drive((6_000, 0), accuracy_m=30.0)),
    ],
)
def test_on_the_way_nothing_is_a_stop(what, route):
    assert kinds(derive(route())) == ["trip"], what


@pytest.mark.parametrize("pace_s", [5, 10, 30, 60, 120])
def test_how_often_the_phone_sends_does_not_change_what_is_found(pace_s):
    facts = derive(Route(pace_s=pace_s).stay(25).drive((6_000, 0)).stay(12).drive((0, 4_000)).stay(40))

    assert kinds(facts) == ["stop", "trip", "stop", "trip", "stop"]
    begins = [minutes(one)[0] for one in facts.findings]
    assert begins == pytest.approx([0, 25, 33.3, 45.3, 55.4], abs=max(0.5, pace_s / 60))


def test_one_wrong_position_in_a_stop_does_not_end_it():
    route = Route().stay(20).one((280, 150)).stay(20)
    facts = derive(route)

    assert kinds(facts) == ["stop"]
    assert facts.findings[0].evidence["left_out"] == 1
    assert facts.distance_m == 0


def test_a_walk_about_the_site_and_to_the_car_belongs_to_the_stop():
    route = Route(noise_m=5).drive(SITE).stay(6)
    for corner in ((3_030, 20), (3_010, -25), (3_060, 40), (2_990, 0)):
        route.drive(corner, mps=1.1).stay(4)
    route.drive((3_110, 30), mps=1.3).drive(SITE, mps=1.3).stay(15).drive(HOME)

    assert kinds(derive(route)) == ["trip", "stop", "trip"]


@pytest.mark.covers("M33")
def test_jitter_at_a_place_makes_no_mileage():
    facts = derive(Route(noise_m=12, pace_s=5).stay(120))

    assert kinds(facts) == ["stop"]
    assert facts.distance_m == 0


@pytest.mark.covers("M33")
def test_jitter_on_the_way_adds_little_to_the_mileage():
    facts = derive(Route(noise_m=6, pace_s=5).stay(10).drive((12_000, 0)).drive((12_000, 9_000)).stay(10))

    assert facts.distance_m == pytest.approx(21_000, rel=0.02)


@pytest.mark.covers("M18", "P-rel-15")
def test_speeds_that_nobody_reaches_are_named_with_their_positions_and_left_out():
    route = Route().stay(20).one((5_000, 5_000)).stay(20)
    facts = derive(route)

    (found,) = only(facts, FactKind.TOO_FAST)
    assert found.evidence["fastest_kmh"] > 300
    assert {one["content"] for one in found.evidence["pings"]} >= {route.pings.index(route.pings[-1]) // 2}
    assert kinds(facts) == ["stop", "too_fast"]
    assert facts.distance_m == 0


@pytest.mark.covers("P-rel-15")
def test_every_jump_of_three_hundred_kilometres_an_hour_is_named():
    route = Route()
    for hop in range(1, 40):
        route.stay(5).drive((hop * 2_000, 0), mps=300 / 3.6)

    facts = derive(route)

    legs = sum(one.evidence["count"] - 1 for one in only(facts, FactKind.TOO_FAST))
    assert legs >= 39


@pytest.mark.covers("M18")
def test_invented_positions_are_named_and_make_no_track():
    facts = derive(Route().stay(20).drive((4_000, 0), is_mock=True).stay(20, is_mock=True))

    assert kinds(facts) == ["stop", "gap", "mock"]
    assert facts.findings[1].cause == GapCause.MOCK
    assert only(facts, FactKind.MOCK)[0].evidence["count"] == 154


def test_the_device_that_saw_most_leads_and_another_fills_its_silences():
    phone = Route().stay(60).silent(30).stay(60)
    tracker = Route(device=TRACKER, here=(40, 0), at=NOON + timedelta(minutes=10)).stay(100)
    phone.pings += tracker.pings

    facts = derive(phone)

    assert kinds(facts) == ["stop"]
    assert minutes(facts.findings[0]) == pytest.approx((0, 149.8), abs=0.2)
    used = facts.findings[0].evidence["count"]
    assert used == 360 + 360 + 181


def test_a_device_that_is_elsewhere_makes_no_trip_to_it():
    phone = Route().stay(60).silent(30).stay(60)
    phone.pings += Route(device=TRACKER, here=(9_000, 0), at=NOON + timedelta(minutes=62)).stay(25).pings

    facts = derive(phone)

    assert facts.distance_m == 0
    assert only(facts, FactKind.TRIP) == []


@pytest.mark.covers("M18")
@pytest.mark.parametrize(
    ("cause", "before", "after"),
    [
        (GapCause.BATTERY, {"battery_pct": 4.0}, {"battery_pct": 3.0}),
        (GapCause.BATTERY, {"battery_pct": 12.0}, {"battery_pct": 60.0, "is_charging": True}),
        (GapCause.PERMISSION, {"trigger": "permission_denied"}, {}),
        (GapCause.APP_STOPPED, {}, {"seq": 0}),
        (GapCause.APP_STOPPED, {}, {"trigger": "boot"}),
        (GapCause.NO_NETWORK, {"received_at": NOON + timedelta(hours=3)}, {}),
        (GapCause.AT_REST, {"activity": "still"}, {}),
        (GapCause.UNKNOWN, {}, {}),
    ],
)
def test_a_gap_names_its_probable_cause_and_the_positions_beside_it(cause, before, after):
    route = Route().stay(20)
    route.pings[-1] = route.pings[-1]._replace(**before)
    first = len(route.pings)
    route.silent(30).stay(20)
    route.pings[first] = route.pings[first]._replace(**after)

    (gap,) = only(derive(route), FactKind.GAP)

    assert gap.cause == cause
    assert gap.evidence["before"]["content"] == first - 1
    assert gap.evidence["after"]["content"] == first


def test_positions_too_inaccurate_to_be_used_leave_a_gap_that_says_so():
    (gap,) = only(derive(Route().stay(20).stay(20, accuracy_m=800.0).stay(20)), FactKind.GAP)

    assert gap.cause == GapCause.NO_FIX
    assert gap.evidence["unusable"] == 120


def test_a_gap_is_cut_where_the_shift_ends():
    route = Route().stay(20).silent(120).stay(20)
    facts = derive(route, shift=(NOON, NOON + timedelta(minutes=60)))

    assert [(one.cause, minutes(one)[1]) for one in only(facts, FactKind.GAP)] == [
        (GapCause.UNKNOWN, 60),
        (GapCause.OFF_SHIFT, 140),
    ]


def test_a_fact_keeps_its_id_when_later_positions_make_it_longer():
    route = Route().stay(20)
    early = derive(route).findings[0]
    late = derive(route.stay(20)).findings[0]

    assert early.id == late.id
    assert early.span != late.span


@pytest.mark.covers("M18")
def test_a_shift_without_any_position_is_one_gap_when_it_is_over():
    shift = (NOON, NOON + timedelta(hours=8))
    during = derive(Route(), shift=shift, until=NOON + timedelta(hours=4))
    (gap,) = derive(Route(), shift=shift).findings

    assert during.findings == []
    assert (gap.kind, gap.cause, minutes(gap)) == (FactKind.GAP, GapCause.UNKNOWN, (0, 480))


def test_a_day_without_positions_and_without_a_shift_has_no_facts():
    assert derive(Route()).findings == []


def test_positions_of_the_day_before_make_only_the_gap_of_the_shift():
    route = Route(at=MIDNIGHT - timedelta(hours=1)).stay(50)
    shift = (MIDNIGHT - timedelta(hours=1), MIDNIGHT + timedelta(hours=3))
    facts = derive(route, begin=MIDNIGHT, shift=shift)

    assert kinds(facts) == ["gap"]
    assert facts.unseen_s == 3 * 3600


@pytest.mark.covers("M18")
def test_a_gap_has_no_place_wherever_it_lies():
    shift = (NOON - timedelta(hours=2), NOON + timedelta(hours=4))
    facts = derive(Route().stay(20).silent(40).stay(20), shift=shift)

    found = [(one.lat, one.lon) for one in only(facts, FactKind.GAP)]
    assert found == [(None, None)] * 3


def test_time_off_shift_is_not_unseen():
    facts = derive(Route().stay(20).silent(120).stay(20), shift=(NOON, NOON + timedelta(minutes=60)))

    assert facts.unseen_s == pytest.approx(40 * 60, abs=15)


@pytest.mark.covers("M18")
def test_a_phone_that_sent_both_sides_of_a_silence_in_one_batch_was_not_silent_for_want_of_network():
    came = {"received_at": NOON + timedelta(hours=5)}
    (gap,) = only(derive(Route().stay(20, **came).silent(50).stay(20, **came)), FactKind.GAP)

    assert gap.cause == GapCause.UNKNOWN


GOLDEN = {
    1: "ff8e81224c3d4a595180508273a2f3119cec2d823fbd1fb41eb7345aa8b6e483",
    2: "65b559390280d539d73119797c20569eddff10abaef2f8042bfa90aa0671b69c",
    3: "c93866fcb97d13aa30c816bc3d80d76c7f20732169bdfbbcb9d80ae55e1aea2d",
    4: "76921ef622fcf0620855ba2d86d24cb39271ba0b77ae7a2afec47f0fd19ebdb8",
    5: "76921ef622fcf0620855ba2d86d24cb39271ba0b77ae7a2afec47f0fd19ebdb8",
}
"""SHA-256 of the facts of some days, by version of the algorithm."""


@pytest.mark.covers("P-rel-16")
def test_who_changes_what_is_derived_counts_the_version_up():
    days = [make_day(seed, pace_s=pace_s) for seed, pace_s in ((1, 5), (2, 15), (3, 30), (4, 60), (5, 120))]
    hashes = [derive_day(day.fixes, a_day()).facts_hash for day in days]

    assert hashlib.sha256(b"".join(hashes)).hexdigest() == GOLDEN[ALGORITHM_VERSION]
