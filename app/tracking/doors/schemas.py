from datetime import UTC
from typing import Annotated, Self

import msgspec

from app.core.i18n import text
from app.http.schemas import In, Moment, Out, Point
from app.http.wording import Complaint, ValueRefused
from app.tracking.pings.policies import DUPLICATE, TAKEN, Refused, Verdict
from app.tracking.pings.values import Ping
from app.workforce.api import Fault

EARLIEST, LATEST = 1, 9999


class PingRefusedOut(Out):
    """Why a ping was not kept. Nothing of it is written anywhere, and sending it again changes nothing."""

    index: int
    """Its place in the batch, from 0."""
    code: str
    """`unreadable`: wrong shape; `message` says what. `place_invalid`, `no_fix`: there is no such place, or the phone
    had none. `device_clock`: the clock was never set. `clock_wrong`: it is off by more than three days.
    `from_future`, `too_old`: more than two minutes ahead, older than 90 days. `no_consent`, `off_shift` (also while
    absent), `private`: the worker may not be tracked at that time."""
    message: str
    """The same for people, in the language of `Accept-Language`."""


class PingsTakenOut(Out):
    """What became of each ping. All that is said here is durable."""

    taken: int
    duplicates: int
    verdicts: list[str]
    """`taken`, `duplicate` or the code of a refusal, for each ping in the order of the batch."""
    refused: list[PingRefusedOut]

    @classmethod
    def of(cls, verdicts: list[Verdict | Complaint], lang: str) -> Self:
        codes = [Refused.UNREADABLE if isinstance(one, Complaint) else one for one in verdicts]
        refused = [
            PingRefusedOut(index=index, code=code, message=_message(one, lang))
            for index, (code, one) in enumerate(zip(codes, verdicts, strict=True))
            if code not in (TAKEN, DUPLICATE)
        ]
        return cls(
            taken=codes.count(TAKEN),
            duplicates=codes.count(DUPLICATE),
            verdicts=[str(code) for code in codes],
            refused=refused,
        )


def _message(refusal: Verdict | Complaint, lang: str) -> str:
    if isinstance(refusal, Complaint):
        return f"{refusal.path}: {refusal.in_words(lang)}".removeprefix(": ")
    return text(lang, "pings", refusal)


class SendPosition(In):
    """Position of the phone. Stored only while its owner may be tracked."""

    point: Point
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)]
    """The phone is within this radius with a probability of 68 %. Metres."""
    at: Moment
    """By the phone's clock."""

    def __post_init__(self) -> None:
        if not EARLIEST < self.at.year < LATEST:  # the edges of the calendar have no time in other zones
            raise ValueRefused("out_of_range", field="at")

    def ping(self) -> Ping:
        return Ping(self.at.astimezone(UTC), self.point.lat, self.point.lon, self.accuracy_m)


class PositionTakenOut(Out):
    is_newest: bool
    """False if it was not taken as the worker's position."""
    ignored_because: Fault | None
    """Null if it was taken. `no_fix`: latitude and longitude are 0. `inaccurate`: it may be more than a kilometre
    off. `too_fast`: nobody gets there so fast from the last position. `older`: a newer one is known."""
