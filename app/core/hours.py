"""Time that runs only in some hours, as periods [from, to). Pure functions; all moments are aware."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Span(NamedTuple):
    """[starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime


class DayHours(NamedTuple):
    """Hours of one weekday by the clocks on the wall. `until` 24:00 is the end of that day."""

    weekday: int
    """1 is Monday, 7 is Sunday."""
    since: str
    """`08:00`"""
    until: str


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in order, without overlaps. Spans that touch become one."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.starts_at < one.ends_at):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def common(some: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The time that is in both."""
    right = merged(others)
    return merged(
        Span(max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at))
        for one in merged(some)
        for other in right
    )


def without(spans: Iterable[Span], gaps: Iterable[Span]) -> list[Span]:
    """The time of `spans` that is in no gap."""
    left = merged(spans)
    for gap in gaps:
        left = [
            part
            for one in left
            for part in (
                Span(one.starts_at, min(one.ends_at, gap.starts_at)),
                Span(max(one.starts_at, gap.ends_at), one.ends_at),
            )
            if part.starts_at < part.ends_at
        ]
    return left


def working_time(since: datetime, until: datetime, periods: Iterable[Span]) -> timedelta:
    """How much of [since, until) lies in the periods."""
    inside = common([Span(since, until)], periods)
    return sum((one.ends_at - one.starts_at for one in inside), timedelta())


def add_working_time(since: datetime, amount: timedelta, periods: Iterable[Span]) -> datetime:
    """When `amount` of time has passed since then, counted only in the periods.

    If the periods do not hold so much, the rest is counted by the clock from the end of the last one; with no
    period at all, from `since`. So there is always an answer, and a longer time never ends earlier.
    """
    at = since
    for span in merged(periods):
        begins = max(span.starts_at, since)
        if span.ends_at <= begins:
            continue
        if amount <= span.ends_at - begins:
            return begins + amount if amount else at
        amount -= span.ends_at - begins
        at = span.ends_at
    return at + amount


def hours_between(
    week: Sequence[DayHours], *, zone: ZoneInfo, since: datetime, until: datetime
) -> list[Span]:
    """The hours of each week in [since, until), by the clocks of a zone (UTC)."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    spans = (
        Span(_on_clock(day, one.since, zone), _on_clock(day, one.until, zone))
        for day in days
        for one in week
        if one.weekday == day.isoweekday()
    )
    return common(spans, [Span(since, until)])


def day_span(day: date, zone: ZoneInfo) -> Span:
    """From midnight to midnight by the clocks of a zone (UTC). A day can have 23 or 25 hours."""
    begins, ends = (
        datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    return Span(begins, ends)


def _on_clock(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
