"""All SQL about disappointments: what they are found in, and the rows themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from app.clients.tables import of_client
from app.core.scope import Scope
from app.crm.disappointments.models import Disappointment, QualityAnswer
from app.crm.disappointments.policies import Promise, Refund, Rework
from app.crm.disappointments.values import Subject
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.dispatch.tables import Visit, VisitEvent
from app.documents.tables import Act
from app.orders.tables import ClientOrder, Job, Payment
from app.tracking.tables import ArrivalProposal, TrackFact

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
JOB_OF_VISIT = and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id)


def _among(column: ColumnElement[Any] | Any, words: Sequence[str]) -> ColumnElement[bool]:
    """One of these words. Not IN, because a `Query` has a fixed number of parameters."""
    return column == func.any(literal(list(words), ARRAY(Text)))


ABOUT_VISIT = (Job.client_id, Job.site_id, Job.order_id, Job.id, Visit.id)

SEEN_AT = func.least(
    select(ArrivalProposal.arrived_at)
    .where(ArrivalProposal.company_id == COMPANY, ArrivalProposal.visit_id == Visit.id)
    .scalar_subquery(),
    select(func.min(TrackFact.from_at))
    .where(TrackFact.company_id == COMPANY, TrackFact.visit_id == Visit.id, TrackFact.kind == "presence")
    .scalar_subquery(),
    type_=DateTime(timezone=True),
)
"""The first position at the site."""


HELD_OR_LOST = ("accepted", "declined", "moved", "passed_on", "withdrawn")
"""After one of these, somebody has the visit, or nobody has it any more."""


def _holder(before: ColumnElement[Any] | Any = None) -> ColumnElement[UUID]:
    """Who had accepted the visit and not lost it, before an entry of its history or until now."""
    entry = aliased(VisitEvent)
    found = (
        select(case((entry.kind == "accepted", entry.actor_id)))
        .where(entry.company_id == COMPANY, entry.visit_id == Visit.id, _among(entry.kind, HELD_OR_LOST))
        .order_by(entry.id.desc())
        .limit(1)
    )
    return (found if before is None else found.where(entry.id < before)).scalar_subquery()


def _promise(
    source_id: UUID,
    window_ends_at: datetime,
    tapped_at: datetime | None,
    seen_at: datetime | None,
    over_at: datetime | None,
    *about: UUID,
) -> Promise:
    return Promise(source_id, Subject(*about), window_ends_at, tapped_at, seen_at, over_at)


PROMISES = Query(
    select(
        Visit.id,
        Visit.window_ends_at,
        Visit.arrived_at,
        SEEN_AT,
        Visit.finished_at,
        *ABOUT_VISIT,
        _holder(),
    )
    .join(Job, JOB_OF_VISIT)
    .where(Visit.company_id == COMPANY, Visit.id == func.any(IDS)),
    _promise,
)

WAS = VisitEvent.payload["was"]["window_ends_at"].astext
BROKEN_PROMISES = Query(
    select(
        VisitEvent.id,
        cast(WAS, DateTime(timezone=True)),
        cast(None, DateTime(timezone=True)),
        cast(None, DateTime(timezone=True)),
        VisitEvent.received_at,
        *ABOUT_VISIT,
        _holder(VisitEvent.id),
    )
    .join(Visit, and_(Visit.company_id == VisitEvent.company_id, Visit.id == VisitEvent.visit_id))
    .join(Job, JOB_OF_VISIT)
    .where(
        VisitEvent.company_id == COMPANY,
        VisitEvent.visit_id == func.any(IDS),
        VisitEvent.kind == "moved",
        WAS.is_not(None),
    ),
    _promise,
)
"""Windows that a visit had before it was moved. Only visits to which nobody has set out can be moved."""


async def find_promises(work: Work, visit_ids: Sequence[UUID]) -> list[Promise]:
    """The windows that these visits have now."""
    return await work.all(PROMISES, ids=list(visit_ids))


async def find_broken_promises(work: Work, visit_ids: Sequence[UUID]) -> list[Promise]:
    """The windows that these visits had before."""
    return await work.all(BROKEN_PROMISES, ids=list(visit_ids))


class FoundRework(NamedTuple):
    """A visit because of a claim, and what it concerns."""

    visit: Rework
    about: Subject


def _rework(visit_id: UUID, came_at: datetime, *about: UUID) -> FoundRework:
    return FoundRework(Rework(visit_id, about[0], came_at), Subject(*about))


_claimed = aliased(Job)
_earlier = aliased(Visit)
WORKED_BEFORE = (
    select(_earlier.worker_id)
    .join(_claimed, and_(_claimed.company_id == _earlier.company_id, _claimed.id == _earlier.job_id))
    .where(
        _claimed.company_id == COMPANY,
        _claimed.client_id == Job.client_id,
        _claimed.site_id == Job.site_id,
        _among(_claimed.kind, ("installation", "service", "delivery")),
        _earlier.finished_at < Visit.arrived_at,
    )
    .order_by(_earlier.finished_at.desc())
    .limit(1)
    .scalar_subquery()
)
"""Whose work is done again: whoever led the last other visit to the site."""
_asked_job, _asked = aliased(Job), aliased(Visit)
REWORKS = Query(
    select(Visit.id, Visit.arrived_at, *ABOUT_VISIT, WORKED_BEFORE)
    .join(Job, JOB_OF_VISIT)
    .where(
        Visit.company_id == COMPANY,
        Job.kind == "claim",
        Visit.arrived_at.is_not(None),
        Job.client_id.in_(
            select(_asked_job.client_id)
            .join(_asked, and_(_asked.company_id == _asked_job.company_id, _asked.job_id == _asked_job.id))
            .where(_asked_job.company_id == COMPANY, _asked_job.kind == "claim", _asked.id == func.any(IDS))
        ),
    ),
    _rework,
)


async def find_reworks(work: Work, visit_ids: Sequence[UUID]) -> list[FoundRework]:
    """All visits because of claims of the clients who had one of these."""
    return await work.all(REWORKS, ids=list(visit_ids))


class FoundAct(NamedTuple):
    act_id: UUID
    at: datetime
    words: str
    """Why the client refuses it, or what he remarks."""
    about: Subject


def _act(act_id: UUID, at: datetime, words: str | None, client_id: UUID, *more: UUID | None) -> FoundAct:
    return FoundAct(act_id, at, words or "", Subject(client_id, *more))


def _acts(
    at: ColumnElement[Any] | Any, words: ColumnElement[Any] | Any, *where: ColumnElement[bool]
) -> Query[FoundAct]:
    about = (Act.client_id, Act.site_id, Act.order_id, Act.job_id, Act.visit_id, Visit.worker_id)
    return Query(
        select(Act.id, at, words, *about)
        .join(Visit, and_(Visit.company_id == Act.company_id, Visit.id == Act.visit_id))
        .where(Act.company_id == COMPANY, Act.id == func.any(IDS), *where),
        _act,
    )


_REMARKS = Act.signature["remarks"].astext

REFUSALS = _acts(Act.refused_at, Act.refusal_reason, Act.status == "refused")
REMARKED = _acts(Act.signed_at, _REMARKS, Act.status == "signed", _REMARKS.is_not(None))


async def find_refusals(work: Work, act_ids: Sequence[UUID]) -> list[FoundAct]:
    return await work.all(REFUSALS, ids=list(act_ids))


async def find_remarked(work: Work, act_ids: Sequence[UUID]) -> list[FoundAct]:
    """Those of these acts that were signed with remarks."""
    return await work.all(REMARKED, ids=list(act_ids))


def _sum_of_order(kinds: Sequence[str], until: ColumnElement[Any] | Any = None) -> ColumnElement[int]:
    """What was paid for an order, or given back of it, until a moment or in all."""
    one = aliased(Payment)
    found = select(func.coalesce(func.sum(one.amount_kop), 0)).where(
        one.company_id == COMPANY, one.order_id == ClientOrder.id, _among(one.kind, kinds)
    )
    return (found if until is None else found.where(one.taken_at <= until)).scalar_subquery()


PAID, GIVEN_BACK = ("prepayment", "final"), ("refund",)


def _refund(
    payment_id: UUID,
    at: datetime,
    paid_kop: int,
    refunded_kop: int,
    client_id: UUID,
    site_id: UUID,
    order_id: UUID,
) -> Refund:
    about = Subject(client_id, site_id, order_id)
    return Refund(payment_id, order_id, about, at, int(paid_kop), int(refunded_kop))


REFUNDS = Query(
    select(
        Payment.id,
        Payment.taken_at,
        _sum_of_order(PAID, Payment.taken_at),
        _sum_of_order(GIVEN_BACK, Payment.taken_at),
        ClientOrder.client_id,
        ClientOrder.site_id,
        ClientOrder.id,
    )
    .join(ClientOrder, and_(ClientOrder.company_id == Payment.company_id, ClientOrder.id == Payment.order_id))
    .where(Payment.company_id == COMPANY, Payment.id == func.any(IDS), Payment.kind == "refund"),
    _refund,
)


async def find_refunds(work: Work, payment_ids: Sequence[UUID]) -> list[Refund]:
    return await work.all(REFUNDS, ids=list(payment_ids))


class FoundCancellation(NamedTuple):
    order_id: UUID
    reason: str
    paid_kop: int
    about: Subject


def _cancellation(
    order_id: UUID, reason: str, paid_kop: int, client_id: UUID, site_id: UUID
) -> FoundCancellation:
    return FoundCancellation(order_id, reason, int(paid_kop), Subject(client_id, site_id, order_id))


CANCELLATIONS = Query(
    select(
        ClientOrder.id,
        ClientOrder.canceled_reason,
        _sum_of_order(PAID),
        ClientOrder.client_id,
        ClientOrder.site_id,
    ).where(
        ClientOrder.company_id == COMPANY, ClientOrder.id == func.any(IDS), ClientOrder.status == "canceled"
    ),
    _cancellation,
)


async def find_cancellations(work: Work, order_ids: Sequence[UUID]) -> list[FoundCancellation]:
    return await work.all(CANCELLATIONS, ids=list(order_ids))


KNOWN = Query(
    select(Disappointment.id).where(Disappointment.company_id == COMPANY, Disappointment.id == func.any(IDS)),
    lambda one: one,
)


async def find_known(work: Work, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these disappointments there are."""
    return set(await work.all(KNOWN, ids=list(ids)))


