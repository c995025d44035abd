from collections.abc import Iterable
from datetime import date
from typing import Self

from app.crm.figures.policies.awakenings import Awakenings
from app.crm.figures.policies.cohorts import Cohort
from app.crm.figures.policies.money import MoneyByStatus
from app.crm.figures.queries import LeadsOfWeek
from app.crm.returns.policies.rates import interval_of, share_bp
from app.crm.returns.schemas import PeriodOut, ShareIntervalOut
from app.crm.returns.values import Period
from app.crm.status_lists.schemas import StatusName
from app.http.schemas import Out


class StatusMoneyOut(Out):
    """What clients of one status have brought."""

    status: StatusName
    clients: int
    kop: int
    """Paid and not given back, in kopecks."""
    share_bp: int | None
    """Of all money, in hundredths of a per cent."""


class MoneyByStatusOut(Out):
    """Who brings the money. A client counts with the status that he has at the end of the period."""

    period: PeriodOut
    items: list[StatusMoneyOut]
    """All six statuses, in the order of a client's life."""
    kop: int
    fans_bp: int | None
    """What fans bring, in hundredths of a per cent. Null: no money came in."""
    benchmark_bp: int
    """What they should bring, by the company's rules."""
    is_reached: bool | None

    @classmethod
    def of(cls, found: MoneyByStatus, period: Period) -> Self:
        return cls(
            period=PeriodOut.of(period),
            items=[
                StatusMoneyOut(
                    status=one.status.value, clients=one.clients, kop=one.kop, share_bp=one.share_bp
                )
                for one in found.items
            ],
            kop=found.kop,
            fans_bp=found.fans_bp,
            benchmark_bp=found.benchmark_bp,
            is_reached=found.is_reached,
        )


class FansWithinOut(Out):
    days: int
    """Since the first purchase."""
    fans: int | None
    """Null: not all newcomers of the month have had so many days."""
    share_bp: int | None


class CohortOut(Out):
    """The newcomers of one month."""

    month: date
    """Its first day."""
    newcomers: int
    fans: int
    """Those who have become fans by now."""
    share_bp: int | None
    interval: ShareIntervalOut | None
    within: list[FansWithinOut]

    @classmethod
    def of(cls, cohort: Cohort) -> Self:
        return cls(
            month=cohort.month,
            newcomers=cohort.newcomers,
            fans=cohort.fans,
            share_bp=share_bp(cohort.fans, cohort.newcomers),
            interval=ShareIntervalOut.of(interval_of(cohort.fans, cohort.newcomers)),
            within=[
                FansWithinOut(
                    days=days,
                    fans=fans,
                    share_bp=None if fans is None else share_bp(fans, cohort.newcomers),
                )
                for days, fans in cohort.within.items()
            ],
        )


class CohortsOut(Out):
    """How newcomers become fans: the conversion to watch."""

    period: PeriodOut
    items: list[CohortOut]
    """In the order of time. Months without newcomers are left out."""
    newcomers: int
    fans: int
    share_bp: int | None

    @classmethod
    def of(cls, cohorts: Iterable[Cohort], period: Period) -> Self:
        items = [CohortOut.of(one) for one in cohorts]
        newcomers, fans = sum(one.newcomers for one in items), sum(one.fans for one in items)
        share = share_bp(fans, newcomers)
        return cls(period=PeriodOut.of(period), items=items, newcomers=newcomers, fans=fans, share_bp=share)


class WakingTouchOut(Out):
    """Touches of one kind, by people or by messages."""

    by: str
    """call, message, letter or talk for what people did, otherwise the channel of a message."""
    clients: int
    """Dormant clients who were touched so. One who was dormant twice counts twice."""
    came_back: int
    """They bought again within 90 days, and this touch was the last one before."""
    share_bp: int | None


class WakeUpsOut(Out):
    """What became of clients who became dormant in a period, because they did not come when they were due."""

    period: PeriodOut
    dormant: int
    touched: int
    """The company turned to them while they were dormant."""
    came_back: int
    """They bought again."""
    came_back_touched: int
    """Of these, within 90 days after a touch."""
    touched_bp: int | None
    """How many of the touched came back because of it, in hundredths of a per cent."""
    booked: int
    """Something is planned, and they have bought nothing yet."""
    still_dormant: int
    by_touch: list[WakingTouchOut]

    @classmethod
    def of(cls, found: Awakenings, period: Period) -> Self:
        return cls(
            period=PeriodOut.of(period),
            dormant=found.sleeps,
            touched=found.touched,
            came_back=found.came_back,
            came_back_touched=found.came_back_touched,
            touched_bp=share_bp(found.came_back_touched, found.touched),
            booked=found.booked,
            still_dormant=found.still,
            by_touch=[
                WakingTouchOut(
                    by=way,
                    clients=one.sleeps,
                    came_back=one.came_back,
                    share_bp=share_bp(one.came_back, one.sleeps),
                )
                for way, one in found.by_touch.items()
            ],
        )


class LeadsOfWeekOut(Out):
    week: date
    """Its Monday."""
    source: str
    """As the card says. Empty: nobody knows."""
    leads: int
    bought: int
    """Of these, those who have bought since."""


class LeadsOut(Out):
    """Clients who became leads, by week and source."""

    period: PeriodOut
    items: list[LeadsOfWeekOut]
    leads: int
    bought: int

    @classmethod
    def of(cls, found: Iterable[LeadsOfWeek], period: Period) -> Self:
        items = [LeadsOfWeekOut(**one._asdict()) for one in found]
        return cls(
            period=PeriodOut.of(period),
            items=items,
            leads=sum(one.leads for one in items),
            bought=sum(one.bought for one in items),
        )
