"""What is known of a client, as values."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.clients.api import ClientFacts
from app.core.history import HistoryRow
from app.crm.rules.values import RulesContent
from app.crm.status_lists.values import LifeRow, ShownTrack


class CardSite(NamedTuple):
    id: UUID
    address: str
    is_archived: bool


class KnownWishes(NamedTuple):
    """How he wants to hear from the company."""

    channels_off: Sequence[str]
    themes_off: Sequence[str]
    per_month: int | None
    not_before: date | None


class Card(NamedTuple):
    """A client with everything that is known of him now; what happened to him is his history."""

    client: ClientFacts
    life: LifeRow | None
    """None: his card was opened a moment ago and nobody has looked at it yet."""
    wishes: KnownWishes | None
    sites: Sequence[CardSite]
    needs: Sequence[ShownTrack]
    """The next first."""
    rules: RulesContent
    ordered_at: datetime | None
    """When his newest order was opened."""


class Happened(NamedTuple):
    """An entry of the history with the name of who did it."""

    row: HistoryRow
    person: str | None
