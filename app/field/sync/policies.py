"""What has changed between two views of a phone. Pure functions.

A view is what a phone has been sent: the hash of each item by kind and id. It is compared with the items as they are
now. So nothing depends on the order in which transactions commit, and what a worker may no longer see is removed
like anything else that is gone.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec

HASH_BYTES = 8
LOOK_BACK = timedelta(days=1)
SIGNALS_SHOWN = timedelta(days=14)
"""So long a phone shows a signal of its owner after it was settled."""

View = Mapping[str, Mapping[bytes, bytes]]
"""By kind: the hash of each item, by the bytes of its id."""


class Item(Protocol):
    """A struct of the API that has an id."""

    @property
    def id(self) -> UUID: ...


class Days(NamedTuple):
    """A phone gets the visits that begin in [since, until)."""

    since: datetime
    until: datetime


def days_of(now: datetime, *, ahead: int) -> Days:
    return Days(now - LOOK_BACK, now + timedelta(days=ahead))


class Delta(NamedTuple):
    view: View
    """What the phone has when it has taken the delta."""
    changed: dict[str, list[Any]]
    """By kind: items that are new or different."""
    removed: dict[str, list[UUID]]
    """By kind: ids of items that the phone must delete."""

    @property
    def is_empty(self) -> bool:
        return not any(self.changed.values()) and not any(self.removed.values())


def nothing_new(kinds: Iterable[str]) -> Delta:
    """Nothing has changed. The phone keeps its view."""
    return Delta({}, {kind: [] for kind in kinds}, {kind: [] for kind in kinds})


def compare(shown: View, items: Mapping[str, Iterable[Item]]) -> Delta:
    """What has changed since `shown`. `items` are all that the phone shall have, by kind."""
    view: dict[str, dict[bytes, bytes]] = {}
    changed: dict[str, list[Any]] = {}
    for kind, all_of_kind in items.items():
        had, has = shown.get(kind, {}), view.setdefault(kind, {})
        changed[kind] = []
        for item in all_of_kind:
            key = item.id.bytes
            has[key] = hash_of(item)
            if had.get(key) != has[key]:
                changed[kind].append(item)
    removed = {
        kind: [UUID(bytes=key) for key in shown.get(kind, {}) if key not in has] for kind, has in view.items()
    }
    return Delta(view, changed, removed)


def hash_of(item: Item) -> bytes:
    """Of everything that the phone would be sent of it."""
    return blake2b(msgspec.json.encode(item), digest_size=HASH_BYTES).digest()


def pack(view: View) -> bytes:
    return msgspec.msgpack.encode(view)


def unpack(packed: bytes) -> View:
    return msgspec.msgpack.decode(packed, type=dict[str, dict[bytes, bytes]])
