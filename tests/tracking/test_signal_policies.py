"""Which stops nothing explains: rules one by one, and a made-up city whose side jobs are known."""

import random
import sys
from datetime import timedelta
from uuid import UUID

import pytest

from app.core.hours import Span
from app.tracking.facts.policies.day import derive_day
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.track import moment_of
from app.tracking.facts.values import TrackFact
from app.tracking.signals.policies import (
    Kept,
    Known,
    Limits,
    Reason,
    Spot,
    judge,
    match,
    pauses_of_visits,
    stays,
    unexplained,
)
from tests.cast import NOON
from tests.tracking.routes import WORKER, Route, a_day, place

pytestmark = pytest.mark.covers("M19")

MINUTE = timedelta(minutes=1)
LIMITS = Limits(stop_min=20, away_m=300, accuracy_m=60)
SIDE = (4_000, 4_000)
SHIFT = Span(NOON - 8 * 60 * MINUTE, NOON + 10 * 60 * MINUTE)


def facts_of(route: Route) -> list[TrackFact]:
    """The derived day, as it is read back."""
    shift = (route.pings[0].at, route.pings[-1].at)
    return [
        TrackFact(
            id=finding.id,
            worker_id=WORKER,
            day=NOON.date(),
            kind=finding.kind,
            from_at=moment_of(finding.span.from_us),
            to_at=moment_of(finding.span.to_us),
            place=None if finding.lat is None else place_of(finding),
            accuracy_m=finding.accuracy_m,
            distance_m=finding.distance_m,
            visit_id=None,
            site_id=None,
            cause=finding.cause,
            confidence=finding.confidence,
            algorithm_version=1,
            evidence=finding.evidence,
        )
        for finding in derive_day(route.pings, a_day(shift=shift)).findings
    ]


def place_of(finding):
    return type(place((0, 0)))(lat=finding.lat, lon=finding.lon)


def a_known(*, jobs=((0, 0),), places=(), pauses=(), shifts=(SHIFT,)) -> Known:
    return Known(
        list(shifts),
        list(pauses),
        [Spot(place(spot), 0) for spot in jobs],
        [Spot(place(spot), radius) for spot, radius in places],
    )


def a_stop(minutes: float = 40, to=SIDE) -> list[TrackFact]:
    """He works at a site, drives away, and stands somewhere."""
    return facts_of(Route().stay(30).drive(to).stay(minutes).drive((0, 0)).stay(20))


def broken(facts, known) -> set[Reason]:
    """The rules that do not hold for the second stay."""
    judged = judge(stays(facts)[1], known, LIMITS)
    return {rule.reason for rule in judged.rules if not rule.holds}


def test_a_long_stop_far_from_everything_that_is_known_is_found_with_every_reason():
    (found,) = unexplained(a_stop(), a_known(places=[((-3_000, 0), 100)]), LIMITS)

    rules = {rule.reason: (rule.value, rule.limit) for rule in found.rules}
    assert set(rules) == set(Reason)
    assert found.counted == pytest.approx(40 * MINUTE, abs=MINUTE)
    assert rules[Reason.LONG][1] == 20
    assert rules[Reason.AWAY_FROM_JOBS][0] == pytest.approx(5_657, abs=30)
    assert rules[Reason.AWAY_FROM_PLACES][0] == pytest.approx(7_962, abs=40)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (a_known(jobs=[(0, 0), (4_200, 4_000)]), Reason.AWAY_FROM_JOBS),
        (a_known(places=[((4_700, 4_000), 500)]), Reason.AWAY_FROM_PLACES),
        (a_known(pauses=[Span(NOON + 37 * MINUTE, NOON + 67 * MINUTE)]), Reason.LONG),
        (a_known(shifts=[Span(SHIFT.starts_at, NOON + 30 * MINUTE)]), Reason.IN_SHIFT),
    ],
    ids=["a job site", "an allowed place", "a pause", "off shift"],
)
def test_a_stop_that_something_explains_is_none(known, reason):
    assert reason in broken(a_stop(), known)
    assert unexplained(a_stop(), known, LIMITS) == []


def test_a_short_stop_is_nobodys_business():
    assert broken(a_stop(15), a_known()) == {Reason.LONG}


def test_a_stop_whose_place_is_not_sure_is_none():
    facts = facts_of(Route().stay(30).drive(SIDE).stay(40, accuracy_m=150.0).drive((0, 0)).stay(20))

    assert unexplained(facts, a_known(), LIMITS) == []


def test_silence_is_no_stop():
    facts = facts_of(Route().stay(30).drive(SIDE).silent(60).drive((0, 0)).stay(20))

    assert unexplained(facts, a_known(), LIMITS) == []


def test_stops_at_one_place_with_silence_between_them_are_one_and_silence_is_not_counted():
    facts = facts_of(Route().stay(30).drive(SIDE).stay(15).silent(40).stay(15).drive((0, 0)).stay(20))

    (found,) = unexplained(facts, a_known(), LIMITS)

    assert found.stay.to_at - found.stay.from_at > 65 * MINUTE
    assert found.counted == pytest.approx(30 * MINUTE, abs=2 * MINUTE)


def test_the_pauses_of_visits_end_with_the_next_tap():
    one, two = UUID(int=1), UUID(int=2)
    taps = [
        (one, "in_progress", NOON),
        (one, "paused", NOON + 10 * MINUTE),
        (one, "in_progress", NOON + 30 * MINUTE),
        (two, "paused", NOON + 40 * MINUTE),
    ]

    assert pauses_of_visits(taps) == [Span(NOON + 10 * MINUTE, NOON + 30 * MINUTE)]


