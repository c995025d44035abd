"""Events about requests, jobs, visits, offers, orders and production."""

from datetime import date, datetime
from uuid import UUID

from app.contracts.event import Event


class RequestRegistered(Event, frozen=True, kw_only=True):
    kind = "dispatch.request_registered"
    request_id: UUID
    channel: str


class RequestMatched(Event, frozen=True, kw_only=True):
    """It is known which client asked."""

    kind = "dispatch.request_matched"
    request_id: UUID
    client_id: UUID


class OrderAdvanced(Event, frozen=True, kw_only=True):
    """A client order moved on to another step, or back to an earlier one when something was canceled."""

    kind = "dispatch.order_advanced"
    order_id: UUID
    was: str
    status: str


class JobCanceled(Event, frozen=True, kw_only=True):
    kind = "dispatch.job_canceled"
    job_id: UUID
    reason: str


class JobsOfOrderChanged(Event, frozen=True, kw_only=True):
    """A job was added to an order, or its visits finished it or began it again."""

    kind = "dispatch.jobs_of_order_changed"
    order_id: UUID


class JobChanged(Event, frozen=True, kw_only=True):
    """Something on the card of a job was changed: priority, instructions, skills."""

    kind = "dispatch.job_changed"
    job_id: UUID


class JobSkillsChanged(Event, frozen=True, kw_only=True):
    """A job asks for other skills than before."""

    kind = "dispatch.job_skills_changed"
    job_id: UUID


class VisitPlanned(Event, frozen=True, kw_only=True):
    kind = "dispatch.visit_planned"
    visit_id: UUID
    job_id: UUID


class VisitMoved(Event, frozen=True, kw_only=True):
    """The visit has another time. A worker who had accepted it must accept again."""

    kind = "dispatch.visit_moved"
    visit_id: UUID
    moved_from_version: int
    """Version of the visit before the move. Tells apart two moves to the same time."""
    starts_at: datetime
    ends_at: datetime


class VisitPinned(Event, frozen=True, kw_only=True):
    """The office wants the visit to stay at its time and with its people, or does not any more."""

    kind = "dispatch.visit_pinned"
    visit_id: UUID
    is_pinned: bool


class VisitAnswered(Event, frozen=True, kw_only=True):
    """The client has answered whether the time suits him."""

    kind = "dispatch.visit_answered"
    visit_id: UUID
    says: str


class VisitFitChanged(Event, frozen=True, kw_only=True):
    """The people of the visit break other rules than before; `reasons` are their codes. Empty: it fits again."""

    kind = "dispatch.visit_fit_changed"
    visit_id: UUID
    reasons: list[str]


class VisitCanceled(Event, frozen=True, kw_only=True):
    kind = "dispatch.visit_canceled"
    visit_id: UUID
    reason: str


class VisitOffered(Event, frozen=True, kw_only=True):
    kind = "dispatch.visit_offered"
    visit_id: UUID
    offer_id: UUID
    worker_id: UUID
    accept_by: datetime


class OfferReminded(Event, frozen=True, kw_only=True):
    kind = "dispatch.offer_reminded"
    visit_id: UUID
    offer_id: UUID
    worker_id: UUID


class OfferDeclined(Event, frozen=True, kw_only=True):
    kind = "dispatch.offer_declined"
    visit_id: UUID
    offer_id: UUID
    worker_id: UUID
    reason: str


class OfferExpired(Event, frozen=True, kw_only=True):
    kind = "dispatch.offer_expired"
    visit_id: UUID
    offer_id: UUID
    worker_id: UUID


class OfferWithdrawn(Event, frozen=True, kw_only=True):
    """A worker lost an offer or an accepted visit, because it was withdrawn, moved or canceled."""

    kind = "dispatch.offer_withdrawn"
    visit_id: UUID
    offer_id: UUID
    worker_id: UUID
    was_accepted: bool
    starts_at: datetime
    """The time that was offered. The visit may have another time by now."""
    ends_at: datetime


class VisitEscalated(Event, frozen=True, kw_only=True):
    """Nobody accepted in time, so a person must act. `to` is `dispatcher` or `supervisor`."""

    kind = "dispatch.visit_escalated"
    visit_id: UUID
    to: str


class VisitAccepted(Event, frozen=True, kw_only=True):
    kind = "dispatch.visit_accepted"
    visit_id: UUID
    worker_id: UUID


class VisitProgressed(Event, frozen=True, kw_only=True):
    """The worker moved the visit on: en_route, on_site, in_progress, paused, completed, …"""

    kind = "dispatch.visit_progressed"
    visit_id: UUID
    worker_id: UUID
    status: str
    occurred_at: datetime


class PresenceRecorded(Event, frozen=True, kw_only=True):
    """Somebody said who is or was at a visit."""

    kind = "dispatch.presence_recorded"
    visit_id: UUID
    worker_ids: list[UUID]
    """About whom."""


class ProductionOrderPlaced(Event, frozen=True, kw_only=True):
    kind = "dispatch.production_order_placed"
    production_order_id: UUID
    job_id: UUID
    measurement_id: UUID
    planned_ready_on: date


class EstimateAgreed(Event, frozen=True, kw_only=True):
    """The order has a price."""

    kind = "dispatch.estimate_agreed"
    estimate_id: UUID
    order_id: UUID
    total_kop: int


class ReadyDateMoved(Event, frozen=True, kw_only=True):
    kind = "dispatch.ready_date_moved"
    production_order_id: UUID
    was: date
    now: date


class ReadinessNear(Event, frozen=True, kw_only=True):
    """The planned ready date is close and no installation is booked yet."""

    kind = "dispatch.readiness_near"
    production_order_id: UUID
    planned_ready_on: date


class InstallationBooked(Event, frozen=True, kw_only=True):
    kind = "dispatch.installation_booked"
    production_order_id: UUID
    job_id: UUID
    visit_id: UUID
    crew_id: UUID


class AlertTaken(Event, frozen=True, kw_only=True):
    """Somebody looks after an alert."""

    kind = "dispatch.alert_taken"
    alert_kind: str
    subject_id: UUID
    taken_by: UUID


class InboxItemAdded(Event, frozen=True, kw_only=True):
    kind = "dispatch.inbox_item_added"
    item_id: UUID
    audience: str
    item_kind: str
