"""Whether a step still goes, by how things stand at this moment: values in, values out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.crm.plans.conditions import ConditionName
from app.crm.plans.policies import FROM_DAYS, PlanStatus, wins_back
from app.crm.plans.values import Anchor, Condition, PlanContent, Stop, TouchStep
from app.crm.touches.policies.schedule import Anchors, dies_at, due_time
from app.notifications.api import LegalClass


class Reason(StrEnum):
    """Why a touch was not carried out. `detail` says which condition or stop it was."""

    CONSENT = "consent"
    """Advertising to somebody who has not agreed to it."""
    STOP = "stop"
    """He wants no such messages."""
    CONTACT = "contact"
    """He has no phone or e-mail for it."""
    SUPPLIER = "supplier"
    """He only supplies, and gets nothing that is meant for clients."""
    CAP = "cap"
    QUIET = "quiet"
    CONDITION = "condition"
    EXPIRED = "expired"
    STOPPED = "stopped"
    """The plan has ended for him."""
    CONTROL = "control"
    """He is of those who get nothing of the plan, so that its effect can be measured."""
    DROPPED = "dropped"
    """A person said that nobody need act."""
    PAUSED = "paused"
    NO_DAY = "no_day"
    """The day from which it is counted is not known."""
    UNDELIVERED = "undelivered"
    NOT_RELEASED = "not_released"
    REPEATED = "repeated"
    NO_TEXT = "no_text"
    BOOKED = "booked"
    """An invitation to somebody who has booked or asked."""
    INVITED = "invited"
    """Somebody else has invited him, or he has answered."""
    NO_TIME = "no_time"
    """Nobody who can come to him was free while the invitation could go."""
    TOO_EARLY = "too_early"
    """An invitation to what is not due yet, nor will be before the step comes too late."""
    WON_BACK = "won_back"
    """He is disappointed: no advertising."""


class Ended(StrEnum):
    """Why a plan ended for a client, beside the `Stop`s of the plan."""

    FINISHED = "finished"
    BY_HAND = "by_hand"
    ARCHIVED = "archived"
    MERGED = "merged"
    """Another card of his is in the plan."""
    NEED_GONE = "need_gone"
    """What came due is not due any more, or on another day."""
    RETIRED = "retired"
    DATA_WITHDRAWN = "data_withdrawn"
    """He no longer agrees that his data are kept (152-FZ)."""
    CASE_OPENED = "case_opened"
    """The plan is to win him back, and somebody does so in a recovery case."""


class Need(NamedTuple):
    """What a client will need, and when."""

    category: str
    site_id: UUID
    due_on: date


class Known(NamedTuple):
    """How things stand with a client now, since he came into a plan."""

    client_id: UUID
    """The surviving card."""
    kind: str
    source: str
    born_on: date | None
    """In 2000 if only month and day are known."""
    is_archived: bool
    status: str | None
    tier: str | None
    due_on: date | None
    purchases: int
    purchased_at: datetime | None
    """The last purchase."""
    is_booked: bool
    """A visit is still to come, or an order is open."""
    booked_since: bool
    replied_since: bool
    proposal_answer: str | None
    quality: str | None
    is_disappointed: bool
    interests: Collection[str]
    bought: Collection[str]
    needs: Sequence[Need]
    spoken_at: datetime | None
    has_contact: bool = True
    data_withdrawn: bool = False
    """He does not agree any more that his data are kept."""
    is_in_case: bool = False
    """A recovery case of his is open."""
    ready_on: date | None = None
    """On this day the first order of his is to be ready that was not when he came into the plan."""


class Inside(NamedTuple):
    """A client in a plan."""

    enrolment_id: UUID
    started_at: datetime
    event_at: datetime
    zone: ZoneInfo
    is_control: bool
    status: str | None
    """That he had when he came in."""
    need: Need | None
    """That brought him in."""
    is_double: bool = False
    """Another card of his is in the plan, too, and came first."""


class Decision(NamedTuple):
    """What becomes of a touch that is due. Without anything it goes now."""

    skip: Reason | None = None
    stop: str | None = None
    until: datetime | None = None
    """It is looked at again then."""
    due_at: datetime | None = None
    """With `until`: it is due then and not when it was."""
    detail: str = ""


GO = Decision()
ANSWERED = ("accepted", "refused")
LOOK_AGAIN = timedelta(hours=1)
"""At a plan that is held up."""
DAY_AWAITED = timedelta(days=30)
"""So long a step waits for the day from which it is counted."""


def why_stopped(content: PlanContent, inside: Inside, known: Known) -> str | None:
    """What has ended the plan for him. None: it goes on."""
    if (end := _why_for_nobody(content, known)) is not None:
        return end
    if inside.is_double:
        return Ended.MERGED
    if inside.need is not None and inside.need not in known.needs:
        return Ended.NEED_GONE
    return next((stop for stop in content.stops if STOPS[stop](inside, known)), None)


def _why_for_nobody(content: PlanContent, known: Known) -> Ended | None:
    """What ends a plan for whoever it is, whatever the plan says. Nobody so comes into it either."""
    if known.is_archived:
        return Ended.ARCHIVED
    if known.data_withdrawn:
        return Ended.DATA_WITHDRAWN
    return Ended.CASE_OPENED if known.is_in_case and wins_back(content) else None


STOPS: Mapping[Stop, Callable[[Inside, Known], bool]] = {
    Stop.PURCHASE_MADE: lambda inside, known: (
        known.purchased_at is not None and known.purchased_at > inside.started_at
    ),
    Stop.BOOKING_CREATED: lambda _, known: known.booked_since,
    Stop.REPLIED: lambda _, known: known.replied_since,
    Stop.OPTED_OUT: lambda _, __: False,  # his consents are asked at sending, and stops are heard
    Stop.COMPLAINT_OPENED: lambda _, known: known.is_disappointed,
    Stop.STATUS_CHANGED: lambda inside, known: known.status != inside.status,
    Stop.CONTACT_INVALID: lambda _, known: not known.has_contact,
    Stop.PROPOSAL_ANSWERED: lambda _, known: known.proposal_answer in ANSWERED,
}


def reached(event: str, inside: Inside, known: Known) -> bool:
    """Whether what the plan is for has happened."""
    return STOPS[Stop(event)](inside, known)


def holds(condition: Condition, known: Known, *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a condition is met."""
    meets = CONDITIONS_MET[ConditionName(condition.name)]
    return meets(condition, known, now.astimezone(zone)) is not condition.is_not


