"""Periods from one moment or day to another. The end is not included."""

from app.core.errors import DomainError


class PeriodInvalid(DomainError):
    """It ends before it begins, or is longer than `days_max` days."""

    status = 422
    code = "period_invalid"
