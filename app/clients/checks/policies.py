"""When contacts are to be checked again: values in, values out."""

from calendar import monthrange
from datetime import datetime

MONTHS_DEFAULT = 12
"""As `client_settings` has it for a company that has set nothing."""


def to_check_since(now: datetime, months: int) -> datetime | None:
    """Whoever was confirmed last before this moment is to be checked. None: nobody ever is.

    A month before 31 March is the last day of February.
    """
    if months == 0:
        return None
    years, month = divmod(now.month - 1 - months, 12)
    year, month = now.year + years, month + 1
    return now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))
