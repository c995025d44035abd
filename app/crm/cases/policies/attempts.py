"""How often and how soon the company may try to win a client back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.errors import DomainError
from app.crm.rules.values import RulesContent


class AttemptTooEarly(DomainError):
    """The client is left in peace until `not_before`."""

    code = "attempt_too_early"


class AttemptsSpent(DomainError):
    """As many attempts as the company makes were made. The next is possible at `not_before`."""

    code = "attempts_spent"


class Limits(NamedTuple):
    max: int
    """So many attempts …"""
    within: timedelta
    """… in any time of this length …"""
    gap: timedelta
    """… and so far apart."""

    @classmethod
    def of(cls, rules: RulesContent) -> "Limits":
        return cls(
            rules.attempts_max,
            timedelta(days=rules.attempts_days),
            timedelta(days=rules.recovery.attempt_gap_days),
        )


def check_attempt(before: Sequence[datetime], limits: Limits, *, now: datetime) -> None:
    """See that the client may be spoken to now. `before` are all earlier attempts, in time order.

    Raises:
        AttemptTooEarly: see there.
        AttemptsSpent: see there.
    """
    if are_spent(before, limits, now=now):
        raise AttemptsSpent(not_before=(before[-limits.max] + limits.within).isoformat())
    if before and now < before[-1] + limits.gap:
        raise AttemptTooEarly(not_before=(before[-1] + limits.gap).isoformat())


def are_spent(attempts: Sequence[datetime], limits: Limits, *, now: datetime) -> bool:
    """Whether as many attempts as are allowed lie in the time that ends now."""
    return len([one for one in attempts if now - one < limits.within]) >= limits.max
