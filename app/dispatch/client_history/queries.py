"""What requests and visits add to the history of a client."""

from app.db.history import COMPANY, HistoryPart, detail, of_cards, one_of
from app.dispatch.confirmation.models import VisitAnswer
from app.dispatch.requests.models import ServiceRequest
from app.dispatch.visits.models import Visit
from app.orders.tables import Job

_VISITS = (
    *of_cards(Job),
    Visit.company_id == COMPANY,
    Visit.job_id == Job.id,
)
UNFINISHED = ("planned", "offered", "accepted", "en_route", "on_site", "in_progress", "paused")

HISTORY = [
    HistoryPart(
        "request",
        at=ServiceRequest.received_at,
        row_id=ServiceRequest.id,
        where=of_cards(ServiceRequest),
        is_open=one_of(ServiceRequest.status, ("new", "responded")),
        status=ServiceRequest.status,
        text=ServiceRequest.comment,
        job_id=ServiceRequest.job_id,
        detail=detail(channel=ServiceRequest.channel),
    ),
    HistoryPart(
        "visit",
        at=Visit.starts_at,
        row_id=Visit.id,
        where=_VISITS,
        is_open=one_of(Visit.status, UNFINISHED),
        number=Visit.number,
        status=Visit.status,
        what=Job.kind,
        reason=Visit.status_reason,
        due_at=Visit.window_starts_at,
        order_id=Job.order_id,
        job_id=Visit.job_id,
        visit_id=Visit.id,
        person_id=Visit.worker_id,
    ),
    HistoryPart(
        "visit_answer",
        at=VisitAnswer.answered_at,
        row_id=VisitAnswer.id,
        where=[*_VISITS, VisitAnswer.company_id == COMPANY, VisitAnswer.visit_id == Visit.id],
        status=VisitAnswer.says,
        reason=VisitAnswer.refused_because,
        text=VisitAnswer.words,
        order_id=Job.order_id,
        job_id=Visit.job_id,
        visit_id=Visit.id,
        person_id=VisitAnswer.answered_by,
        detail=detail(channel=VisitAnswer.channel),
    ),
]
