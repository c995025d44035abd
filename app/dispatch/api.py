"""Everything another module may call in dispatch. It hands out values; only dispatch changes a visit."""

from app.dispatch.answering.pages import refusals as pages_of_refusals
from app.dispatch.answering.pages import shown_of
from app.dispatch.answering.policies import VisitQuestion
from app.dispatch.answering.service import OpenedVisit, find_visit_question, take_sms
from app.dispatch.answering.understanding import understood
from app.dispatch.answering.visitor import VISITOR, Visitor
from app.dispatch.answering.way import RoughPlace
from app.dispatch.confirmation.links import Links
from app.dispatch.confirmation.policies import RATED_FOR, Says
from app.dispatch.gate.policies import JobNotPlannable, NotReadyThen, VisitTimeInvalid
from app.dispatch.offers.policies import OfferClosed, OfferExpiredAlready, OfferTaken
from app.dispatch.offers.service import accept_offer, decline_offer
from app.dispatch.presence.policies import (
    Interval,
    NobodyPresent,
    PresenceCorrected,
    PresenceInvalid,
    PresenceNotYours,
    PresenceSettled,
    Said,
    Statement,
)
from app.dispatch.presence.schemas import PresenceOut, PresencesOut
from app.dispatch.presence.service import NobodyArrived, find_presences, people_at_work, record_presence
from app.dispatch.presence.showing import show_presences, show_presences_of_visits
from app.dispatch.progress.policies import Step
from app.dispatch.progress.service import find_clock_error, lock_for_progress, progress_visit
from app.dispatch.requests.schemas import RegisterRequest
from app.dispatch.requests.service import register_of_client
from app.dispatch.scheduling.service import plan_visit
from app.dispatch.telling.sending import VisitsAreAsTold
from app.dispatch.telling.sweep import Teller
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import (
    AT_WORK,
    EVER_HELD,
    FINISHED,
    HELD_BY_WORKER,
    REPORTED,
    VisitStatus,
)
from app.dispatch.visits.queries import forget_visit_points, sight_of
from app.dispatch.visits.queries import visible_to as visits_visible_to
from app.dispatch.visits.schemas import VisitTime
from app.dispatch.visits.service import get_visit, lock_visit, lock_visit_with_job, lock_visit_with_order
from app.dispatch.visits.states import VisitMoveRefused, VisitNotFound, VisitState

__all__ = [
    "AT_WORK",
    "EVER_HELD",
    "FINISHED",
    "HELD_BY_WORKER",
    "RATED_FOR",
    "REPORTED",
    "VISITOR",
    "Command",
    "Interval",
    "JobNotPlannable",
    "Links",
    "NobodyArrived",
    "NobodyPresent",
    "NotReadyThen",
    "OfferClosed",
    "OfferExpiredAlready",
    "OfferTaken",
    "OpenedVisit",
    "PresenceCorrected",
    "PresenceInvalid",
    "PresenceNotYours",
    "PresenceOut",
    "PresenceSettled",
    "PresencesOut",
    "RegisterRequest",
    "RoughPlace",
    "Said",
    "Says",
    "Statement",
    "Step",
    "Teller",
    "VisitMoveRefused",
    "VisitNotFound",
    "VisitQuestion",
    "VisitState",
    "VisitStatus",
    "VisitTime",
    "VisitTimeInvalid",
    "Visitor",
    "VisitsAreAsTold",
    "accept_offer",
    "decline_offer",
    "find_clock_error",
    "find_presences",
    "find_visit_question",
    "forget_visit_points",
    "get_visit",
    "lock_for_progress",
    "lock_visit",
    "lock_visit_with_job",
    "lock_visit_with_order",
    "pages_of_refusals",
    "people_at_work",
    "plan_visit",
    "progress_visit",
    "record_presence",
    "register_of_client",
    "show_presences",
    "show_presences_of_visits",
    "shown_of",
    "sight_of",
    "take_sms",
    "understood",
    "visits_visible_to",
]
