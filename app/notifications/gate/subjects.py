"""Whom the sender asks whether what a message speaks of is still true.

Visits and plans of contacts belong to modules above. So they are handed in where the process is put together.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from app.db.work import Work
from app.notifications.gate.policies import Ruling
from app.notifications.legal import LegalClass


class Subject(NamedTuple):
    """What a message that is to be sent now speaks of."""

    message_id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID
    legal_class: LegalClass
    """That of a message to a worker is service."""


class StillTrue(Protocol):
    async def rule(self, work: Work, subjects: Sequence[Subject], *, now: datetime) -> Mapping[UUID, Ruling]:
        """Why a message does not go, or not yet, by its id, read in the transaction that claims the messages.

        A message of which nothing is said is still true.
        """
