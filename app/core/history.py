"""What happened with a client, as one kind of value for all modules."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID


class HistoryRow(NamedTuple):
    """Something that happened with a client, or is going to happen."""

    kind: str
    at: datetime
    id: UUID
    number: int | None
    status: str | None
    what: str | None
    """Which of several kinds it is: of a job, a payment, a message …"""
    reason: str | None
    text: str | None
    amount_kop: int | None
    due_at: datetime | None
    due_on: date | None
    order_id: UUID | None
    job_id: UUID | None
    visit_id: UUID | None
    person_id: UUID | None
    """Who of the company did it or has to do it."""
    detail: dict[str, Any] | None
    """What only some kinds have: `channel`, `direction`, `seconds`, the params of a sentence."""
