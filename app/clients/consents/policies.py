"""Who may be written to: values in, values out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Purpose(StrEnum):
    """What a client can agree to. Service messages need no consent."""

    MARKETING = "marketing"
    FEEDBACK = "feedback"
    """Questions about the work. They need no consent unless the company has decided so, and end with a stop."""
    MASS_CALL = "mass_call"
    """Calls by a machine, or of many people at once."""
    PERSONAL_DATA = "personal_data"


class Decision(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class How(StrEnum):
    """How we know it."""

    FORM = "form"
    SPOKEN = "spoken"
    SMS = "sms"
    PAPER = "paper"
    LINK = "link"
    """The page behind the link in a message."""
    CONTACT_REMOVED = "contact_removed"
    MERGED = "merged"
    SUPPRESSED = "suppressed"
    """The owner of the contact had stopped before it came to this card."""


ANY_CHANNEL = "any"
CHANNELS_OF = {
    "phone": ("sms", "call", "telegram", "whatsapp", "max", "vk"),
    "email": ("email",),
}
SERVICE = "service"
STOPPED = (Purpose.MARKETING, Purpose.FEEDBACK, Purpose.MASS_CALL)
"""What somebody refuses who says “stop”. What the company must tell him about his order still reaches him."""


class Refusal(StrEnum):
    """Why somebody may not be written to."""

    CONSENT = "consent"
    STOP = "stop"
    CONTACT = "contact"
    QUIET = "quiet"
    SUPPLIER = "supplier"
    """He is no client."""


class Permission(NamedTuple):
    """Whether somebody may be written to, and why."""

    allowed: bool
    reason: str
    """service, granted, not_refused; or why not: a `Refusal`."""
    until: date | None = None
    """With `quiet`: the day from which he wants to hear from us."""


class Said(NamedTuple):
    """The newest entry for a purpose and a channel."""

    purpose: str
    channel: str
    decision: str
    said_at: datetime


class Wishes(NamedTuple):
    """What a client prefers, over all his cards."""

    channels_off: frozenset[str] = frozenset()
    themes_off: frozenset[str] = frozenset()
    per_month: int | None = None
    not_before: date | None = None


class Facts(NamedTuple):
    """What is known about a client and one of his contacts."""

    holds: bool
    """The contact is on his card now."""
    said: Sequence[Said]
    wishes: Wishes
    feedback_needs_consent: bool
    is_client: bool = True
    """False: he only supplies, so he gets nothing that is meant for clients."""


def latest(said: Iterable[Said], purpose: str, channel: str) -> Said | None:
    """What was said last about this purpose on this channel. What is said for any channel counts for each."""
    meant = [one for one in said if one.purpose == purpose and one.channel in (channel, ANY_CHANNEL)]
    return max(meant, key=lambda one: (one.said_at, one.decision == Decision.WITHDRAWN), default=None)


def judge(facts: Facts, *, purpose: str, channel: str, today: date, theme: str | None = None) -> Permission:
    """Whether he may be written to. `today` is the day of the company."""
    if purpose == SERVICE:
        return Permission(True, "service")
    if not facts.is_client:
        return Permission(False, Refusal.SUPPLIER)
    if not facts.holds:
        return Permission(False, Refusal.CONTACT)
    last = latest(facts.said, purpose, channel)
    if last is not None and last.decision == Decision.WITHDRAWN:
        return Permission(False, Refusal.STOP)
    if last is None and (purpose != Purpose.FEEDBACK or facts.feedback_needs_consent):
        return Permission(False, Refusal.CONSENT)
    if channel in facts.wishes.channels_off or theme in facts.wishes.themes_off:
        return Permission(False, Refusal.STOP)
    if facts.wishes.not_before is not None and today < facts.wishes.not_before:
        return Permission(False, Refusal.QUIET, facts.wishes.not_before)
    return Permission(True, "granted" if last else "not_refused")


def combine(wishes: Iterable[Wishes]) -> Wishes:
    """The most restrictive of the wishes of several cards."""
    every = list(wishes)
    limits = [one.per_month for one in every if one.per_month is not None]
    days = [one.not_before for one in every if one.not_before is not None]
    return Wishes(
        frozenset().union(*(one.channels_off for one in every)),
        frozenset().union(*(one.themes_off for one in every)),
        min(limits, default=None),
        max(days, default=None),
    )


def channels_for(purpose: str, channels: Iterable[str]) -> list[str]:
    """The channels that a consent is kept for. A mass call is a call, and what is kept of him has no channel."""
    only = {Purpose.MASS_CALL: ["call"], Purpose.PERSONAL_DATA: [ANY_CHANNEL]}
    return only.get(Purpose(purpose)) or sorted(set(channels))


class Standing(NamedTuple):
    """The newest entry of one card for a value, a purpose and a channel."""

    client_id: UUID
    contact_kind: str
    value: str
    purpose: str
    channel: str
    decision: str
    said_at: datetime

    @property
    def said(self) -> Said:
        return Said(self.purpose, self.channel, self.decision, self.said_at)


def refused_by_others(standing: Sequence[Standing]) -> list[Standing]:
    """Consents that do not outlive a merge of these cards, because another one refuses the same."""
    of_card: dict[tuple[str, UUID], list[Said]] = defaultdict(list)
    for one in standing:
        of_card[one.value, one.client_id].append(one.said)

    def is_refused(granted: Standing) -> bool:
        lasts = [
            latest(said, granted.purpose, granted.channel)
            for (value, _), said in of_card.items()
            if value == granted.value
        ]
        return any(last is not None and last.decision == Decision.WITHDRAWN for last in lasts)

    return [one for one in standing if one.decision == Decision.GRANTED and is_refused(one)]


def lacks_proof(*, how: str, came_from: str, attachment_id: object | None, note: str) -> str | None:
    """The field that a consent still needs before it is worth anything. The sender of advertising must prove it."""
    needed = {
        How.PAPER: ("attachment_id", attachment_id),
        How.FORM: ("came_from", came_from),
        How.SPOKEN: ("note", note),
        How.SMS: ("came_from", came_from),
        How.LINK: ("came_from", came_from),
    }
    field, given = needed.get(How(how), ("how", None))
    return None if given else field


def stopped_purposes(*, covers_feedback: bool) -> list[Purpose]:
    """What a plain “stop” ends."""
    return [one for one in STOPPED if covers_feedback or one != Purpose.FEEDBACK]
