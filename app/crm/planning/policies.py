"""How many newcomers and fans a month a company needs for the profit it wants: values in, values out.

Money is in kopecks, shares in hundredths of a per cent. It is reckoned with exact fractions and rounded half up at the
end.
"""

from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import NamedTuple

WHOLE_BP = 10_000


class Business(NamedTuple):
    """What the plan follows from. All of it is of one month."""

    overhead_kop: int
    profit_kop: int
    """What shall be left."""
    newcomer_kop: int
    """What is left of a newcomer's purchase after its own costs."""
    acquisition_kop: int
    """What it costs to win a newcomer."""
    fan_kop: int
    """What is left of a fan's purchase after its own costs."""
    fans: int
    """Now."""
    fan_purchases_bp: int
    """Purchases of a fan in a month: 600 are 6 in 100 months."""
    newcomer_to_fan_bp: int
    """Newcomers who become fans."""
    fan_loss_bp: int
    """Fans who are lost in a month."""

    @property
    def goal_kop(self) -> int:
        return self.overhead_kop + self.profit_kop

    @property
    def newcomer_gain_kop(self) -> int:
        """What a newcomer brings at once."""
        return self.newcomer_kop - self.acquisition_kop

    @property
    def fan_month_kop(self) -> Fraction:
        """What a fan brings in a month."""
        return Fraction(self.fan_kop * self.fan_purchases_bp, WHOLE_BP)


class Steady(NamedTuple):
    """A month in which as many fans are won as lost."""

    newcomers: int
    fans: int
    new_fans: int
    """So many newcomers of a month must become fans."""


class Plan(NamedTuple):
    newcomers_now: int | None
    """Needed this month with the fans of today. None: a newcomer costs as much as he brings, so more of them do not
    help."""
    steady: Steady | None
    """None: newcomers cost more than they and the fans they become ever bring, or no fan is ever lost."""
    fans_bring_kop: int
    """In this month, of the goal."""


def make_plan(business: Business) -> Plan:
    """What is needed this month, and in a month in which nothing changes any more."""
    from_fans = business.fans * business.fan_month_kop
    missing = max(business.goal_kop - from_fans, Fraction(0))
    return Plan(_needed(missing, Fraction(business.newcomer_gain_kop)), _steady(business), _round(from_fans))


def _needed(missing: Fraction, gain: Fraction) -> int | None:
    if missing == 0:
        return 0
    return _round(missing / gain) if gain > 0 else None


def _steady(business: Business) -> Steady | None:
    """A newcomer brings his first purchase at once and, as a fan, what a fan brings until he is lost."""
    if business.fan_loss_bp == 0:
        return None
    fans_of_newcomer = Fraction(business.newcomer_to_fan_bp, business.fan_loss_bp)
    gain = business.newcomer_gain_kop + fans_of_newcomer * business.fan_month_kop
    if gain <= 0:
        return None
    newcomers = business.goal_kop / gain
    fans = newcomers * fans_of_newcomer
    return Steady(_round(newcomers), _round(fans), _round(fans * business.fan_loss_bp / WHOLE_BP))


def _round(number: Fraction) -> int:
    """Half up."""
    return floor(number + Fraction(1, 2))


class Year(NamedTuple):
    """What happened in the last year."""

    newcomers: int
    new_fans: int
    lost_fans: int
    repeated: int
    """Purchases after the first."""
    fans: int
    """Now."""
    before: int
    """Newcomers of the year before …"""
    before_fans: int
    """… and those of them who became fans within a year."""


class Actuals(NamedTuple):
    """Months of the last year on the average."""

    fans: int
    newcomers: int
    fan_purchases_bp: int | None
    newcomer_to_fan_bp: int | None
    fan_loss_bp: int | None
    """These three: None if nobody was there to count."""


def actuals_of(year: Year) -> Actuals:
    """The figures of a plan as they were in the last year. The fans of a month are those of its middle."""
    fans_then = year.fans - year.new_fans + year.lost_fans
    fan_months = Fraction(12 * (year.fans + fans_then), 2)
    return Actuals(
        fans=year.fans,
        newcomers=_round(Fraction(year.newcomers, 12)),
        fan_purchases_bp=_bp(year.repeated, fan_months),
        newcomer_to_fan_bp=_bp(year.before_fans, Fraction(year.before)),
        fan_loss_bp=_bp(year.lost_fans, fan_months),
    )


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    return month_of(month + timedelta(days=31))


def days_left(month: date, today: date) -> int:
    """Days of the month that are not over: today is one of them."""
    return max(0, (month_after(month) - max(month, today)).days)


class Progress(NamedTuple):
    """How far a month has come with one number of its plan."""

    planned: int
    reached: int
    due: int
    """What would be reached by the end of yesterday if every day brought the same."""
    left: int
    """0: the plan is reached."""
    left_per_day: int | None
    """What every day that is left must bring, rounded up. Null: the month is over."""


def progress_of(planned: int, reached: int, *, days: int, left_days: int) -> Progress:
    left = max(0, planned - reached)
    return Progress(
        planned,
        reached,
        _round(Fraction(planned * (days - left_days), days)),
        left,
        -(-left // left_days) if left_days else None,
    )


def _bp(part: int, whole: Fraction) -> int | None:
    return _round(part * WHOLE_BP / whole) if whole > 0 else None
