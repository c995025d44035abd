"""The history of a case: its lines, and how they are written."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.ids import uuid7
from app.crm.cases.models import RecoveryCase, RecoveryCaseEvent
from app.db.session import Session


class Line(StrEnum):
    """What happened."""

    OPENED = "opened"
    SIGNAL_ADDED = "signal_added"
    OWNER_CHANGED = "owner_changed"
    EVIDENCE_SEEN = "evidence_seen"
    STATEMENT_TAKEN = "statement_taken"
    MONEY_SEEN = "money_seen"
    CONTACTED = "contacted"
    VERIFIED = "verified"
    ACTION_PROPOSED = "action_proposed"
    ACTION_DECIDED = "action_decided"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    PREVENTED = "prevented"
    CLOSED = "closed"
    ASKED_AGAIN = "asked_again"


def note(
    session: Session, case: RecoveryCase, kind: Line, *, by: UUID | None, at: datetime, **detail: Any
) -> None:
    """Add a line to the history of a case."""
    session.add(
        RecoveryCaseEvent(
            company_id=case.company_id,
            id=uuid7(),
            case_id=case.id,
            kind=kind,
            at=at,
            actor_id=by,
            detail=detail,
        )
    )
