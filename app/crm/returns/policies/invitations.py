"""Whom to invite to what: needs that come due, each from the day on which its category may be done."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.crm.returns.values import Buyer, Expected

TOGETHER = timedelta(days=14)
"""Needs that are due so near each other are one visit."""


class Invitation(NamedTuple):
    due_on: date
    """Of the first need."""
    expires_on: date
    """After this day he is lost for it."""
    needs: Sequence[Expected]


def find_invitation(buyer: Buyer, today: date) -> Invitation | None:
    """What to invite a client to today. None: to nothing, or he has booked already and only thinks that he has not."""
    if buyer.is_booked:
        return None
    coming = [one for one in buyer.expected if one.renewed_on is None]
    ripe = [one for one in coming if one.early_on <= today <= one.late_on]
    if not ripe:
        return None
    first = min(ripe, key=lambda one: one.due_on)
    beside = [one for one in coming if first.due_on <= one.due_on <= first.due_on + TOGETHER]
    needs = sorted(beside, key=lambda one: (one.due_on, one.category))
    return Invitation(first.due_on, first.late_on, needs)
