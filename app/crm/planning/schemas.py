from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, convert, structs

from app.crm.planning.policies import Actuals, Business, Plan, Progress, progress_of
from app.crm.planning.values import MonthSoFar, NewPlan, StoredPlan
from app.http.schemas import In, Out

Kopecks = Annotated[int, Meta(ge=0, le=1_000_000_000_000_00, description="Kopecks")]
Gain = Annotated[int, Meta(ge=-100_000_000_00, le=100_000_000_00, description="Kopecks")]
Share = Annotated[int, Meta(ge=0, le=10_000, description="Hundredths of a per cent")]
PerMonth = Annotated[
    int, Meta(ge=0, le=310_000, description="Ten-thousandths: 600 are 6 purchases in 100 months")
]


class CalculateMonthlyPlan(In):
    """What a plan follows from. All of it is of one month."""

    overhead_kop: Kopecks
    profit_kop: Kopecks
    """What shall be left."""
    newcomer_kop: Gain
    """What is left of a newcomer's purchase after its own costs."""
    acquisition_kop: Kopecks
    """What it costs to win a newcomer."""
    fan_kop: Gain
    """What is left of a fan's purchase after its own costs."""
    fans: Annotated[int, Meta(ge=0, le=100_000_000)]
    """How many there are now."""
    fan_purchases_bp: PerMonth
    """Purchases of a fan in a month."""
    newcomer_to_fan_bp: Share
    """Newcomers who become fans."""
    fan_loss_bp: Share
    """Fans who are lost in a month."""

    def to_business(self) -> Business:
        return Business(**structs.asdict(self))


Clients = Annotated[int, Meta(ge=0, le=100_000_000)]


class SetMonthlyPlan(In):
    """What the company wants to reach in a month."""

    newcomers: Clients
    """Clients who buy for the first time."""
    new_fans: Clients
    """Clients who become fans."""
    business: CalculateMonthlyPlan
    """The numbers that the plan was calculated from. They are kept with it."""
    paid_kop: Kopecks | None = None
    """What clients pay. Null: the plan says nothing of it."""

    def to_plan(self) -> NewPlan:
        return NewPlan(self.newcomers, self.new_fans, self.paid_kop, structs.asdict(self.business))


class SteadyMonthOut(Out):
    """A month in which as many fans are won as lost."""

    newcomers: int
    fans: int
    new_fans: int
    """So many newcomers of a month must become fans."""


class MonthlyPlanOut(Out):
    """How many newcomers and fans a month the company needs."""

    newcomers_now: int | None
    """With the fans of today. Null: a newcomer costs as much as he brings, so more of them do not help."""
    fans_bring_kop: int
    """What the fans of today bring in a month."""
    steady: SteadyMonthOut | None
    """Null: newcomers and the fans they become never bring what they cost, or no fan is ever lost."""

    @classmethod
    def of(cls, plan: Plan) -> Self:
        steady = SteadyMonthOut(**plan.steady._asdict()) if plan.steady else None
        return cls(newcomers_now=plan.newcomers_now, fans_bring_kop=plan.fans_bring_kop, steady=steady)


class MonthlyActualsOut(Out):
    """What the last year says: numbers to put into a plan."""

    fans: int
    """Now."""
    newcomers: int
    """A month, on the average."""
    fan_purchases_bp: int | None
    """Purchases of a fan in a month, in ten-thousandths."""
    newcomer_to_fan_bp: int | None
    """Of the newcomers of the year before, those who became fans within a year."""
    fan_loss_bp: int | None
    """Fans who are lost in a month. Null, as the two before: there was nobody to count."""

    @classmethod
    def of(cls, actuals: Actuals) -> Self:
        return cls(**actuals._asdict())


class ProgressOut(Out):
    """How far a month has come with one number of its plan."""

    planned: int
    reached: int
    due: int
    """What would be reached by the end of yesterday if every day brought the same."""
    left: int
    """0: the plan is reached."""
    left_per_day: int | None
    """What every day that is left must bring, today included, rounded up. Null: the month is over."""

    @classmethod
    def of(cls, progress: Progress) -> Self:
        return cls(**progress._asdict())


class StoredPlanOut(Out):
    """The plan of a month."""

    newcomers: ProgressOut
    new_fans: ProgressOut
    paid_kop: ProgressOut | None
    """Null: the plan says nothing of it."""
    business: CalculateMonthlyPlan
    """The numbers that it was calculated from."""
    set_by: UUID
    set_at: datetime

    @classmethod
    def of(cls, plan: StoredPlan, so_far: MonthSoFar) -> Self:
        def progress(planned: int, reached: int) -> ProgressOut:
            return ProgressOut.of(progress_of(planned, reached, days=so_far.days, left_days=so_far.days_left))

        reached = so_far.reached
        return cls(
            newcomers=progress(plan.newcomers, reached.newcomers),
            new_fans=progress(plan.new_fans, reached.new_fans),
            paid_kop=None if plan.paid_kop is None else progress(plan.paid_kop, reached.paid_kop),
            business=convert(plan.business, CalculateMonthlyPlan),
            set_by=plan.set_by,
            set_at=plan.set_at,
        )


class MonthOut(Out):
    """A month beside its plan, by the company's calendar."""

    month: date
    """Its first day."""
    days: int
    days_left: int
    """Of them, today included. 0: the month is over."""
    newcomers: int
    """Clients who bought for the first time, so far."""
    new_fans: int
    """Clients who became fans."""
    lost_fans: int
    """Fans who are none any more."""
    paid_kop: int
    """What clients paid and did not get back."""
    plan: StoredPlanOut | None
    """Null: nobody has set one."""
    version: int
    """Of the plan, for `If-Match`. 0: there is none."""

    @classmethod
    def of(cls, so_far: MonthSoFar) -> Self:
        plan = so_far.plan
        return cls(
            month=so_far.month,
            days=so_far.days,
            days_left=so_far.days_left,
            **so_far.reached._asdict(),
            plan=StoredPlanOut.of(plan, so_far) if plan else None,
            version=plan.version if plan else 0,
        )
