"""Which of the messages that are due may go now: values in, values out, no clock and no database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.hours import day_span
from app.notifications.batches.policies import BatchStatus
from app.notifications.gate.caps import caps_of, next_free_day
from app.notifications.gate.hours import next_open
from app.notifications.gate.permission import Permission
from app.notifications.kinds import AT_ANY_HOUR, AT_ANY_HOUR_IF_TODAY
from app.notifications.legal import LegalClass, Priority
from app.notifications.settings.policies import Rules

REPEATED_WITHIN = timedelta(minutes=10)
AFTER_ANOTHER = timedelta(hours=2)
"""A less important message waits so long after a more important one."""
LOOK_AT_BATCH_AGAIN = timedelta(hours=1)
"""Releasing a batch lets the sender look at once."""
LOOK_BACK = timedelta(days=32)
"""So far back the caps look, whatever the zone."""


class Reason(StrEnum):
    """Why a message does not go, or not yet. `status_reason` of the message."""

    CONSENT = "consent"
    STOP = "stop"
    CONTACT = "contact"
    QUIET = "quiet"
    CAP = "cap"
    REPEATED = "repeated"
    """The client has this text already."""
    NOT_RELEASED = "not_released"
    """No person has released it."""
    WON_BACK = "won_back"
    """He is disappointed, and somebody tries to win him back: no advertising."""


class Due(NamedTuple):
    """A message to a client that is to be sent now."""

    message_id: UUID
    client_id: UUID
    legal_class: LegalClass
    priority: Priority
    kind: str
    body: str
    subject_id: UUID
    not_after: datetime | None
    timezone: str
    """Where the client's object is."""
    batch: BatchStatus | None = None
    phone: str = ""


class Past(NamedTuple):
    """A message that was sent, or is being sent."""

    client_id: UUID
    legal_class: LegalClass
    body: str
    subject_id: UUID
    at: datetime
    phone: str = ""


class Rival(NamedTuple):
    """Another message that is due now and that another process will look at."""

    client_id: UUID
    priority: Priority


class Ruling(NamedTuple):
    """`reason` None: it goes. With `until` it waits, without it is never sent."""

    reason: str | None = None
    until: datetime | None = None


GO = Ruling()


class Facts(NamedTuple):
    """What the rulings depend on."""

    rules: Rules
    permissions: Mapping[UUID, Permission] = {}
    """By message. Service messages need none."""
    past: Sequence[Past] = ()
    rivals: Sequence[Rival] = ()


def judge(messages: Iterable[Due], facts: Facts, *, now: datetime) -> dict[UUID, Ruling]:
    """A ruling for each message. The more important ones are judged first and take the place of others."""
    past, rivals = list(facts.past), list(facts.rivals)
    rulings = {}
    for one in sorted(messages, key=lambda one: (one.priority.rank, one.message_id)):
        known = facts._replace(past=past, rivals=rivals)
        rulings[one.message_id] = ruling = _rule(one, known, now=now)
        if ruling == GO:
            past.append(Past(one.client_id, one.legal_class, one.body, one.subject_id, now, one.phone))
            rivals.append(Rival(one.client_id, one.priority))
    return rulings


def _rule(one: Due, facts: Facts, *, now: datetime) -> Ruling:
    if one.legal_class == LegalClass.SERVICE:
        if _is_repeated(one, facts.past, now=now):
            return Ruling(Reason.REPEATED)
        return _by_hours(one, facts.rules, now=now)
    permission = facts.permissions.get(one.message_id, Permission(allowed=False, reason=Reason.CONSENT))
    if one.legal_class == LegalClass.MARKETING and one.batch != BatchStatus.RELEASED:
        return _of_batch(one, now=now)
    here = one._replace(timezone=permission.timezone or one.timezone)
    if not permission.allowed:
        return _of_refusal(here, permission, facts.rules)
    family = permission.household | {one.client_id}
    ruling = _by_hours_and_caps(here, family, facts, now=now)
    return ruling if ruling != GO else _by_rivals(here, family, facts.rivals, now=now)


