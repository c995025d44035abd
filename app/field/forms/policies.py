"""Which of the answers that were sent take effect. Values in, values out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.core.merging import Clash, merge

Answers = Mapping[str, Any]
"""By field. Null, or no entry, is no answer."""


class Stamp(msgspec.Struct, frozen=True):
    """Who answered a question when, on which device."""

    at: datetime
    author_id: UUID
    device_id: UUID | None
    device_seq: int | None = None

    def is_older_than(self, other: "Stamp") -> bool:
        """Of one device its own numbers decide, if it sent them: its clock can be set back."""
        if self.device_seq is not None and other.device_seq is not None:
            return self.device_seq < other.device_seq
        return self.at < other.at

    def is_of_same_hand(self, other: "Stamp") -> bool:
        return (self.author_id, self.device_id) == (other.author_id, other.device_id)


class Filled(NamedTuple):
    """A form as it is."""

    answers: dict[str, Any]
    stamps: dict[str, Stamp]


NOTHING_YET = Filled({}, {})


class Taken(NamedTuple):
    filled: Filled
    written: list[str]
    """Fields that have changed, in alphabetical order."""
    clashes: list[Clash]


def take(now: Filled, sent: Answers, base: Answers, stamp: Stamp) -> Taken:
    """Take the answers that one person sent.

    1. His own earlier answers from the same device he replaces. If they are newer than these, these came late and
       change nothing.
    2. For other fields `base` is what his phone showed. Where the server has something else by now, and he wants
       something else again, it is a clash: the server's value stays, and a person decides.
    """
    own = {field for field in sent if field in now.stamps and now.stamps[field].is_of_same_hand(stamp)}
    late = {field for field in own if stamp.is_older_than(now.stamps[field])}
    wanted = {field: value for field, value in sent.items() if field not in late}
    shown = {**base, **{field: now.answers.get(field) for field in own}}
    merged = merge(shown, wanted, now.answers)
    clashing = {clash.field for clash in merged.clashes}
    answers = {field: value for field, value in merged.values.items() if value is not None}
    stamped = [
        field
        for field in wanted
        if field in own or field in merged.changed or field not in {*now.stamps, *clashing}
    ]
    stamps = now.stamps | dict.fromkeys(stamped, stamp)
    return Taken(Filled(answers, stamps), sorted(merged.changed), merged.clashes)


def is_in_time(*, is_at_work: bool, answered_at: datetime, finished_at: datetime | None) -> bool:
    """Whether it was answered on site. An answer from before the end counts, however late it arrives."""
    return is_at_work or (finished_at is not None and answered_at < finished_at)
