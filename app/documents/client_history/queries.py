"""What acts and passports add to the history of a client."""

from sqlalchemy import func

from app.db.history import HistoryPart, of_cards
from app.documents.acts.models import Act
from app.documents.passports.models import Passport

HISTORY = [
    HistoryPart(
        "act",
        at=func.coalesce(Act.signed_at, Act.refused_at, Act.presented_at),
        row_id=Act.id,
        where=of_cards(Act),
        is_open=Act.status == "presented",
        number=Act.number,
        status=Act.status,
        reason=func.coalesce(Act.refusal_reason, Act.signature["remarks"].astext),
        amount_kop=Act.total_kop,
        order_id=Act.order_id,
        job_id=Act.job_id,
        visit_id=Act.visit_id,
    ),
    HistoryPart(
        "passport",
        at=Passport.created_at,
        row_id=Passport.id,
        where=of_cards(Passport),
        text=Passport.product["name"].astext,
        due_on=Passport.warranty_until,
        job_id=Passport.job_id,
    ),
]
