"""Where one stop ends and the next one begins, if they are near to each other."""

import math
import random
from datetime import timedelta

import pytest

from app.tracking.facts.policies.kinds import FactKind
from tests.tracking.routes import Route, derive, kinds, minutes, only


def with_slow_errors(route, *, metres, last_s, seed):
    """The same positions, but off by so much for some minutes, as satellites are in a house."""
    rng, error, before = random.Random(seed), (0.0, 0.0), route.pings[0].at
    for number, ping in enumerate(route.pings):
        keep = math.exp(-(ping.at - before).total_seconds() / last_s)
        fresh = metres * math.sqrt(1 - keep * keep)
        error = (error[0] * keep + rng.gauss(0, fresh), error[1] * keep + rng.gauss(0, fresh))
        lat, lon = ping.lat + error[1] / 111_195, ping.lon + error[0] / 62_600
        route.pings[number], before = ping._replace(lat=lat, lon=lon), ping.at
    return route


@pytest.mark.covers("M18")
@pytest.mark.parametrize("pace_s", [1, 5, 15, 30, 60])
def test_two_places_at_which_he_stays_are_two_stops_though_they_are_near(pace_s):
    route = Route(pace_s=pace_s, noise_m=4).drive((2_000, 0)).stay(12).drive((2_060, 0), mps=6).stay(15)
    facts = derive(route.drive((9_000, 0)))

    first, second = only(facts, FactKind.STOP)
    assert kinds(facts) == ["trip", "stop", "trip", "stop", "trip"]
    assert minutes(first) == pytest.approx((2.8, 14.8), abs=max(0.7, pace_s / 60))
    assert minutes(second) == pytest.approx((14.9, 29.9), abs=max(0.7, pace_s / 60))


@pytest.mark.covers("M18")
@pytest.mark.parametrize("pace_s", [1, 5, 10])
def test_many_short_stays_along_a_street_with_drives_between_them_are_no_stop(pace_s):
    route = Route(pace_s=pace_s, noise_m=2).drive((2_000, 0))
    for house in range(1, 7):
        route.stay(1.2, accuracy_m=5.0).drive((2_000 + 50 * house, 0), mps=5, accuracy_m=5.0)
    facts = derive(route.drive((9_000, 0)))

    assert kinds(facts) == ["trip"]


@pytest.mark.covers("M18")
def test_whoever_unloads_and_walks_to_the_house_has_stopped_once():
    route = Route(noise_m=4).drive((2_000, 0)).stay(2).drive((2_060, 0), mps=1.3).stay(40)
    facts = derive(route.drive((2_000, 0), mps=1.3).stay(1).drive((9_000, 0)))

    (stop,) = only(facts, FactKind.STOP)
    assert minutes(stop) == pytest.approx((2.8, 47.3), abs=3)


@pytest.mark.covers("M18")
@pytest.mark.parametrize("seed", range(8))
def test_positions_that_drift_in_a_house_make_one_stop_of_it(seed):
    route = Route(pace_s=15).drive((3_000, 0)).stay(60, accuracy_m=25.0).drive((9_000, 0))
    facts = derive(with_slow_errors(route, metres=20, last_s=150, seed=seed))

    assert kinds(facts) == ["trip", "stop", "trip"]


@pytest.mark.covers("M18")
@pytest.mark.parametrize("pace_s", [1, 5, 15])
def test_a_jam_that_creeps_on_by_some_metres_is_no_stop(pace_s):
    route = Route(pace_s=pace_s, noise_m=2).drive((2_000, 0))
    for metre in range(2_020, 2_300, 20):
        route.stay(0.7, accuracy_m=5.0).drive((metre, 0), mps=3, accuracy_m=5.0)
    facts = derive(route.drive((9_000, 0)))

    assert kinds(facts) == ["trip"]


@pytest.mark.covers("M18")
@pytest.mark.parametrize("said", [0.0, None])
def test_positions_without_accuracy_or_with_none_to_speak_of_make_the_same_stops(said):
    route = Route(noise_m=8).stay(20, accuracy_m=said).drive((4_000, 0), accuracy_m=said)
    facts = derive(route.stay(20, accuracy_m=said))

    assert kinds(facts) == ["stop", "trip", "stop"]
    assert [one.accuracy_m for one in only(facts, FactKind.STOP)] == [20.0 if said is None else 10.0] * 2


def sent_by_distance(route, *, metres=75, every_s=300):
    """The positions of a phone that sends when it has moved so far, or after so long."""
    sent = route.pings[:1]
    for ping in route.pings:
        east, north = (ping.lon - sent[-1].lon) * 62_600, (ping.lat - sent[-1].lat) * 111_195
        if math.hypot(east, north) >= metres or (ping.at - sent[-1].at).total_seconds() >= every_s:
            sent.append(ping)
    route.pings = sent
    return route


@pytest.mark.covers("M18", "M20")
@pytest.mark.parametrize("minutes_there", [4, 4.5, 20])
def test_a_phone_that_sends_by_distance_has_stopped_where_it_sent_nothing(minutes_there):
    route = Route(pace_s=1).drive((2_040, 0)).stay(minutes_there).drive((6_000, 0))
    facts = derive(sent_by_distance(route))

    (stop,) = only(facts, FactKind.STOP)
    assert kinds(facts) == ["trip", "stop", "trip"]
    assert minutes(stop) == pytest.approx((2.8, 2.8 + minutes_there), abs=0.4)


@pytest.mark.covers("M18")
def test_a_phone_that_sends_by_distance_makes_no_stop_of_a_slow_way():
    route = Route(pace_s=1).drive((2_000, 0)).drive((2_600, 0), mps=0.8).drive((6_000, 0))

    assert kinds(derive(sent_by_distance(route))) == ["trip"]


@pytest.mark.covers("M18", "P-rel-16")
def test_the_two_places_are_the_same_whatever_hours_are_looked_at():
    route = Route(noise_m=4).stay(12).drive((60, 0), mps=6).stay(15).drive((9_000, 0)).stay(20)
    whole = only(derive(route), FactKind.STOP)[1:]

    later = derive(route, begin=route.pings[0].at + timedelta(minutes=20))

    assert [one.span.to_us for one in only(later, FactKind.STOP)] == [one.span.to_us for one in whole]
