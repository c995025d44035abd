"""In which hours the time to answer an offer runs. Pure functions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.core.hours import DayHours, Span, common, hours_between, without

URGENT = "urgent"


class AnswerHours(NamedTuple):
    """What decides in which hours people can answer."""

    priority: str
    """Of the job."""
    office_hours: Sequence[dict[str, Any]] | None
    """Of the company, for each weekday. None: the office answers at any hour."""
    offers_wait_for_shifts: bool
    urgent_at_any_hour: bool
    timezone: str
    shifts: Sequence[Span]
    """Of the worker who is asked."""
    absences: Sequence[Span]

    def periods(self, *, since: datetime, until: datetime) -> list[Span] | None:
        """The hours in [since, until) in which everybody who matters can answer. None: time runs at any hour.

        They are the hours of the office and the shifts of the worker, each if the company has set it so.
        """
        if self.priority == URGENT and self.urgent_at_any_hour:
            return None
        wanted: list[list[Span]] = []
        if self.office_hours is not None:
            week = [DayHours(**one) for one in self.office_hours]
            wanted.append(hours_between(week, zone=ZoneInfo(self.timezone), since=since, until=until))
        if self.offers_wait_for_shifts:
            wanted.append(without(self.shifts, self.absences))
        if not wanted:
            return None
        found = [Span(since, until)]
        for one in wanted:
            found = common(found, one)
        return found


AT_ANY_HOUR = AnswerHours("normal", None, False, True, "UTC", (), ())


def read_spans(found: Any) -> list[Span]:
    """Periods as PostgreSQL puts them into JSON."""
    return [
        Span(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in found or []
    ]


def answer_hours(*row: Any) -> AnswerHours:
    priority, office, wait, urgent, timezone, shifts, absences = row
    return AnswerHours(priority, office, wait, urgent, timezone, read_spans(shifts), read_spans(absences))
