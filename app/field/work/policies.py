"""Decisions about a worker's day. Pure functions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.places import Place, distance_m
from app.dispatch.api import HELD_BY_WORKER, REPORTED, VisitStatus

S = VisitStatus

CONTACT_SHOWN_AFTER = timedelta(hours=2)
"""A worker may still call the client for this long after a visit."""


def may_see_contact(status: str, *, finished_at: datetime | None, now: datetime) -> bool:
    """Whether the worker may see the client's phone: from acceptance until two hours after the visit's end."""
    if status in HELD_BY_WORKER:
        return True
    return status in REPORTED and finished_at is not None and now < finished_at + CONTACT_SHOWN_AFTER


class Tap(StrEnum):
    """A command of the phone, named by the last part of its path."""

    ACCEPT = "accept"
    DECLINE = "decline"
    DEPART = "depart"
    ARRIVE = "arrive"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    NOT_COMPLETE = "not-complete"


NEXT_TAPS: Mapping[str, tuple[Tap, ...]] = {
    S.ACCEPTED: (Tap.DEPART, Tap.ARRIVE, Tap.NOT_COMPLETE),
    S.EN_ROUTE: (Tap.ARRIVE, Tap.NOT_COMPLETE),
    S.ON_SITE: (Tap.START, Tap.NOT_COMPLETE),
    S.IN_PROGRESS: (Tap.COMPLETE, Tap.PAUSE, Tap.NOT_COMPLETE),
    S.PAUSED: (Tap.RESUME, Tap.NOT_COMPLETE),
}


def next_taps(status: str, *, is_asked: bool, accept_by: datetime | None, now: datetime) -> list[Tap]:
    """Commands that are possible now, the likeliest first. Only whoever is asked can answer an offer."""
    if status == S.OFFERED:
        can_answer = is_asked and accept_by is not None and now < accept_by
        return [Tap.ACCEPT, Tap.DECLINE] if can_answer else []
    return list(NEXT_TAPS.get(status, ()))


DETOUR = 1.5
"""Streets are longer than the straight line by this factor."""
SPEED_M_PER_MIN = 25_000 / 60
"""25 km/h: in a city by day, with parking."""
WITHOUT_POSITION = timedelta(minutes=30)
CLOCK_MAY_BE_SLOW_BY = timedelta(hours=1)
"""A phone that seems slower than this was probably without network."""
STEP = timedelta(minutes=5)
"""Arrival times are rounded up to this."""


def expected_arrival(
    *,
    departed_at: datetime,
    eta: timedelta | None,
    here: Place | None,
    there: Place,
    window_starts_at: datetime,
) -> datetime:
    """When the client is told to expect the worker, rounded up to five minutes.

    1. The worker's own estimate, if he gave one.
    2. Otherwise by distance from where he left: straight line x 1.5 at 25 km/h.
    3. Otherwise the start of the window, but not earlier than half an hour after he left.
    """
    if eta is not None:
        arrival = departed_at + eta
    elif here is not None:
        arrival = departed_at + timedelta(minutes=distance_m(here, there) * DETOUR / SPEED_M_PER_MIN)
    else:
        arrival = max(window_starts_at, departed_at + WITHOUT_POSITION)
    past = (arrival - datetime.min.replace(tzinfo=arrival.tzinfo)) % STEP
    return arrival + (STEP - past if past else timedelta())


def reason_with_comment(reason: str | None, comment: str) -> str | None:
    """Code and comment as they are stored: `no_access: Нет ключа от подъезда`."""
    return ": ".join(part for part in (reason, comment.strip()) if part) or None


def lacks_comment(reason: str | None, comment: str) -> bool:
    """Whether the reason is `other` and the comment is empty."""
    return reason == "other" and not comment.strip()
