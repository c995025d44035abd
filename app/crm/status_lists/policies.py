"""What screens work out of statuses: values in, values out."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from app.crm.status_lists.values import WeekMoves, WeekStand

WEEK = timedelta(weeks=1)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def stands_of_weeks(moves: Iterable[WeekMoves], first: date, last: date) -> list[WeekStand]:
    """How many clients had which status at the end of each week from that of `first` to that of `last`.

    `moves` are all that were ever made before: who had which status follows from them alone.
    """
    by_week: dict[date, Counter[str]] = {}
    for move in moves:
        change = by_week.setdefault(move.week, Counter())
        change[move.status] += move.clients
        if move.was is not None:
            change[move.was] -= move.clients
    week, stand, stands = monday_of(first), Counter[str](), []
    for earlier in [one for one in by_week if one < week]:
        stand.update(by_week[earlier])
    while week <= monday_of(last):
        stand.update(by_week.get(week, Counter()))
        stands.append(WeekStand(week, dict(stand)))
        week += WEEK
    return stands
