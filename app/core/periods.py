"""Periods from one moment or day to another. The end is not included."""

from datetime import timedelta

from app.core.errors import DomainError


class PeriodInvalid(DomainError):
    """It ends before it begins, or is longer than `days_max` days."""

    status = 422
    code = "period_invalid"


def check_length(length: timedelta, *, longest: timedelta) -> None:
    """See that a period is one.

    Raises:
        PeriodInvalid: it ends before it begins, or is longer than `longest`; `errors` say which of the two.
    """
    if timedelta() < length <= longest:
        return
    code = "period_too_long" if length > longest else "period_ends_too_early"
    raise PeriodInvalid(
        days_max=longest.days, errors=[{"path": "", "code": code, "params": {"days_max": longest.days}}]
    )