class Filters(NamedTuple):
    """A filter that is None is not given."""

    client_id: UUID | None = None
    """Any of his cards."""
    worker_id: UUID | None = None
    kind: str | None = None
    is_open: bool | None = None


def select_disappointments(scope: Scope, filters: Filters) -> Select[Disappointment]:
    query = select(Disappointment).where(Disappointment.company_id == scope.company_id)
    if filters.client_id is not None:
        query = query.where(of_client(Disappointment.client_id, filters.client_id, scope.company_id))
    for name in ("worker_id", "kind"):
        if (value := getattr(filters, name)) is not None:
            query = query.where(getattr(Disappointment, name) == value)
    if filters.is_open is not None:
        open_now = Disappointment.recovered_at.is_(None)
        query = query.where(open_now if filters.is_open else ~open_now)
    return query


async def get_disappointment(
    session: Session, scope: Scope, disappointment_id: UUID, *, lock: bool = False
) -> Disappointment | None:
    query = select(Disappointment).where(
        Disappointment.company_id == scope.company_id, Disappointment.id == disappointment_id
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def lock_open_of_case(session: Session, scope: Scope, case_id: UUID) -> Sequence[Disappointment]:
    """What a case was opened for and is not settled yet."""
    query = select(Disappointment).where(
        Disappointment.company_id == scope.company_id,
        Disappointment.case_id == case_id,
        Disappointment.recovered_at.is_(None),
    )
    return (await session.scalars(query.order_by(Disappointment.id).with_for_update())).all()


def select_answers(
    scope: Scope, *, client_id: UUID | None, worker_id: UUID | None, answer: str | None
) -> Select[QualityAnswer]:
    query = select(QualityAnswer).where(QualityAnswer.company_id == scope.company_id)
    if client_id is not None:
        query = query.where(of_client(QualityAnswer.client_id, client_id, scope.company_id))
    if worker_id is not None:
        query = query.where(QualityAnswer.worker_id == worker_id)
    return query if answer is None else query.where(QualityAnswer.answer == answer)


async def get_answer(session: Session, company_id: UUID, answer_id: UUID) -> QualityAnswer | None:
    query = select(QualityAnswer).where(QualityAnswer.company_id == company_id, QualityAnswer.id == answer_id)
    return await session.scalar(query)
