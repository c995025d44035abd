"""How many newcomers and fans a month a company needs."""

import random

import pytest

from app.crm.planning.policies import Actuals, Business, Steady, Year, actuals_of, make_plan
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
