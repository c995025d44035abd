"""A line of the list of clients, as values."""

from collections.abc import Sequence
from typing import NamedTuple

from app.clients.api import ClientFacts
from app.crm.status_lists.values import LifeRow


class FoundClient(NamedTuple):
    """A client who was looked for."""

    client: ClientFacts
    life: LifeRow | None
    """None: he only supplies, or his card was opened a moment ago and nobody has looked at it yet."""
    addresses: Sequence[str]
    """Of his sites that are not in the archive, the oldest first."""
    next_need: str | None
    """The category of what comes due next."""
