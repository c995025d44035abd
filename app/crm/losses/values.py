"""Clients who did not come back, with what is known of why."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.crm.pasts.values import Expected


class LostClient(NamedTuple):
    client_id: UUID
    name: str
    surname: str
    source: str
    """The one that has brought him with his first request, otherwise what stands on the card."""
    last_on: date | None
    """His last purchase: of all, or of the period of visits."""
    workers: Sequence[UUID]
    """Who led its visits."""
    needs: Sequence[Expected] = ()


class Reasons(NamedTuple):
    """Why a client does not come: the last reason that he stated, or else his last words, and what was found."""

    stated_reason: str | None = None
    """A `LossReason`. None: nobody has said which one it is."""
    stated_words: str | None = None
    """None: he has not said why."""
    stated_at: datetime | None = None
    verified_reason: str | None = None
    """A `LossReason`. None: nobody has found out."""
    verified_words: str | None = None
    verified_at: datetime | None = None


class Why(NamedTuple):
    """Lost clients of whom the same was said and found."""

    is_stated: bool
    stated_reason: str | None
    verified_reason: str | None
    clients: int
    needs: int
    """For which they did not come."""


class Refused(NamedTuple):
    """Leads of one source who refused for one reason."""

    source: str
    loss_reason: str | None
    """None: nobody has said which one it is."""
    leads: int
