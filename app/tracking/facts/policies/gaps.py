"""Silences, and why they probably happened. A silence is never a stop and never a trip."""

from collections.abc import Sequence
from typing import NamedTuple

from app.tracking.facts.policies.kinds import GapCause
from app.tracking.facts.policies.track import SECOND_US, metres_between, microseconds
from app.tracking.pings.values import StoredPing

BATTERY_EMPTY_PCT = 5
BATTERY_LOW_PCT = 15
CHARGED_PCT = 20
"""So much more battery after the silence than before it means that the phone was charged meanwhile."""
LATE_US = 120 * SECOND_US
"""What arrives later than this was kept by a phone without network."""
SAME_PLACE_M = 150.0
AT_REST = frozenset({"still", "stationary", "stopped", "parked"})
NOT_ALLOWED = ("permission", "denied", "unauthorized", "disabled")
BEGINS_ANEW = ("boot", "start", "launch", "init", "terminate")

CONFIDENCE = {
    GapCause.OFF_SHIFT: 95,
    GapCause.MOCK: 90,
    GapCause.NO_FIX: 85,
    GapCause.PERMISSION: 85,
    GapCause.BATTERY: 75,
    GapCause.AT_REST: 70,
    GapCause.APP_STOPPED: 65,
    GapCause.NO_NETWORK: 60,
    GapCause.UNKNOWN: 30,
}
"""How sure the cause is, in percent. That nobody knows where he was is certain."""


class Span(NamedTuple):
    """[from_us, to_us)."""

    from_us: int
    to_us: int

    @property
    def is_empty(self) -> bool:
        return self.to_us <= self.from_us

    def within(self, other: "Span") -> "Span":
        return Span(max(self.from_us, other.from_us), min(self.to_us, other.to_us))


class Silence(NamedTuple):
    """A time without usable positions, with the last one before it and the first one after it."""

    span: Span
    before: StoredPing | None
    after: StoredPing | None
    unusable: Sequence[StoredPing]
    """What came meanwhile and cannot be used: invented or too inaccurate."""


def split_by(span: Span, allowed: Sequence[Span]) -> list[tuple[Span, bool]]:
    """The parts of `span` in which positions were allowed (true) or not (false), in order. `allowed` do not overlap."""
    parts: list[tuple[Span, bool]] = []
    at_us = span.from_us
    for one in sorted(allowed):
        inside = one.within(span)
        if inside.is_empty:
            continue
        if inside.from_us > at_us:
            parts.append((Span(at_us, inside.from_us), False))
        parts.append((inside, True))
        at_us = inside.to_us
    if at_us < span.to_us:
        parts.append((Span(at_us, span.to_us), False))
    return parts


def probable_cause(silence: Silence) -> GapCause:
    """What most likely ended the positions. The first rule that fits decides:

    1. invented positions came meanwhile; 2. inaccurate ones came; 3. the app said that it may not read the position;
    4. the battery was at most 5 %, or at most 15 % and the phone was charged afterwards; 5. the phone lay still and is
    at the same place afterwards; 6. the app began anew, or its numbers did; 7. a position beside it arrived late, and
    not together with the other one: a phone that keeps positions until it has network could have kept more of them.
    """
    rules = (
        (any(one.is_mock for one in silence.unusable), GapCause.MOCK),
        (bool(silence.unusable), GapCause.NO_FIX),
        (_says(silence, NOT_ALLOWED), GapCause.PERMISSION),
        (_battery_was_empty(silence.before, silence.after), GapCause.BATTERY),
        (_lay_still(silence.before, silence.after), GapCause.AT_REST),
        (_began_anew(silence), GapCause.APP_STOPPED),
        (_came_late(silence) and not _came_together(silence), GapCause.NO_NETWORK),
    )
    return next((cause for fits, cause in rules if fits), GapCause.UNKNOWN)


def _says(silence: Silence, words: Sequence[str]) -> bool:
    said = [
        (text or "").lower()
        for one in (silence.before, silence.after)
        if one is not None
        for text in (one.trigger, one.provider)
    ]
    return any(word in text for text in said for word in words)


def _battery_was_empty(before: StoredPing | None, after: StoredPing | None) -> bool:
    if before is None or before.battery_pct is None:
        return False
    if before.battery_pct <= BATTERY_EMPTY_PCT and not before.is_charging:
        return True
    charged = after is not None and (
        bool(after.is_charging) or (after.battery_pct or 0) >= before.battery_pct + CHARGED_PCT
    )
    return before.battery_pct <= BATTERY_LOW_PCT and charged


def _lay_still(before: StoredPing | None, after: StoredPing | None) -> bool:
    if before is None or after is None:
        return False
    said = {(before.activity or "").lower(), (before.trigger or "").lower()}
    return not said.isdisjoint(AT_REST) and moved_m(before, after) <= SAME_PLACE_M


def moved_m(before: StoredPing, after: StoredPing) -> float:
    """Straight from one position to the other."""
    return float(metres_between(before.lat, before.lon, after.lat, after.lon))


def _began_anew(silence: Silence) -> bool:
    before, after = silence.before, silence.after
    if before and after and before.seq is not None and after.seq is not None:
        same_device = before.device_id == after.device_id
        if same_device and after.seq < before.seq:
            return True
    said = ((before and before.trigger) or "", (after and after.trigger) or "")
    return any(word in text.lower() for text in said for word in BEGINS_ANEW)


def _came_late(silence: Silence) -> bool:
    return any(
        microseconds(one.received_at) - microseconds(one.at) > LATE_US
        for one in (silence.before, silence.after)
        if one is not None
    )


def _came_together(silence: Silence) -> bool:
    """Whether the positions before and after it arrived at one time, as a batch or as some batches in a row."""
    if silence.before is None or silence.after is None:
        return False
    apart_us = microseconds(silence.after.received_at) - microseconds(silence.before.received_at)
    return abs(apart_us) <= LATE_US
