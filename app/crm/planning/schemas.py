from typing import Annotated, Self

from msgspec import Meta, structs

from app.crm.planning.policies import Actuals, Business, Plan
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
