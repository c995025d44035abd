from datetime import datetime

from app.http.schemas import Out


class FreeHour(Out):
    starts_at: datetime
    free: int
    """How many people could come then."""


class FreeHoursOut(Out):
    duration_min: int
    """Of the job type."""
    timezone: str
    """Days are cut in it."""
    items: list[FreeHour]
    """Every full hour that is still to come, also those at which nobody is free."""