def _of_refusal(one: Due, permission: Permission, rules: Rules) -> Ruling:
    """Who wants to hear nothing before some day is asked again on it."""
    reason = permission.reason or Reason.CONSENT
    if permission.not_before is None:
        return Ruling(reason)
    day = day_span(permission.not_before, ZoneInfo(one.timezone))
    return _wait(one, reason, next_open(rules.hours[one.legal_class], one.timezone, since=day.starts_at))


def _of_batch(one: Due, *, now: datetime) -> Ruling:
    if one.batch == BatchStatus.CANCELED:
        return Ruling(Reason.STOP)
    if one.batch is None:
        return Ruling(Reason.NOT_RELEASED)
    return Ruling(Reason.NOT_RELEASED, now + LOOK_AT_BATCH_AGAIN)


def _is_repeated(one: Due, past: Iterable[Past], *, now: datetime) -> bool:
    """Whether the client got this text a moment ago at this number, and nothing else about the same thing after it."""
    to = (one.client_id, one.phone)
    recent = [
        other for other in past if (other.client_id, other.phone) == to and other.at > now - REPEATED_WITHIN
    ]
    same = [other for other in recent if other.body == one.body]
    if not same:
        return False
    last = max(other.at for other in same)
    things = {other.subject_id for other in same} | {one.subject_id}
    return not any(
        other.subject_id in things and other.body != one.body and other.at >= last for other in recent
    )


def _by_hours(one: Due, rules: Rules, *, now: datetime) -> Ruling:
    """For service messages. One that would be too late in the morning goes now."""
    if one.kind in AT_ANY_HOUR or _is_of_today(one, now=now):
        return GO
    opens = next_open(rules.hours[one.legal_class], one.timezone, since=now)
    is_too_late = one.not_after is not None and one.not_after <= opens
    return GO if opens == now or is_too_late else Ruling(Reason.QUIET, opens)


def _is_of_today(one: Due, *, now: datetime) -> bool:
    """Whether it is about today: it would be wrong tomorrow."""
    if one.kind not in AT_ANY_HOUR_IF_TODAY or one.not_after is None:
        return False
    zone = ZoneInfo(one.timezone)
    return one.not_after.astimezone(zone).date() == now.astimezone(zone).date()


def _by_hours_and_caps(one: Due, family: frozenset[UUID], facts: Facts, *, now: datetime) -> Ruling:
    """Caps of marketing count what went to anybody of the household, those of feedback what the client got."""
    zone, hours = ZoneInfo(one.timezone), facts.rules.hours[one.legal_class]
    whose = family if one.legal_class == LegalClass.MARKETING else {one.client_id}
    sent = [
        other.at.astimezone(zone).date()
        for other in facts.past
        if other.client_id in whose and other.legal_class == one.legal_class
    ]
    opens = next_open(hours, one.timezone, since=now)
    open_day = opens.astimezone(zone).date()
    day = next_free_day(sent, caps_of(one.legal_class, facts.rules.caps), today=open_day)
    if day is None:
        return Ruling(Reason.CAP)
    if day == open_day:
        return GO if opens == now else _wait(one, Reason.QUIET, opens)
    return _wait(one, Reason.CAP, next_open(hours, one.timezone, since=day_span(day, zone).starts_at))


def _by_rivals(one: Due, family: frozenset[UUID], rivals: Iterable[Rival], *, now: datetime) -> Ruling:
    is_beaten = any(other.client_id in family and other.priority.rank < one.priority.rank for other in rivals)
    return _wait(one, Reason.CAP, now + AFTER_ANOTHER) if is_beaten else GO


def _wait(one: Due, reason: str, until: datetime) -> Ruling:
    """It waits, or is dropped if it would be too late then."""
    is_too_late = one.not_after is not None and one.not_after <= until
    return Ruling(reason) if is_too_late else Ruling(reason, until)
