"""Everything another module may call in dispatch. It hands out values; only dispatch changes a visit."""

from app.dispatch.offers.policies import OfferClosed, OfferExpiredAlready, OfferTaken
from app.dispatch.offers.service import accept_offer, decline_offer
from app.dispatch.progress.policies import Step
from app.dispatch.progress.service import find_clock_error, lock_for_progress, progress_visit
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import AT_WORK, EVER_HELD, HELD_BY_WORKER, REPORTED, VisitStatus
from app.dispatch.visits.queries import sight_of
from app.dispatch.visits.queries import visible_to as visits_visible_to
from app.dispatch.visits.service import get_visit, lock_visit, lock_visit_with_order
from app.dispatch.visits.states import VisitMoveRefused, VisitNotFound, VisitState

__all__ = [
    "AT_WORK",
    "EVER_HELD",
    "HELD_BY_WORKER",
    "REPORTED",
    "Command",
    "OfferClosed",
    "OfferExpiredAlready",
    "OfferTaken",
    "Step",
    "VisitMoveRefused",
    "VisitNotFound",
    "VisitState",
    "VisitStatus",
    "accept_offer",
    "decline_offer",
    "find_clock_error",
    "get_visit",
    "lock_for_progress",
    "lock_visit",
    "lock_visit_with_order",
    "progress_visit",
    "sight_of",
    "visits_visible_to",
]
