"""What a provider of any channel must do, how a call can end, and what a gateway can report later."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import msgspec


class Channel(StrEnum):
    """A way to reach people."""

    SMS = "sms"
    EMAIL = "email"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What an e-mail has beside its text."""

    subject: str
    html: str | None = None
    is_refusable: bool = False
    """Advertising or a question how it was: mail programs are told how to be taken off the list."""
    stop_link: str = ""
    """Address for one tap. Empty: by a letter only."""


class Accepted(msgspec.Struct, frozen=True):
    """The gateway accepted the message. A delivery report says later whether the phone got it."""

    report_within: timedelta | None = None
    """After this time we no longer wait for a delivery report. None means that this gateway never reports."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """The message was certainly not sent."""

    code: str
    """The gateway's words."""
    permanent: bool
    """True if it makes no sense to try again."""


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """The request may have reached the gateway, but no usable answer came back.

    The message is not sent again, because that could be a second SMS.
    """

    detail: str


Outcome = Accepted | Rejected | Unknown


class ReportState(StrEnum):
    """What a gateway says about a message that it accepted."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    BUFFERED = "buffered"
    ACCEPTED = "accepted"
    """The operator's SMS centre accepted it."""
    REFUSED = "refused"
    OTHER = "other"
    """Stored, but it changes nothing."""


class Provider(Protocol):
    @property
    def name(self) -> str:
        """The name that is stored in attempts."""

    async def send(
        self,
        *,
        ref: str,
        to: str,
        text: str,
        sender: str,
        valid_for: timedelta | None = None,
        letter: Letter | None = None,
    ) -> Outcome:
        """Hand one message to the gateway. Takes less than `LEASE`. A failure of the gateway is an `Outcome`.

        `ref` is `<company>/<message>`. `to` is E.164, or an e-mail address. After `valid_for` the gateway
        should drop a message that still waits; not every gateway can do so. Only an e-mail has a `letter`.
        """


Channels = Mapping[Channel, Sequence[Provider]]
"""The providers of each channel, the preferred one first."""
