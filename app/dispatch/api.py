"""Everything another module may call in dispatch."""

from app.dispatch.cancellation.service import VisitJustPlanned
from app.dispatch.offers.policies import OfferClosed, OfferExpiredAlready, OfferTaken
from app.dispatch.offers.service import accept_offer, decline_offer
from app.dispatch.progress.service import find_clock_error, lock_for_progress, progress_visit
from app.dispatch.visits.commands import Command
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import VisitStatus
from app.dispatch.visits.queries import VisitFacts
from app.dispatch.visits.queries import visible_to as visits_visible_to
from app.dispatch.visits.service import get_visit, lock_visit
from app.dispatch.visits.states import CommandReused, VisitMoveRefused, VisitNotFound, VisitState
from app.notifications.inbox.service import add_inbox_item
from app.orders.client_orders.service import (
    OrderNotFound,
    get_order,
    lock_order,
    record_measurement_version,
    record_prepayment,
    settle_order,
)
from app.orders.job_types.models import JobType
from app.orders.job_types.service import create_default_setup, get_job_type
from app.orders.jobs.models import Job
from app.orders.jobs.service import JobNotFound, find_job, get_job, lock_job
from app.orders.production.service import find_production_lock, find_production_locks
from app.orders.statuses import JobKind

__all__ = [
    "Command",
    "CommandReused",
    "Job",
    "JobKind",
    "JobNotFound",
    "JobType",
    "OfferClosed",
    "OfferExpiredAlready",
    "OfferTaken",
    "OrderNotFound",
    "Visit",
    "VisitFacts",
    "VisitJustPlanned",
    "VisitMoveRefused",
    "VisitNotFound",
    "VisitState",
    "VisitStatus",
    "accept_offer",
    "add_inbox_item",
    "create_default_setup",
    "decline_offer",
    "find_clock_error",
    "find_job",
    "find_production_lock",
    "find_production_locks",
    "get_job",
    "get_job_type",
    "get_order",
    "get_visit",
    "lock_for_progress",
    "lock_job",
    "lock_order",
    "lock_visit",
    "progress_visit",
    "record_measurement_version",
    "record_prepayment",
    "settle_order",
    "visits_visible_to",
]
