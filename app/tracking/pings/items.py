"""Pings on their way from a phone to the table."""

from collections.abc import Iterable
from operator import attrgetter

from app.tracking.pings import policies
from app.tracking.pings.values import Ping, Sent
from app.workforce.api import Fix, fault_of_fix

PLAUSIBLE_MAX = 5
"""How many of the newest pings are tried as the last position. If all of them are wrong, it stays as it is."""


class Item:
    """One ping, with what is found out about it."""

    __slots__ = ("at", "content", "ping", "refused", "sent")

    def __init__(self, sent: Sent, ping: Ping) -> None:
        self.sent = sent
        self.ping = ping
        self.content = 0
        self.refused = policies.refusal_of(ping, clock_offset_s=sent.clock_offset_s, now=sent.received_at)
        self.at = ping.at if self.refused else policies.true_time(ping.at, sent.clock_offset_s)
        """True time. Of a ping that is refused, what the phone said."""


def newest_plausible(items: Iterable[Item], *, last: Fix | None) -> Item | None:
    """The newest of them that can be right, and is newer than the last known position."""
    newest = sorted(items, key=attrgetter("at"), reverse=True)[:PLAUSIBLE_MAX]
    return next((one for one in newest if fault_of_fix(_fix(one), last) is None), None)


def _fix(item: Item) -> Fix:
    return Fix(item.ping.place(), item.ping.accuracy_m or 0, item.at)
