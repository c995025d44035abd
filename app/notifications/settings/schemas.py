from typing import Annotated, Self

import msgspec
from msgspec import UNSET, UnsetType

from app.http.schemas import In, Out, Patch
from app.http.wording import ValueRefused
from app.notifications.legal import LegalClass
from app.notifications.settings.models import MessageSettings
from app.notifications.settings.policies import Caps, Hours, rules_of

Since = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:00"])]
Until = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["21:30"])]
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7, description="1 is Monday")]
Count = Annotated[int, msgspec.Meta(ge=0, le=100)]
SegmentPrice = Annotated[int, msgspec.Meta(ge=0, le=100_00, description="Kopecks")]


class SendingHours(In):
    """Messages go between these hours by the client's clocks."""

    since: Since
    until: Until
    """24:00 is the end of the day."""
    weekdays: Annotated[list[Weekday], msgspec.Meta(min_length=1, max_length=7)]

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise ValueRefused("hours_order", since=self.since, until=self.until)


class MessageHours(In):
    service: SendingHours
    """What cannot wait goes at any hour: somebody is on his way, a visit of today is canceled."""
    feedback: SendingHours
    marketing: SendingHours


class MessageCaps(In):
    """How many messages go, over all channels, counted by calendar days of the client."""

    marketing_per_day: Count
    """Together to all clients of one address, as the next two."""
    marketing_per_7_days: Count
    marketing_per_30_days: Count
    feedback_per_30_days: Count
    """To one client."""


class ChangeMessageSettings(Patch):
    segment_price_kop: SegmentPrice | UnsetType | None = UNSET
    """What one SMS costs."""
    hours: MessageHours | UnsetType = UNSET
    caps: MessageCaps | UnsetType = UNSET


class MessageSettingsOut(Out):
    segment_price_kop: int | None
    hours: MessageHours
    caps: MessageCaps
    version: int
    """0 as long as nothing was set."""

    @classmethod
    def of(cls, settings: MessageSettings | None) -> Self:
        rules = rules_of(settings.rules if settings else None)
        return cls(
            segment_price_kop=settings.segment_price_kop if settings else None,
            hours=MessageHours(
                service=_hours(rules.hours[LegalClass.SERVICE]),
                feedback=_hours(rules.hours[LegalClass.FEEDBACK]),
                marketing=_hours(rules.hours[LegalClass.MARKETING]),
            ),
            caps=_caps(rules.caps),
            version=settings.row_version if settings else 0,
        )


def _hours(hours: Hours) -> SendingHours:
    return SendingHours(since=hours.since, until=hours.until, weekdays=sorted(hours.weekdays))


def _caps(caps: Caps) -> MessageCaps:
    return MessageCaps(**caps._asdict())
