"""Events about the life of clients: their statuses, whom to call, what was said."""

from datetime import datetime
from uuid import UUID

from app.contracts.event import Event


class ClientStatusChanged(Event, frozen=True, kw_only=True):
    """Announced only for what happens now, not for history that is taken over or worked out anew."""

    kind = "crm.client_status_changed"
    client_id: UUID
    was: str | None
    """Null: a new client."""
    status: str
    reason: str
    at: datetime
    """Since when he has the status. It may lie in the past, because facts can arrive late."""


class TaskOpened(Event, frozen=True, kw_only=True):
    """Somebody must act towards a client."""

    kind = "crm.task_opened"
    task_id: UUID
    client_id: UUID


class TaskClosed(Event, frozen=True, kw_only=True):
    """It is done, or nobody needs to act any more."""

    kind = "crm.task_closed"
    task_id: UUID
    client_id: UUID
    status: str
    """closed or dropped."""
    outcome: str | None
    """The last one, if there was a try."""


class InteractionRecorded(Event, frozen=True, kw_only=True):
    """Somebody of the company has spoken with a client or written to him."""

    kind = "crm.interaction_recorded"
    interaction_id: UUID
    client_id: UUID
    outcome: str


class ProposalAnswered(Event, frozen=True, kw_only=True):
    """A client has said something to what he was offered."""

    kind = "crm.proposal_answered"
    proposal_id: UUID
    client_id: UUID
    answer: str


class DisappointmentNoted(Event, frozen=True, kw_only=True):
    """Something disappointed a client."""

    kind = "crm.disappointment_noted"
    client_id: UUID
    disappointment_id: UUID
    severity: int


class CaseOpened(Event, frozen=True, kw_only=True):
    """A client is so disappointed that somebody must win him back."""

    kind = "crm.case_opened"
    case_id: UUID
    client_id: UUID
    owner_id: UUID | None
    """Null: the supervisors must find one."""
    severity: int


class CaseClosed(Event, frozen=True, kw_only=True):
    """He is won back, or not, or nobody tries any more."""

    kind = "crm.case_closed"
    case_id: UUID
    client_id: UUID
    status: str
    """recovered, not_recovered or given_up."""


class ProposalMade(Event, frozen=True, kw_only=True):
    """Something concrete was offered to a client."""

    kind = "crm.proposal_made"
    proposal_id: UUID
    client_id: UUID


class QualityAnswered(Event, frozen=True, kw_only=True):
    """A client has said whether the quality of a visit’s work satisfies him."""

    kind = "crm.quality_answered"
    answer_id: UUID
    client_id: UUID
    answer: str


class PlanReleased(Event, frozen=True, kw_only=True):
    """From now on clients come into a plan."""

    kind = "crm.plan_released"
    plan_id: UUID
    trigger: str


class TouchEnded(Event, frozen=True, kw_only=True):
    """A planned contact was carried out, or was not, and it is known why."""

    kind = "crm.touch_ended"
    touch_id: UUID
    client_id: UUID
    status: str
    reason: str