def _has_interest(condition: Condition, known: Known, _: datetime) -> bool:
    words = set(condition.any_of)
    return not words.isdisjoint(known.interests) if words else bool(known.interests)


def _needs(condition: Condition, known: Known, now: datetime) -> bool:
    """Something is due, or will be within so many days."""
    return any(_is_due(need, condition.any_of, condition.number, now.date()) for need in known.needs)


def _is_silent(condition: Condition, known: Known, now: datetime) -> bool:
    days = timedelta(days=condition.number or 0)
    return known.spoken_at is None or known.spoken_at <= now - days


C = ConditionName
CONDITIONS_MET: Mapping[ConditionName, Callable[[Condition, Known, datetime], bool]] = {
    C.STATUS: lambda condition, known, _: known.status in condition.any_of,
    C.NOTHING_BOOKED: lambda _, known, __: not known.is_booked,
    C.NEED: _needs,
    C.INTEREST: _has_interest,
    C.BOUGHT: lambda condition, known, _: not set(condition.any_of).isdisjoint(known.bought),
    C.PURCHASES: lambda condition, known, _: known.purchases >= (condition.number or 0),
    C.QUALITY: lambda condition, known, _: (known.quality or "none") in condition.any_of,
    C.NOT_DISAPPOINTED: lambda _, known, __: not known.is_disappointed,
    C.UNANSWERED: lambda _, known, __: known.proposal_answer not in ANSWERED,
    C.SOURCE: lambda condition, known, _: known.source in condition.any_of,
    C.TIER: lambda condition, known, _: known.tier in condition.any_of,
    C.KIND: lambda condition, known, _: known.kind in condition.any_of,
    C.MONTH: lambda condition, _, now: str(now.month) in condition.any_of,
    C.SILENT: _is_silent,
}


def _is_due(need: Need, words: Collection[str], days: int | None, today: date) -> bool:
    is_meant = not words or need.category in words
    return is_meant and (days is None or need.due_on <= today + timedelta(days=days))


def failing(
    conditions: Sequence[Condition], known: Known, *, now: datetime, zone: ZoneInfo
) -> Condition | None:
    """The first condition that is not met."""
    return next((one for one in conditions if not holds(one, known, now=now, zone=zone)), None)


def is_for(content: PlanContent, known: Known, *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a client belongs to those for whom the plan is."""
    audience = content.audience
    if _why_for_nobody(content, known) is not None:
        return False
    if audience.statuses and known.status not in audience.statuses:
        return False
    return failing(audience.only_if, known, now=now, zone=zone) is None


def anchors_of(inside: Inside, known: Known) -> Anchors:
    due_on = inside.need.due_on if inside.need else known.due_on
    return Anchors(inside.event_at, inside.zone, due_on, known.born_on, known.ready_on)


def judge(
    step: TouchStep,
    content: PlanContent,
    inside: Inside,
    known: Known,
    *,
    due_at: datetime | None,
    attempt: int = 1,
    legal_class: LegalClass | None,
    plan_status: PlanStatus,
    now: datetime,
) -> Decision:
    """What becomes of a touch whose time has come.

    `legal_class` is that of its template, None for a task. Consent, hours and caps are asked by whoever sends.
    """
    if plan_status == PlanStatus.RETIRED:
        return Decision(stop=Ended.RETIRED)
    if (stop := why_stopped(content, inside, known)) is not None:
        return Decision(stop=stop)
    if attempt == 1 and step.delay.anchor in FROM_DAYS:
        moved = _moved(step, inside, known, due_at=due_at, now=now)
        if moved is not None:
            return moved
    if due_at is not None and now < due_at:
        return Decision(until=due_at)
    if due_at is None or now >= dies_at(step, due_at, inside.zone):
        return Decision(skip=Reason.EXPIRED if due_at else Reason.NO_DAY)
    if inside.is_control and legal_class not in (LegalClass.SERVICE, LegalClass.FEEDBACK):
        return Decision(skip=Reason.CONTROL)
    if plan_status != PlanStatus.ON:
        return Decision(until=now + LOOK_AGAIN, detail=Reason.PAUSED)
    if (failed := failing(step.conditions, known, now=now, zone=inside.zone)) is not None:
        return Decision(skip=Reason.CONDITION, detail=failed.name)
    return GO


def _moved(
    step: TouchStep, inside: Inside, known: Known, *, due_at: datetime | None, now: datetime
) -> Decision | None:
    """A step that is counted from a day which is not known yet, or has moved, waits for the new one."""
    due = due_time(step.delay, anchors_of(inside, known), now=now)
    if step.delay.anchor == Anchor.BIRTHDAY and due_at is not None:
        return None
    if due is None:
        is_over = now >= inside.started_at + DAY_AWAITED
        return Decision(skip=Reason.NO_DAY) if is_over else Decision(until=now + timedelta(days=1))
    return Decision(until=max(due, now), due_at=due) if due != due_at else None
