"""What a client may choose, and what his choice changes: values in, values out."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from app.clients.consents.policies import Decision, Facts, Purpose, latest

CHANNEL_OF = {"phone": "sms", "email": "email"}
"""By which a message with a link comes to a contact of this kind."""
CHANNELS = {"phone": ("sms", "call"), "email": ("email",)}
"""Ways that a client may close. Those of messengers appear when they are used."""


class Topic(StrEnum):
    """What a client may hear beside what concerns his order."""

    FEEDBACK = "feedback"
    MARKETING = "marketing"


PURPOSES = {
    Topic.FEEDBACK: [Purpose.FEEDBACK],
    Topic.MARKETING: [Purpose.MARKETING, Purpose.MASS_CALL],
}
"""What ends with a topic. Beginning one is always one purpose: a machine that calls needs a consent of its own."""


def topics_on(facts: Facts, contact_kind: str) -> frozenset[Topic]:
    """What he hears now at this contact, if no wish stands against it."""
    return frozenset(topic for topic in Topic if _is_on(facts, topic, CHANNEL_OF[contact_kind]))


def _is_on(facts: Facts, topic: Topic, channel: str) -> bool:
    if not facts.holds or not facts.is_client:
        return False
    last = latest(facts.said, topic, channel)
    if last is None:
        return topic == Topic.FEEDBACK and not facts.feedback_needs_consent
    return last.decision == Decision.GRANTED


def channels_of(contact_kinds: Collection[str], off: Collection[str]) -> list[str]:
    """The ways to him that he may choose: those of his contacts, and whatever he has closed."""
    usual = [one for kind in ("phone", "email") if kind in contact_kinds for one in CHANNELS[kind]]
    return [*usual, *sorted(set(off) - set(usual))]


class Form(NamedTuple):
    """What he saw on the page, and what he has sent."""

    seen_topics: frozenset[str]
    topics: frozenset[str]
    seen_channels: frozenset[str]
    channels: frozenset[str]


class Change(NamedTuple):
    """What a form changes. Only what he has changed himself: the page may have been open for a day."""

    ends: Sequence[Topic]
    begins: Sequence[Topic]
    closes: frozenset[str]
    opens: frozenset[str]


def change_of(form: Form, on: Collection[Topic], channels: Collection[str]) -> Change:
    """What a form changes of what is true now. The same form again changes nothing."""
    dropped, added = form.seen_topics - form.topics, form.topics - form.seen_topics
    return Change(
        ends=[one for one in Topic if one in dropped and one in on],
        begins=[one for one in Topic if one in added and one not in on],
        closes=(form.seen_channels - form.channels) & set(channels),
        opens=(form.channels - form.seen_channels) & set(channels),
    )
