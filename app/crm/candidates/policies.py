"""Whom to invite to what: needs that come due, each from the day on which its category may be done."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from app.crm.rules.values import Rules
from app.crm.tracks.policies import Track

TOGETHER = timedelta(days=14)
"""Needs that are due so near each other are one visit."""


class ComingNeed(NamedTuple):
    """A need that nothing has met yet."""

    site_id: UUID | None
    category: str
    due_on: date
    early_on: date
    """He can be invited from here …"""
    late_on: date
    """… to here, both included."""


class Occasion(NamedTuple):
    """What a client can be invited to: one visit."""

    due_on: date
    """Of the first need."""
    expires_on: date
    """After this day he is lost for it."""
    needs: Sequence[ComingNeed]


def coming_needs(tracks: Iterable[Track], rules: Rules) -> list[ComingNeed]:
    """Needs with the days that their categories say now. What the rules do not know any more is no need."""
    found = []
    for track in tracks:
        if (category := rules.categories.get(track.category)) is not None:
            early, late = timedelta(days=category.early_days), timedelta(days=category.late_days)
            found.append(
                ComingNeed(
                    track.site_id, track.category, track.due_on, track.due_on - early, track.due_on + late
                )
            )
    return found


def find_occasion(needs: Sequence[ComingNeed], today: date) -> Occasion | None:
    """What to invite a client to today. None: nothing of his comes due."""
    ripe = [one for one in needs if one.early_on <= today <= one.late_on]
    if not ripe:
        return None
    first = min(ripe, key=lambda one: one.due_on)
    beside = [one for one in needs if first.due_on <= one.due_on <= first.due_on + TOGETHER]
    return Occasion(first.due_on, first.late_on, sorted(beside, key=lambda one: (one.due_on, one.category)))
