"""At what hours each class of messages may go, and how many of them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.core.hours import DayHours
from app.notifications.legal import LegalClass


class Hours(NamedTuple):
    """When messages may go by the client's clocks, [since, until)."""

    since: str
    """`08:00`"""
    until: str
    """24:00 is the end of the day."""
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    """1 is Monday."""

    @property
    def week(self) -> list[DayHours]:
        return [DayHours(weekday, self.since, self.until) for weekday in self.weekdays]


class Caps(NamedTuple):
    """How many messages may go, over all channels, counted by calendar days of the client."""

    marketing_per_day: int = 1
    marketing_per_7_days: int = 2
    marketing_per_30_days: int = 5
    feedback_per_30_days: int = 1


class Rules(NamedTuple):
    hours: Mapping[LegalClass, Hours]
    caps: Caps


DEFAULT = Rules(
    hours={
        LegalClass.SERVICE: Hours("08:00", "21:30"),
        LegalClass.FEEDBACK: Hours("10:00", "21:00"),
        LegalClass.MARKETING: Hours("10:00", "20:00", (1, 2, 3, 4, 5, 6)),
    },
    caps=Caps(),
)
"""As long as a company has set nothing."""


def rules_of(stored: Mapping[str, Any] | None) -> Rules:
    """What a company has set, or the default for what it has not."""
    if not stored:
        return DEFAULT
    hours = {
        LegalClass(name): Hours(one["since"], one["until"], tuple(one["weekdays"]))
        for name, one in stored.get("hours", {}).items()
    }
    return Rules({**DEFAULT.hours, **hours}, Caps(**stored.get("caps", {})))
