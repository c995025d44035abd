"""Whom the sender asks whether a client may be written to.

Consents and addresses of clients belong to a module above. So it is handed in where the process is put together.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from app.db.work import Work
from app.notifications.channels.protocol import Channel
from app.notifications.legal import LegalClass


class Question(NamedTuple):
    """May this message be sent to this client now?"""

    message_id: UUID
    client_id: UUID
    purpose: LegalClass
    """feedback or marketing. Service messages ask for nothing."""
    channel: Channel
    address: str
    """E.164 or e-mail."""


class Permission(NamedTuple):
    allowed: bool
    reason: str = ""
    """Why not: consent, stop, contact, supplier or won_back."""
    household: frozenset[UUID] = frozenset()
    """Clients of the same address. They share the caps of marketing."""
    timezone: str | None = None
    """Where the client's object is."""
    stop_link: str = ""
    """Where he says with one tap that he wants no more."""
    not_before: date | None = None
    """If it is not allowed: from this day of his it may be asked again."""


class Gatekeeper(Protocol):
    async def answer(
        self, work: Work, questions: Sequence[Question], *, now: datetime
    ) -> Mapping[UUID, Permission]:
        """The permission for each message, by its id, read in the transaction that claims the messages.

        A message that gets none is not sent.
        """


class NobodyAgreed:
    """Nobody keeps consents, so there are none: neither advertising nor questions are sent."""

    async def answer(
        self, work: Work, questions: Sequence[Question], *, now: datetime
    ) -> Mapping[UUID, Permission]:
        return {one.message_id: Permission(allowed=False, reason="consent") for one in questions}
