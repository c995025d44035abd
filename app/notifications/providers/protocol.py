"""What a way to send an SMS must be able to do, how a call can end, and what is reported later."""

from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import msgspec


class Accepted(msgspec.Struct, frozen=True):
    """The gateway has it. Whether the phone got it, a delivery report says later."""

    report_within: timedelta | None = None
    """When no report has come by then, none is to be expected; None: this gateway never reports."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Certainly not sent."""

    code: str
    """The gateway's words."""
    permanent: bool
    """Trying again makes no sense."""


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """The request may have reached the gateway and no usable answer came back. Sending again could
    be a second SMS, so nobody does."""

    detail: str


Outcome = Accepted | Rejected | Unknown


class ReportState(StrEnum):
    """What a gateway says about a message it took."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    BUFFERED = "buffered"
    ACCEPTED = "accepted"
    """By the operator's SMS centre."""
    REFUSED = "refused"
    OTHER = "other"
    """Kept, but nothing follows from it."""


class Provider(Protocol):
    @property
    def name(self) -> str:
        """As it stands in attempts."""

    async def send(
        self, *, ref: str, to: str, text: str, sender: str, valid_for: timedelta | None = None
    ) -> Outcome:
        """Hand over one message. Answers in less than `LEASE`, and never raises because of the gateway.

        `ref` is `<company>/<message>`, `to` E.164. After `valid_for` a message that still waits
        somewhere should be dropped; not every gateway can.
        """
