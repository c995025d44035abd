"""Decisions about production orders: values in, values out. No clock and no database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.orders.statuses import MADE, ProductionStatus

S = ProductionStatus

MOVES: dict[ProductionStatus, frozenset[ProductionStatus]] = {
    S.PLACED: frozenset({S.CONFIRMED, S.CANCELED}),
    S.CONFIRMED: frozenset({S.IN_PRODUCTION, S.CANCELED}),
    S.IN_PRODUCTION: frozenset({S.READY, S.CANCELED}),
    S.READY: frozenset({S.DELIVERED, S.CANCELED}),
    S.DELIVERED: frozenset(),
    S.CANCELED: frozenset(),
}
"""All allowed changes of the status."""

AWAITED = frozenset({S.PLACED, S.CONFIRMED, S.IN_PRODUCTION})
"""The order is not made yet, so its ready date can move."""

REMIND_BEFORE = timedelta(days=3)
REMIND_TIME = time(9)
"""Time of day in the company's zone."""
INSTALL_FROM = time(8)


def may_move(was: str, to: str) -> bool:
    return ProductionStatus(to) in MOVES[ProductionStatus(was)]


def remind_at(*, status: str, planned_ready_on: date, zone: ZoneInfo, now: datetime) -> datetime:
    """When to remind the dispatcher to agree the installation (aware, UTC).

    Some mornings before the ready date. At once if that morning has passed or the order is made.
    """
    if ProductionStatus(status) in MADE:
        return now
    morning = datetime.combine(planned_ready_on - REMIND_BEFORE, REMIND_TIME, zone)
    return max(morning.astimezone(UTC), now)


def ask_again_at(*, zone: ZoneInfo, now: datetime) -> datetime:
    """The next morning, to remind again if no installation is booked by then (aware, UTC)."""
    today = datetime.combine(now.astimezone(zone).date(), REMIND_TIME, zone)
    if today > now:
        return today.astimezone(UTC)
    return datetime.combine(today.date() + timedelta(days=1), REMIND_TIME, zone).astimezone(UTC)


def installable_from(*, status: str, planned_ready_on: date, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment at which an installation can begin (aware, UTC).

    The morning after the planned ready date, or now if the order is made. On the ready day itself
    the windows are on their way from the plant.
    """
    if ProductionStatus(status) in MADE:
        return now
    morning = datetime.combine(planned_ready_on + timedelta(days=1), INSTALL_FROM, zone)
    return max(morning.astimezone(UTC), now)