def kept(found, *, number=1, later=0.0) -> Kept:
    stay = found.stay
    return Kept(UUID(int=number), stay.from_at + later * MINUTE, stay.to_at + later * MINUTE, stay.place)


def test_a_signal_is_found_again_by_place_and_time_although_late_positions_move_its_edges():
    (found,) = unexplained(a_stop(), a_known(), LIMITS)

    same = match([kept(found, later=5)], [found])
    elsewhere = match([kept(found)._replace(place=place((0, 0)))], [found])
    forgotten = match([kept(found)._replace(place=None)], [found])

    assert [signal for signal, _ in same.same] == [UUID(int=1)]
    assert (same.new, same.gone) == ([], [])
    assert (elsewhere.new, elsewhere.gone) == ([found], [UUID(int=1)])
    assert [signal for signal, _ in forgotten.same] == [UUID(int=1)]


def test_of_two_signals_that_become_one_stop_the_one_with_more_of_its_time_stays():
    (found,) = unexplained(a_stop(), a_known(), LIMITS)
    short = kept(found, number=2)._replace(to_at=found.stay.from_at + 5 * MINUTE)
    long = kept(found, number=3)._replace(from_at=found.stay.from_at + 5 * MINUTE)

    matching = match([short, long], [found])

    assert [signal for signal, _ in matching.same] == [long.id]
    assert matching.gone == [short.id]


# A made-up city


class WorkDay:
    """A day of a measurer: three visits, lunch, the depot, a jam, and perhaps a side job."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # not a secret
        self.depot = self._somewhere()
        self.jobs = [self._away_from([self.depot]) for _ in range(3)]
        self.canteen = self._away_from([self.depot, *self.jobs])
        self.side = self._beside_a_job() if self.random.random() < 0.3 else self._away_from(self.explained)
        self.has_side_job = self.random.random() < 0.5
        self.side_at: Span | None = None
        self.route = self._drive()

    @property
    def explained(self):
        return [self.depot, *self.jobs, self.canteen]

    def _beside_a_job(self):
        """A neighbour of a client, 400 to 600 metres away."""
        x, y = self.random.choice(self.jobs)
        return (x + self.random.uniform(400, 600), y)

    def _somewhere(self):
        return (self.random.uniform(-9_000, 9_000), self.random.uniform(-9_000, 9_000))

    def _away_from(self, others):
        while True:
            spot = self._somewhere()
            if all(abs(spot[0] - x) + abs(spot[1] - y) > 1_500 for x, y in others):
                return spot

    def _drive(self) -> Route:
        choose = self.random
        route = Route(
            at=NOON - 4 * 60 * MINUTE,
            here=self.depot,
            pace_s=choose.choice([10, 20, 30, 60, 120]),
            noise_m=choose.choice([4, 8, 15, 25]),
            seed=choose.randrange(10**6),
        )
        route.stay(choose.uniform(10, 40))
        side_after = choose.randrange(3)
        for number, site in enumerate(self.jobs):
            parked = (site[0] + choose.uniform(-120, 120), site[1] + choose.uniform(-120, 120))
            self._go(route, parked)
            self._stand(route, choose.uniform(35, 80))
            if number == 1:
                self._go(route, self.canteen).stay(choose.uniform(25, 50))
            if self.has_side_job and number == side_after:
                self._go(route, self.side)
                begins = route.now
                self._stand(route, choose.uniform(26, 90))
                self.side_at = Span(begins, route.now)
        self._go(route, self.depot).stay(15)
        return route

    def _stand(self, route: Route, minutes: float) -> None:
        """Sometimes a position is far off, and sometimes the phone is silent for some minutes."""
        route.stay(minutes / 2)
        if self.random.random() < 0.4:
            x, y = route.here
            route.one((x + self.random.uniform(-900, 900), y + self.random.uniform(-900, 900)))
        if self.random.random() < 0.2:
            route.silent(self.random.uniform(3, 12))
        route.stay(minutes / 2)

    def _go(self, route: Route, to) -> Route:
        """Half of the ways have a red light, a jam or a short errand that is nobody's business."""
        if self.random.random() < 0.5:
            middle = tuple((a + b) / 2 for a, b in zip(route.here, to, strict=True))
            route.drive(middle, mps=11).stay(self.random.choice([1, 2, 8, 13, 17]))
        return route.drive(to, mps=self.random.uniform(8, 15))

    def known(self) -> Known:
        return a_known(jobs=self.jobs, places=[(self.depot, 150), (self.canteen, 100)], shifts=[SHIFT])


def test_in_a_made_up_city_nearly_all_side_jobs_are_found_and_nearly_nothing_else(capsys):
    right = wrong = missed = 0
    for seed in range(120):
        day = WorkDay(seed)
        found = unexplained(facts_of(day.route), day.known(), LIMITS)
        hits = [one for one in found if day.side_at and _touches(one.stay, day.side_at)]
        right += bool(hits)
        wrong += len(found) - len(hits)
        missed += day.has_side_job and not hits
    precision, recall = right / (right + wrong), right / (right + missed)
    with capsys.disabled():
        sys.stdout.write(
            f"\n120 made-up days, {right + missed} side jobs: precision {precision:.3f}, recall {recall:.3f}"
            f" ({right} found, {wrong} wrong, {missed} missed)\n"
        )

    assert right + missed >= 40
    assert precision >= 0.95
    assert recall >= 0.95


def _touches(stay, span: Span) -> bool:
    return stay.from_at < span.ends_at and span.starts_at < stay.to_at


def test_every_fact_kind_is_known_to_the_rules():
    """A new kind must be thought about: does it part two stays?"""
    assert set(FactKind) == {"trip", "stop", "gap", "presence", "too_fast", "mock"}
