"""How many newcomers and fans a month a company needs."""

import random
from datetime import date

import pytest

from app.crm.planning.policies import (
    Actuals,
    Business,
    Progress,
    Steady,
    Year,
    actuals_of,
    days_left,
    make_plan,
    progress_of,
)
from tests.crm.given import ok

SHOP = Business(
    overhead_kop=1_000_000_00,
    profit_kop=500_000_00,
    newcomer_kop=16_000_00,
    acquisition_kop=6_000_00,
    fan_kop=3_000_00,
    fans=400,
    fan_purchases_bp=600,
    newcomer_to_fan_bp=1_500,
    fan_loss_bp=200,
)
"""A shop that must earn 1.5 million roubles a month."""


@pytest.mark.covers("R18")
def test_a_shop_that_needs_a_million_and_a_half_needs_132_newcomers_and_991_fans_a_month():
    plan = make_plan(SHOP)

    assert plan.steady == Steady(newcomers=132, fans=991, new_fans=20)
    assert (plan.newcomers_now, plan.fans_bring_kop) == (143, 72_000_00)


@pytest.mark.covers("R18")
def test_in_a_steady_month_what_comes_in_is_the_goal_and_as_many_fans_come_as_go():
    """For random businesses, by plain arithmetic with floating point."""
    dice, reached = random.Random(18), 0
    for _ in range(2_000):
        business = Business(
            *(dice.randint(0, 5_000_000_00) for _ in range(2)),
            dice.randint(-1_000_00, 40_000_00),
            dice.randint(0, 20_000_00),
            dice.randint(0, 9_000_00),
            dice.randint(0, 2_000),
            dice.randint(0, 2_000),
            dice.randint(0, 10_000),
            dice.randint(1, 2_000),
        )
        plan = make_plan(business)
        gain = business.newcomer_kop - business.acquisition_kop
        of_fan = business.fan_kop * business.fan_purchases_bp / 10_000
        ever = gain + business.newcomer_to_fan_bp / business.fan_loss_bp * of_fan
        assert (plan.steady is None) == (ever <= 0)
        if plan.steady is None:
            continue
        reached += 1
        newcomers, fans, new_fans = plan.steady
        slack = abs(gain) + of_fan + 1
        assert abs(newcomers * gain + fans * of_fan - business.goal_kop) <= slack
        assert abs(fans * business.fan_loss_bp / 10_000 - new_fans) <= 1
        assert abs(newcomers * business.newcomer_to_fan_bp / 10_000 - new_fans) <= 1.01
    assert reached > 1_000


@pytest.mark.covers("R18")
@pytest.mark.parametrize(
    ("changes", "now", "is_steady"),
    [
        ({"acquisition_kop": 16_000_00}, None, True),
        ({"acquisition_kop": 18_000_00}, None, False),
        ({"fans": 100_000}, 0, True),
        ({"fan_loss_bp": 0}, 143, False),
    ],
)
def test_a_plan_says_when_more_newcomers_do_not_help_and_when_none_are_needed(changes, now, is_steady):
    plan = make_plan(SHOP._replace(**changes))

    assert (plan.newcomers_now, plan.steady is not None) == (now, is_steady)


@pytest.mark.covers("R18")
def test_the_numbers_of_the_last_year_are_those_of_a_month():
    year = Year(newcomers=114, new_fans=20, lost_fans=10, repeated=84, fans=105, before=200, before_fans=30)

    assert actuals_of(year) == Actuals(105, 10, 700, 1_500, 83)
    assert actuals_of(Year(0, 0, 0, 0, 0, 0, 0)) == Actuals(0, 0, None, None, None)


@pytest.mark.covers("R18")
async def test_the_office_calculates_a_plan(cast):
    plan = await ok(await cast.olga.post("/crm/monthly-plan/calculate", SHOP._asdict()))
    refused = await cast.pavel.post("/crm/monthly-plan/calculate", SHOP._asdict())

    assert plan == {
        "newcomers_now": 143,
        "fans_bring_kop": 72_000_00,
        "steady": {"newcomers": 132, "fans": 991, "new_fans": 20},
    }
    assert refused.status_code == 403


PLAN = {"newcomers": 143, "new_fans": 20, "paid_kop": 3_200_000_00, "business": SHOP._asdict()}
MARCH = "/crm/monthly-plan?month=2026-03-01"


@pytest.mark.covers("R18")
def test_what_is_left_of_a_plan_is_divided_by_the_days_that_are_left():
    assert days_left(date(2026, 3, 1), date(2026, 3, 2)) == 30
    assert days_left(date(2026, 2, 1), date(2026, 3, 1)) == 0
    assert days_left(date(2026, 12, 1), date(2026, 11, 5)) == 31
    assert progress_of(143, 40, days=31, left_days=21) == Progress(143, 40, 46, 103, 5)
    assert progress_of(20, 25, days=31, left_days=21) == Progress(20, 25, 6, 0, 0)
    assert progress_of(20, 5, days=31, left_days=0) == Progress(20, 5, 20, 15, None)


@pytest.mark.covers("R18")
async def test_a_month_has_one_plan_and_two_people_cannot_change_it_unseen(cast):
    none = await ok(await cast.olga.get(MARCH))
    refused = await cast.olga.put(MARCH, PLAN, if_match='"0"')
    unseen = await cast.sergei.put(MARCH, PLAN)
    first = await cast.sergei.put("/crm/monthly-plan?month=2026-03-20", PLAN, if_match='"0"')
    stale = await cast.irina.put(MARCH, PLAN | {"newcomers": 1}, if_match='"0"')
    changed = await cast.irina.put(MARCH, PLAN | {"newcomers": 100, "paid_kop": None}, if_match='"1"')
    april = await ok(await cast.olga.get("/crm/monthly-plan?month=2026-04-01"))

    assert (none["plan"], none["version"], april["plan"]) == (None, 0, None)
    assert [one.status_code for one in (refused, unseen, first, stale, changed)] == [403, 428, 200, 412, 200]
    plan = first.json()["plan"]
    assert plan["newcomers"] == {"planned": 143, "reached": 0, "due": 5, "left": 143, "left_per_day": 5}
    assert (plan["set_by"], plan["business"]) == (str(cast.sergei.id), SHOP._asdict())
    kept = await ok(await cast.olga.get(MARCH))
    assert kept == changed.json()
    assert (kept["version"], kept["plan"]["set_by"]) == (2, str(cast.irina.id))
    assert (kept["plan"]["newcomers"]["planned"], kept["plan"]["paid_kop"]) == (100, None)


@pytest.mark.covers("R18")
async def test_a_month_that_is_over_gets_no_plan(cast):
    late = await cast.irina.put("/crm/monthly-plan?month=2026-02-28", PLAN, if_match='"0"')

    assert (late.status_code, late.json()["code"]) == (409, "month_is_over")
