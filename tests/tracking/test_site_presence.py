"""When positions say that somebody was at the site of a visit, and when he is asked whether he has arrived."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.tracking.facts.policies.arrivals import Expected, propose_arrivals
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.presence import VisitSite
from app.tracking.facts.policies.track import microseconds
from tests.cast import NOON
from tests.tracking.routes import Route, derive, minutes, only, place

SITE = (3_000, 0)
VISIT, OTHER = UUID(int=21), UUID(int=22)


def a_visit(visit_id=VISIT, *, at=SITE, minutes_after_noon=0, site_id=None):
    here = place(at)
    starts_at = NOON + timedelta(minutes=minutes_after_noon)
    return VisitSite(visit_id, site_id or UUID(int=31), here.lat, here.lon, microseconds(starts_at))


def presences(route, *sites):
    return only(derive(route, sites=sites or (a_visit(),)), FactKind.PRESENCE)


@pytest.mark.covers("M18")
def test_presence_begins_and_ends_near_the_site_and_names_the_visit():
    (found,) = presences(Route().stay(10).drive(SITE).stay(40).drive((0, 0)))

    assert minutes(found) == pytest.approx((14, 54.2), abs=0.3)
    assert (found.visit_id, found.site_id) == (VISIT, UUID(int=31))
    assert found.evidence["dwell_s"] == pytest.approx(2_400, abs=30)
    assert found.evidence["distance_m"] < 5


@pytest.mark.parametrize(
    ("what", "route"),
    [
        ("driving past", lambda: Route().stay(5).drive((6_000, 0)).stay(5)),
        ("waiting at a light", lambda: Route().stay(5).drive(SITE).stay(1.5).drive((6_000, 0)).stay(5)),
        ("creeping past in a jam", lambda: Route().drive((2_700, 0)).drive((3_400, 0), mps=1).stay(9)),
        ("a stop two streets away", lambda: Route().stay(5).drive((3_250, 0)).stay(30)),
    ],
)
def test_this_is_no_presence(what, route):
    assert presences(route()) == [], what


def test_whoever_goes_to_the_car_and_comes_back_was_there_all_the_time():
    route = (
        Route().drive(SITE).stay(10).drive((3_200, 0), mps=1.5).drive(SITE, mps=1.5).stay(10).drive((0, 0))
    )

    assert len(presences(route)) == 1


def test_a_cellar_without_reception_is_part_of_the_presence_and_counted_as_unseen():
    (found,) = presences(Route().drive(SITE).stay(10).silent(40).stay(10))

    assert found.evidence["unseen_s"] == pytest.approx(2_400, abs=20)
    assert found.confidence < 80


def test_whoever_falls_silent_at_the_site_was_there_until_the_last_position():
    (found,) = presences(Route().drive(SITE).stay(10).silent(40, to=(9_000, 0)).stay(10))

    assert minutes(found)[1] == pytest.approx(14, abs=0.3)


def test_of_two_visits_to_one_site_each_has_the_presence_that_is_nearest_to_its_time():
    route = Route().drive(SITE).stay(20).drive((0, 0)).stay(200).drive(SITE).stay(20).drive((0, 0))
    sites = (a_visit(VISIT), a_visit(OTHER, minutes_after_noon=230))

    assert [one.visit_id for one in presences(route, *sites)] == [VISIT, OTHER]


def proposals(route, *, now=None, starts=0, **said):
    found = derive(route, sites=(a_visit(),)).findings
    expected = [Expected(VISIT, NOON + timedelta(minutes=starts))]
    return propose_arrivals(found, expected, now=now or route.now)


@pytest.mark.covers("M17")
def test_an_arrival_is_proposed_with_its_time_once_somebody_has_stayed():
    (proposal,) = proposals(Route().stay(10).drive(SITE).stay(4))

    assert proposal.visit_id == VISIT
    assert proposal.arrived_at == pytest.approx(NOON + timedelta(minutes=14), abs=timedelta(seconds=20))


@pytest.mark.parametrize(
    ("why", "route", "more"),
    [
        ("he has only just come", lambda: Route().drive(SITE).stay(1), {}),
        ("positions are too vague", lambda: Route().drive(SITE).stay(20, accuracy_m=140.0), {}),
        ("it was long ago", lambda: Route().drive(SITE).stay(20), {"now": NOON + timedelta(hours=13)}),
        ("the visit is far ahead", lambda: Route().drive(SITE).stay(20), {"starts": 300}),
    ],
)
def test_no_arrival_is_proposed_when(why, route, more):
    assert proposals(route(), **more) == [], why


def test_nothing_is_proposed_for_a_visit_that_is_not_expected():
    found = derive(Route().drive(SITE).stay(20), sites=(a_visit(),)).findings

    assert propose_arrivals(found, [Expected(OTHER, NOON)], now=NOON + timedelta(hours=1)) == []
