"""What disappoints a client: values in, values out. The limits are those of the company's rules."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.crm.disappointments.values import Answer, Said, Signal, SignalKind, Subject
from app.crm.rules.values import SignalRules

SEVERITY: dict[SignalKind, int] = {
    SignalKind.LATE_ARRIVAL: 2,
    SignalKind.NO_SHOW: 2,
    SignalKind.ACT_REFUSED: 2,
    SignalKind.ACT_REMARKED: 2,
    SignalKind.CANCELED_AFTER_PREPAYMENT: 2,
    SignalKind.PARTIAL_REFUND: 2,
    SignalKind.FULL_REFUND: 3,
    SignalKind.REPEATED_REWORK: 2,
}
SEVERITY_OF_ANSWER = {Answer.PARTLY: 1, Answer.NO: 2}
SEVERITY_OF_STARS = {1: 3, 2: 3, 3: 1}


class Promise(NamedTuple):
    """A window that a client was promised, and what came of it."""

    source_id: UUID
    """The visit, or the entry of its history that gave it another window."""
    about: Subject
    window_ends_at: datetime
    tapped_at: datetime | None
    """When the worker said that he had come."""
    seen_at: datetime | None
    """When his positions were first at the site. They count more than what he said."""
    over_at: datetime | None
    """When the promise ended: the visit was moved, canceled or finished. Null: it still stands."""


def judge_promise(promise: Promise, rules: SignalRules) -> Signal | None:
    """Whether somebody came late, or nobody came. None: neither, or not yet."""
    late_from = promise.window_ends_at + timedelta(minutes=rules.late_min)
    came_at = promise.seen_at or promise.tapped_at
    if came_at is not None and came_at > late_from:
        late = came_at - promise.window_ends_at
        return _signal(
            SignalKind.LATE_ARRIVAL,
            came_at,
            promise.source_id,
            promise.about,
            minutes=late // timedelta(minutes=1),
        )
    if came_at is None and promise.over_at is not None and promise.over_at > late_from:
        return _signal(SignalKind.NO_SHOW, late_from, promise.source_id, promise.about)
    return None


class Refund(NamedTuple):
    """Money given back, with what the order had until then."""

    payment_id: UUID
    order_id: UUID
    about: Subject
    at: datetime
    paid_kop: int
    """All that was paid for the order until then."""
    refunded_kop: int
    """All that was given back of it, with this refund."""


def judge_refund(refund: Refund, rules: SignalRules) -> Signal | None:
    """A full refund is worse than a part. Small ones are none. An order gives each of the two once."""
    if refund.paid_kop <= 0 or refund.refunded_kop * 100 < refund.paid_kop * rules.refund_percent:
        return None
    is_full = refund.refunded_kop >= refund.paid_kop
    kind = SignalKind.FULL_REFUND if is_full else SignalKind.PARTIAL_REFUND
    return _signal(kind, refund.at, refund.order_id, refund.about, evidence=[refund.payment_id])


class Rework(NamedTuple):
    """Somebody came because of a claim."""

    visit_id: UUID
    client_id: UUID
    came_at: datetime


def judge_rework(
    visit: Rework, of_client: Sequence[Rework], about: Subject, rules: SignalRules
) -> Signal | None:
    """Whether this visit is one of too many. `of_client` are all such visits of the client."""
    since = visit.came_at - timedelta(days=rules.rework_days)
    near = [one.visit_id for one in of_client if since < one.came_at <= visit.came_at]
    if len(near) < rules.rework_visits:
        return None
    return _signal(SignalKind.REPEATED_REWORK, visit.came_at, visit.visit_id, about, evidence=near)


def judge_refusal(act_id: UUID, at: datetime, reason: str, about: Subject) -> Signal:
    return _signal(SignalKind.ACT_REFUSED, at, act_id, about)._replace(comment=reason)


def judge_remarks(act_id: UUID, at: datetime, remarks: str, about: Subject) -> Signal:
    return _signal(SignalKind.ACT_REMARKED, at, act_id, about)._replace(comment=remarks)


def judge_cancellation(
    order_id: UUID, at: datetime, reason: str, paid_kop: int, about: Subject
) -> Signal | None:
    """Whether an order was canceled for which the client had paid something."""
    if paid_kop <= 0:
        return None
    return _signal(SignalKind.CANCELED_AFTER_PREPAYMENT, at, order_id, about)._replace(comment=reason)


def judge_answer(said: Said, at: datetime, source_id: UUID, about: Subject) -> Signal | None:
    """Whether the quality disappointed him."""
    severity = severity_of(said)
    if severity is None:
        return None
    return Signal(SignalKind.QUALITY_ANSWER, severity, at, source_id, about, said.comment)


def severity_of(said: Said) -> int | None:
    """How bad it is. None: he is satisfied."""
    return SEVERITY_OF_ANSWER.get(said.answer) if said.stars is None else SEVERITY_OF_STARS.get(said.stars)


def _signal(
    kind: SignalKind,
    at: datetime,
    source_id: UUID,
    about: Subject,
    *,
    minutes: int | None = None,
    evidence: Sequence[UUID] = (),
) -> Signal:
    return Signal(kind, SEVERITY[kind], at, source_id, about, minutes=minutes, evidence=evidence)
