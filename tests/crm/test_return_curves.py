"""Curves of return say how soon clients come again, also while the time of many is not over."""

import random
from collections import Counter
from urllib.parse import urlencode
from uuid import UUID

import pytest

from app.crm.return_curves import service
from app.crm.return_curves.policies import Watched, make_curve
from app.crm.return_curves.values import Cohort, CohortBy
from app.crm.returns.values import Period
from tests.crm.given import ok
from tests.crm.kept_pasts import Buyer, bought, keep_buyers
from tests.crm.lives import at, on
from tests.crm.test_returns import NOW, WORKERS

PERIOD = Period(on(0), on(1_500))


def plain_curve(clients: list[tuple[int, bool]], days: int) -> float:
    """How many have come within so many days: one factor for each day, written down as the textbook says."""
    stay = 1.0
    for day in range(days + 1):
        watched = [one for one in clients if one[0] >= day]
        came = [one for one in watched if one == (day, True)]
        stay *= 1 - len(came) / len(watched) if watched else 1.0
    return 1 - stay


def rows(clients: list[tuple[int, bool]]) -> list[Watched]:
    counted = Counter(clients)
    return [Watched(day, counted[day, True], counted[day, False]) for day in {one[0] for one in clients}]


@pytest.mark.covers("R112")
def test_a_curve_is_that_of_kaplan_and_meier():
    """Remission of 21 patients under 6-MP (Freireich 1963), the example of most textbooks, in units of thirty days."""
    came = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    left = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    curve = make_curve(Watched(30 * week, came.get(week, 0), left.get(week, 0)) for week in came | left)
    by_week = {one.days // 30: one for one in curve.points}

    shares = {week: by_week[week].came_bp for week in (5, 6, 7, 10, 13, 16, 22, 23, 35)}
    assert shares == {
        5: 0,
        6: 1_429,
        7: 1_933,
        10: 2_471,
        13: 3_098,
        16: 3_725,
        22: 4_622,
        23: 5_518,
        35: 5_518,
    }
    assert (curve.clients, curve.came, curve.median_days) == (21, 9, 23 * 30)
    assert (by_week[10].at_risk, by_week[23].at_risk) == (15, 6)
    assert by_week[10].interval == (1_106, 4_968)
    assert by_week[5].interval is None


@pytest.mark.covers("R112")
def test_curves_of_random_clients_are_those_of_a_plain_count():
    dice = random.Random(3)
    for many in (1, 7, 60):
        clients = [(dice.randint(0, 200), dice.random() < 0.5) for _ in range(many)]
        curve = make_curve(rows(clients))

        assert [one.came_bp for one in curve.points] == [
            round(plain_curve(clients, one.days) * 10_000) for one in curve.points
        ]
        assert all(
            one.interval is None or one.interval[0] <= one.came_bp <= one.interval[1] for one in curve.points
        )


@pytest.mark.covers("R112")
def test_the_median_is_the_day_on_which_exactly_half_have_come():
    for many in range(2, 201):
        half = (many + 1) // 2
        one_a_day = [Watched(day, 1, 0) for day in range(1, half + 1)]
        nobody_else = Watched(400, 0, many - half)

        assert make_curve([*one_a_day, nobody_else]).median_days == half
        assert make_curve([*one_a_day[:-1], nobody_else._replace(left=many - half + 1)]).median_days is None


@pytest.mark.covers("R112")
async def test_who_can_still_come_does_not_count_as_lost_and_groups_are_their_own_clients(cast):
    """Half come again after a year. Half of the clients bought less than a year ago."""
    dice, buyers = random.Random(5), []
    for number in range(400):
        day = dice.randint(0, NOW - 1) if number % 2 else dice.randint(NOW - 360, NOW - 1)
        first = bought(on(day), "net" if number % 4 else "seal", workers=frozenset({WORKERS[number % 3]}))
        again = [bought(on(day + 365))] if dice.random() < 0.5 and day + 365 < NOW else []
        buyers.append(Buyer(UUID(int=number), "сайт" if number % 5 else "", [first, *again]))
    reader = await keep_buyers(cast, buyers)

    whole = await service.draw_curves(reader, Cohort(PERIOD), by=CohortBy.SOURCE, now=at(NOW))
    months = await service.draw_curves(reader, Cohort(PERIOD), by=CohortBy.MONTH, now=at(NOW))
    workers = await service.draw_curves(reader, Cohort(PERIOD), by=CohortBy.WORKER, now=at(NOW))
    kinds = await service.draw_curves(reader, Cohort(PERIOD), by=CohortBy.CATEGORY, now=at(NOW))
    one = await service.draw_curves(reader, Cohort(PERIOD, "сайт", WORKERS[0], "seal"), by=None, now=at(NOW))

    after_year = next(point for point in whole[None].points if point.days == 390)
    assert abs(after_year.came_bp - 5_000) < 700
    assert whole[None].came / whole[None].clients < 0.3
    assert {key: curve.clients for key, curve in whole.items()} == {None: 400, "": 80, "сайт": 320}
    assert {key: curve.clients for key, curve in kinds.items()} == {None: 400, "net": 300, "seal": 100}
    assert set(workers) == {None, *map(str, WORKERS[:3])}
    assert sum(curve.clients for key, curve in months.items() if key) == 400
    assert one[None].clients == sum(1 for n in range(400) if n % 5 and n % 3 == 0 and n % 4 == 0)


async def test_curves_are_drawn_through_the_api_and_of_nobody_there_is_none(cast):
    path = f"/crm/returns/curves?{urlencode({'from': '2021-01-01', 'to': '2022-01-01', 'by': 'month'})}"

    found = await ok(await cast.olga.get(path))
    wrong = await cast.olga.get("/crm/returns/curves?from=2022-01-01&to=2022-01-01")

    assert found["all"] == {"clients": 0, "came": 0, "median_days": None, "points": []}
    assert found["groups"] == []
    assert (wrong.status_code, wrong.json()["code"]) == (422, "period_invalid")
