from collections.abc import Mapping
from typing import Self

from app.crm.return_curves.policies import Curve, Point
from app.crm.returns.policies.rates import FEW
from app.crm.returns.schemas import PeriodOut, ShareIntervalOut
from app.crm.returns.values import Period
from app.http.schemas import Out


class CurvePointOut(Out):
    days: int
    """Since the first purchase."""
    at_risk: int
    """Clients who were watched for so long and had not come before."""
    came_bp: int
    """How many come within so many days, in hundredths of a per cent."""
    interval: ShareIntervalOut | None
    is_few: bool
    """Fewer than 20 were watched for so long: the curve says little from here on."""

    @classmethod
    def of(cls, point: Point) -> Self:
        return cls(
            days=point.days,
            at_risk=point.at_risk,
            came_bp=point.came_bp,
            interval=ShareIntervalOut.of(point.interval),
            is_few=point.at_risk < FEW,
        )


class ReturnCurveOut(Out):
    """How many clients have come again after so many days. Who can still come counts as long as he was watched."""

    clients: int
    came: int
    """They have bought again by now."""
    median_days: int | None
    """After so many days half of them come. Null: so many have not come yet."""
    points: list[CurvePointOut]
    """Every thirty days."""

    @classmethod
    def of(cls, curve: Curve) -> Self:
        return cls(
            clients=curve.clients,
            came=curve.came,
            median_days=curve.median_days,
            points=[CurvePointOut.of(one) for one in curve.points],
        )


class KeyedCurveOut(Out):
    key: str
    """The month, the code of the category, the source, or the id of the worker. Empty: not known."""
    curve: ReturnCurveOut


class ReturnCurvesOut(Out):
    first_bought: PeriodOut
    all: ReturnCurveOut
    groups: list[KeyedCurveOut]

    @classmethod
    def of(cls, curves: Mapping[str | None, Curve], first_bought: Period) -> Self:
        return cls(
            first_bought=PeriodOut.of(first_bought),
            all=ReturnCurveOut.of(curves[None]),
            groups=[
                KeyedCurveOut(key=key, curve=ReturnCurveOut.of(one))
                for key, one in curves.items()
                if key is not None
            ],
        )
