"""What follows from what a worker has said about being tracked: values in, values out.

He says it on a phone that may be without network. So what he says arrives in any order, and each thing counts from when
he said it until what he said next. Of two things of one moment the one that came later counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from app.core.clock import SAME_MOMENT


class Says(StrEnum):
    """What a worker can say about being tracked."""

    CONSENT = "consent"
    WITHDRAWAL = "withdrawal"
    PRIVATE_START = "private_start"
    PRIVATE_END = "private_end"


class AgreedWords(NamedTuple):
    """The words he has agreed to."""

    text_version: int
    lang: str
    text: str
    kept_days: int
    """As long as the words allow positions to be kept."""
    clients_see: bool = False
    """The words say that the client of a visit sees roughly where he is, while he is on the way."""


class Choice(NamedTuple):
    """One thing that he has said."""

    id: UUID
    """In the order of arrival."""
    says: Says
    at: datetime
    """True time."""
    words: AgreedWords | None = None
    """Of a consent."""
    device_id: UUID | None = None


class Period(NamedTuple):
    """[since, until) in which what he said counts. Without an end it still does."""

    choice: Choice
    since: datetime
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


def consents_of(choices: Iterable[Choice]) -> list[Period]:
    """His consents, in time order. A consent to the same words that follows another is the same consent."""
    return _periods(choices, begin=Says.CONSENT, end=Says.WITHDRAWAL)


def private_times_of(choices: Iterable[Choice]) -> list[Period]:
    """His private times, in time order. Who begins one in private time stays in it."""
    return _periods(choices, begin=Says.PRIVATE_START, end=Says.PRIVATE_END)


def _periods(choices: Iterable[Choice], *, begin: Says, end: Says) -> list[Period]:
    said = sorted((one for one in choices if one.says in (begin, end)), key=attrgetter("at", "id"))
    periods: list[Period] = []
    for one, following in pairwise([*said, None]):
        if one is None or one.says == end or (following is not None and following.at == one.at):
            continue
        until = None if following is None else following.at
        if periods and periods[-1].until == one.at and periods[-1].choice.words == one.words:
            periods[-1] = periods[-1]._replace(until=until)
        else:
            periods.append(Period(one, one.at, until))
    return periods


def period_at(periods: Iterable[Period], moment: datetime) -> Period | None:
    """What counts at this moment."""
    return next((one for one in periods if one.holds(moment)), None)


def moment_of_end(periods: Sequence[Period], at: datetime) -> datetime:
    """When an end counts that was said at this moment.

    If it seems to come just before a beginning that still lasts, it means that one: networks and clocks differ a bit.
    """
    if period_at(periods, at) is not None:
        return at
    begins = (one.since for one in periods if one.until is None and at < one.since <= at + SAME_MOMENT)
    return next(begins, at)
