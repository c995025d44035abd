"""Pings on their way from a phone to the table."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter

from app.tracking.pings.policies import Judge, Refused
from app.tracking.pings.values import Ping, Sent
from app.workforce.api import Fix, fault_of_fix

PLAUSIBLE_MAX = 5
"""How many of the newest pings are tried as the last position. If all of them are wrong, it stays as it is."""


class Item:
    """One ping, with what is found out about it."""

    __slots__ = ("at", "content", "ping", "refused", "sent")

    def __init__(self, sent: Sent, ping: Ping, refused: Refused | None, at: datetime) -> None:
        """`at` is the true time. Of a ping that is refused, what the phone said."""
        self.sent = sent
        self.ping = ping
        self.content = 0
        self.refused = refused
        self.at = at


def items_of(sent: Sent) -> list[Item]:
    """The pings of a device, each judged by itself."""
    judge = Judge(clock_offset_s=sent.clock_offset_s, now=sent.received_at)
    refusals = [judge.refusal_of(ping) for ping in sent.pings]
    offset = timedelta(seconds=sent.clock_offset_s)
    return [
        Item(sent, ping, refused, ping.at + offset if offset and refused is None else ping.at)
        for ping, refused in zip(sent.pings, refusals, strict=True)
    ]


def newest_plausible(items: Iterable[Item], *, last: Fix | None) -> Item | None:
    """The newest of them that can be right, and is newer than the last known position."""
    newest = sorted(items, key=attrgetter("at"), reverse=True)[:PLAUSIBLE_MAX]
    return next((one for one in newest if fault_of_fix(_fix(one), last) is None), None)


def _fix(item: Item) -> Fix:
    return Fix(item.ping.place(), item.ping.accuracy_m or 0, item.at)
