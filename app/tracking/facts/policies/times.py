"""Days of a zone, and when positions of a worker were allowed."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.core.hours import day_span
from app.tracking.facts.policies.day import MARGIN_US
from app.tracking.facts.policies.gaps import Span
from app.tracking.facts.policies.track import microseconds, moment_of

SEEN_AFTER = timedelta(minutes=10)
"""So long after a shift its day is derived once more: a phone that fell silent left a gap up to the end."""


class Windows(NamedTuple):
    """What decides when a worker may be tracked, around one day. Each is a list of spans."""

    consents: Sequence[Span]
    shifts: Sequence[Span]
    absences: Sequence[Span]
    private: Sequence[Span]


def span_of(day: date, zone: ZoneInfo) -> Span:
    """From midnight to midnight by the clocks of the zone: 23 to 25 hours."""
    return Span(*(microseconds(edge) for edge in day_span(day, zone)))


def looked_at(span: Span) -> tuple[datetime, datetime]:
    """Positions of these moments belong to the derivation of a day: [since, until)."""
    return moment_of(span.from_us - MARGIN_US), moment_of(span.to_us + MARGIN_US)


def allowed_spans(windows: Windows) -> list[Span]:
    """When positions were allowed: with consent and in shift, not absent and not in private time."""
    edges = sorted({edge for spans in windows for span in spans for edge in span})
    allowed: list[Span] = []
    for from_us, to_us in itertools.pairwise(edges):
        is_allowed = (
            _covers(windows.consents, from_us)
            and _covers(windows.shifts, from_us)
            and not _covers(windows.absences, from_us)
            and not _covers(windows.private, from_us)
        )
        if is_allowed and allowed and allowed[-1].to_us == from_us:
            allowed.append(Span(allowed.pop().from_us, to_us))
        elif is_allowed:
            allowed.append(Span(from_us, to_us))
    return allowed


def _covers(spans: Iterable[Span], us: int) -> bool:
    return any(span.from_us <= us < span.to_us for span in spans)


def derive_next(spans: Sequence[Span], day: Span, *, now: datetime) -> datetime | None:
    """When the day must be derived again although no position comes: after the next of these. None: no more.

    `spans` are shifts and allowed times. Consent may come later than a shift, so both count.
    """
    ends = sorted(one.within(day).to_us for one in spans if not one.within(day).is_empty)
    moments = [moment_of(end) + SEEN_AFTER for end in ends]
    return next((moment for moment in moments if moment > now), None)
