"""On which day another message may go, if only so many go in some days."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.notifications.legal import LegalClass
from app.notifications.settings.policies import Caps


class Cap(NamedTuple):
    """At most `most` in any `days` calendar days that follow each other."""

    most: int
    days: int


def caps_of(legal_class: LegalClass, caps: Caps) -> Sequence[Cap]:
    match legal_class:
        case LegalClass.MARKETING:
            return (
                Cap(caps.marketing_per_day, 1),
                Cap(caps.marketing_per_7_days, 7),
                Cap(caps.marketing_per_30_days, 30),
            )
        case LegalClass.FEEDBACK:
            return (Cap(caps.feedback_per_30_days, 30),)
        case LegalClass.SERVICE:
            return ()


def next_free_day(sent: Iterable[date], caps: Sequence[Cap], *, today: date) -> date | None:
    """The first day from today on at which one more fits. `sent` has the day of each one that went.

    None: none will ever, because a cap is 0.
    """
    if any(cap.most == 0 for cap in caps):
        return None
    days = sorted(sent)
    day = today
    while blocked := [cap for cap in caps if _count(days, cap, day) >= cap.most]:
        day = max(_first_in(days, cap, day) + timedelta(days=cap.days) for cap in blocked)
    return day


def _count(days: Sequence[date], cap: Cap, day: date) -> int:
    return len(_within(days, cap, day))


def _within(days: Sequence[date], cap: Cap, day: date) -> list[date]:
    """Those of the `cap.days` days that end with this one."""
    return [one for one in days if day - timedelta(days=cap.days) < one <= day]


def _first_in(days: Sequence[date], cap: Cap, day: date) -> date:
    """The one that must be over before there is room again."""
    within = _within(days, cap, day)
    return within[len(within) - cap.most]
