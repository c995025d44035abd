from datetime import UTC, date, datetime
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest

from app.orders.production.policies import AWAITED, ask_again_at, installable_from, may_move, remind_at
from app.orders.statuses import MADE, ProductionStatus

MOSCOW = ZoneInfo("Europe/Moscow")
READY_ON = date(2026, 3, 20)
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

CHAIN = ["placed", "confirmed", "in_production", "ready", "delivered"]
ALLOWED = {*pairwise(CHAIN), *((was, "canceled") for was in CHAIN[:-1])}


@pytest.mark.covers("M5", "P-rel-6")
@pytest.mark.parametrize(("was", "to"), list(product(ProductionStatus, ProductionStatus)))
def test_an_order_goes_one_step_at_a_time_and_is_canceled_before_it_is_delivered(was, to):
    assert may_move(was, to) is ((was, to) in ALLOWED)


def test_every_status_is_awaited_made_or_canceled():
    assert AWAITED | MADE | {ProductionStatus.CANCELED} == set(ProductionStatus)
    assert not AWAITED & MADE


@pytest.mark.covers("M6", "R181")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON, datetime(2026, 3, 17, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 17, 6, 0, tzinfo=UTC), datetime(2026, 3, 17, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 19, 20, 0, tzinfo=UTC), datetime(2026, 3, 19, 20, 0, tzinfo=UTC)),
    ],
    ids=["three days before at nine", "on the minute", "that has passed: at once"],
)
def test_the_dispatcher_is_reminded_three_mornings_before_the_ready_date(now, expected):
    assert remind_at(status="placed", planned_ready_on=READY_ON, zone=MOSCOW, now=now) == expected


@pytest.mark.covers("M6")
@pytest.mark.parametrize("status", ["ready", "delivered"])
def test_what_is_made_reminds_at_once(status):
    assert remind_at(status=status, planned_ready_on=READY_ON, zone=MOSCOW, now=NOON) == NOON


@pytest.mark.parametrize(
    ("zone", "hour_utc"), [("Europe/Kaliningrad", 7), ("Asia/Vladivostok", 23), ("Europe/Berlin", 7)]
)
def test_nine_in_the_morning_is_on_the_companys_clocks(zone, hour_utc):
    """Berlin: the reminder of 31 March falls on summer time although the order is placed in winter."""
    moment = remind_at(status="placed", planned_ready_on=date(2026, 4, 3), zone=ZoneInfo(zone), now=NOON)

    assert (moment.hour, moment.tzinfo) == (hour_utc, UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 17, 5, 59, tzinfo=UTC), datetime(2026, 3, 17, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 17, 6, 0, tzinfo=UTC), datetime(2026, 3, 18, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 17, 21, 30, tzinfo=UTC), datetime(2026, 3, 18, 6, 0, tzinfo=UTC)),
    ],
    ids=["before nine", "at nine", "past midnight in Moscow"],
)
def test_the_next_look_is_on_the_next_morning(now, expected):
    assert ask_again_at(zone=MOSCOW, now=now) == expected


@pytest.mark.covers("M6")
@pytest.mark.parametrize("status", ProductionStatus)
def test_an_installation_begins_the_morning_after_the_ready_date_unless_it_is_made(status):
    begins = installable_from(status=status, planned_ready_on=READY_ON, zone=MOSCOW, now=NOON)

    assert begins == (NOON if status in MADE else datetime(2026, 3, 21, 5, 0, tzinfo=UTC))


def test_an_overdue_order_can_be_installed_from_now_on():
    now = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)

    assert installable_from(status="in_production", planned_ready_on=READY_ON, zone=MOSCOW, now=now) == now
