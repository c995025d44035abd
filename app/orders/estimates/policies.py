"""Statuses of an estimate and what agreeing one changes: values in, values out."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.core.amounts import Amounts
from app.core.errors import DomainError


class EstimateStatus(StrEnum):
    DRAFT = "draft"
    """The office is still writing it."""
    AGREED = "agreed"
    """The client has agreed: its sum is the price of the order. At most one of an order."""
    SUPERSEDED = "superseded"
    """A newer version was agreed."""
    DECLINED = "declined"
    """The client did not want it."""
    CANCELED = "canceled"
    """It was agreed, and then the order was canceled."""


MOVES = {
    EstimateStatus.DRAFT: frozenset({EstimateStatus.AGREED, EstimateStatus.DECLINED}),
    EstimateStatus.AGREED: frozenset({EstimateStatus.SUPERSEDED, EstimateStatus.CANCELED}),
    EstimateStatus.SUPERSEDED: frozenset(),
    EstimateStatus.DECLINED: frozenset(),
    EstimateStatus.CANCELED: frozenset(),
}
"""The trigger `check_estimate` refuses every other move."""


class EstimateSettled(DomainError):
    """It is no draft any more, so nobody changes it. A change of what was agreed is a new version."""

    code = "estimate_settled"


def check_draft(status: str) -> None:
    """
    Raises:
        EstimateSettled: it is agreed, superseded, declined or canceled.
    """
    if status != EstimateStatus.DRAFT:
        raise EstimateSettled(status=status)


class EstimateExpired(DomainError):
    """Its last day, `valid_until`, is over. `even_if_expired` overrules it."""

    code = "estimate_expired"


def check_valid(valid_until: date | None, *, timezone: str, now: datetime) -> None:
    """The last day is a whole day by the company's calendar.

    Raises:
        EstimateExpired: it is over.
    """
    if valid_until is not None and now.astimezone(ZoneInfo(timezone)).date() > valid_until:
        raise EstimateExpired(valid_until=valid_until)


def price_of(*, goods_kop: int, work_kop: int, included_kop: int) -> Amounts:
    """What an agreed estimate charges. What signed acts have charged before, and its sum contains, is not charged
    twice."""
    return Amounts(goods_kop, work_kop - included_kop)
